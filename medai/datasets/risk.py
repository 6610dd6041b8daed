"""The coefficients of the risk scores, with the source of each (book, Chapters 22 and 31).

The pooled cohort equations, PREVENT, SCORE2 and SCORE2-OP have too many coefficients to stand in
code; they are tables in ``data/risk/`` (see the README there), where every row names its source.
:mod:`medai.personalised.risk` calculates with them.  Standard library only.

Examples
--------
>>> coefficients("pooled-cohort", "white", "female")["survival"]
0.9665
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from pathlib import Path

from medai.datasets.checked_tables import Tables, filled, one_of, read_tables
from medai.datasets.paths import data_path
from medai.runtime.errors import MedaiError

__all__ = ["RiskSource", "coefficients", "read_risk", "recalibration", "risk_sources"]

FOLDER = "risk"
SCORES = ("pooled-cohort", "prevent", "score2", "score2-op")
REGIONS = ("low", "moderate", "high", "very high")


@dataclass(frozen=True)
class RiskSource:
    """A source of ``data/risk/sources.csv``; ``copy`` and ``opened`` are ``yes`` or ``no``."""

    key: str
    title: str
    url: str
    publisher: str
    copy: str
    opened: str
    what: str
    date: str


def _number(value: str) -> str:
    """Refuse what is no finite number."""
    try:
        fine = math.isfinite(float(value))
    except ValueError:
        fine = False
    return "" if fine else "it must be a number such as -0.2394"


_SEX = one_of("female", "male")
_COLUMNS = {
    "sources": dict.fromkeys(RiskSource.__dataclass_fields__, filled)
    | {"copy": one_of("yes", "no"), "opened": one_of("yes", "no")},
    "coefficients": {
        "score": one_of(*SCORES),
        "model": filled,
        "sex": _SEX,
        "term": filled,
        "value": _number,
        "source": filled,
    },
    "regions": {
        "score": one_of("score2", "score2-op"),
        "region": one_of(*REGIONS),
        "sex": _SEX,
        "scale1": _number,
        "scale2": _number,
        "source": filled,
    },
}
_KEYS = {"coefficients": ("score", "model", "sex", "term"), "regions": ("score", "region", "sex")}


def read_risk(folder: Path | str) -> Tables:
    """Read and check the tables of a folder.

    Parameters
    ----------
    folder : Path or str
        Holds ``sources.csv``, ``coefficients.csv`` and ``regions.csv``.

    Raises
    ------
    MedaiError
        For a missing file, the first value that breaks a rule, or a source that is not listed.
    """
    tables = read_tables(Path(folder), FOLDER, _COLUMNS, _KEYS)
    known = {row["key"] for row in tables["sources"]}
    for name in ("coefficients", "regions"):
        for line, row in enumerate(tables[name], 2):
            if row["source"] not in known:
                raise MedaiError(
                    f"data/{FOLDER}/{name}.csv, line {line}: source is {row['source']!r}: it must "
                    "be a key of sources.csv. Correct the line or add the source."
                )
    return tables


@functools.lru_cache(maxsize=1)
def _tables() -> tuple[dict, dict, dict]:
    tables = read_risk(data_path(FOLDER))
    found: dict[tuple[str, str, str], dict[str, float]] = {}
    for row in tables["coefficients"]:
        terms = found.setdefault((row["score"], row["model"], row["sex"]), {})
        terms[row["term"]] = float(row["value"])
    scales = {
        (row["score"], row["region"], row["sex"]): (float(row["scale1"]), float(row["scale2"]))
        for row in tables["regions"]
    }
    return found, scales, {row["key"]: RiskSource(**row) for row in tables["sources"]}


def coefficients(score: str, model: str, sex: str) -> dict[str, float]:
    """Return the coefficients of one equation by the name of the term.

    Parameters
    ----------
    score : {"pooled-cohort", "prevent", "score2", "score2-op"}
        The score.
    model : str
        ``white`` or ``black`` for the pooled cohort equations; outcome and years such as
        ``cvd-10`` or ``hf-30`` for PREVENT; ``europe`` for SCORE2 and SCORE2-OP.
    sex : {"female", "male"}
        The sex for which the equation was fitted.

    Raises
    ------
    MedaiError
        When there is no such equation.
    """
    found = _tables()[0]
    if (score, model, sex) not in found:
        raise MedaiError(
            f"There are no coefficients for {score!r}, {model!r}, {sex!r}. There are: "
            + "; ".join(", ".join(key) for key in found)
            + "."
        )
    return dict(found[score, model, sex])


def recalibration(score: str, region: str, sex: str) -> tuple[float, float]:
    """Return the two scales that fit SCORE2 or SCORE2-OP to a risk region of Europe.

    Raises
    ------
    MedaiError
        When there is no such region.
    """
    scales = _tables()[1]
    if (score, region, sex) not in scales:
        raise MedaiError(
            f"There is no recalibration for {score!r}, {region!r}, {sex!r}. "
            f"The regions are {', '.join(REGIONS)}."
        )
    return scales[score, region, sex]


def risk_sources() -> dict[str, RiskSource]:
    """Return the sources of the scores by key."""
    return dict(_tables()[2])
