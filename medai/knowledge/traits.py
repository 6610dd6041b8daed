"""What a disease's rows say beside its findings, and a patient's age and sex.

Three comparisons use this (:mod:`medai.knowledge.evidence`): a patient who is younger than any
stated onset or older than all of them, a woman with an X-linked recessive disease, and the
number of papers behind the disease, a rough hint of how often it is met.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterable
from typing import NamedTuple

from medai.knowledge.graph import KnowledgeGraph
from medai.runtime import MedaiError

# Years, near the middle of the range by which HPO defines each class of onset.
ONSET_YEARS = {
    "HP:0030674": 0.0,  # antenatal
    "HP:0011460": 0.0,  # embryonal
    "HP:0011461": 0.0,  # fetal
    "HP:0034199": 0.0,  # late first trimester
    "HP:0034198": 0.0,  # second trimester
    "HP:0034197": 0.0,  # third trimester
    "HP:0003577": 0.0,  # congenital
    "HP:0003623": 0.04,  # neonatal, to 28 days
    "HP:0003593": 0.5,  # infantile, 28 days to 1 year
    "HP:0410280": 5.0,  # paediatric, before 16 years
    "HP:0011463": 2.5,  # childhood, 1 to 5 years
    "HP:0003621": 9.0,  # juvenile, 5 to 15 years
    "HP:0003581": 25.0,  # adult, from 16 years
    "HP:0011462": 25.0,  # young adult, 16 to 40 years
    "HP:0025708": 18.0,  # early young adult, 16 to 19 years
    "HP:0025709": 22.0,  # intermediate young adult, 19 to 25 years
    "HP:0025710": 32.0,  # late young adult, 25 to 40 years
    "HP:0003596": 50.0,  # middle age, 40 to 60 years
    "HP:0003584": 65.0,  # late, from 60 years
}
X_RECESSIVE = "HP:0001419"
SEXES = ("female", "male")
OLDEST = 130.0  # years
_AGE = re.compile(r"P(?=\d)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T[\dHMS]+)?")


class Traits(NamedTuple):
    """What a disease's rows say beside its findings.

    Attributes
    ----------
    onset_from, onset_to : float
        Earliest and latest stated onset in years; NaN where none is stated.
    x_recessive : bool
        X-linked recessive inheritance is stated.
    papers : int
        Distinct papers (``PMID:…``) behind the findings.
    """

    onset_from: float
    onset_to: float
    x_recessive: bool
    papers: int


class _Rows(NamedTuple):
    """The columns that are read here, as lists: faster than arrays, one value at a time."""

    term: list[int]
    finding: list[bool]
    negated: list[bool]
    references: list[int]


@functools.lru_cache(maxsize=4)
def _rows(graph: KnowledgeGraph) -> _Rows:
    return _Rows(*(graph.tables[f"row_{name}"].tolist() for name in _Rows._fields))


def make_traits(graph: KnowledgeGraph, rows: Iterable[int], without: str = "") -> Traits:
    """Read the traits of a disease from its annotation rows; `without` is a paper not to count."""
    table = _rows(graph)
    stated = [row for row in rows if not table.negated[row]]
    ids = {graph.term_ids[table.term[row]] for row in stated if not table.finding[row]}
    years = [ONSET_YEARS[i] for i in ids if i in ONSET_YEARS]
    first, last = (min(years), max(years)) if years else (math.nan, math.nan)
    sources = {table.references[row] for row in stated if table.finding[row]}
    papers = {p for s in sources for p in graph.words[s].split(";") if p.startswith("PMID:")}
    return Traits(first, last, X_RECESSIVE in ids, len(papers - {without}))


@functools.lru_cache(maxsize=40_000)
def traits_of(graph: KnowledgeGraph, disease: int) -> Traits:
    """Return the traits of one disease, by row number."""
    return make_traits(graph, range(*graph.tables["row_of"][disease : disease + 2].tolist()))


def years_of(age: float | str | None) -> float | None:
    """Return an age in years.

    Parameters
    ----------
    age : float, str or None
        Years, or a duration of ISO 8601 such as ``"P6Y9M"`` (phenopackets write so).

    Returns
    -------
    float or None
        None when it is not given.

    Raises
    ------
    MedaiError
        When it is no such duration, or not between 0 and 130 years.
    """
    if age is None:
        return None
    if isinstance(age, str) and (match := _AGE.fullmatch(age)):
        parts = (int(part or 0) for part in match.groups())
        years = sum(n / size for n, size in zip(parts, (1, 12, 52, 365), strict=True))
    elif isinstance(age, int | float) and not isinstance(age, bool):
        years = float(age)
    else:
        raise MedaiError(f"age={age!r}: give years, or a duration such as 'P6Y9M'.")
    if not 0 <= years <= OLDEST:
        raise MedaiError(f"age={age!r}: give 0 to {OLDEST:.0f} years.")
    return years


def check_sex(sex: str | None) -> str | None:
    """Return ``"female"``, ``"male"`` or None (unknown, or neither)."""
    if sex is None:
        return None
    if not isinstance(sex, str) or sex.lower() not in SEXES:
        raise MedaiError(f"sex={sex!r}: give 'female', 'male' or None (unknown, or neither).")
    return sex.lower()
