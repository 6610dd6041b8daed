"""What a statement rests on: a source that was opened, one that lists it, or an estimate."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from medai.datasets.common import common_conditions


@dataclass(frozen=True)
class Source:
    """The ground of a statement.

    Attributes
    ----------
    basis
        ``opened``, ``listed`` or ``teaching estimate`` for the common conditions
        (``data/common_conditions/README.md``); ``annotation`` for a rare disease.
    key, title, url
        The source; "" for a teaching estimate.
    """

    basis: str
    key: str = ""
    title: str = ""
    url: str = ""

    def __str__(self) -> str:
        return f"{self.title} ({self.basis})" if self.title else self.key or self.basis

    def to_dict(self) -> dict:
        """Return JSON-ready values."""
        return asdict(self)


def source_of(key: str, basis: str) -> Source:
    """Return the source of a row of the table of common conditions.

    Examples
    --------
    >>> print(source_of("aad-contact", "opened"))
    Contact dermatitis: Signs and symptoms (opened)
    >>> print(source_of("", "teaching estimate"))
    teaching estimate
    """
    known = common_conditions().sources.get(key)
    return Source(basis, key, known.title, known.url) if known else Source(basis)
