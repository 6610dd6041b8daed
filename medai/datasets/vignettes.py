"""The vignettes of common conditions: fictional patients to develop and to test with.

Written before anything was tuned; see ``data/vignettes/README.md``.  Standard library only.
"""

from __future__ import annotations

import csv
import functools
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from medai.datasets.common import SETTINGS, SEXES, common_conditions
from medai.datasets.paths import data_path
from medai.runtime.errors import MedaiError

FOLDER, FILE = "vignettes", "vignettes.csv"
SPLITS = ("dev", "test")
DIFFICULTIES = ("classic", "partial", "hard")
BASES = ("opened", "teaching estimate")
COLUMNS = (
    *("id", "condition", "split", "setting", "age", "sex", "text", "present", "absent"),
    *("must_flag", "acceptable", "difficulty", "source", "basis", "note"),
)
SHOWN = 10


@dataclass(frozen=True, slots=True)
class Vignette:
    """One fictional patient with a common condition.

    Attributes
    ----------
    id, condition, split
        Number, id of the condition in the table, ``dev`` or ``test``.
    setting, age, sex
        Where the patient is seen, years, ``female`` or ``male``.
    text
        The words of the patient or of a nurse.
    present, absent
        HPO ids of what the text states and denies.
    must_flag
        Whether a careful clinician must see a red flag at once.
    acceptable
        Other conditions that a physician could fairly put first on this text alone.
    difficulty
        ``classic``, ``partial`` or ``hard``.
    source, basis, note
        An address and ``opened``, or ``teaching estimate``; free words.
    """

    id: str
    condition: str
    split: str
    setting: str
    age: float
    sex: str
    text: str
    present: tuple[str, ...]
    absent: tuple[str, ...]
    must_flag: bool
    acceptable: tuple[str, ...]
    difficulty: str
    source: str
    basis: str
    note: str


def vignettes(split: str | None = None) -> tuple[Vignette, ...]:
    """Return the vignettes of a split, or all.

    Raises
    ------
    MedaiError
        When `split` is neither "dev" nor "test", or the file is damaged.

    Examples
    --------
    >>> from medai.datasets.vignettes import vignettes
    >>> len(vignettes("dev")), len(vignettes("test"))
    (60, 89)
    >>> one = vignettes("dev")[0]
    >>> one.condition, one.text[:37]
    ('acute-bronchitis', 'A streaming cold left me with a cough')
    """
    return _part(_vignettes(), split)


def _part(rows: tuple, split: str | None) -> tuple:
    if split is not None and split not in SPLITS:
        raise MedaiError(f"split={split!r}: choose 'dev' or 'test', or None for both.")
    return tuple(row for row in rows if split in (None, row.split))


@functools.lru_cache(maxsize=1)
def _vignettes() -> tuple[Vignette, ...]:
    validate()
    return tuple(_vignette(row) for row in _read(data_path(FOLDER)))


def validate(folder: Path | str | None = None) -> None:
    """Refuse a damaged file; say nothing about a good one.

    Whether the HPO ids are current findings is checked by the tests, which have the ontology.

    Parameters
    ----------
    folder : Path or str, optional
        By default the book's own, ``data/vignettes/``.

    Raises
    ------
    MedaiError
        Naming for each breach (the first ten) the file, the line, the value and the rule.
    """
    folder = data_path(FOLDER) if folder is None else Path(folder)
    problems: list[str] = []
    rows = _read(folder)
    for line, row in enumerate(rows, start=2):
        problems += (f"{FILE}, line {line}: {words}" for words in _vignette_problems(row))
    for key, count in Counter(row["id"] for row in rows).items():
        if count > 1:
            problems.append(f"{FILE}: the id {key} stands {count} times: number anew.")
    for key, count in Counter(row["condition"] for row in rows).items():
        if count > 1:
            problems.append(f"{FILE}: {key} has {count} cases: one is allowed.")
    if problems:
        more = f"\n… and {len(problems) - SHOWN} more" if len(problems) > SHOWN else ""
        raise MedaiError("\n".join(problems[:SHOWN]) + more)


def _read(folder: Path) -> list[dict[str, str]]:
    path = folder / FILE
    try:
        with open(path, encoding="utf-8", newline="") as handle:
            reader = csv.DictReader(handle)
            rows = list(reader)
    except (OSError, UnicodeDecodeError) as error:
        raise MedaiError(f"{path} cannot be read: {error}. Restore it.") from error
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise MedaiError(f"{path}: the columns must be {', '.join(COLUMNS)}.")
    for line, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            raise MedaiError(f"{path}, line {line}: it must have {len(COLUMNS)} cells.")
    return rows


def _vignette_problems(row: dict[str, str]) -> list[str]:
    known = common_conditions()
    choices = {
        "split": SPLITS,
        "setting": tuple(SETTINGS),
        "sex": SEXES,
        "must_flag": ("yes", "no"),
        "difficulty": DIFFICULTIES,
        "basis": BASES,
    }
    found = [
        f"{column} is {row[column]!r}: write one of {', '.join(allowed)}."
        for column, allowed in choices.items()
        if row[column] not in allowed
    ]
    for condition in (row["condition"], *_ids(row["acceptable"])):
        if condition not in known:
            found.append(f"{condition!r} is no condition of the table: see conditions.csv.")
    if row["condition"] in _ids(row["acceptable"]):
        found.append(f"{row['condition']} is the answer and cannot be acceptable besides.")
    try:
        good = 0 <= float(row["age"]) <= 120
    except ValueError:
        good = False
    if not good:
        found.append(f"age is {row['age']!r}: write years, from 0 to 120.")
    present, absent = _ids(row["present"]), _ids(row["absent"])
    for hpo in (*present, *absent):
        if not (hpo.startswith("HP:") and len(hpo) == 10 and hpo[3:].isdigit()):
            found.append(f"{hpo!r} is no HPO id: write HP: and seven digits.")
    if not present:
        found.append("no finding is present: a case without one cannot be solved.")
    if both := set(present) & set(absent):
        found.append(f"{sorted(both)[0]} is present and absent: keep one.")
    if not row["text"].strip():
        found.append("the text is empty: write the patient's words.")
    if (row["basis"] == "opened") != row["source"].startswith("http"):
        found.append(f"basis {row['basis']!r} with source {row['source']!r}: opened needs one.")
    return found


def _ids(cell: str) -> tuple[str, ...]:
    return tuple(cell.split("+")) if cell else ()


def _vignette(row: dict[str, str]) -> Vignette:
    ids = {name: _ids(row[name]) for name in ("present", "absent", "acceptable")}
    more = {"age": float(row["age"]), "must_flag": row["must_flag"] == "yes"}
    return Vignette(**{**row, **ids, **more})
