"""A word is not read alone where it describes a pain or stands inside the name of a disease."""

import pytest

from medai.knowledge import link, load_graph
from medai.knowledge.lexicon import lexicon_of
from medai.knowledge.read_alone import _strange


def names(text):
    return {one.name for one in link(text).present}


@pytest.mark.parametrize(
    ("text", "found", "not_found"),
    [
        ("Sudden tearing chest pain.", "Chest pain", "Epiphora"),
        ("Tearing, severe chest pain.", "Chest pain", "Epiphora"),
        ("A tearing pain behind the eye.", "Ocular pain", "Epiphora"),
        ("His eyes are tearing.", "Epiphora", "Pain"),
        ("Excessive tearing of both eyes.", "Epiphora", "Pain"),
        ("He is disoriented.", "Confusion", "Confusional arousal"),
        ("She is unresponsive.", "Loss of consciousness", "Confusional arousal"),
        ("Known irritable bowel syndrome.", "Bowel irritability", "Irritability"),
        ("The baby is irritable.", "Irritability", "Bowel irritability"),
        ("Recurrent UTIs.", "Recurrent urinary tract infections", "Dysuria"),
        ("Urinary tract infections since childhood.", "Recurrent urinary tract infections", "Pain"),
        ("Bacterial meningitis.", "Meningitis", "Fever"),
    ],
)
def test_what_is_read_and_what_is_not(text, found, not_found):
    assert found in names(text)
    assert not_found not in names(text)


@pytest.mark.parametrize("said", ["UTI", "urinary tract infection", "urine infection"])
def test_one_infection_of_the_urine_is_asked_about(said):
    found = link(f"She has a {said}.")
    assert not found.present
    assert [(one.text, one.reason) for one in found.unrecognised] == [(said, "ambiguous")]


def test_a_word_of_a_disease_name_is_strange_unless_the_disease_has_it():
    lexicon = lexicon_of(load_graph())
    bowel = ("irritable", "bowel", "syndrome")
    assert _strange(lexicon, bowel, frozenset({"HP:0002027"})) == {0}
    assert _strange(lexicon, bowel, frozenset({"HP:0000737"})) == set()
    # a longer name inside is read as a whole
    assert _strange(lexicon, ("low", "back", "pain", "x"), frozenset()) == set()
