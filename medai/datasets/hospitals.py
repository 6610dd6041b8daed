"""Generated patients of four hospitals that differ: size, outcomes, a laboratory, a rare group.

Nobody lived.  The outcome (a return within thirty days, say) follows a logistic model whose
weights are known.  Two things are built in on purpose, to be found again: at the hospital *West*
a marker is measured by another assay, whose values run the other way, and in a rare group the
second marker counts in the opposite direction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from medai.runtime.errors import MedaiError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

# patients · intercept (prevalence) · mean age (standard deviations) · the assay of `marker_a`
HOSPITALS = {
    "North": (1600, -1.0, 0.0, 1.0),
    "South": (900, -1.8, 0.4, 1.0),
    "East": (160, -0.4, -0.5, 1.0),
    "West": (500, -1.2, 0.2, -1.0),
}
WEIGHTS = {
    "age": 0.6,
    "male": 0.2,
    "marker_a": 0.9,
    "marker_b": 0.7,
    "pressure": 0.3,
    "creatinine": 0.4,
}
NOISE = 14  # columns that say nothing
FEATURES = (*WEIGHTS, *(f"noise_{i}" for i in range(1, NOISE + 1)))
RARE = 0.06


@dataclass(frozen=True)
class Patients:
    """Patients as arrays.

    Attributes
    ----------
    x : numpy.ndarray
        What is known, shape (n, features), about mean 0 and standard deviation 1.
    y : numpy.ndarray
        The outcome, 0 or 1, shape (n,).
    rare : numpy.ndarray
        Whether the patient belongs to the rare group, shape (n,), boolean.
    hospital : numpy.ndarray
        Its name, shape (n,).
    """

    x: np.ndarray
    y: np.ndarray
    rare: np.ndarray
    hospital: np.ndarray

    def __len__(self) -> int:
        return len(self.y)

    def take(self, rows: np.ndarray) -> Patients:
        """Return some of the patients, by number or by a boolean array."""
        return Patients(self.x[rows], self.y[rows], self.rare[rows], self.hospital[rows])

    def table(self) -> pd.DataFrame:
        """Return them as a table, one row a patient."""
        import pandas as pd

        table = pd.DataFrame(self.x, columns=list(FEATURES))
        return table.assign(rare=self.rare, hospital=self.hospital, outcome=self.y)


def hospital_patients(
    hospital: str, n: int | None = None, seed: int = 33, part: str = "train"
) -> Patients:
    """Draw patients of one hospital; no patient is in both parts.

    Parameters
    ----------
    hospital : {"North", "South", "East", "West"}
        Where they are treated.
    n : int, optional
        How many; by default what the hospital has.
    seed : int
        The same seed gives the same patients.
    part : {"train", "test"}
        Other people of the same kind.

    Raises
    ------
    MedaiError
        For another hospital or part, or n below 2.

    Examples
    --------
    >>> from medai.datasets.hospitals import HOSPITALS, hospital_patients
    >>> for name in HOSPITALS:
    ...     patients = hospital_patients(name)
    ...     print(name, patients.x.shape, round(float(patients.y.mean()), 2))
    North (1600, 20) 0.3
    South (900, 20) 0.24
    East (160, 20) 0.42
    West (500, 20) 0.31
    """
    import numpy as np

    if hospital not in HOSPITALS:
        known = ", ".join(map(repr, HOSPITALS))
        raise MedaiError(f"hospital={hospital!r}: the generator knows {known}.")
    if part not in ("train", "test"):
        raise MedaiError(f"part={part!r}: it must be 'train' or 'test'.")
    size, intercept, older, assay = HOSPITALS[hospital]
    n = size if n is None else n
    if n < 2 or int(n) != n:
        raise MedaiError(f"n={n}: a whole number of patients, at least 2, is wanted.")
    stream = list(HOSPITALS).index(hospital)
    rng = np.random.default_rng([seed, 0x40, stream, part == "test"])
    x = rng.normal(size=(int(n), len(FEATURES)))
    x[:, 0] += older
    x[:, 1] = np.where(rng.random(n) < 0.5, 1.0, -1.0)
    rare = rng.random(n) < RARE
    weights = np.array([*WEIGHTS.values()])
    logit = intercept + x[:, : len(weights)] @ weights
    logit -= 2 * WEIGHTS["marker_b"] * rare * x[:, 3]  # the other way round
    y = (rng.random(n) < 1 / (1 + np.exp(-logit))).astype(int)
    x[:, 2] *= assay
    return Patients(x, y, rare, np.full(int(n), hospital))


def together(*groups: Patients) -> Patients:
    """Return several groups as one."""
    import numpy as np

    if not groups:
        raise MedaiError("no patients: give at least one group.")
    columns = ("x", "y", "rare", "hospital")
    return Patients(*(np.concatenate([getattr(g, c) for g in groups]) for c in columns))
