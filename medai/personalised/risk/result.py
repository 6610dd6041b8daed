"""What a score answers, and what its answer does not mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from medai.datasets.risk import risk_sources

if TYPE_CHECKING:
    import medai.diagnosis.sources

NO_INTERVAL = "A mean over people with the same answers; no interval for one person is published."


@dataclass(frozen=True)
class RiskResult:
    """The result of a risk score.

    Attributes
    ----------
    name
        The score, in words.
    value
        The result, unrounded.
    unit
        ``%``, ``points``, ``mL/min`` … or ``""``; what is counted, and over which time, stands in
        `name`.
    limits
        For whom the score is not valid and how uncertain it is.
    inputs
        The checked values that it was calculated from, by argument.
    source
        The paper (:class:`medai.diagnosis.sources.Source`).
    note
        What to know when reading this value.
    category
        The published class of the value, "" where there is none.
    digits
        Decimal places that are shown.
    """

    name: str
    value: float
    unit: str
    limits: tuple[str, ...]
    inputs: Mapping[str, object]
    source: medai.diagnosis.sources.Source
    note: str = ""
    category: str = ""
    digits: int = field(default=1, repr=False)

    def __str__(self) -> str:
        text = f"{self.name}: {self.value:.{self.digits}f} {self.unit}".strip()
        return f"{text} ({self.category})" if self.category else text

    def to_dict(self) -> dict:
        """Return JSON-ready values."""
        return {
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "category": self.category,
            "limits": list(self.limits),
            "inputs": dict(self.inputs),
            "source": self.source.to_dict(),
            "note": self.note,
        }


def source(key: str) -> medai.diagnosis.sources.Source:
    """Return a source of ``data/risk/sources.csv``; its basis says whether it was opened."""
    from medai.diagnosis.sources import Source

    known = risk_sources()[key]
    return Source("opened" if known.opened == "yes" else "listed", key, known.title, known.url)


def weighted_sum(coefficients: Mapping[str, float], features: Mapping[str, float]) -> float:
    """Return the sum of coefficient times feature over the features that the equation has."""
    return sum(coefficients[name] * value for name, value in features.items())
