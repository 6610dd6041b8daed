"""Extractive summaries against hand calculations, closed forms and networkx."""

import math

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from medai.literature.summary import (
    content_words,
    embedding_summary,
    lead,
    llm_summary,
    mmr,
    overlap_graph,
    pagerank,
    source_sentences,
    textrank,
)
from medai.runtime import MedaiError

THREE = "Aspirin lowers fever. Aspirin lowers pain. Pain disturbs sleep."


def test_the_graph_of_three_sentences_by_hand():
    # Three content words each.  1 and 2 share two of them, 2 and 3 one, 1 and 3 none.
    weights = overlap_graph([one.text for one in source_sentences(THREE)])
    unit = 1 / (math.log(3) + math.log(3))
    hand = np.array([[0, 2, 0], [2, 0, 1], [0, 1, 0]]) * unit
    np.testing.assert_allclose(weights, hand, rtol=1e-12)


def test_textrank_of_three_sentences_by_hand():
    # All of the outer sentences' rank goes to the middle one, whose rank goes 2/3 to the first
    # and 1/3 to the last.  With r1 + r3 = 1 - r2:
    #   r2 = (1 - d)/3 + d (1 - r2)   so   r2 = (1 + 2 d) / (3 (1 + d))
    d = 0.85
    middle = (1 + 2 * d) / (3 * (1 + d))
    hand = [(1 - d) / 3 + d * 2 / 3 * middle, middle, (1 - d) / 3 + d / 3 * middle]
    assert sum(hand) == pytest.approx(1)
    whole = textrank(THREE, 3)
    assert [one.score for one in whole.sentences] == pytest.approx(hand, abs=1e-9)
    assert textrank(THREE, 1).text == "Aspirin lowers pain."
    assert textrank(THREE, 2).numbers == (0, 1)


def test_stop_words_and_case_make_no_edge_and_negations_do():
    assert content_words("The pain was NOT in the Leg") == {"pain", "not", "leg"}
    # one word each: the logarithms are 0, and so is the weight
    assert overlap_graph(["Pain.", "Pain!"]).sum() == 0


def test_pagerank_of_a_page_without_links():
    # 0 -> 1, and 1 hands its rank to both: r0 = (1-d)/2 + d r1/2, r0 + r1 = 1: r0 = 1/(2+d)
    ranks = pagerank(np.array([[0, 1], [0, 0]]), 0.85)
    assert ranks == pytest.approx([1 / 2.85, 1.85 / 2.85], abs=1e-10)


@pytest.mark.parametrize("n", [1, 4, 7])
def test_pagerank_of_a_ring_is_even(n):
    assert pagerank(np.roll(np.eye(n), 1, axis=1)) == pytest.approx([1 / n] * n)


def test_pagerank_of_a_star():
    # n leaves around a centre: c = (1-d)/(n+1) + d (1-c)
    n, d = 5, 0.85
    weights = np.zeros((n + 1, n + 1))
    weights[0, 1:] = weights[1:, 0] = 3.0
    centre = ((1 - d) / (n + 1) + d) / (1 + d)
    assert pagerank(weights, d) == pytest.approx([centre, *[(1 - centre) / n] * n], abs=1e-9)


@given(arrays(float, (6, 6), elements=st.sampled_from([0.0, 0.0, 0.5, 1.0, 3.0])))
def test_pagerank_agrees_with_networkx(weights):
    theirs = nx.pagerank(
        nx.from_numpy_array(weights, create_using=nx.DiGraph), tol=1e-12, max_iter=1000
    )
    assert pagerank(weights) == pytest.approx([theirs[i] for i in range(6)], abs=1e-8)


@given(
    st.lists(
        st.sampled_from(
            [
                "Fever fell with aspirin",
                "Aspirin caused bleeding",
                "No pain was left",
                "Bleeding stopped soon",
                "Sleep was better",
            ]
        ),
        min_size=1,
        max_size=7,
    )
)
def test_textrank_agrees_with_networkx_on_texts(parts):
    text = " ".join(part + "." for part in parts)
    weights = overlap_graph([one.text for one in source_sentences(text)])
    theirs = nx.pagerank(nx.from_numpy_array(weights), tol=1e-12, max_iter=1000)
    ours = textrank(text, len(parts))
    scores = [one.score for one in ours.sentences]
    assert scores == pytest.approx([theirs[i] for i in range(len(parts))], abs=1e-8)


def test_every_sentence_stands_in_the_source_where_it_says():
    text = "  Dr. Roy saw her.\n\nAspirin 1.5 g helped!  No bleeding was seen. Fever stayed low."
    vectors = {one.text: [1.0, 0.1 * one.number] for one in source_sentences(text)}
    for made in (
        lead(text, 2, "d1"),
        textrank(text, 2, source="d1"),
        embedding_summary(
            text, 2, source="d1", embed=lambda ts: np.array([vectors[t] for t in ts])
        ),
    ):
        assert len(made.sentences) == 2
        assert made.total == 4
        for one in made.sentences:
            assert text[one.start : one.end] == one.text
            assert one.source == "d1"
        assert list(made.numbers) == sorted(made.numbers)
    assert lead(text, 1).text == "Dr. Roy saw her."
    assert lead(text, 99).total == len(lead(text, 99).sentences)


def test_mmr_by_hand():
    # cos to the query: .96, .8, .8.  cos(0, 1) = .768 + .168 = .936; cos(0, 2) = .768 - .168 = .6
    # After 0, with trade .5:  1 gains .4 - .468 = -.068,  2 gains .4 - .3 = .1
    vectors = np.array([[0.96, 0.28], [0.8, 0.6], [0.8, -0.6]])
    query = np.array([1.0, 0.0])
    assert mmr(vectors, query, 3, trade=0.5) == [0, 2, 1]
    assert mmr(vectors, query, 3, trade=1.0) == [0, 1, 2]
    assert mmr(vectors * [[3], [1], [9]], query * 7, 2, trade=0.5) == [0, 2]  # lengths are nothing


def test_a_repeated_sentence_is_not_chosen_twice():
    text = "Fever fell. Fever fell. Bleeding rose."
    vectors = np.array([[1, 0], [1, 0], [0.6, 0.8]])
    assert embedding_summary(text, 2, trade=0.5, embed=lambda _: vectors).numbers == (0, 2)


@given(
    arrays(float, (5, 3), elements=st.floats(-1, 1).map(lambda x: round(x, 2))),
    st.integers(1, 7),
    st.floats(0, 1),
)
def test_mmr_chooses_each_row_once(vectors, k, trade):
    vectors = vectors + np.array([2.0, 0, 0])  # none is zero
    chosen = mmr(vectors, np.ones(3), k, trade)
    assert len(chosen) == len(set(chosen)) == min(k, 5)


class Says:
    """A language model that says what it is told."""

    def __init__(self, text):
        self.text, self.asked = text, None

    def generate(self, prompt, max_new_tokens=0):
        self.asked = prompt
        return self.text


SOURCE = "Pain fell by 2 points with aspirin 500 mg. No bleeding occurred. Sleep improved."


def test_only_what_the_source_carries_is_shown():
    llm = Says("Aspirin 500 mg lowered pain by 2 points. Bleeding occurred. Sleep improv")
    made = llm_summary(SOURCE, llm, k=2)
    assert made.text == "Aspirin 500 mg lowered pain by 2 points."
    assert made.written == llm.text
    assert made.fallback is None
    assert [one.supported for one in made.check.statements] == [True, False]
    assert SOURCE in llm.asked[0]["content"]


@pytest.mark.parametrize(
    "said", ["", "Aspirin 500 g helps", "Aspirin 50 mg raised pain by 2 points."]
)
def test_when_nothing_passes_the_source_speaks_itself(said):
    made = llm_summary(SOURCE, Says(said), k=1)
    assert made.text == made.fallback.text == textrank(SOURCE, 1).text


@pytest.mark.parametrize(
    "call",
    [
        lambda: lead(""),
        lambda: lead(" \n "),
        lambda: lead(None),
        lambda: textrank("A text.", 0),
        lambda: lead("A text.", True),
        lambda: textrank("A text.", 1.5),
        lambda: textrank("A text.", 1, damping=1.0),
        lambda: pagerank(np.zeros((2, 3))),
        lambda: pagerank(np.zeros((0, 0))),
        lambda: pagerank(np.array([[0, -1], [1, 0]])),
        lambda: pagerank(np.array([[0, np.nan], [1, 0]])),
        lambda: mmr(np.zeros((2, 2)), np.ones(2), 1),
        lambda: mmr(np.ones((2, 2)), np.ones(2), 1, trade=2),
        lambda: llm_summary("", Says("x")),
    ],
)
def test_bad_input_is_refused_in_words(call):
    with pytest.raises(MedaiError):
        call()


def test_minilm_takes_one_sentence_of_each_topic():
    text = (
        "Fish oil lowered the viscosity of the blood. Fish oil made blood less viscous. "
        "The trial was paid for by a university. Blood flowed more easily after fish oil."
    )
    made = embedding_summary(text, 2, trade=0.5)
    assert 2 in made.numbers  # the only sentence that repeats nothing
