"""The fifteen pairs of the panel of 2012, and the pairs that it rejected."""

import itertools

import pytest

from medai.datasets.interactions import interactions
from medai.personalised.interactions import check

TABLE = interactions()
PANEL = [rule for rule in TABLE.rules["pairs"] if rule["high_priority"] == "yes"]
REJECTED = [row for row in TABLE.raw["rejected"] if row["status"] == "deleted"]


def test_there_are_fifteen_pairs_and_sixteen_rejected():
    # The abstract of the paper: 31 candidates, 15 approved.
    assert len(PANEL) == 15
    assert len(TABLE.raw["rejected"]) == 16


@pytest.mark.parametrize("rule", PANEL, ids=lambda rule: rule.id)
def test_every_member_fires_in_both_orders(rule):
    pairs = [(a, b) for a, b in itertools.product(*rule.sides) if a != b]
    assert pairs
    for a, b in pairs:
        for order in ((a, b), (b, a), (a.upper(), f"  {b.title()} ")):
            high = [one for one in check(order, allergies=[]) if one.high_priority]
            assert high, order
            assert {a, b} == set(high[0].drugs)
            assert high[0].severity == "contraindicated"
            assert high[0].sources


def test_the_number_of_pairs_of_drugs():
    # A hand count from members.csv would be long; these three follow from the classes:
    # 12 amphetamines x 5 MAO inhibitors, 6 proton pump inhibitors, 40 QT drugs in pairs.
    size = {rule.id: len(set(map(frozenset, itertools.product(*rule.sides)))) for rule in PANEL}
    assert size["amphetamine-maoi"] == 12 * 5
    assert size["atazanavir-ppi"] == 6
    assert size["qt-qt"] == 40 * 39 // 2 + 40  # with the 40 of a drug with itself


@pytest.mark.parametrize("row", REJECTED, ids=lambda row: row["number"])
def test_a_rejected_pair_is_never_of_high_priority(row):
    def members(side):
        return set().union(*(TABLE.members(part) for part in side.split(" | ")))

    for a, b in itertools.product(members(row["a"]), members(row["b"])):
        for order in ((a, b), (b, a)):
            alerts = check(order, allergies=[])
            assert not alerts.not_checked
            assert not any(one.high_priority for one in alerts), order


def test_nothing_but_the_fifteen_is_of_high_priority():
    names = {rule.id for rule in PANEL}
    assert names == {
        "amphetamine-maoi", "atazanavir-ppi", "febuxostat-thiopurine", "ssri-maoi",
        "irinotecan-cyp3a4", "opioid-maoi", "tricyclic-maoi", "qt-qt", "ramelteon-cyp1a2",
        "protease-inducer", "statin-cyp3a4", "ergot-cyp3a4", "tizanidine-cyp1a2",
        "tranylcypromine-procarbazine", "triptan-maoi",
    }  # fmt: skip


def test_the_table_of_qt_drugs_and_the_class_agree():
    high = {row["drug"] for row in TABLE.raw["qt"] if row["group"] == "high"}
    assert high == TABLE.classes["qt-high"]
