"""What people and notes say for short: illnesses of the history, and abbreviations."""

import pytest

from medai.knowledge import link, load_graph
from medai.knowledge.lexicon import lexicon_of
from medai.knowledge.short_names import short_names
from medai.knowledge.words import normalise


@pytest.fixture(scope="module")
def graph():
    return load_graph()


def said(found):
    """Return the names by group, the ambiguous last."""
    groups = ("present", "excluded", "family", "history")
    shown = {g: [f.name for f in getattr(found, g)] for g in groups if getattr(found, g)}
    asked = {u.text: {name for _, name in u.suggestions} for u in found.unrecognised}
    return shown, asked


# -- short names of illnesses ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("diabetes", "Diabetes mellitus"),
        ("diabetic", "Diabetes mellitus"),
        ("type 2 diabetes", "Type II diabetes mellitus"),
        ("type 1 diabetes mellitus", "Type I diabetes mellitus"),
        ("diabetes insipidus", "Diabetes insipidus"),
        ("angina", "Angina pectoris"),
        ("asthma", "Asthma"),
        ("asthmatic", "Asthma"),
        ("high blood pressure", "Hypertension"),
        ("raised blood pressure", "Hypertension"),
        ("stroke", "Stroke"),
        ("mini stroke", "Transient ischemic attack"),
        ("migraine", "Migraine"),
        ("COPD", "Chronic pulmonary obstruction"),
        ("heart attack", "Myocardial infarction"),
        ("gout", "Gout"),
        ("epilepsy", "Seizure"),
        ("enlarged prostate", "Benign prostatic hyperplasia"),
        ("blood clot on the lung", "Pulmonary embolism"),
        ("abdo pain", "Abdominal pain"),
        ("clot in his leg", "Deep venous thrombosis"),
    ],
)
def test_an_illness_by_its_short_name(graph, text, expected):
    assert said(link(f"She has {text}.", graph)) == ({"present": [expected]}, {})
    assert said(link(f"Mother had {text}.", graph))[0] == {"family": [expected]}


@pytest.mark.parametrize("text", ["tuberculosis", "ulcer"])
def test_a_word_of_several_unrelated_terms_is_asked_about(graph, text):
    shown, asked = said(link(text, graph))
    assert shown == {}
    assert len(asked[text]) == 3


def test_the_table_of_short_names(graph):
    lexicon = lexicon_of(graph)
    for short, name in short_names().items():
        assert normalise(short) not in lexicon.by_phrase, short
        assert lexicon.by_phrase[normalise(name)] == lexicon.everyday[normalise(short)], short


@pytest.mark.parametrize("short", ["diabetes", "angina"])
def test_a_single_word_stands_for_the_broadest_of_its_terms(graph, short):
    lexicon, word = lexicon_of(graph), normalise(short)
    (term,) = lexicon.entry(lexicon.everyday[word]).terms
    holding = {
        t
        for i, phrase in enumerate(lexicon.phrases)
        if word in phrase.split()
        for t in lexicon.entry(i).terms
    }
    below = {t for t in holding if term in graph.ancestor_numbers(t)}
    assert len(below) / len(holding) >= 0.75  # all but Diabetes insipidus and its kinds


# -- abbreviations ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "present", "places"),
    [
        ("SOB", ["Dyspnea"], ["SOB"]),
        ("SoB", ["Dyspnea"], ["SoB"]),
        ("SOBOE", ["Exertional dyspnea"], ["SOBOE"]),
        ("SOB on exertion", ["Exertional dyspnea"], ["SOB on exertion"]),
        ("N&V", ["Nausea and vomiting"], ["N&V"]),
        ("D&V", ["Diarrhea", "Vomiting"], ["D", "V"]),
        ("HTN", ["Hypertension"], ["HTN"]),
        ("BPH", ["Benign prostatic hyperplasia"], ["BPH"]),
    ],
)
def test_one_meaning_is_read_in_its_place(graph, text, present, places):
    found = link(f"She has {text} and fever.", graph)
    assert [f.name for f in found.present] == [*present, "Fever"]
    assert [f.text for f in found.present] == [*places, "fever"]
    assert found.unrecognised == ()


def test_negation_time_and_family_hold_for_abbreviations(graph):
    found = link("No SOB or D&V. DVT in 2012. FH: HTN.", graph)
    assert [f.name for f in found.excluded] == ["Dyspnea", "Diarrhea", "Vomiting"]
    assert [f.name for f in found.history] == ["Deep venous thrombosis"]
    assert [f.name for f in found.family] == ["Hypertension"]


@pytest.mark.parametrize(
    ("text", "some"),
    [
        ("CP", {"Chest pain", "Cerebral palsy"}),
        ("PE", {"Pulmonary embolism"}),
        ("AF", {"Atrial fibrillation", "Atrial flutter"}),
        ("PND", {"Paroxysmal nocturnal dyspnea"}),
        ("CVA", {"Stroke"}),
    ],
)
def test_several_meanings_are_asked_about_and_never_guessed(graph, text, some):
    shown, asked = said(link(f"He has {text} and fever.", graph))
    assert shown == {"present": ["Fever"]}
    assert some <= asked[text]


@pytest.mark.parametrize(
    "text",
    ["sobbing", "a sob story", "Seen in ED.", "MS Smith", "SEIZURES AS DESCRIBED", "pt well"],
)
def test_no_abbreviation(graph, text):
    found = link(text, graph)
    assert [u for u in found.unrecognised if u.reason == "ambiguous"] == []
    assert "Dyspnea" not in [f.name for f in found.present]
