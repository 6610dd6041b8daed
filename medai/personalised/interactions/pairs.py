"""Drugs that must not be combined, or only with care."""

from __future__ import annotations

import functools
from itertools import combinations, product

from medai.datasets.interactions import Rule, interactions
from medai.personalised.interactions.alert import SEVERITIES, Alert

PANEL = "high_priority"
QT_PAIR = "qt-qt"  # a pair of one class with itself: qt.py gathers all its drugs in one alert


@functools.lru_cache(maxsize=1)
def _index() -> tuple[dict[frozenset[str], tuple[Rule, ...]], tuple[Rule, ...]]:
    """Return the rules of every pair of drugs, and the rules about three."""
    pairs: dict[frozenset[str], list[Rule]] = {}
    triples = []
    for rule in interactions().rules["pairs"]:
        if rule.id == QT_PAIR:
            continue
        if len(rule.sides) == 3:
            triples.append(rule)
            continue
        for one, other in product(*rule.sides):
            known = pairs.setdefault(frozenset({one, other}), [])
            if one != other and rule not in known:
                known.append(rule)
    return {key: tuple(rules) for key, rules in pairs.items()}, tuple(triples)


def alert_of(rule: Rule, drugs: tuple[str, ...]) -> Alert:
    """Return the alert of a row of ``pairs.csv`` for these drugs."""
    return Alert(
        kind=rule["kind"],
        severity=rule["severity"],
        title=rule["title"],
        mechanism=rule["mechanism"],
        action=rule["action"],
        drugs=tuple(sorted(drugs)),
        sources=rule.sources,
        high_priority=rule[PANEL] == "yes",
        rule=f"pairs/{rule.id}",
        title_zh=rule["title_zh"],
        action_zh=rule["action_zh"],
    )


def pair_alerts(drugs: frozenset[str]) -> list[Alert]:
    """Return the alerts of every two and three drugs of a set.

    Of several rules of one kind for the same two drugs only the gravest speaks: a second
    alert about the same pair is one more reason to click both away.
    """
    known, triples = _index()
    found = []
    for two in combinations(sorted(drugs), 2):
        alerts = [alert_of(rule, two) for rule in known.get(frozenset(two), ())]
        for kind in ("interaction", "qt"):
            same = [one for one in alerts if one.kind == kind]
            if same:
                worst = min(SEVERITIES.index(one.severity) for one in same)
                found += [one for one in same if one.severity == SEVERITIES[worst]]
    for rule in triples:
        if all(side & drugs for side in rule.sides):
            sets = product(*(sorted(side & drugs) for side in rule.sides))
            found += [alert_of(rule, three) for three in _distinct(sets)]
    return found


def _distinct(sets) -> list[tuple[str, ...]]:
    return sorted({tuple(sorted(three)) for three in sets if len(set(three)) == 3})
