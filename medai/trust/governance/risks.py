"""A risk file in the manner of ISO 14971: hazards, harm, controls, and the test of each control.

Levels of severity and probability run from 1 to 5 and are teaching estimates.  The verification
of a control is the name of a test of this repository; a name without a test is refused.  That a
test exists does not say that it passes: ``make test`` says that.
"""

from __future__ import annotations

import ast
import functools
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from medai.datasets.checked_tables import Check, filled, one_of, read_tables, refusal
from medai.datasets.paths import data_path, data_root
from medai.runtime.errors import MedaiError

BOOK = "risk_files"
LEVELS = tuple("12345")
KINDS = ("design", "protection", "information")
SEVERITY = ("negligible", "minor", "serious", "critical", "fatal")
PROBABILITY = ("improbable", "remote", "occasional", "probable", "frequent")
COLUMNS: dict[str, dict[str, Check]] = {
    "hazards": {
        "id": filled,
        "model": filled,
        "hazard": filled,
        "sequence": filled,
        "harm": filled,
        "severity": one_of(*LEVELS),
        "before": one_of(*LEVELS),
        "control": filled,
        "kind": one_of(*KINDS),
        "after": one_of(*LEVELS),
        "test": filled,
        "left": filled,
    }
}


def risk_level(severity: int, probability: int) -> str:
    """Return ``low``, ``medium`` or ``high`` for a pair of levels from 1 to 5.

    The product of the levels decides: below 5 low, from 12 high, so that what may kill is never
    low.  The limits are the book's own; a manufacturer sets its own before the analysis.

    Raises
    ------
    MedaiError
        For a level outside 1 to 5.

    Examples
    --------
    >>> risk_level(5, 1), risk_level(1, 5), risk_level(4, 3), risk_level(2, 2)
    ('medium', 'medium', 'high', 'low')
    """
    for name, level in (("severity", severity), ("probability", probability)):
        if level not in range(1, 6) or isinstance(level, bool):
            raise MedaiError(f"{name}={level!r}: a level is a whole number from 1 to 5.")
    product = severity * probability
    return "high" if product >= 12 else "medium" if product >= 5 else "low"


@dataclass(frozen=True)
class Hazard:
    """One line of a risk file.

    Attributes
    ----------
    id, hazard, sequence, harm
        Identifier; source of harm; sequence of events; what happens to the patient.
    severity, before, after
        Severity of the harm, and probability before and after control, 1 to 5.
    control, kind
        What is done, by ``design``, ``protection`` or ``information``.
    test
        ``path::name`` of the test that shows the control; several are parted by ``;``.
    left
        What remains.
    """

    id: str
    hazard: str
    sequence: str
    harm: str
    severity: int
    before: int
    control: str
    kind: str
    after: int
    test: str
    left: str

    @property
    def tests(self) -> tuple[str, ...]:
        """Each test of the control, ``path::name``."""
        return tuple(self.test.split(";"))

    @property
    def level_before(self) -> str:
        """The risk without the control."""
        return risk_level(self.severity, self.before)

    @property
    def level_after(self) -> str:
        """The residual risk."""
        return risk_level(self.severity, self.after)


@dataclass(frozen=True)
class RiskFile:
    """The hazards of a model.

    Attributes
    ----------
    model
        Its name, as on its model card.
    hazards
        In the order of the file.
    tests_checked
        Whether the tests could be looked up; False in an installed package, which has none.
    """

    model: str
    hazards: tuple[Hazard, ...]
    tests_checked: bool

    def matrix(self, when: str = "after") -> Mapping[tuple[int, int], int]:
        """Return how many hazards stand at each (severity, probability), before or after."""
        if when not in ("before", "after"):
            raise MedaiError(f"when={when!r}: 'before' or 'after' control.")
        return Counter((one.severity, getattr(one, when)) for one in self.hazards)

    def residual(self) -> tuple[Hazard, ...]:
        """Return what is not low after control, the highest product first."""
        rows = [one for one in self.hazards if one.level_after != "low"]
        return tuple(sorted(rows, key=lambda one: -one.severity * one.after))

    def to_markdown(self) -> str:
        """Return the file as Markdown: one section a hazard, readable on a phone."""
        parts = ["*Severities and probabilities are teaching estimates; no clinician took part.*"]
        for one in self.hazards:
            risk = f"{one.level_before} before, {one.level_after} after control"
            levels = f"severity {one.severity}, probability {one.before} then {one.after}"
            tests = " and ".join(f"`{test.split('/')[-1]}`" for test in one.tests)
            parts.append(
                f"**{one.id} {one.hazard}.** {one.sequence} *Harm:* {one.harm}. "
                f"*Risk:* {risk} ({levels}). *Control* ({one.kind}): {one.control} "
                f"*Verified by* {tests}. *Left:* {one.left}"
            )
        return "\n\n".join(parts)


def risk_file(model: str, folder: Path | None = None, repository: Path | None = None) -> RiskFile:
    """Return the risk file of a model, after looking for each named test.

    Parameters
    ----------
    model
        Name on the model card, e.g. ``"diagnosis-assistant"``.
    folder
        Where ``hazards.csv`` stands; by default ``data/risk_files``.
    repository
        A checkout with ``tests``; by default that of the book, if there is one.

    Raises
    ------
    MedaiError
        For a model without hazards, a named test that does not exist, and a control that
        raises the probability.
    """
    tables = read_tables(Path(folder or data_path(BOOK)), BOOK, COLUMNS, {})
    root = Path(repository) if repository else data_root().parent
    checked = (root / "tests").is_dir()
    rows = []
    for line, row in enumerate(tables["hazards"], 2):
        if int(row["after"]) > int(row["before"]):
            raise refusal(BOOK, "hazards", line, row["id"], "a control must not raise the risk")
        for test in row["test"].split(";") if checked else ():
            if not is_test(test, root):
                rule = "no such test in this repository: a control without a test is a hope"
                raise refusal(BOOK, "hazards", line, test, rule)
        if row["model"] == model:
            numbers = {key: int(row[key]) for key in ("severity", "before", "after")}
            rows.append(Hazard(**{k: v for k, v in row.items() if k != "model"} | numbers))
    if not rows:
        known = sorted({row["model"] for row in tables["hazards"]})
        raise MedaiError(f"There is no risk file for {model!r}. There is one for {known}.")
    return RiskFile(model, tuple(rows), checked)


def is_test(test: str, repository: Path) -> bool:
    """Return whether ``path::function`` or ``path::Class::function`` is a test there."""
    path, *names = test.split("::")
    if not names or not names[-1].startswith("test"):
        return False
    file = Path(repository) / path
    return file.is_file() and tuple(names) in _tests_of(file)


@functools.cache
def _tests_of(file: Path) -> frozenset[tuple[str, ...]]:
    """Return the names of the functions of a test file, with the class where there is one."""
    found = set()
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            found.add((node.name,))
        elif isinstance(node, ast.ClassDef):
            inner = (n.name for n in node.body if isinstance(n, ast.FunctionDef))
            found.update((node.name, name) for name in inner)
    return frozenset(found)
