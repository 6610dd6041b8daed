"""The table of advice against CPIC's recommendations as PharmCAT has them."""

from __future__ import annotations

import sys
from pathlib import Path

from medai.personalised.pgx import covered_drugs, recommend

sys.path.insert(0, str(Path(__file__).parent))
import pgx_truth as truth


def test_the_rules_say_what_was_read_by_hand(shared):
    texts = {row["recommendation"] for row in truth.rows(shared)}
    assert len(texts) == 126
    read = truth.by_hand()
    assert {truth.key_of(text): truth.by_rule(text) for text in texts} == read


def test_no_contradiction_in_the_class_of_action(shared, capsys):
    """One class of action for each row; a difference of any kind is printed and fails."""
    seen, differences = 0, []
    for row in truth.rows(shared):
        drug = truth.NAMES.get(row["drug"], row["drug"])
        found = recommend(drug, truth.phenotypes(row["lookup_key"]))
        allowed = truth.by_hand()[truth.key_of(row["recommendation"])]
        seen += 1
        said = found.action or truth.NONE
        if said not in allowed:
            differences.append((drug, row["lookup_key"], said, "|".join(sorted(allowed))))
    with capsys.disabled():
        for one in differences:
            print("\n" + " ; ".join(one), end="")
    assert seen == 1_061
    assert not differences


def test_strengths_are_those_of_the_truth(shared):
    """Where our table gives a strength, it is CPIC's for that row."""
    wrong = []
    for row in truth.rows(shared):
        drug = truth.NAMES.get(row["drug"], row["drug"])
        found = recommend(drug, truth.phenotypes(row["lookup_key"]))
        theirs = row["classification"].lower().replace("n/a", "no recommendation")
        if found.strength not in ("", "not read", theirs):
            wrong.append((drug, row["lookup_key"], found.strength, theirs))
    assert not wrong


def test_drugs_of_the_truth_are_covered(shared):
    theirs = {row["drug"] for row in truth.rows(shared)}
    assert {truth.NAMES.get(drug, drug) for drug in theirs} <= set(covered_drugs())
    assert len(covered_drugs()) >= 113
