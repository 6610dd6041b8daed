"""Spontaneous reports of side effects, generated with a known truth (book, Chapter 30).

Drugs are called A1, A2, … F6 and diseases A to F, so that nothing here can be read as a
statement about a real drug.  A drug of class C is given for disease C.  The events bear everyday
names; how often each occurs is drawn at random.

First a population: every patient has one or two diseases, takes one drug for each, and some
events happen, with a background risk, by age, and more where a drug causes them.  Then the
reports: each event is reported with a chance of its own, so that most never are.  A report
lists everything that the patient took and which of the reported events happened.

Seven stories are planted by hand, each with its name in ``Truth.why``:

=============  =====================================================================
caused         some forty pairs, drawn at random, in which the drug raises the risk
confounded     disease C raises the risk of fracture; no drug of class C does
bystander      A1 causes rash; B2 is usually given with A1 and causes nothing
masked         D4 causes bleeding; so many reports of F6 with bleeding exist that it hides
notorious      E3 with insomnia was in the newspaper; it is reported six times as readily
duplicated     each report of B3 with tinnitus arrived five times
together       A3 and D2 cause palpitations only if both are taken; A4 and D5 cause
               drowsiness each for itself, and together no more than the sum
=============  =====================================================================
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from medai.runtime.errors import MedaiError

if TYPE_CHECKING:
    import numpy as np

CLASSES = tuple("ABCDEF")
PER_CLASS = 6
DRUGS = tuple(f"{letter}{k}" for letter in CLASSES for k in range(1, PER_CLASS + 1))
EVENTS = (
    "rash", "fracture", "bleeding", "insomnia", "tinnitus", "palpitations", "drowsiness",
    "nausea", "vomiting", "diarrhoea", "constipation", "headache", "dizziness", "fainting",
    "fatigue", "fever", "cough", "wheeze", "breathlessness", "chest pain", "swollen ankles",
    "low blood pressure", "high blood pressure", "itch", "hives", "hair loss", "dry mouth",
    "taste change", "hoarseness", "nosebleed", "bruising", "anaemia", "low sodium",
    "high potassium", "raised liver enzymes", "jaundice", "weight gain", "weight loss", "thirst",
    "tremor", "cramps", "joint pain", "back pain", "blurred vision", "hearing loss", "low mood",
    "anxiety", "confusion", "falls", "urinary retention",
)  # fmt: skip
CAUSED = 40  # pairs drawn at random in which the drug causes the event
SHARES = (0.30, 0.22, 0.17, 0.13, 0.10, 0.08)  # of the six drugs within a class
DOMINANT = (0.10, 0.08, 0.07, 0.05, 0.05, 0.65)  # class F, where F6 has most of the market
NOTORIETY = 6.0
COPIES = 4
COMPANIONS = {"A1": ("B2", 0.8), "A3": ("D2", 0.4), "A4": ("D5", 0.4)}


@dataclass(frozen=True)
class Truth:
    """What the generator knows and nobody in practice does.

    Attributes
    ----------
    extra : numpy.ndarray
        Risk that a drug adds by itself, shape (drugs, events), 0 where it causes nothing.
    why : dict
        (drug, event) to "caused", "confounded", "bystander", "masked", "notorious" or
        "duplicated", for the pairs of the stories.
    together : dict
        (drug, drug, event) to the risk added only when both are taken.
    users, cases : numpy.ndarray
        People who take each drug, shape (drugs,), and those of them with each event, reported
        or not, shape (drugs, events).
    """

    extra: np.ndarray
    why: dict[tuple[str, str], str]
    together: dict[tuple[str, str, str], float]
    users: np.ndarray
    cases: np.ndarray

    @property
    def causal(self) -> np.ndarray:
        """Whether the drug raises the risk of the event by itself, shape (drugs, events)."""
        return self.extra > 0


@dataclass(frozen=True)
class Reports:
    """Reports, one row each.

    Attributes
    ----------
    drugs, events, diseases : numpy.ndarray of bool
        Shapes (n, 36), (n, 50) and (n, 6).
    age, sex, onset : numpy.ndarray
        Years (-1 if left blank), "F" or "M", and the day of the event, each of shape (n,).
    case : numpy.ndarray
        Number of the patient, shape (n,).  Copies of a report share it; no real database has it.
    truth : Truth
        What the generator knows.
    """

    drugs: np.ndarray
    events: np.ndarray
    diseases: np.ndarray
    age: np.ndarray
    sex: np.ndarray
    onset: np.ndarray
    case: np.ndarray
    truth: Truth

    def __len__(self) -> int:
        """Return the number of reports."""
        return len(self.case)

    def keep(self, rows: np.ndarray) -> Reports:
        """Return the chosen reports (a mask or row numbers) with the same truth."""
        fields = ("drugs", "events", "diseases", "age", "sex", "onset", "case")
        return Reports(**{name: getattr(self, name)[rows] for name in fields}, truth=self.truth)


def spontaneous_reports(n_patients: int = 120_000, seed: int = 0) -> Reports:
    """Generate a population and return what is reported of it.

    Parameters
    ----------
    n_patients : int
        Size of the population, at least 1,000; some 7 patients in 100 are reported.
    seed : int
        The same seed gives the same reports on every machine.

    Raises
    ------
    MedaiError
        When `n_patients` is below 1,000.

    Examples
    --------
    >>> from medai.datasets.reports import spontaneous_reports
    >>> reports = spontaneous_reports(5_000)
    >>> reports.drugs.shape, reports.events.shape
    ((380, 36), (380, 50))
    >>> sorted(set(reports.truth.why.values()))
    ['bystander', 'caused', 'confounded', 'duplicated', 'masked', 'notorious']
    """
    import numpy as np

    if n_patients < 1000:
        raise MedaiError(f"n_patients={n_patients}: at least 1,000 are needed for any report.")
    rng = np.random.default_rng([seed, 30])
    age = np.clip(rng.normal(58, 18, n_patients), 18, 95).astype(int)
    sex = np.where(rng.random(n_patients) < 0.5, "F", "M")
    diseases = _diseases(rng, age)
    taken = _drugs(rng, diseases)
    extra, base, why = _planted(rng)
    happened = _events(rng, age, diseases, taken, extra, base)
    together = {("A3", "D2", "palpitations"): 10 * base[EVENTS.index("palpitations")]}
    for (one, two, event), risk in together.items():
        both = taken[:, DRUGS.index(one)] & taken[:, DRUGS.index(two)]
        happened[:, EVENTS.index(event)] |= both & (rng.random(n_patients) < risk)
    users = taken.sum(axis=0)
    cases = taken.T.astype(np.float32) @ happened.astype(np.float32)
    truth = Truth(extra, why, together, users, cases.astype(int))

    rate = np.tile(rng.uniform(0.1, 0.4, len(EVENTS)), (n_patients, 1))
    famous = taken[:, DRUGS.index("E3")]
    rate[famous, EVENTS.index("insomnia")] *= NOTORIETY
    reported = happened & (rng.random(happened.shape) < rate)
    rows = _with_copies(rng, reported, taken)
    onset = rng.integers(0, 365, n_patients)
    blank = np.zeros(len(rows), bool)
    _, first = np.unique(rows, return_index=True)
    blank[np.setdiff1d(np.arange(len(rows)), first)] = True
    blank &= rng.random(len(rows)) < 0.2  # some copies come without the age
    told = np.where(blank, -1, age[rows])
    return Reports(
        taken[rows], reported[rows], diseases[rows], told, sex[rows], onset[rows], rows, truth
    )


def _diseases(rng: np.random.Generator, age: np.ndarray) -> np.ndarray:
    """One disease for everybody, a second for a third; disease C becomes commoner with age."""
    import numpy as np

    n, k = len(age), len(CLASSES)
    weight = np.ones((n, k))
    weight[:, CLASSES.index("C")] = np.where(age >= 70, 2.0, 0.7)
    edges = np.cumsum(weight / weight.sum(axis=1, keepdims=True), axis=1)
    main = np.minimum((rng.random((n, 1)) > edges).sum(axis=1), k - 1)
    second = (main + rng.integers(1, k, n)) % k
    diseases = np.zeros((n, k), bool)
    diseases[np.arange(n), main] = True
    some = rng.random(n) < 0.33
    diseases[np.flatnonzero(some), second[some]] = True
    return diseases


def _drugs(rng: np.random.Generator, diseases: np.ndarray) -> np.ndarray:
    """One drug of the class for each disease, and the companions that are given with some."""
    import numpy as np

    n = len(diseases)
    taken = np.zeros((n, len(DRUGS)), bool)
    for k, letter in enumerate(CLASSES):
        people = np.flatnonzero(diseases[:, k])
        shares = DOMINANT if letter == "F" else SHARES
        taken[people, k * PER_CLASS + rng.choice(PER_CLASS, len(people), p=shares)] = True
    for drug, (companion, share) in COMPANIONS.items():
        users = np.flatnonzero(taken[:, DRUGS.index(drug)])
        taken[users[rng.random(len(users)) < share], DRUGS.index(companion)] = True
    return taken


def _planted(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, dict]:
    """Background risks, what each drug adds, and the stories behind the special pairs."""
    import numpy as np

    base = np.clip(rng.lognormal(np.log(0.004), 0.7, len(EVENTS)), 0.0008, 0.02)
    base[:7] = 0.004  # the events of the stories
    base[EVENTS.index("tinnitus")] = 0.006
    extra = np.zeros((len(DRUGS), len(EVENTS)))
    why = {(f"C{k}", "fracture"): "confounded" for k in range(1, PER_CLASS + 1)}
    why |= {
        ("B2", "rash"): "bystander",
        ("E3", "insomnia"): "notorious",
        ("B3", "tinnitus"): "duplicated",
    }
    told = {("A1", "rash"): 8.0, ("F6", "bleeding"): 14.0, ("D4", "bleeding"): 2.2}
    told |= {("A4", "drowsiness"): 4.0, ("D5", "drowsiness"): 4.0}
    drawn = rng.choice(len(DRUGS) * (len(EVENTS) - 7), CAUSED, replace=False)
    for cell in drawn:
        drug, event = divmod(int(cell), len(EVENTS) - 7)
        told[DRUGS[drug], EVENTS[event + 7]] = float(rng.uniform(2, 6))
    for (drug, event), ratio in told.items():
        j = EVENTS.index(event)
        extra[DRUGS.index(drug), j] = (ratio - 1) * base[j]
        why[drug, event] = "masked" if (drug, event) == ("D4", "bleeding") else "caused"
    return extra, base, why


def _events(
    rng: np.random.Generator,
    age: np.ndarray,
    diseases: np.ndarray,
    taken: np.ndarray,
    extra: np.ndarray,
    base: np.ndarray,
) -> np.ndarray:
    """Draw what happens: background times age and disease, plus what each drug adds."""
    import numpy as np

    slope = rng.normal(0.0, 0.25, len(EVENTS))
    slope[EVENTS.index("fracture")] = 0.5
    decades = (age - 58) / 18
    happened = np.zeros((len(age), len(EVENTS)), bool)
    for j, event in enumerate(EVENTS):
        risk = base[j] * np.exp(slope[j] * decades)
        if event == "fracture":
            risk *= np.where(diseases[:, CLASSES.index("C")], 6.0, 1.0)
        for i in np.flatnonzero(extra[:, j]):
            risk[taken[:, i]] += extra[i, j]
        happened[:, j] = rng.random(len(age)) < risk
    return happened


def _with_copies(rng: np.random.Generator, reported: np.ndarray, taken: np.ndarray) -> np.ndarray:
    """Patients in the order of their reports: one each, some twice, one story five times."""
    import numpy as np

    once = np.flatnonzero(reported.any(axis=1))
    twice = once[rng.random(len(once)) < 0.05]
    story = reported[:, EVENTS.index("tinnitus")] & taken[:, DRUGS.index("B3")]
    copies = np.repeat(np.flatnonzero(story), COPIES)
    return rng.permutation(np.concatenate([once, twice, copies]))
