"""The table of common conditions that was written for this book (book, Chapter 24).

The Human Phenotype Ontology describes rare disease only.  This table says for the conditions
that fill a waiting room which findings they have and how often, how common they are in general
practice and in an emergency department, what must not be missed, and which tests come first.
Every row says what it rests on: a source that was ``opened``, a source that merely ``listed``
the finding, or a ``teaching estimate``.  It is for teaching, and not medical advice.

The files stand in ``data/common_conditions/``; see the README there.  Standard library only.

Examples
--------
>>> table = common_conditions()
>>> table["influenza"].name_zh
'流行性感冒'
"""

from __future__ import annotations

import dataclasses
import difflib
import functools
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from medai.datasets._common_records import (
    AGES,
    BASES,
    FILES,
    FREQUENCIES,
    SETTINGS,
    SEXES,
    Condition,
    Exclusion,
    Finding,
    FirstTest,
    Modifier,
    RedFlag,
    SameFinding,
    Source,
    make_row,
)
from medai.datasets._common_rules import check_cells, read_cells
from medai.datasets.paths import data_path
from medai.runtime.errors import MedaiError

__all__ = [
    "AGES",
    "FREQUENCIES",
    "SETTINGS",
    "SEXES",
    "CommonConditions",
    "Condition",
    "Exclusion",
    "Finding",
    "FirstTest",
    "Modifier",
    "RedFlag",
    "SameFinding",
    "Source",
    "common_conditions",
    "provenance_markdown",
    "read_conditions",
    "validate",
]

FOLDER = "common_conditions"
_WORDS = {
    "general practice": "priors, general practice",
    "emergency": "priors, emergency",
    "modifiers": "age and sex modifiers",
    "findings": "findings",
    "excludes": "findings that speak against",
    "red_flags": "red flags",
    "first_tests": "first tests",
}


class CommonConditions(Mapping[str, Condition]):
    """The table: a mapping from the id of a condition to the condition, sorted by id.

    Attributes
    ----------
    sources : dict of str to Source
        The sources by key.
    same : tuple of SameFinding
        Pairs of findings that the words of a patient do not separate.
    """

    def __init__(
        self,
        conditions: dict[str, Condition],
        sources: dict[str, Source],
        same: tuple[SameFinding, ...] = (),
    ) -> None:
        self._conditions = dict(sorted(conditions.items()))
        self.sources, self.same = sources, same
        pairs = [(row.hpo, row.same_as) for row in same]
        self._same: dict[str, tuple[str, ...]] = {}
        for one, other in (*pairs, *((b, a) for a, b in pairs)):
            self._same[one] = (*self._same.get(one, ()), other)

    def __getitem__(self, name: str) -> Condition:
        """Return a condition; raises MedaiError with close matches when there is none."""
        if name in self:
            return self._conditions[name]
        close = difflib.get_close_matches(str(name).lower(), self._conditions, n=3, cutoff=0.5)
        hint = f"Did you mean {' or '.join(map(repr, close))}?" if close else "No id is close."
        raise MedaiError(
            f"{name!r} is none of the {len(self)} common conditions. {hint} "
            "list(common_conditions()) names them all."
        )

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name in self._conditions

    def get(self, name: str, default=None):
        """Return a condition, or `default` when there is none."""
        return self._conditions[name] if name in self else default

    def __iter__(self) -> Iterator[str]:
        return iter(self._conditions)

    def __len__(self) -> int:
        return len(self._conditions)

    def __repr__(self) -> str:
        return f"CommonConditions({len(self)} conditions, {len(self.sources)} sources)"

    def rows(self, part: str) -> tuple:
        """Return all rows of one part, in the order of the conditions.

        Parameters
        ----------
        part : {"findings", "excludes", "modifiers", "red_flags", "first_tests"}
            Which rows.
        """
        return tuple(row for condition in self.values() for row in getattr(condition, part))

    def same_as(self, hpo: str) -> tuple[str, ...]:
        """Return the ids that the words of a patient do not separate from this one."""
        return self._same.get(hpo, ())

    def provenance(self) -> dict[str, dict[str, int]]:
        """Count the rows of each part by what they rest on.

        Returns
        -------
        dict of str to dict of str to int
            ``{"findings": {"opened": …, "listed": …, "teaching estimate": …}, …}``; the
            priors of the two settings are counted apart, under the name of the setting.
        """
        counts = {
            setting: Counter(getattr(one, f"{column}_basis") for one in self.values())
            for setting, column in SETTINGS.items()
        }
        for part in ("modifiers", "findings", "excludes", "red_flags", "first_tests"):
            counts[part] = Counter(row.basis for row in self.rows(part))
        return {part: {basis: found[basis] for basis in BASES} for part, found in counts.items()}


def read_conditions(folder: Path | str) -> CommonConditions:
    """Read and validate a table of conditions.

    Parameters
    ----------
    folder : Path or str
        Holds ``conditions.csv`` and the other seven files.

    Returns
    -------
    CommonConditions
        The table.

    Raises
    ------
    MedaiError
        When a file is missing or breaks a rule; see :func:`validate`.
    """
    cells = read_cells(Path(folder))
    check_cells(cells)
    records = {name: [make_row(name, *row) for row in cells[name]] for name in FILES}
    sources = {source.key: source for source in records.pop("sources")}
    same = tuple(records.pop("same"))
    conditions = records.pop("conditions")
    parts: dict[str, dict[str, list]] = {
        one.id: {name: [] for name in records} for one in conditions
    }
    for name, rows in records.items():
        for row in rows:
            parts[row.condition][name].append(row)
    return CommonConditions(
        {
            one.id: dataclasses.replace(one, **{n: tuple(r) for n, r in parts[one.id].items()})
            for one in conditions
        },
        sources,
        same,
    )


def validate(folder: Path | str | None = None) -> None:
    """Refuse a table that breaks a rule; say nothing about one that keeps them.

    Whether the HPO ids exist is checked by :func:`medai.knowledge.common.check_against`,
    which has the ontology.

    Parameters
    ----------
    folder : Path or str, optional
        By default the book's own, ``data/common_conditions/``.

    Raises
    ------
    MedaiError
        Naming for each breach (the first ten) the file, the line, the value, the rule and the
        way out: an unknown basis, frequency, kind or condition; a prior outside -5 to -0.5 or
        between the steps; a factor that is not allowed; a share outside its class or without
        an opened source; a row without provenance; a repeated row; fewer than eight findings;
        the shape of an ICD-10 code; a missing Chinese name.
    """
    check_cells(read_cells(data_path(FOLDER) if folder is None else Path(folder)))


@functools.lru_cache(maxsize=1)
def common_conditions() -> CommonConditions:
    """Return the book's table of common conditions; read once, then kept."""
    return read_conditions(data_path(FOLDER))


def provenance_markdown(table: CommonConditions | None = None) -> str:
    """Return how much of the table rests on what, as a Markdown table."""
    table = common_conditions() if table is None else table
    lines = [f"| rows | all | {' | '.join(BASES)} |", "|---" * (len(BASES) + 2) + "|"]
    for part, counts in table.provenance().items():
        cells = [_WORDS[part], sum(counts.values()), *counts.values()]
        lines.append(f"| {' | '.join(map(str, cells))} |")
    shares = sum(row.share is not None for row in table.rows("findings"))
    copies = sum(source.copy for source in table.sources.values())
    return "\n".join(
        [
            f"{len(table)} conditions.\n",
            *lines,
            f"\n{shares} findings carry the share of patients that a source gives; the others "
            "carry a frequency class.",
            f"Of the {len(table.sources)} sources, {copies} were read in a third party's copy.",
        ]
    )
