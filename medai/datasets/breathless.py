"""A generator of breathless patients whose oximeter, record and need are all known.

The patients never lived.  Each has a true arterial saturation, a *reading* of a pulse oximeter that
is too high and less exact on darker skin, a true *need* (worse within a day) and what the record
says of it.  So the three places where a model may go wrong can be told apart: what is measured
(`reading` against `saturation`), what is recorded (`recorded` against `need`), and who is in the
training set (`darker`).

    risk = sigmoid(-2.4 + 0.45 (93 - saturation) + 0.06 (breaths - 20) + 0.02 (age - 65))

Skin does not stand in `risk`.  Darker-skinned patients come a little later, hence sicker; that is
an assumption as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from medai.runtime.errors import MedaiError

if TYPE_CHECKING:
    import pandas as pd

LIGHTER, DARKER = "lighter", "darker"
OVERREADING = 2.0  # points of saturation that the oximeter adds on darker skin
NOISE = {LIGHTER: 2.4, DARKER: 3.8}  # standard deviation of a reading, points
NOTICED = {LIGHTER: 0.95, DARKER: 0.60}  # chance that a true need stands in the record


def breathless(
    n: int = 4000,
    seed: int = 35,
    *,
    darker: float = 0.2,
    overreading: float = OVERREADING,
    noticed: float = NOTICED[DARKER],
) -> pd.DataFrame:
    """Draw patients who came to an emergency department short of breath, one to three visits each.

    Parameters
    ----------
    n : int
        Patients, at least 1.
    seed : int
        The same seed gives the same patients.
    darker : float
        Share of the patients with darker skin, 0 to 1.
    overreading : float
        Points that the oximeter adds on darker skin; 0 mends its mean, not its spread.
    noticed : float
        Chance that the need of a darker-skinned patient is recorded, 0 to 1 (lighter: 0.95).

    Returns
    -------
    pandas.DataFrame
        One row a visit: ``patient``, ``skin`` ("lighter", "darker"), ``sex``, ``age_years``,
        ``breaths`` (per minute), ``reading`` and ``saturation`` (%), ``need`` and ``recorded``
        (0/1), ``risk`` (the true chance of ``need``).

    Raises
    ------
    MedaiError
        When n is below 1, or a share lies outside [0, 1].

    Examples
    --------
    >>> from medai.datasets.breathless import breathless
    >>> visits = breathless(2_000)
    >>> (visits["reading"] - visits["saturation"]).groupby(visits["skin"]).mean().round(1).to_dict()
    {'darker': 2.3, 'lighter': 0.4}
    """
    import numpy as np
    import pandas as pd

    if n < 1 or int(n) != n:
        raise MedaiError(f"n={n}: a whole number of patients, at least 1, is wanted.")
    for name, share in (("darker", darker), ("noticed", noticed)):
        if not 0 <= share <= 1:
            raise MedaiError(f"{name}={share}: a share lies between 0 and 1.")
    rng = np.random.default_rng([seed, 0xB2EA])
    n = int(n)
    people = pd.DataFrame(
        {
            "patient": np.arange(n),
            "skin": np.where(rng.random(n) < darker, DARKER, LIGHTER),
            "sex": np.where(rng.random(n) < 0.5, "female", "male"),
            "age_years": np.clip(rng.normal(65, 14, n), 18, 98).round(),
            "usual": rng.normal(0, 0.7, n),  # how ill this person tends to be
        }
    )
    table = people.loc[np.repeat(people.index, 1 + rng.binomial(2, 0.3, n))].reset_index(drop=True)
    dark = (table["skin"] == DARKER).to_numpy()
    rows = len(table)
    ill = table.pop("usual") + rng.normal(0, 0.7, rows) + 0.2 * dark
    table["breaths"] = np.clip(20 + 3 * ill + rng.normal(0, 3, rows), 8, 50).round()
    saturation = np.clip(92.5 - 3.2 * ill + rng.normal(0, 1.2, rows), 60, 99.5)
    spread = np.where(dark, NOISE[DARKER], NOISE[LIGHTER])
    reading = saturation + 0.5 + overreading * dark + spread * rng.normal(0, 1, rows)
    table["reading"] = np.clip(reading, 50, 100).round()
    table["saturation"] = saturation.round(1)
    log_odds = (
        -2.4
        + 0.45 * (93 - table["saturation"])
        + 0.06 * (table["breaths"] - 20)
        + 0.02 * (table["age_years"] - 65)
    )
    risk = 1 / (1 + np.exp(-log_odds))
    table["need"] = (rng.random(rows) < risk).astype(int)
    seen = rng.random(rows) < np.where(dark, noticed, NOTICED[LIGHTER])
    table["recorded"] = table["need"] * seen
    table["risk"] = risk
    return table
