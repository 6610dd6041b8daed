"""Kidney, liver and listed conditions: what they change."""

from __future__ import annotations

from medai.datasets.interactions import Rule, interactions
from medai.personalised.interactions.alert import Alert
from medai.personalised.interactions.patient import RANGES, Patient

MEASURES = {
    "egfr": ("egfr_ml_min_1_73m2", "eGFR", "ml/min/1.73 m2"),
    "crcl": ("creatinine_clearance_ml_min", "creatinine clearance", "ml/min"),
}


def renal_alerts(drugs: frozenset[str], patient: Patient) -> list[Alert]:
    """Return what the kidneys forbid or change.

    Each rule speaks of eGFR or of creatinine clearance.  Where only the other one is known, it
    stands in and the alert says so: silence about dabigatran at an eGFR of 12 would be the
    worse mistake.  The two are not the same number; :func:`missing` asks for the right one.
    """
    alerts = []
    for rule in interactions().rules["renal"]:
        taken = rule.sides[0] & drugs
        if not taken:
            continue
        own, other = MEASURES[rule["measure"]], MEASURES[_other(rule["measure"])]
        value, used = getattr(patient, own[0]), own
        if value is None:
            value, used = getattr(patient, other[0]), other
        if value is None or not float(rule["at_least"]) <= value < float(rule["below"]):
            continue
        stand_in = (
            f" Judged by the {used[1]}; the rule speaks of the {own[1]}: work that out first."
            if used is not own
            else ""
        )
        for drug in sorted(taken):
            alerts.append(_alert("renal", rule, drug, _renal_title(drug, rule, own), stand_in))
    return alerts


def _other(measure: str) -> str:
    return "crcl" if measure == "egfr" else "egfr"


def _renal_title(drug: str, rule: Rule, own: tuple[str, str, str]) -> str:
    low, high = float(rule["at_least"]), float(rule["below"])
    span = f"below {high:g}" if low == 0 else f"{low:g} to under {high:g}"
    if high > RANGES[own[0]][1]:
        span = f"of {low:g} or more"
    return f"{drug} with {own[1]} {span} {own[2]}"


def hepatic_alerts(drugs: frozenset[str], patient: Patient) -> list[Alert]:
    """Return what the liver forbids or changes, by Child-Pugh class."""
    if patient.child_pugh is None:
        return []
    return [
        _alert("hepatic", rule, drug, f"{drug} with Child-Pugh {patient.child_pugh}", "")
        for rule in interactions().rules["hepatic"]
        if patient.child_pugh in rule["child_pugh"]
        for drug in sorted(rule.sides[0] & drugs)
    ]


def condition_alerts(drugs: frozenset[str], conditions: frozenset[str]) -> list[Alert]:
    """Return what a listed condition forbids; a condition that is not listed forbids nothing."""
    return [
        _alert("condition", rule, drug, f"{drug} with {rule['condition']}", "")
        for rule in interactions().rules["conditions"]
        if rule["condition"] in conditions
        for drug in sorted(rule.sides[0] & drugs)
    ]


def _alert(kind: str, rule: Rule, drug: str, title: str, more: str) -> Alert:
    return Alert(
        kind=kind,
        severity=rule["severity"],
        title=title[0].upper() + title[1:],
        mechanism=rule["mechanism"],
        action=rule["action"] + more,
        drugs=(drug,),
        sources=rule.sources,
        rule=f"{kind}/{rule.id}",
        action_zh=rule["action_zh"],
    )
