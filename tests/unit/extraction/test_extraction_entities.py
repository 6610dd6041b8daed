"""Mentions, tags, Viterbi, the dictionary, the perceptron, and silver sentences."""

import itertools

import numpy as np
import pytest

from medai.knowledge.extraction import (
    TAGS,
    Combined,
    Dictionary,
    Mention,
    SequenceRecogniser,
    StructuredPerceptron,
    legal_steps,
    marked_sentences,
    tokens_of,
    viterbi,
)
from medai.knowledge.extraction.corpus import (
    STATUSES,
    Sentence,
    fold,
    parse_marked,
    split_by_term,
)
from medai.knowledge.extraction.mentions import KINDS, to_mentions, to_tags
from medai.knowledge.extraction.perceptron import features_of
from medai.knowledge.extraction.silver import PATTERNS, generated
from medai.runtime import MedaiError

NAMES = [
    ("cough", "finding"), ("dry cough", "finding"), ("fever", "finding"), ("anemia", "finding"),
    ("gout", "disease"), ("colchicine", "drug"), ("knee", "anatomy"), ("aspirin", "drug"),
    ("pain of the joint", "finding"),
]  # fmt: skip


def total(scores, steps, start, tags):
    moves = sum(steps[a, b] for a, b in itertools.pairwise(tags))
    return start[tags[0]] + sum(scores[t, k] for t, k in enumerate(tags)) + moves


@pytest.mark.parametrize("seed", range(8))
def test_viterbi_equals_trying_all_sequences(seed):
    rng = np.random.default_rng(seed)
    scores, steps, start = rng.normal(size=(5, 4)), rng.normal(size=(4, 4)), rng.normal(size=4)
    steps[rng.random((4, 4)) < 0.2] = -np.inf
    steps[0] = rng.normal(size=4)  # some sequence stays possible
    best = max(itertools.product(range(4), repeat=5), key=lambda y: total(scores, steps, start, y))
    assert viterbi(scores, steps, start) == list(best)


def test_viterbi_takes_the_legal_sequence_where_the_best_tags_are_not():
    start, steps = legal_steps()
    scores = np.zeros((2, len(TAGS)))
    scores[0, 0] = 1.0  # O
    scores[1, TAGS.index("I-drug")] = 1.5  # I-drug may not follow O: B-drug I-drug, 1.5, wins
    assert [TAGS[k] for k in viterbi(scores, steps, start)] == ["B-drug", "I-drug"]


def test_viterbi_of_nothing_and_of_nonsense():
    start, steps = legal_steps()
    assert viterbi(np.zeros((0, len(TAGS))), steps, start) == []
    with pytest.raises(MedaiError, match="wanted"):
        viterbi(np.zeros((3, 2)), steps, start)
    with pytest.raises(MedaiError, match="NaN"):
        viterbi(np.full((3, len(TAGS)), np.nan), steps, start)


def test_tags_and_back():
    text = "No dry cough on colchicine-treatment."
    mentions = [Mention(3, 12, "finding", "dry cough"), Mention(16, 26, "drug", "colchicine")]
    tokens = tokens_of(text)
    assert [t.text for t in tokens] == [
        "No", "dry", "cough", "on", "colchicine", "-", "treatment", ".",
    ]  # fmt: skip
    tags = to_tags(tokens, mentions)
    assert [TAGS[k] for k in tags] == [
        "O", "B-finding", "I-finding", "O", "B-drug", "O", "O", "O",
    ]  # fmt: skip
    assert to_mentions(text, tokens, tags) == mentions


def test_neighbours_of_one_kind_stay_apart_and_a_stray_inside_begins_one():
    text = "cough fever"
    tokens = tokens_of(text)
    b, i = TAGS.index("B-finding"), TAGS.index("I-finding")
    assert [m.text for m in to_mentions(text, tokens, [b, b])] == ["cough", "fever"]
    assert [m.text for m in to_mentions(text, tokens, [b, i])] == ["cough fever"]
    assert [m.text for m in to_mentions(text, tokens, [0, i])] == ["fever"]


def test_the_dictionary_takes_the_longest_name():
    found = Dictionary(NAMES).recognise("A dry cough, and gout of the left knee; no anaemias.")
    assert [(m.text, m.kind) for m in found] == [
        ("dry cough", "finding"), ("gout", "disease"), ("left knee", "anatomy"),
        ("anaemias", "finding"),
    ]  # fmt: skip


def test_the_dictionary_passes_over_fillers_but_not_over_commas():
    dictionary = Dictionary(NAMES)
    assert [m.text for m in dictionary.recognise("pain of joint")] == ["pain of joint"]
    assert [m.text for m in dictionary.recognise("dry, cough")] == ["cough"]
    assert dictionary.recognise("") == []


def test_of_a_name_given_twice_the_first_kind_counts():
    twice = Dictionary([("gout", "disease"), ("Gout", "finding")])
    assert twice.recognise("gout")[0].kind == "disease"
    with pytest.raises(MedaiError, match="no kind"):
        Dictionary([("gout", "plant")])


def test_every_span_reproduces_its_text():
    dictionary = Dictionary(NAMES)
    for sentence in marked_sentences():
        for m in (*sentence.mentions, *dictionary.recognise(sentence.text)):
            assert sentence.text[m.start : m.end] == m.text


def test_the_marked_sentences_are_well_formed():
    sentences = marked_sentences()
    assert len(sentences) == 104
    assert len(marked_sentences("dev")) == len(marked_sentences("test")) == 40
    assert len(marked_sentences("hard")) == 24
    assert len({fold(s.text) for s in sentences}) == 104
    assert {m.kind for s in sentences for m in s.mentions} == set(KINDS)
    assert {r[3] for s in sentences for r in s.relations} == set(STATUSES)
    assert not any("[" in s.text or "](" in s.text for s in sentences)
    with pytest.raises(MedaiError, match="part"):
        marked_sentences("train")


def test_marks_are_read():
    text, (mention,) = parse_marked("no [cough](finding) now")
    assert (text, mention) == ("no cough now", Mention(3, 8, "finding", "cough"))
    with pytest.raises(MedaiError, match="known kinds"):
        parse_marked("[cough](sound)")


def test_terms_that_share_a_sentence_stay_together():
    items = [Sentence(f"HP:{k:07d}", 0, f"Finding number {k}.") for k in range(60)]
    items += [Sentence("HP:0000003", 1, "The same!"), Sentence("HP:0000040", 1, "the SAME")]
    parts = split_by_term(items)
    assert sorted(itertools.chain(*parts)) == sorted(items)
    assert parts == split_by_term(items)
    for one, two in itertools.combinations(parts, 2):
        assert not {s.term_id for s in one} & {s.term_id for s in two}
        assert not {fold(s.text) for s in one} & {fold(s.text) for s in two}
    with pytest.raises(MedaiError, match="shares"):
        split_by_term(items, (0.5, 0.2))


def test_the_perceptron_learns_from_endings_and_neighbours():
    # Every drug is a new word that ends in -pril, so the word itself teaches nothing.
    rng, drug, finding = np.random.default_rng(0), TAGS.index("B-drug"), TAGS.index("B-finding")
    words = [["on", "".join(rng.choice(list("abcdefg"), 4)) + "pril", "no", "fever"]
             for _ in range(60)]  # fmt: skip
    words += [[*w[::-1]] for w in words]
    tags = [[0, drug, 0, finding]] * 60 + [[finding, 0, drug, 0]] * 60
    one = StructuredPerceptron().fit(words, tags, epochs=3)
    two = StructuredPerceptron().fit(words, tags, epochs=3)
    assert np.array_equal(one.weights, two.weights)
    assert one.mistakes[-1] == 0 < one.mistakes[0]
    found = SequenceRecogniser(one).recognise("on zzzzpril no fever")
    assert [(m.text, m.kind) for m in found] == [("zzzzpril", "drug"), ("fever", "finding")]
    assert SequenceRecogniser(one).recognise("") == []


def test_averaged_weights_by_hand():
    # One sentence "gout", tag B-disease (3), two rounds.  Moment 1: all scores are 0, the guess
    # is O (0), so weights of B-disease go up and of O down.  Moment 2: right.  The mean over
    # the three states before, after moment 1 and after moment 2 is 2/3 of the change.
    k = TAGS.index("B-disease")
    one = StructuredPerceptron(min_count=1).fit([["gout"]], [[k]], epochs=2)
    assert one.mistakes == [1, 0]
    assert np.allclose(one.weights[:, k], 2 / 3)
    assert np.allclose(one.weights[:, 0], -2 / 3)


def test_the_perceptron_refuses_what_does_not_fit():
    with pytest.raises(MedaiError, match="words"):
        StructuredPerceptron().fit([["a", "b"]], [[0]])
    with pytest.raises(MedaiError, match="sentences"):
        StructuredPerceptron().fit([], [])


def test_features_hide_unknown_words_but_not_their_endings():
    found = features_of(["on", "ramipril"], 1, frozenset({"on"}))
    assert {"w=?", "e3=ril", "p1=on", "n1=</s>"} <= set(found)
    assert "w=ramipril" not in found


def test_generated_sentences_carry_their_mentions():
    dictionary = Dictionary(NAMES)
    made = generated(dictionary, NAMES, 60, seed=3)
    assert made == generated(dictionary, NAMES, 60, seed=3)
    for text, mentions in made:
        assert "{" not in text
        for m in mentions:
            assert text[m.start : m.end] == m.text
    with pytest.raises(MedaiError, match="no usable name"):
        generated(dictionary, [("gout", "disease")], 5)


def test_no_marked_sentence_is_a_pattern_of_the_silver_ones():
    marked = {fold(s.text) for s in marked_sentences()}
    assert not marked & {fold(pattern) for pattern in PATTERNS}


def test_combined_believes_the_first():
    one, two = Dictionary([("cough", "finding")]), Dictionary([("dry cough", "finding"), NAMES[2]])
    found = Combined([one, two]).recognise("dry cough and fever")
    assert [m.text for m in found] == ["cough", "fever"]
