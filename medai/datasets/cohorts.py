"""Who is studied, from when, and for what: a cohort with a time zero, cut from Eunomia."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from medai.runtime.errors import MedaiError

if TYPE_CHECKING:
    import pandas as pd

    from medai.datasets.eunomia import Eunomia

INDEX_DRUGS = ("celecoxib", "Diclofenac")
OTHER_NSAIDS = (
    "Ibuprofen 100 MG Oral Tablet",
    "Ibuprofen 200 MG Oral Tablet",
    "Naproxen 500 MG Oral Tablet",
    "Naproxen sodium 220 MG Oral Tablet",
)
BLEED = "Gastrointestinal hemorrhage"


@dataclass(frozen=True)
class BleedCohort:
    """People at their first celecoxib or diclofenac, and whether the gut bleeds afterwards.

    Attributes
    ----------
    persons : pandas.DataFrame
        Index person_id; time_zero, drug (celecoxib 1, diclofenac 0), age in years and male
        (0 or 1) at time zero, ulcer (peptic ulcer recorded before, 0 or 1), bleed (0 or 1).
    history : pandas.DataFrame
        Events strictly before the day of time zero: person_id, days (before time zero, from
        1 on), kind, concept_id, name; oldest first.
    flow : pandas.DataFrame
        Each step of the selection: people left, and how many of them bleed in the window.
    """

    persons: pd.DataFrame
    history: pd.DataFrame
    flow: pd.DataFrame


def nsaid_bleeds(records: Eunomia, window: int = 90, washout: int = 365) -> BleedCohort:
    """Return who bleeds from the gut within `window` days of a first celecoxib or diclofenac.

    Time zero is the day of the first celecoxib or diclofenac.  The outcome is a first
    gastrointestinal haemorrhage on day 1 to `window`.  Left out are people who bled on or
    before time zero, who had ibuprofen or naproxen in the `washout` days before it (they are
    not new users), and those whose observation starts less than `washout` days before or ends
    less than `window` days after time zero, whatever happened to them: without that, "no
    bleed" could mean "nobody was looking".

    Parameters
    ----------
    records : Eunomia
        From :func:`medai.datasets.eunomia.eunomia`.
    window, washout : int
        Days, at least 1.

    Raises
    ------
    MedaiError
        When `window` or `washout` is below 1.

    Examples
    --------
    >>> from medai.datasets.cohorts import nsaid_bleeds
    >>> from medai.datasets.eunomia import eunomia
    >>> cohort = nsaid_bleeds(eunomia())
    >>> cohort.flow
                                           people  bleeds
    step
    first celecoxib or diclofenac            2694     479
    no bleed up to time zero                 2694     479
    no other NSAID in the 365 days before    2636     468
    observed 365 days before                 2636     468
    observed 90 days after                   2548     453
    """
    import pandas as pd

    if window < 1 or washout < 1:
        raise MedaiError(f"window={window}, washout={washout}: both are days, at least 1.")
    start = records.first_events(INDEX_DRUGS, ["drug"]).set_index("person_id")
    people = pd.DataFrame({"time_zero": start["date"]})
    people["drug"] = (start["name"] == "celecoxib").astype(int)
    about = records.table("person").set_index("person_id").reindex(people.index)
    people["age"] = (people["time_zero"] - about["birth_datetime"]).dt.days / 365.25
    people["male"] = (about["gender"] == "male").astype(int)

    events = records.events(["condition", "drug"])
    events["days"] = (events["person_id"].map(people["time_zero"]) - events["date"]).dt.days
    history = events[events["days"] > 0].drop(columns="date")
    with_ulcer = history.loc[history["name"] == "Peptic ulcer", "person_id"]
    people["ulcer"] = people.index.isin(with_ulcer).astype(int)
    bled = records.first_events(BLEED, ["condition"]).set_index("person_id")["date"]
    after = (bled.reindex(people.index) - people["time_zero"]).dt.days
    people["bleed"] = after.between(1, window).astype(int)

    observed = records.table("observation_period").groupby("person_id")
    first = observed["observation_period_start_date"].min().reindex(people.index)
    last = observed["observation_period_end_date"].max().reindex(people.index)
    recent = events[events["name"].isin(OTHER_NSAIDS) & events["days"].between(0, washout)]
    steps = {
        "no bleed up to time zero": ~(after <= 0),
        f"no other NSAID in the {washout} days before": ~people.index.isin(recent["person_id"]),
        f"observed {washout} days before": (people["time_zero"] - first).dt.days >= washout,
        f"observed {window} days after": (last - people["time_zero"]).dt.days >= window,
    }
    rows = [("first celecoxib or diclofenac", len(people), int(people["bleed"].sum()))]
    for step, keep in steps.items():
        people = people[pd.Series(keep, index=start.index).reindex(people.index)]
        rows.append((step, len(people), int(people["bleed"].sum())))
    flow = pd.DataFrame(rows, columns=["step", "people", "bleeds"]).set_index("step")
    history = history[history["person_id"].isin(people.index)].reset_index(drop=True)
    columns = ["person_id", "days", "kind", "concept_id", "name"]
    return BleedCohort(people, history[columns], flow)
