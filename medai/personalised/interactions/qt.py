"""Drugs that prolong the QT interval: together, and in a patient who is at risk anyway."""

from __future__ import annotations

import dataclasses
import functools

from medai.datasets.interactions import Source, interactions
from medai.personalised.interactions.alert import Alert
from medai.personalised.interactions.pairs import QT_PAIR, alert_of
from medai.personalised.interactions.patient import Patient

QTC_STOP_MS = 500.0
QTC_LONG_MS = {"male": 450.0, "female": 460.0}  # a normal QTc lies below (qt-clinic)
POTASSIUM_LOW, MAGNESIUM_LOW = 3.5, 0.7  # mmol/l, lower limits of common reference ranges
SLOW_PULSE, OLD = 50.0, 65.0


@functools.lru_cache(maxsize=1)
def qt_drugs() -> dict[str, tuple[str, tuple[Source, ...]]]:
    """Return the drugs of ``qt.csv``: group (``high`` or ``other``) and sources."""
    table = interactions()
    return {
        row["drug"]: (row["group"], tuple(table.sources[k] for k in row["source"].split(" | ")))
        for row in table.raw["qt"]
    }


def risk_factors(patient: Patient) -> tuple[list[str], list[str]]:
    """Return the strong and the weak risk factors for torsade de pointes that are known."""
    strong, weak = [], []
    limit = QTC_LONG_MS.get(patient.sex or "", QTC_LONG_MS["female"])
    if patient.qtc_ms is not None and patient.qtc_ms >= limit:
        strong.append(f"QTc {patient.qtc_ms:g} ms")
    if patient.potassium_mmol_l is not None and patient.potassium_mmol_l < POTASSIUM_LOW:
        strong.append(f"potassium {patient.potassium_mmol_l:g} mmol/l")
    if patient.magnesium_mmol_l is not None and patient.magnesium_mmol_l < MAGNESIUM_LOW:
        strong.append(f"magnesium {patient.magnesium_mmol_l:g} mmol/l")
    if patient.heart_rate_per_min is not None and patient.heart_rate_per_min < SLOW_PULSE:
        strong.append(f"heart rate {patient.heart_rate_per_min:g} a minute")
    if patient.age_years is not None and patient.age_years > OLD:
        weak.append("age over 65")
    if patient.sex == "female":
        weak.append("female sex")
    return strong, weak


def qt_alerts(drugs: frozenset[str], patient: Patient) -> list[Alert]:
    """Return the alerts about QT: one for all such drugs together, one for each at risk."""
    known = qt_drugs()
    taken = sorted(drugs & known.keys())
    high = [drug for drug in taken if known[drug][0] == "high"]
    alerts = []
    if len(high) > 1:
        alerts.append(_panel(high))
    if len(taken) > 1 and len(high) < len(taken):
        alerts.append(_together(taken, high=bool(high)))
    strong, weak = risk_factors(patient)
    if strong or len(weak) > 1:
        alerts += [_at_risk(drug, strong, weak, patient) for drug in taken]
    return alerts


def _sources(drugs: list[str], *more: str) -> tuple[Source, ...]:
    table = interactions()
    found = [source for drug in drugs for source in qt_drugs()[drug][1]]
    return tuple(dict.fromkeys([*(table.sources[key] for key in more), *found]))


def _panel(drugs: list[str]) -> Alert:
    """Return the alert of the panel's pair of classes, for all its drugs in the list."""
    rule = next(rule for rule in interactions().rules["pairs"] if rule.id == QT_PAIR)
    one = alert_of(rule, tuple(drugs))
    return dataclasses.replace(one, sources=tuple(dict.fromkeys(one.sources + _sources(drugs))))


def _together(drugs: list[str], *, high: bool) -> Alert:
    return Alert(
        kind="qt",
        severity="major" if high else "moderate",
        title=f"{len(drugs)} drugs that prolong the QT interval",
        mechanism="Each delays the repolarisation of the ventricle; the effects add up.",
        action=f"Avoid combining {', '.join(drugs)} where another drug will do; otherwise ECG "
        "before and after, and correct potassium and magnesium.",
        drugs=tuple(drugs),
        sources=_sources(drugs),
        rule="qt/other",
        title_zh="多种延长QT间期的药物合用",
        action_zh="尽量避免合用；如必须合用，监测心电图并纠正低钾、低镁。",
    )


def _at_risk(drug: str, strong: list[str], weak: list[str], patient: Patient) -> Alert:
    stop = patient.qtc_ms is not None and patient.qtc_ms >= QTC_STOP_MS
    severity = "contraindicated" if stop else "major" if strong else "moderate"
    return Alert(
        kind="qt",
        severity=severity,
        title=f"{drug[0].upper()}{drug[1:]} and {', '.join(strong + weak)}",
        mechanism="The drug prolongs the QT interval, and the patient is at risk of torsade de "
        f"pointes anyway: {', '.join(strong + weak)}.",
        action=(
            "Do not give it with a QTc of 500 ms or more; look for another drug. "
            if stop
            else "Correct what can be corrected before the first dose; ECG before and after. "
        )
        + "Prefer a drug without an effect on QT.",
        drugs=(drug,),
        sources=_sources([drug], "qt-clinic"),
        rule="qt/risk-factors",
        title_zh="延长QT间期的药物合并危险因素",
        action_zh="先纠正危险因素，用药前后查心电图；QTc≥500毫秒时不用。",
    )
