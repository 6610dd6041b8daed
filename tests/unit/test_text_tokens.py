"""The word tokeniser and byte-pair encoding."""

import random
from itertools import pairwise

import pytest

from medai.runtime import MedaiError
from medai.text import (
    BPE,
    apply_temperature,
    hpo_definitions,
    join_tokens,
    ngram_runs,
    shares_ngram,
    split,
    word_tokens,
)

CORPUS = ["anemia anemia leukemia uremia", "hypertension hypotonia hypermobility"] * 3


def test_word_tokens():
    assert word_tokens("A 2.5-fold rise (Crohn's).") == [
        *("a", "2.5", "-", "fold", "rise", "(", "crohn's", ")", "."),
    ]
    assert word_tokens("Beta-thalassemia, 1,000 IU/L", lower=False) == [
        *("Beta-thalassemia", ",", "1,000", "IU", "/", "L"),
    ]
    assert word_tokens("") == []
    assert word_tokens("naïve 发热 🫀!") == ["naïve", "发热", "🫀", "!"]


def test_word_tokens_lose_nothing_but_space():
    text = "Fever_2 > 38.5°C; the 5th digit's tip, q.v. (IL-6-dependent) — _x 3x"
    assert "".join(word_tokens(text, lower=False)) == "".join(text.split())


def test_join_tokens():
    text = "a rise (of iron), in blood."
    assert join_tokens(word_tokens(text)) == text


def test_bpe_by_hand():
    # "aaab" twice and "ab" once, each a chunk. Pairs: aa 2*2 = 4, ab 2+1 = 3.
    # Merge 1 is aa: [aa a b], [aa a b], [a b]. Pairs: (aa, a) 2, (a, b) 3.
    # Merge 2 is ab: [aa ab] twice, [ab].  Merge 3 is (aa, ab).
    bpe = BPE.train(["aaab", "aaab", "ab"], merges=10)
    assert [bpe.vocab[i] for i in range(256, len(bpe))] == [b"aa", b"ab", b"aaab"]
    assert bpe.tokens("aab aaab") == ["aa", "b", "·", "aaab"]


def test_bpe_ties_are_broken_by_spelling():
    assert BPE.train(["xy xy", "ab ab"], 1).vocab[256] == b"ab"
    assert BPE.train(["ab ab", "xy xy"], 1).vocab[256] == b"ab"
    shuffled = CORPUS[:]
    random.Random(0).shuffle(shuffled)
    assert BPE.train(CORPUS, 50).merges == BPE.train(shuffled, 50).merges


def slow_merges(texts, merges):
    """Count all pairs afresh for each merge, with the same rule for ties."""
    from collections import Counter

    from medai.text.bpe import _chunks, _merge

    words = [list(c.encode()) for t in texts for c in _chunks(t)]
    vocab = [bytes([b]) for b in range(256)]
    learned = []
    for _ in range(merges):
        pairs = Counter(p for w in words for p in pairwise(w))
        if not pairs or max(pairs.values()) < 2:
            break
        best = min(pairs, key=lambda p: (-pairs[p], vocab[p[0]], vocab[p[1]]))
        learned.append(best)
        vocab.append(vocab[best[0]] + vocab[best[1]])
        words = [_merge(w, best, len(vocab) - 1) for w in words]
    return learned


def test_bpe_agrees_with_a_slow_transcription():
    rng = random.Random(3)
    texts = ["".join(rng.choices("aaabbc  ", k=40)) for _ in range(30)] + CORPUS
    assert BPE.train(texts, 120).merges == slow_merges(texts, 120)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "  two  spaces \t\n tab ",
        "leukemia",
        "发热三天，无咳嗽。",
        "🫀👩🏽‍⚕️ e\u0301 \u200d \ufeff",
        "ابيضاض الدم",
        "a_b__c 5µg/µL \x00\x7f",
        "\ud800 lone surrogate",
    ],
)
def test_bpe_round_trip(text):
    for merges in (0, 10, 60):
        bpe = BPE.train(CORPUS, merges)
        assert bpe.decode(bpe.encode(text)) == text


def test_bpe_round_trip_on_random_unicode():
    rng = random.Random(0)
    bpe = BPE.train([*CORPUS, "é€🫀 é€🫀"], 80)
    for _ in range(300):
        text = "".join(chr(rng.randrange(0x110000)) for _ in range(rng.randrange(20)))
        assert bpe.decode(bpe.encode(text)) == text


def test_bpe_shortens_what_it_was_trained_on():
    bpe = BPE.train(CORPUS, 60)
    assert len(bpe.encode(CORPUS[0])) < len(BPE().encode(CORPUS[0]))
    assert all(0 <= i < len(bpe) for i in bpe.encode("leukemia 🫀"))


def test_bpe_half_characters_show():
    bpe = BPE()
    heart = bpe.encode("🫀")
    assert len(heart) == 4
    assert bpe.decode(heart[:2]) == "\ufffd"
    assert bpe.spell(heart[0]) == "<0xF0>"


def test_bpe_from_merges():
    rng = random.Random(4)
    texts = ["".join(rng.choices("aaabbc  ", k=60)) for _ in range(40)] + CORPUS
    trained = BPE.train(texts, 100)  # remembers how it cut its training text
    fresh = BPE(trained.merges)
    assert all(fresh.encode(t) == trained.encode(t) for t in texts)


def test_split_is_a_partition():
    parts = split(range(103), (0.8, 0.1, 0.1), seed=3)
    assert [len(p) for p in parts] == [82, 11, 10]
    assert sorted(x for p in parts for x in p) == list(range(103))
    assert split(range(103), (0.8, 0.1, 0.1), seed=3) == parts
    assert split(range(103), (0.8, 0.1, 0.1), seed=4) != parts


def test_shares_ngram():
    texts = [list("abcd"), list("xbcx"), list("bc"), list("dcba"), []]
    assert shares_ngram(texts, [list("zabcz")], n=3).tolist() == [True, False, False, False, False]
    assert shares_ngram(texts, [list("zabcz")], n=2).tolist() == [True, True, True, False, False]
    assert shares_ngram([], [list("abc")]).shape == (0,)


def test_runs_made_once_say_the_same():
    runs = ngram_runs([list("zabcz"), list("ab")], n=3)
    assert runs == {tuple("zab"), tuple("abc"), tuple("bcz")}
    texts = [list("abcd"), list("xbcx"), list("zab")]
    assert shares_ngram(texts, runs, n=3).tolist() == [True, False, True]
    assert shares_ngram(texts, ngram_runs([], n=3), n=3).tolist() == [False] * 3


class Term:
    def __init__(self, id, name, definition, parents):
        self.id, self.name, self.definition, self.parents = id, name, definition, parents


def test_hpo_definitions_know_their_systems():
    terms = [
        Term("HP:0000118", "Phenotypic abnormality", "Root.", ["HP:0000001"]),
        Term("HP:2", "Eye", "", ["HP:0000118"]),
        Term("HP:3", "Skin", "Of  the\nskin.", ["HP:0000118"]),
        Term("HP:4", "Lid", "Eyelid skin.", ["HP:2", "HP:3"]),
        Term("HP:5", "Old", "Obsolete.", []),
    ]
    found = hpo_definitions(terms)
    assert [d.id for d in found] == ["HP:0000118", "HP:3", "HP:4"]
    assert found[1].text == "Of the skin."
    assert [d.systems for d in found] == [(), ("Skin",), ("Eye", "Skin")]


def test_temperature_limits():
    import numpy as np

    p = np.array([0.5, 0.3, 0.2, 0.0])
    assert apply_temperature(p, 1) == pytest.approx(p)
    assert apply_temperature(p, 0).tolist() == [1, 0, 0, 0]
    assert apply_temperature(p, 1e-4) == pytest.approx([1, 0, 0, 0])
    assert apply_temperature(p, np.inf) == pytest.approx([1 / 3, 1 / 3, 1 / 3, 0])
    assert apply_temperature(p, 1e9) == pytest.approx([1 / 3, 1 / 3, 1 / 3, 0])
    # T = 1/2 squares: .25, .09, .04 over their sum .38
    assert apply_temperature(p, 0.5) == pytest.approx(np.array([25, 9, 4, 0]) / 38)
    assert apply_temperature(p, 1, top_k=2) == pytest.approx([5 / 8, 3 / 8, 0, 0])
    assert apply_temperature([0.5, 0.5], 0).tolist() == [1, 0]  # the first of equals


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: word_tokens(b"fever"), "bytes"),
        (lambda: BPE.train([]), "no text"),
        (lambda: BPE.train([""]), "no text"),
        (lambda: BPE.train("fever"), "wrap it"),
        (lambda: BPE.train(["fever"], -1), "merges = -1"),
        (lambda: BPE([(0, 256)]), "order they were learned"),
        (lambda: BPE().encode(None), "NoneType"),
        (lambda: BPE().decode([256]), "token id 256"),
        (lambda: split([1, 2, 3], (0.5, 0.4)), "add up to 1"),
        (lambda: split([1, 2, 3], (0.99, 0.01)), "too few"),
        (lambda: hpo_definitions([]), "none of the 0"),
        (lambda: shares_ngram([], [], n=0), "n = 0"),
        (lambda: ngram_runs([], n=0), "n = 0"),
        (
            lambda: shares_ngram([], ngram_runs([list("abc")], n=2), n=3),
            "runs of 2 tokens and n = 3",
        ),
        (lambda: apply_temperature([1.0], -1), "temperature = -1"),
    ],
)
def test_bad_input_is_named(call, words):
    with pytest.raises(MedaiError, match=words):
        call()
