"""Everyday phrases: each stands for a term of the ontology, and none is lost in a sentence."""

import pytest

from medai.knowledge import link, load_graph
from medai.knowledge.everyday import table
from medai.knowledge.lexicon import lexicon_of
from medai.knowledge.words import normalise


def test_every_name_is_one_of_the_ontology():
    names = {term.name for term in load_graph().terms}
    assert set(table().values()) <= names


def test_the_ontology_comes_first():
    """A phrase that HPO has keeps HPO's meaning, and ours is not used."""
    lexicon = lexicon_of(load_graph())
    assert not set(lexicon.everyday) & set(lexicon.by_phrase)
    assert len(lexicon.everyday) >= 120


@pytest.mark.parametrize("phrase", sorted(table()))
def test_every_phrase_is_found(phrase):
    lexicon = lexicon_of(load_graph())
    found = link(f"Today: {phrase}.")
    every = [*found.present, *found.uncertain, *found.excluded]
    if normalise(phrase) in lexicon.by_phrase:
        assert every
    else:
        assert [(f.name, f.text) for f in every] == [(table()[phrase], phrase)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("She is short of breath and wheezy.", ["Dyspnea", "Wheezing"]),
        ("I have blood in my pee and it hurts to pee", ["Hematuria", "Dysuria"]),
        ("can't sleep", ["Insomnia"]),
        ("Feverish and shivery", ["Fever", "Chills"]),
    ],
)
def test_in_a_sentence(text, names):
    assert [f.name for f in link(text).present] == names
    assert {f.method for f in link(text).present} == {"everyday"}
