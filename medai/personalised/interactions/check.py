"""The door: a list of medicines and a patient in, alerts out."""

from __future__ import annotations

from collections.abc import Iterable

from medai.datasets.interactions import interactions
from medai.personalised.interactions.alert import Alerts, Question
from medai.personalised.interactions.allergies import allergy_alerts, read_allergies
from medai.personalised.interactions.duplicates import duplicate_alerts
from medai.personalised.interactions.names import resolve, which_is_meant
from medai.personalised.interactions.organs import (
    condition_alerts,
    hepatic_alerts,
    renal_alerts,
)
from medai.personalised.interactions.pairs import pair_alerts
from medai.personalised.interactions.patient import Patient
from medai.personalised.interactions.pregnancy import pregnancy_alerts
from medai.personalised.interactions.qt import qt_alerts
from medai.personalised.interactions.questions import open_questions


def check(
    drugs: Iterable[str],
    *,
    egfr_ml_min_1_73m2: float | None = None,
    creatinine_clearance_ml_min: float | None = None,
    child_pugh: str | None = None,
    pregnant: bool | None = None,
    weeks: float | None = None,
    breastfeeding: bool | None = None,
    allergies: Iterable | None = None,
    age_years: float | None = None,
    sex: str | None = None,
    qtc_ms: float | None = None,
    potassium_mmol_l: float | None = None,
    magnesium_mmol_l: float | None = None,
    heart_rate_per_min: float | None = None,
    conditions: Iterable[str] = (),
) -> Alerts:
    """Check a list of medicines for one patient.

    For teaching, not medical advice: the tables hold some hundred rules, not all that are
    known, and silence does not mean that a combination is safe.

    Parameters
    ----------
    drugs
        Names of medicines taken by mouth or injection; ingredients, combinations joined by
        ``+``, or another name that is known.  Doses and routes are not looked at.
    egfr_ml_min_1_73m2, creatinine_clearance_ml_min
        Kidney function; each rule says which of the two it uses.
    child_pugh
        ``"A"``, ``"B"`` or ``"C"``; None when the liver is healthy or nobody has looked.
    pregnant, weeks, breastfeeding
        Pregnancy, its completed weeks, and breast-feeding.
    allergies
        Such as ``["penicillin: anaphylaxis"]``; an empty list means none, None means unknown.
    age_years, sex
        Years, and ``"female"`` or ``"male"``.
    qtc_ms, potassium_mmol_l, magnesium_mmol_l, heart_rate_per_min
        Risk factors for torsade de pointes.
    conditions
        Names as in ``data/plan/conditions.csv``, such as ``asthma``.  The table of conditions is
        very short; nothing is asked about conditions that are not named.

    Returns
    -------
    Alerts
        A list of :class:`Alert`, the gravest first, with ``not_checked``, ``notes`` and
        ``questions``.  It does not depend on the order of the names.

    Raises
    ------
    MedaiError
        For values that cannot be, such as a QTc in seconds.  An unknown medicine raises
        nothing: it stands in ``not_checked``.

    Examples
    --------
    >>> [alert.severity for alert in check(["phenelzine", "fluoxetine"], allergies=[])]
    ['contraindicated']
    """
    found = resolve(drugs)
    patient = Patient(
        egfr_ml_min_1_73m2,
        creatinine_clearance_ml_min,
        child_pugh,
        pregnant,
        weeks,
        breastfeeding,
        age_years,
        sex,
        qtc_ms,
        potassium_mmol_l,
        magnesium_mmol_l,
        heart_rate_per_min,
    )
    known = None if allergies is None else read_allergies(allergies)
    named = found.drugs
    about_allergy, notes = allergy_alerts(named, known or ())
    return Alerts(
        [
            *pair_alerts(named),
            *qt_alerts(named, patient),
            *duplicate_alerts(found),
            *renal_alerts(named, patient),
            *hepatic_alerts(named, patient),
            *pregnancy_alerts(named, patient),
            *condition_alerts(named, frozenset(conditions)),
            *about_allergy,
        ],
        not_checked=found.unknown,
        without_rules=sorted(named - interactions().drugs),
        notes=notes,
        questions=[
            *(Question("drugs", which_is_meant(name), ()) for name in found.unknown),
            *open_questions(named, patient, known),
        ],
    )


def missing(drugs: Iterable[str], **facts) -> tuple[Question, ...]:
    """Return what is not known and would change the alerts of :func:`check`.

    Parameters
    ----------
    drugs, **facts
        As for :func:`check`.
    """
    return check(drugs, **facts).questions
