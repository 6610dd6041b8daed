"""The same drug twice, and two drugs of one class where one is meant."""

from __future__ import annotations

from medai.datasets.interactions import Rule, interactions
from medai.personalised.interactions.alert import Alert
from medai.personalised.interactions.names import Resolved

SAME = "same-ingredient"
# Two products of one of these are how they are meant to be used.
MEANT_TWICE = ("insulin", "sodium chloride", "glucose", "oxygen", "potassium chloride")


def duplicate_alerts(found: Resolved) -> list[Alert]:
    """Return the alerts for doubled ingredients and classes."""
    alerts = []
    for rule in interactions().rules["duplicates"]:
        if rule.id == SAME:
            twice = (d for d, count in found.counts.items() if count > 1)
            alerts += [_alert(rule, (d,)) for d in twice if d not in MEANT_TWICE]
        elif len(rule.sides) == 1:
            taken = rule.sides[0] & found.drugs
            if len(taken) > 1:
                alerts.append(_alert(rule, tuple(sorted(taken))))
        else:
            one, other = (side & found.drugs for side in rule.sides)
            if one and other and len(one | other) > 1:
                alerts.append(_alert(rule, tuple(sorted(one | other))))
    return alerts


def _alert(rule: Rule, drugs: tuple[str, ...]) -> Alert:
    return Alert(
        kind="duplicate",
        severity=rule["severity"],
        title=rule["title"],
        mechanism=rule["mechanism"],
        action=rule["action"],
        drugs=drugs,
        sources=rule.sources,
        rule=f"duplicates/{rule.id}",
        title_zh=rule["title_zh"],
        action_zh=rule["action_zh"],
    )
