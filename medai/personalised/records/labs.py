"""From laboratory values to findings: what a value says, and what has to be asked."""

from __future__ import annotations

from dataclasses import dataclass

from medai.datasets.records import LabTest, lab_tests
from medai.knowledge import thresholds
from medai.personalised.records.model import Lab
from medai.preprocess.units import convert
from medai.runtime.errors import MedaiError

GLUCOSE = ("glucose", "blood glucose", "plasma glucose", "blood sugar")


@dataclass(frozen=True)
class LabReading:
    """What one value says.

    Attributes
    ----------
    lab : Lab
        The value.
    present, absent : tuple of str
        HPO ids of findings that it shows, and that it rules out.
    question : str
        What has to be asked before the value can be used; "" if nothing.
    """

    lab: Lab
    present: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    question: str = ""


def read_value(lab: Lab, sex: str | None = None) -> LabReading:
    """Compare a value with its reference interval.

    The laboratory's own interval wins over the book's.  A value without a unit, in an unknown
    unit, or without an interval is asked about, never guessed.  So is one whose interval
    depends on the sex, where that is not known and the intervals disagree.
    """
    name = lab.test.strip().lower()
    if name in GLUCOSE:
        return _glucose(lab)
    test = lab_tests().get(name)
    if test is None:
        return LabReading(lab, question=f"{lab.test}: this test is not known here; not used.")
    if not lab.unit:
        asked = f"{lab.test} {lab.value:g}: in which unit? Here it is {test.unit}."
        return LabReading(lab, question=asked)
    factor = 1.0 if _plain(lab.unit) == _plain(test.unit) else None
    for unit, value in test.factors.items():
        factor = value if _plain(lab.unit) == _plain(unit) else factor
    if lab.low is not None:  # its own interval has its own unit
        verdicts = {_side(lab.value, lab.low, lab.high)}
    elif factor is None:
        known = ", ".join((test.unit, *test.factors))
        return LabReading(lab, question=f"{lab}: unit unknown; known are {known}. Not used.")
    elif not test.ranges:
        asked = f"{lab}: what is the laboratory's reference interval?"
        return LabReading(lab, question=asked)
    else:
        ranges = [test.ranges[sex]] if sex in test.ranges else test.ranges.values()
        verdicts = {_side(lab.value * factor, low, high) for low, high in ranges}
    if len(verdicts) > 1:
        asked = f"{lab}: the interval depends on the sex; is the patient a woman or a man?"
        return LabReading(lab, question=asked)
    return _findings(lab, test, verdicts.pop())


def _findings(lab: Lab, test: LabTest, side: str) -> LabReading:
    shown = {"below": test.below, "above": test.above}.get(side, "")
    absent = tuple(hpo for hpo in (test.below, test.above) if hpo and hpo != shown)
    return LabReading(lab, (shown,) if shown else (), absent)


def _side(value: float, low: float, high: float) -> str:
    return "below" if value < low else "above" if value > high else "inside"


def _plain(unit: str) -> str:
    """Return a unit without what laboratories write differently."""
    text = "".join(unit.split()).casefold()
    for old, new in (("μ", "u"), ("µ", "u"), ("×", "x"), ("x10", "10"), ("litre", "l")):
        text = text.replace(old, new)
    return text


def _glucose(lab: Lab) -> LabReading:
    """Judge by the thresholds of the room :mod:`medai.knowledge`."""
    if not lab.unit:
        return LabReading(lab, question=f"{lab.test} {lab.value:g}: in mmol/L or mg/dL?")
    try:
        value = float(convert(lab.value, "glucose", lab.unit, "mg/dL"))
    except MedaiError as error:
        return LabReading(lab, question=str(error))
    if wrong := thresholds.impossible("glucose", value):
        return LabReading(lab, question=wrong)
    judged = thresholds.glucose(value, lab.fasting)
    ids = {
        status: tuple(thresholds.TERMS[name] for name, how in judged.findings if how == status)
        for status in ("present", "excluded")
    }
    return LabReading(lab, ids["present"], ids["excluded"], judged.message)
