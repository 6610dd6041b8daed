"""Sentences of invented records with true and false retellings (``data/judging``).

Standard library only.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

from medai.datasets.checked_tables import Tables, anything, filled, one_of, read_tables
from medai.datasets.paths import data_path
from medai.runtime.errors import MedaiError

BOOK = "judging"
FAITHFUL = ("paraphrase", "reworded")
ERRORS = ("dose", "unit", "negation", "side", "drug", "omission")
COLUMNS = {
    "references": {"id": filled, "split": one_of("dev", "test"), "text": filled},
    "candidates": {
        "id": filled,
        "reference": filled,
        "kind": one_of(*FAITHFUL, *ERRORS),
        "old": anything,
        "new": anything,
        "text": filled,
    },
}


@dataclass(frozen=True)
class Candidate:
    """A retelling of one sentence.

    Attributes
    ----------
    id, split
        Identifier; ``dev`` or ``test`` (all retellings of a reference stand in one half).
    reference, source
        Id and text of the sentence that is retold.
    kind
        ``paraphrase`` (same facts, other words), ``reworded`` (one harmless change), or the one
        error that was planted: one of :data:`ERRORS`.
    old, new
        The words that were exchanged; both "" for a paraphrase, `new` "" where words were cut.
    text
        The retelling.
    """

    id: str
    split: str
    reference: str
    source: str
    kind: str
    old: str
    new: str
    text: str

    @property
    def faithful(self) -> bool:
        """Whether it says what the reference says."""
        return self.kind in FAITHFUL


def _read(tables: Tables) -> tuple[Candidate, ...]:
    """Join the two tables; refuse a retelling that is not its reference with one change."""
    references = {row["id"]: row for row in tables["references"]}
    found = []
    for row in tables["candidates"]:
        told = references.get(row["reference"])
        if told is None:
            raise MedaiError(
                f"data/{BOOK}/candidates.csv: {row['id']!r} names the reference "
                f"{row['reference']!r}, which references.csv does not have. Correct the row."
            )
        plain = row["kind"] == "paraphrase"
        good = (not row["old"] and not row["new"]) if plain else row["old"]
        parts = [] if plain else told["text"].split(row["old"]) if row["old"] else []
        if not good or (
            not plain
            and row["text"]
            not in {
                row["old"].join(parts[:i]) + row["new"] + row["old"].join(parts[i:])
                for i in range(1, len(parts))
            }
        ):
            raise MedaiError(
                f"data/{BOOK}/candidates.csv: {row['id']!r} must be its reference with 'old' "
                "replaced once by 'new' (a paraphrase has neither). Correct the row."
            )
        found.append(
            Candidate(
                *(row["id"], told["split"], row["reference"], told["text"]),
                *(row["kind"], row["old"], row["new"], row["text"]),
            )
        )
    return tuple(found)


@functools.cache
def _candidates() -> tuple[Candidate, ...]:
    blank_ok = {name: dict(checks) for name, checks in COLUMNS.items()}
    return _read(read_tables(data_path(BOOK), BOOK, blank_ok, {}))


def retellings(split: str | None = None) -> tuple[Candidate, ...]:
    """Return the retellings, eight of each reference, in the order of the table.

    Parameters
    ----------
    split : {"dev", "test"}, optional
        One half; both if None.  ``test`` is for one measurement, not for choices.

    Raises
    ------
    MedaiError
        For another split, or a table that breaks its rules.

    Examples
    --------
    >>> len(retellings('dev')), len(retellings('test'))
    (256, 256)
    """
    if split not in (None, "dev", "test"):
        raise MedaiError(f"split={split!r}: choose dev or test, or None for both.")
    return tuple(one for one in _candidates() if split in (None, one.split))
