"""Corpus, entities, relations and discovery of Chapter 23."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from medai.datasets import literature as data
from medai.literature import discovery
from medai.literature.entities import entities
from medai.literature.relations import Relation, cooccurrences, read_relations, relations
from medai.runtime import MedaiError


def test_corpus_is_as_promised():
    found = data.abstracts()
    assert len(found) >= 120
    assert [one.id for one in found] == [f"L{i:03d}" for i in range(1, len(found) + 1)]
    assert sum(bool(one.reference) for one in found) >= 40
    assert all(one.fictional for one in found)
    assert len({(lab.abstract, lab.sentence) for lab in data.labelled_relations()}) >= 150


@pytest.mark.parametrize(
    ("a", "c", "year"),
    [
        ("fish oil", "Raynaud's disease", 1986),
        ("magnesium", "migraine", 1988),
        ("metformin", "polycystic ovary syndrome", 1996),
        ("sildenafil", "pulmonary hypertension", 2005),
    ],
)
def test_two_literatures_do_not_meet_before_the_discovery(a, c, year):
    meet = [
        one.year
        for one in data.abstracts()
        if {a, c} <= {e.name for e in entities(f"{one.title}. {one.text}")}
    ]
    assert meet
    assert min(meet) >= year


@pytest.mark.parametrize(
    "change",
    [{"year": "1980"}, {"fictional": False}, {"sentences": ["One."]}, {"split": "train"}],
)
def test_a_damaged_abstract_is_refused(tmp_path, change):
    one = data.abstracts()[0]
    row = {name: getattr(one, name) for name in data.FIELDS} | change
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(row), encoding="utf-8")
    with pytest.raises(MedaiError, match="line 1"):
        data.read_abstracts(path)
    path.write_text("{", encoding="utf-8")
    with pytest.raises(MedaiError, match="line 1"):
        data.read_abstracts(path)


def test_the_longest_name_wins():
    names = [e.name for e in entities("Spreading depression, depression and marine oils.")]
    assert names == ["spreading depression", "depression", "fish oil"]


def test_findings_of_the_ontology_are_added_where_no_term_stands():
    assert ("HP:0001945", "hpo") in {(e.name, e.type) for e in entities("Fever.", hpo=True)}
    with pytest.raises(MedaiError, match="give a string"):
        entities(None)


@pytest.mark.parametrize(
    ("sentence", "want"),
    [
        ("Warfarin causes bleeding.", ("warfarin", "causes", "bleeding", False, False)),
        ("Asthma is worsened by stress.", ("stress", "worsens", "asthma", False, False)),
        ("Inflammation is raised in gout.", ("gout", "raises", "inflammation", False, False)),
        (
            "Aspirin may not lower triglycerides.",
            ("aspirin", "lowers", "triglycerides", True, True),
        ),
        (
            "Aspirin reduced neither triglycerides nor pain.",
            ("aspirin", "lowers", "triglycerides", True, False),
        ),
        (
            "Aspirin was unable to lower triglycerides.",
            ("aspirin", "lowers", "triglycerides", True, False),
        ),
        (
            "No effect of magnesium on heart rate.",
            ("magnesium", "changes", "heart rate", True, False),
        ),
    ],
)
def test_direction_voice_negation_and_hedge(sentence, want):
    (r,) = relations(sentence)
    assert (r.subject, r.relation, r.object, r.negated, r.hedged) == want
    assert r.sentence == sentence


def test_two_terms_without_a_verb_are_no_relation_but_a_cooccurrence():
    assert relations("Aspirin and gout were discussed.") == ()
    assert cooccurrences("Aspirin and gout were discussed.") == {frozenset({"aspirin", "gout"})}


def made(subject, relation, target, negated=False):
    return Relation(subject, relation, target, negated, False, "X", "s")


def test_closed_discovery_by_hand():
    rows = [made("a", "lowers", "b"), made("a", "lowers", "b", True), made("c", "raises", "b")]
    one = discovery.closed(rows, "a", "c")
    # net(a, b) = (0 - 1) / (1 + 1 + 1) = -1/3; net(c, b) = 1 / 2; score 1/6
    assert one.score == pytest.approx(1 / 6)
    assert [r.negated for r in one.bridges[0].against] == [True]
    assert "not evidence of treatment" in str(one)
    assert "may help" in str(one)
    swapped = [made("a", "raises", "b"), made("c", "raises", "b")]
    assert discovery.closed(swapped, "a", "c").score == pytest.approx(-1 / 4)
    with pytest.raises(MedaiError, match="'d'"):
        discovery.closed(rows, "a", "d")


def test_lift_by_hand():
    counted = discovery.Cooccurrence([])
    counted.bags = [frozenset("ab"), frozenset("a"), frozenset("bc"), frozenset("d")]
    counted.terms = frozenset("abcd")
    assert counted.lift("a", "b") == 1.0  # 1 * 4 / (2 * 2)
    assert counted.linking("a", "c") == 1
    assert counted.linking_lift("a", "c") == 1.0  # min(1, 4 / (2 * 1))


def test_rank_share_by_hand():
    scores, gold = np.array([3.0, 1.0, 1.0]), np.array([False, True, False])
    assert discovery.mean_rank_share(scores, gold) == 0.25  # one lost, one tie
    with pytest.raises(MedaiError, match="came true"):
        discovery.mean_rank_share(scores, np.zeros(3, bool))


@pytest.mark.parametrize(
    ("a", "c", "year"), [("fish oil", "Raynaud's disease", 1986), ("magnesium", "migraine", 1988)]
)
def test_swansons_cases_are_found_from_earlier_papers_only(a, c, year):
    rows = [r for r in read_relations(data.abstracts()) if r.year < year]
    first = discovery.open_discovery(rows, a)[0]
    assert first.c == c
    assert first.score > 0
    assert all(r.year < year for b in first.bridges for r in b.evidence + b.against)


def test_a_sum_of_lifts_is_the_same_in_every_process():
    # Sets have another order in each process; a plain sum of floats would end differently.
    code = (
        "from medai.datasets.literature import abstracts\n"
        "from medai.literature.discovery import Cooccurrence\n"
        "co = Cooccurrence([p for p in abstracts() if p.year < 1986])\n"
        "print([co.linking_lift('fish oil', t).hex() for t in sorted(co.terms)])"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(said) == 1
