"""A generator of two sites whose patients are followed for ten years; the true risk is known.

The patients never lived.  Each has what the pooled cohort equations ask for, in the ranges that
they accept, and two things that they do not ask for: deprivation, and a blood marker.  The rate
of the event at time t (years) is that of a Weibull distribution with one shape for everybody:

    H_event(t) = a · exp(lp) · (t / 10)^k,     H_death(t) = d · exp(ld) · (t / 10)^k

`lp` holds an interaction (the marker counts for more in smokers), a kink (below 0 the marker does
nothing) and diabetes that weighs more in women.  Whichever comes first is seen, unless the
patient is lost before.  As both rates have the same shape, the true chance of the event within ten
years, death being able to come first, is

    H_event / (H_event + H_death) · (1 - exp(-(H_event + H_death)))    at t = 10.

Race does not stand in `lp`: deprivation does, and it is drawn differently for the two races.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from medai.runtime.errors import MedaiError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

HORIZON = 10.0  # years of follow-up
SHAPE = 1.2  # k: both rates rise slowly with time
LOST = 0.045  # rate at which patients are lost, per year
FREE, EVENT, DEATH = 0, 1, 2  # last seen without either; the event; death without the event
SITES = {
    # event: a · share black · age (two parameters of a beta distribution) · smokers (log odds)
    "A": {"stream": 1, "event": 0.050, "black": 0.25, "age": (1.6, 2.0), "smoking": -1.1},
    "B": {"stream": 2, "event": 0.019, "black": 0.10, "age": (2.1, 1.7), "smoking": -2.0},
}


@dataclass(frozen=True)
class RiskCohort:
    """Patients of one site, what happened to them, and the truth.

    Attributes
    ----------
    table : pandas.DataFrame
        One row a patient, ``patient`` 0, 1, … as index.  The arguments of
        :func:`medai.personalised.risk.pooled_cohort` by their names; ``deprivation`` and
        ``marker`` (standard deviations); ``time_years`` (last seen, 0 to 10) and ``event``
        (0 neither, 1 the event, 2 death without it).
    true_risk : numpy.ndarray
        True chance of the event within ten years, death being able to come first, shape (n,).
    risk_without_death : numpy.ndarray
        The same in a world in which nobody dies of anything else, shape (n,).
    """

    table: pd.DataFrame
    true_risk: np.ndarray
    risk_without_death: np.ndarray

    def __len__(self) -> int:
        return len(self.table)


def risk_cohort(site: str = "A", n: int = 8000, seed: int = 22, rate: float = 1.0) -> RiskCohort:
    """Draw patients of one of two sites.

    Site B has fewer events in like patients, is older and smokes less.

    Parameters
    ----------
    site : {"A", "B"}
        Where they live.
    n : int
        Patients, at least 1.
    seed : int
        The same seed gives the same patients.
    rate : float
        Multiplies the rate of the event: 0.8 for a time with a fifth fewer.

    Returns
    -------
    RiskCohort
        Table and truth.

    Raises
    ------
    MedaiError
        For another site, n below 1, or a rate that is not above 0.

    Examples
    --------
    >>> from medai.datasets.riskcohort import risk_cohort
    >>> for site in "AB":
    ...     cohort = risk_cohort(site, n=2_000)
    ...     print(site, cohort.true_risk.mean().round(3), cohort.table["age_years"].mean().round(1))
    A 0.093 57.3
    B 0.045 61.5
    """
    import numpy as np
    import pandas as pd

    if site not in SITES:
        raise MedaiError(f"site={site!r}: the generator knows {', '.join(map(repr, SITES))}.")
    if n < 1 or int(n) != n:
        raise MedaiError(f"n={n}: a whole number of patients, at least 1, is wanted.")
    about = SITES[site]
    rng = np.random.default_rng([seed, about["stream"]])
    table = _people(rng, int(n), about)
    h_event, h_death = _rates(table, site, rate)
    both = h_event + h_death
    share = h_event / both
    first = HORIZON * (rng.exponential(size=n) / both) ** (1 / SHAPE)
    which = np.where(rng.random(n) < share, EVENT, DEATH)
    lost = np.minimum(rng.exponential(1 / LOST, n), HORIZON)
    table["time_years"] = np.minimum(first, lost)
    table["event"] = np.where(first < lost, which, FREE)
    table.index = pd.RangeIndex(n, name="patient")
    return RiskCohort(table, *true_risk(table, site, rate))


def true_risk(
    table: pd.DataFrame, site: str = "A", rate: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """Return the true ten-year risks of patients who live at a site.

    Parameters
    ----------
    table : pandas.DataFrame
        The columns of :class:`RiskCohort` that are known on the first day.
    site, rate
        As in :func:`risk_cohort`.

    Returns
    -------
    risk, risk_without_death : numpy.ndarray
        Chance of the event when death can come first, and when it cannot; shape (n,) each.

    Raises
    ------
    MedaiError
        For another site, or a rate that is not above 0.
    """
    import numpy as np

    h_event, h_death = _rates(table, site, rate)
    both = h_event + h_death
    return h_event / both * (1 - np.exp(-both)), 1 - np.exp(-h_event)


def _rates(table: pd.DataFrame, site: str, rate: float) -> tuple[np.ndarray, np.ndarray]:
    """Return both cumulative rates at ten years, shape (n,) each."""
    import numpy as np

    if site not in SITES:
        raise MedaiError(f"site={site!r}: the generator knows {', '.join(map(repr, SITES))}.")
    if not 0 < rate < float("inf"):
        raise MedaiError(f"rate={rate}: a factor above 0 is wanted; 1 leaves the rate as it is.")
    death = 0.09 * (table["age_years"] - 58) + 0.5 * table["smoker"] + 0.2 * table["deprivation"]
    event = rate * SITES[site]["event"] * np.exp(_log_ratio(table))
    return event.to_numpy(), 0.045 * np.exp(death.to_numpy())


def _people(rng: np.random.Generator, n: int, about: dict) -> pd.DataFrame:
    """Draw what is known on the first day; what correlates does so through age and deprivation."""
    import numpy as np
    import pandas as pd

    def yes(log_odds: np.ndarray) -> np.ndarray:
        return rng.random(n) < 1 / (1 + np.exp(-log_odds))

    def measured(mean: np.ndarray, spread: float, low: float, high: float) -> np.ndarray:
        return np.clip(rng.normal(mean, spread), low, high).round()

    female, black = rng.random(n) < 0.52, rng.random(n) < about["black"]
    age = np.floor(40 + 40 * rng.beta(*about["age"], n))
    deprivation = rng.normal(0.7 * black, 1)
    pressure = measured(127 + 0.5 * (age - 58) + 2 * deprivation, 16, 90, 200)
    diabetes = yes(-2.2 + 0.03 * (age - 58) + 0.3 * deprivation)
    return pd.DataFrame(
        {
            "age_years": age,
            "sex": np.where(female, "female", "male"),
            "race": np.where(black, "black", "white"),
            "total_cholesterol_mg_dl": measured(205 + 4.0 * female, 36, 130, 320),
            "hdl_cholesterol_mg_dl": measured(48 + 8.0 * female - 4 * diabetes, 13, 20, 100),
            "systolic_mm_hg": pressure,
            "treated_blood_pressure": yes(-1.2 + 0.05 * (pressure - 130) + 0.04 * (age - 58)),
            "smoker": yes(about["smoking"] - 0.03 * (age - 58) + 0.3 * deprivation),
            "diabetes": diabetes,
            "deprivation": deprivation.round(2),
            "marker": rng.normal(0.2 * diabetes, 1).round(2),
        }
    )


def _log_ratio(table: pd.DataFrame) -> pd.Series:
    """Return `lp`: the log of the rate of the event, relative to a plain patient."""
    female = (table["sex"] == "female").astype(float)
    above = table["marker"].clip(lower=0)
    return (
        0.070 * (table["age_years"] - 58)
        - 0.45 * female
        + 0.006 * (table["total_cholesterol_mg_dl"] - 205)
        - 0.016 * (table["hdl_cholesterol_mg_dl"] - 52)
        + 0.013 * (table["systolic_mm_hg"] - 128)
        + 0.15 * table["treated_blood_pressure"]
        + 0.55 * table["smoker"]
        + (0.40 + 0.35 * female) * table["diabetes"]
        + 0.20 * table["deprivation"]
        + (0.50 + 0.50 * table["smoker"]) * above
    )
