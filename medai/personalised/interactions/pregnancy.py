"""Pregnancy and breast-feeding."""

from __future__ import annotations

from medai.datasets.interactions import Rule, interactions
from medai.personalised.interactions.alert import Alert
from medai.personalised.interactions.patient import Patient

TERM = 45.0  # above every week that is accepted


def pregnancy_alerts(drugs: frozenset[str], patient: Patient) -> list[Alert]:
    """Return what a pregnancy or breast-feeding forbids or changes.

    A rule for some weeks fires in those weeks, and also when the week is unknown (the alert
    then says which weeks it means).
    """
    states = [name for name in ("pregnant", "breastfeeding") if getattr(patient, name)]
    return [
        _alert(rule, drug, patient)
        for rule in interactions().rules["pregnancy"]
        if rule["state"] in states and _in_weeks(rule, patient)
        for drug in sorted(rule.sides[0] & drugs)
    ]


def weeks_matter(rule: Rule) -> bool:
    """Whether a rule speaks of a part of pregnancy only."""
    return rule["state"] == "pregnant" and (
        float(rule["from_week"]) > 0 or float(rule["to_week"]) < TERM
    )


def _in_weeks(rule: Rule, patient: Patient) -> bool:
    if not weeks_matter(rule) or patient.weeks is None:
        return True
    return float(rule["from_week"]) <= patient.weeks < float(rule["to_week"])


def _alert(rule: Rule, drug: str, patient: Patient) -> Alert:
    state = "pregnancy" if rule["state"] == "pregnant" else "breast-feeding"
    unknown = weeks_matter(rule) and patient.weeks is None
    first, end = float(rule["from_week"]), float(rule["to_week"])
    span = f"from week {first:g}" + ("" if end >= TERM else f" to before week {end:g}")
    more = f" (The week is not known; this holds {span}.)" if unknown else ""
    return Alert(
        kind="pregnancy",
        severity=rule["severity"],
        title=f"{drug[0].upper()}{drug[1:]} in {state}",
        mechanism=rule["mechanism"],
        action=rule["action"] + more,
        drugs=(drug,),
        sources=rule.sources,
        rule=f"pregnancy/{rule.id}",
        action_zh=rule["action_zh"],
    )
