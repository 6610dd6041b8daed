"""Phrases for signs and symptoms with their organ system, and their split by term."""

from collections import Counter
from dataclasses import dataclass, field

import pytest

from medai.runtime import MedaiError
from medai.text import SymptomPhrase, fold_phrase, split_phrases, symptom_phrases

ROOT = "HP:0000118"


@dataclass
class Syn:
    text: str
    scope: str = "EXACT"
    kind: str = ""


@dataclass
class Term:
    id: str
    name: str
    parents: tuple = ()
    synonyms: tuple = field(default=())
    obsolete: bool = False


EYE = Term("HP:1", "Abnormality of the eye", (ROOT,))
HEART = Term("HP:2", "Abnormality of the heart", (ROOT,))
TERMS = [
    Term(ROOT, "Phenotypic abnormality"),
    EYE,
    HEART,
    Term(
        "HP:3",
        "Cataract",
        ("HP:1",),
        (
            Syn("Cloudy lens", kind="layperson"),
            Syn("CATARACT."),  # the name again
            Syn("Lens trouble", "BROAD"),
            Syn("Cat", kind="abbreviation"),
        ),
    ),
    Term("HP:4", "Naevus", ("HP:1",), (Syn("Spot"),)),
    Term("HP:5", "Murmur", ("HP:2",), (Syn("spot"), Syn("Noise, heart"))),
    Term("HP:6", "Coloboma of both", ("HP:1", "HP:2"), (Syn("Gap"),)),
    Term("HP:7", "Cleft iris", ("HP:1",), (Syn("gap"),)),
    Term("HP:8", "Inheritance", ()),
    Term("HP:9", "Old eye", ("HP:1",), obsolete=True),
]


def test_fold_phrase():
    assert fold_phrase("  Ménière's  DISEASE (left) ") == "meniere s disease left"
    assert fold_phrase("Low T-4") == fold_phrase("low t 4")
    assert fold_phrase("--") == ""


def test_phrases_by_hand():
    phrases = symptom_phrases(TERMS)
    assert [(p.term_id, p.text, p.kind) for p in phrases] == [
        ("HP:1", "Abnormality of the eye", "name"),
        ("HP:2", "Abnormality of the heart", "name"),
        ("HP:3", "Cataract", "name"),
        ("HP:3", "Cloudy lens", "lay"),
        ("HP:4", "Naevus", "name"),  # its "Spot" is also a murmur's
        ("HP:5", "Murmur", "name"),
        ("HP:5", "Noise, heart", "synonym"),
        ("HP:7", "Cleft iris", "name"),  # its "gap" is also that of a term under two systems
    ]
    assert {p.system for p in phrases if p.term_id in ("HP:3", "HP:1")} == {EYE.name}
    assert phrases.left_out == {
        "terms under several systems": 1,
        "terms under no system": 2,
        "abbreviations and obsolete synonyms": 1,
        "phrases of several systems": 3,
        "repeated phrases": 1,
        "phrases of systems with too few terms": 0,
    }


def test_scopes_and_small_systems():
    assert "Lens trouble" in {p.text for p in symptom_phrases(TERMS, scopes=("EXACT", "BROAD"))}
    large = symptom_phrases(TERMS, min_terms=3)
    assert {p.system for p in large} == {EYE.name}
    assert large.left_out["phrases of systems with too few terms"] == 3
    with pytest.raises(MedaiError, match="gave no phrase"):
        symptom_phrases(TERMS, min_terms=9)
    with pytest.raises(MedaiError, match="min_terms = 0"):
        symptom_phrases(TERMS, min_terms=0)
    with pytest.raises(MedaiError, match="EXACT"):
        symptom_phrases(TERMS, scopes="EXACT")
    with pytest.raises(MedaiError, match="gave no phrase"):
        symptom_phrases([])


def test_split_ties_equal_phrases():
    made = [SymptomPhrase(f"HP:{i}", f"finding {i}", "name", "x") for i in range(40)]
    tied = [
        SymptomPhrase("HP:30", "Blocked vein", "synonym", "x"),
        SymptomPhrase("HP:7", "vein, blocked", "synonym", "y"),
        SymptomPhrase("HP:7", "Swollen leg", "lay", "y"),
        SymptomPhrase("HP:22", "swollen leg!", "lay", "x"),
    ]
    for seed in range(20):
        parts = split_phrases(made + tied, (0.5, 0.25, 0.25), seed)
        where = {p.term_id: i for i, part in enumerate(parts) for p in part}
        assert where["HP:30"] == where["HP:7"] == where["HP:22"]
        assert sorted(p for part in parts for p in part) == sorted(made + tied)
        again = split_phrases((made + tied)[::-1], (0.5, 0.25, 0.25), seed)
        assert [sorted(part) for part in again] == [sorted(part) for part in parts]
    with pytest.raises(MedaiError, match="add up to 1"):
        split_phrases(made, (0.5, 0.6))
    with pytest.raises(MedaiError, match="too few"):
        split_phrases(made[:2])


def test_the_real_ontology():
    from medai.knowledge import load_graph

    phrases = symptom_phrases(load_graph().terms, min_terms=50)
    systems = Counter(p.system for p in phrases)
    assert 15 < len(systems) < 25
    assert min(Counter(s for s, _ in {(p.system, p.term_id) for p in phrases}).values()) >= 50
    assert {p.kind for p in phrases} == {"name", "synonym", "lay"}
    assert len({fold_phrase(p.text) for p in phrases}) == len(phrases) > 15_000
    parts = split_phrases(phrases, seed=4)
    n_terms = len({p.term_id for p in phrases})
    shares = [len({p.term_id for p in part}) / n_terms for part in parts]
    assert shares == pytest.approx([0.7, 0.15, 0.15], abs=0.01)
    for a, b in [(0, 1), (0, 2), (1, 2)]:
        texts = [{" ".join(sorted(fold_phrase(p.text).split())) for p in parts[i]} for i in (a, b)]
        assert not texts[0] & texts[1]
        assert not {p.term_id for p in parts[a]} & {p.term_id for p in parts[b]}
