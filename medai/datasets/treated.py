"""Generated patients whose treatment somebody chose, with the outcome they did not have.

Three invented situations.  Each gives the outcome of every patient under every choice, which
no record ever holds, so the true effect is known.  All outcomes are points on an invented
scale or metres walked; none of the drugs and operations exists.

* :func:`infections`, a drug given to the sicker: it helps and looks harmful;
* :func:`operations`, done on the fitter: it helps those with a narrow canal, harms the others,
  and looks good for all;
* :func:`dosing`, more of a drug for the sicker: the right dose looks like too much.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from medai.runtime.errors import MedaiError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

BEST_DOSE, PER_KG, CURVATURE = 8.0, 0.1, 0.5  # mg at 75 kg, mg per kg, points per mg²


@dataclass(frozen=True)
class TreatedCohort:
    """Patients, what was done, what followed, and what would have followed.

    Attributes
    ----------
    x : pandas.DataFrame
        What was known before the treatment, one row a patient.
    treated : numpy.ndarray
        1 treated, 0 not, shape (n,).
    y : numpy.ndarray
        The outcome recorded, larger is better, shape (n,).
    y0, y1 : numpy.ndarray
        The outcome without and with the treatment, shape (n,); one of them equals ``y``.
    chance : numpy.ndarray
        The true chance of treatment, shape (n,).
    """

    x: pd.DataFrame
    treated: np.ndarray
    y: np.ndarray
    y0: np.ndarray
    y1: np.ndarray
    chance: np.ndarray

    @property
    def effect(self) -> np.ndarray:
        """The true effect of each patient, shape (n,): nobody can see it outside a simulation."""
        return self.y1 - self.y0


@dataclass(frozen=True)
class DosedCohort:
    """Patients, their dose, and what followed.

    Attributes
    ----------
    x : pandas.DataFrame
        ``severity`` (points) and ``weight`` (kg).
    dose : numpy.ndarray
        mg a day, shape (n,).
    y : numpy.ndarray
        Relief after a week, points, larger is better, shape (n,).
    best : numpy.ndarray
        The dose that is truly best for each patient, mg, shape (n,).
    rest : numpy.ndarray
        The patient's outcome at the best dose, shape (n,).
    """

    x: pd.DataFrame
    dose: np.ndarray
    y: np.ndarray
    best: np.ndarray
    rest: np.ndarray

    def outcome_at(self, dose: np.ndarray | float) -> np.ndarray:
        """Return what each patient's outcome would be at `dose` (mg), shape (n,)."""
        return self.rest - CURVATURE * (dose - self.best) ** 2


def infections(
    n: int, seed: int = 0, strictness: float = 0.6, randomised: bool = False
) -> TreatedCohort:
    """Return patients with an infection; the sicker more often get the drug.

    The drug adds 2 points to recovery on average, 0.8 more for each point of severity above 5;
    each point of severity costs about 3 points and, the sicker, the more.  Columns of ``x``:
    ``age`` (years) and ``severity`` (points, mean 5, standard deviation 2).

    Parameters
    ----------
    n : int
        Patients, at least 10.
    seed : int
        The same seed gives the same patients on every machine.
    strictness : float
        How strongly severity decides: 0 not at all, 0.6 as doctors who differ, 3 and more as
        a rule that leaves hardly any choice.
    randomised : bool
        Toss a fair coin instead.

    Raises
    ------
    MedaiError
        For fewer than 10 patients or a negative strictness.

    Examples
    --------
    >>> from medai.datasets.treated import infections
    >>> cohort = infections(2_000)
    >>> seen = cohort.y[cohort.treated == 1].mean() - cohort.y[cohort.treated == 0].mean()
    >>> print(f"seen {seen:.1f}, true {cohort.effect.mean():.1f}")
    seen -3.3, true 2.1
    """
    import numpy as np
    import pandas as pd

    rng = _rng(n, seed, 1)
    if not 0 <= strictness < float("inf"):
        raise MedaiError(f"strictness={strictness}: 0 or more.")
    age = rng.normal(65, 10, n)
    sick = rng.normal(0, 2, n)  # severity minus 5
    y0 = 30 - 3 * sick - 0.25 * sick**2 - 0.1 * (age - 65) + rng.normal(0, 4, n)
    y1 = y0 + 2 + 0.8 * sick
    chance = _sigmoid(strictness * sick + 0.02 * (age - 65))
    x = pd.DataFrame({"age": age, "severity": 5 + sick})
    return _finish(rng, x, y0, y1, np.full(n, 0.5) if randomised else chance)


def operations(n: int, seed: int = 0, randomised: bool = False) -> TreatedCohort:
    """Return patients with leg pain from a narrow spinal canal; surgeons prefer the fit.

    The operation adds 20 metres to the distance walked in six minutes a year later for each
    millimetre of narrowing above 6.5, and takes 20 for each below: it helps about a third of
    the patients and harms the others.  The surgeons look at fitness, which moves the distance
    by 90 m a standard deviation with or without the operation.  Columns of ``x``: ``age``
    (years), ``fitness`` (standard deviations) and ``narrowing`` (mm, 0 to 10).

    Parameters
    ----------
    n, seed, randomised
        As in :func:`infections`.
    """
    import numpy as np
    import pandas as pd

    rng = _rng(n, seed, 2)
    age, fitness = rng.normal(68, 8, n), rng.normal(0, 1, n)
    narrowing = rng.uniform(0, 10, n)
    y0 = 320 + 90 * fitness - 2 * (age - 68) + rng.normal(0, 40, n)
    y1 = y0 + 20 * (narrowing - 6.5)
    chance = _sigmoid(2 * fitness - 0.03 * (age - 68))
    x = pd.DataFrame({"age": age, "fitness": fitness, "narrowing": narrowing})
    return _finish(rng, x, y0, y1, np.full(n, 0.5) if randomised else chance)


def dosing(n: int, seed: int = 0) -> DosedCohort:
    """Return patients who got a dose of a pain drug, the sicker more of it.

    Relief is highest at 8 mg for a patient of 75 kg and at 0.1 mg more for each further kg,
    and falls by half a point times the square of the distance from there.  Each point of
    severity costs 6 points at any dose and makes the doctor add 0.6 mg; the weight is not
    looked at.

    Parameters
    ----------
    n, seed
        As in :func:`infections`.
    """
    import pandas as pd

    rng = _rng(n, seed, 3)
    sick, weight = rng.normal(0, 2, n), rng.normal(75, 12, n)
    best = BEST_DOSE + PER_KG * (weight - 75)
    dose = 7 + 0.6 * sick + rng.normal(0, 1.6, n)
    rest = 60 - 6 * sick + rng.normal(0, 5, n)
    x = pd.DataFrame({"severity": 5 + sick, "weight": weight})
    return DosedCohort(x, dose, rest - CURVATURE * (dose - best) ** 2, best, rest)


def _rng(n: int, seed: int, stream: int) -> np.random.Generator:
    import numpy as np

    if int(n) != n or n < 10:
        raise MedaiError(f"n={n}: a whole number of patients, at least 10.")
    return np.random.default_rng([seed, 0x7EA7, stream])


def _sigmoid(z: np.ndarray) -> np.ndarray:
    from scipy.special import expit

    return expit(z)


def _finish(
    rng: np.random.Generator,
    x: pd.DataFrame,
    y0: np.ndarray,
    y1: np.ndarray,
    chance: np.ndarray,
) -> TreatedCohort:
    import numpy as np

    treated = (rng.random(len(x)) < chance).astype(int)
    return TreatedCohort(x, treated, np.where(treated, y1, y0), y0, y1, chance)
