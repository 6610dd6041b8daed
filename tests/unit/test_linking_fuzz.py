"""Any text at all: no error but MedaiError, and spans that cut the original text."""

import itertools
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medai.knowledge import load_graph
from medai.knowledge.linking import link
from medai.knowledge.negation import contexts, find_cues, sentences

PIECES = [
    "fever", "no", "Short stature", "or", "and", "but", ",", ".", "?", "(", ")", "\n", "-", "(-)",
    "mother", "denies", "possible", "absent", "webbd neck", "neck webbing", "ASD", "\x00", "发热",
    "حمى", "😀", "\u202e", "not", "without", "is", ":", "normal", "hyper", "tension", "all absent",
]  # fmt: skip
CLINICAL = st.lists(st.sampled_from(PIECES)).map(" ".join)
ANY = st.one_of(st.text(), st.text(st.characters()), CLINICAL)  # lone surrogates included


@pytest.fixture(scope="module")
def graph():
    return load_graph()


@settings(max_examples=300, deadline=None)
@given(text=ANY)
def test_any_text(graph, text):
    found = link(text, graph)
    every = [*found.present, *found.excluded, *found.uncertain, *found.family, *found.unrecognised]
    every.sort(key=lambda one: one.start)
    for one in every:
        assert one.text == text[one.start : one.end]
        assert one.text
    for one, after in itertools.pairwise(every):
        assert one.end <= after.start, "spans overlap"
    json.dumps(found.as_dict())


@settings(max_examples=300, deadline=None)
@given(text=ANY, cuts=st.lists(st.integers(0, 60), max_size=8, unique=True))
def test_any_spans(text, cuts):
    places = sorted(min(cut, len(text)) for cut in cuts)
    spans = [(a, b) for a, b in zip(places[::2], places[1::2], strict=False) if a < b]
    assert len(contexts(text, spans, find_cues(text, spans))) == len(spans)
    assert all(a < b for a, b in sentences(text))
