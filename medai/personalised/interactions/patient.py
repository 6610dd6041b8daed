"""What is known of the patient, checked before any rule reads it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from medai.runtime.errors import MedaiError

# argument: (lowest, highest, unit); outside lies a typing error or another unit
RANGES = {
    "egfr_ml_min_1_73m2": (0.0, 250.0, "ml/min/1.73 m2"),
    "creatinine_clearance_ml_min": (0.0, 350.0, "ml/min"),
    "weeks": (0.0, 44.0, "weeks of pregnancy"),
    "age_years": (0.0, 125.0, "years"),
    "qtc_ms": (200.0, 800.0, "ms"),
    "potassium_mmol_l": (1.0, 10.0, "mmol/l"),
    "magnesium_mmol_l": (0.1, 5.0, "mmol/l"),
    "heart_rate_per_min": (15.0, 300.0, "beats a minute"),
}


@dataclass(frozen=True)
class Patient:
    """The facts of :func:`medai.personalised.interactions.check`, None where unknown."""

    egfr_ml_min_1_73m2: float | None = None
    creatinine_clearance_ml_min: float | None = None
    child_pugh: str | None = None
    pregnant: bool | None = None
    weeks: float | None = None
    breastfeeding: bool | None = None
    age_years: float | None = None
    sex: str | None = None
    qtc_ms: float | None = None
    potassium_mmol_l: float | None = None
    magnesium_mmol_l: float | None = None
    heart_rate_per_min: float | None = None

    def __post_init__(self) -> None:
        for name, (low, high, unit) in RANGES.items():
            value = getattr(self, name)
            if value is None:
                continue
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if not number or not math.isfinite(value) or not low <= value <= high:
                raise MedaiError(
                    f"{name} is {value!r}: it must be a number from {low:g} to {high:g} "
                    f"({unit}). Check the value and its unit, or leave it out."
                )
        for name, choices in (
            ("child_pugh", ("A", "B", "C")),
            ("sex", ("female", "male")),
            ("pregnant", (True, False)),
            ("breastfeeding", (True, False)),
        ):
            value = getattr(self, name)
            if value is not None and not any(
                value == one and type(value) is type(one) for one in choices
            ):
                raise MedaiError(
                    f"{name} is {value!r}: it must be one of {choices}, or None when unknown."
                )
        if self.weeks is not None and self.pregnant is not True:
            raise MedaiError(
                f"weeks is {self.weeks!r}, but pregnant is {self.pregnant!r}. "
                "Give pregnant=True with the week, or leave the week out."
            )
        if self.pregnant and self.sex == "male":
            raise MedaiError(
                "pregnant is True and sex is 'male'. Correct one, or leave the sex out."
            )

    @property
    def may_be_pregnant(self) -> bool:
        """Whether a pregnancy is possible and nobody has said."""
        if self.pregnant is not None or self.sex == "male":
            return False
        return self.age_years is None or CHILD_BEARING[0] <= self.age_years <= CHILD_BEARING[1]


# Our own bounds for the question (girls before menarche and women after menopause are not
# asked); they decide who is asked, never who is safe.
CHILD_BEARING = (10, 55)
