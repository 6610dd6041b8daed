"""N-gram models against hand counts, a slow transcription, and the axioms of probability."""

from collections import Counter

import numpy as np
import pytest

from medai.runtime import MedaiError
from medai.text import BOS, EOS, UNK, NGramModel

PATIENTS = ["the fever rises", "the fever falls", "the rash fades"]
WORDS = "abcdef"


def corpus(seed, n=40):
    rng = np.random.default_rng(seed)
    return [list(rng.choice(list(WORDS), size=rng.integers(0, 9))) for _ in range(n)] + [["a"]]


def model(order, smoothing, seed=0, **kw):
    return NGramModel(order, smoothing, **kw).fit(corpus(seed), held_out=corpus(seed + 100))


# ---- hand counts -----------------------------------------------------------------------


def test_bigram_by_hand():
    m = NGramModel(2, "mle", min_count=1).fit(PATIENTS)
    assert m.prob("the") == 1  # all three texts begin with it
    assert m.prob("fever", "the") == pytest.approx(2 / 3)
    assert m.prob("rises", "the fever") == pytest.approx(1 / 2)
    assert m.prob(EOS, "the rash fades") == 1
    # 1 * 2/3 * 1/2 * 1 = 1/3 over four predictions: perplexity 3 ** (1/4)
    assert m.logprob("the fever rises") == pytest.approx(np.log(1 / 3))
    assert m.perplexity(["the fever rises"]) == pytest.approx(3 ** (1 / 4))


def test_add_k_by_hand():
    m = NGramModel(2, "add-k", k=0.5, min_count=1).fit(PATIENTS)
    assert len(m.vocabulary) == 8  # <unk> </s> fades falls fever rash rises the
    assert m.prob("fever", "the") == pytest.approx((2 + 0.5) / (3 + 8 * 0.5))
    assert m.prob("rash", "unheard") == pytest.approx(1 / 8)


def test_impossible_is_infinite():
    m = NGramModel(2, "mle", min_count=1).fit(PATIENTS)
    assert m.logprob("the rash rises") == -np.inf
    assert m.perplexity(["the rash rises"]) == np.inf


def test_kneser_ney_by_hand():
    # Bigrams (with <s>, </s>): <s> the x3; the fever x2; the rash; fever rises; fever falls;
    # rash fades; rises </s>; falls </s>; fades </s>.  D = 1/2 everywhere.
    # Left neighbours: "the" begins texts and keeps its count... as unigram it has 1 (<s>);
    # fever 1, rash 1, rises 1, falls 1, fades 1, </s> 3: 9 in all, 7 types, V = 8.
    # P1(fever) = (1 - .5)/9 + .5*7/9 * 1/8
    # P(fever | the) = (2 - .5)/3 + .5*2/3 * P1(fever)
    m = NGramModel(2, "kneser-ney", discount=0.5, min_count=1).fit(PATIENTS)
    p1 = 0.5 / 9 + 0.5 * 7 / 9 / 8
    assert m.prob("fever", "the") == pytest.approx(1.5 / 3 + 0.5 * 2 / 3 * p1)
    # "fever" was seen twice and "rises" once, but each after one word only: as a word in a
    # new place they are equally likely, and "</s>", seen after three words, three times rash
    assert m.prob("fever", "fades") == pytest.approx(m.prob("rises", "fades"))


def test_san_francisco():
    # The example by which Kneser-Ney is taught: frequent, but after one word only.
    texts = ["san francisco"] * 20 + [f"{w} glasses" for w in "abcdefgh"]
    kn = NGramModel(2, "kneser-ney", min_count=1).fit(texts)
    jm = NGramModel(2, "jelinek-mercer", min_count=1).fit(texts, held_out=texts)
    assert kn.prob("glasses", "reading") > kn.prob("francisco", "reading")
    assert jm.prob("glasses", "reading") < jm.prob("francisco", "reading")


# ---- a slow transcription of interpolated Kneser-Ney --------------------------------------


class SlowKneserNey:
    """The recursion as the book writes it, with dictionaries and sets."""

    def __init__(self, texts, order):
        self.order = order
        self.grams = {n: Counter() for n in range(1, order + 1)}
        words = set()
        for text in texts:
            padded = [BOS] * (order - 1) + list(text) + [EOS]
            words |= set(text)
            for i in range(order - 1, len(padded)):
                for n in self.grams:
                    self.grams[n][tuple(padded[i - n + 1 : i + 1])] += 1
        self.vocabulary = [UNK, EOS, *sorted(words)]
        self.counts = {order: dict(self.grams[order])}
        for n in range(1, order):
            left = {g: set() for g in self.grams[n]}
            for gram in self.grams[n + 1]:
                left[gram[1:]].add(gram[0])
            self.counts[n] = {g: self.grams[n][g] if g[0] == BOS else len(left[g]) for g in left}
        self.d = {}
        for n, counts in self.counts.items():
            of = Counter(counts.values())
            self.d[n] = of[1] / (of[1] + 2 * of[2]) if of[1] else 0.5

    def prob(self, word, context, n=None):
        n = self.order if n is None else n
        if n == 0:
            return 1 / len(self.vocabulary)
        context = tuple(context)[-(n - 1) :] if n > 1 else ()
        lower = self.prob(word, context, n - 1)
        after = {g: c for g, c in self.counts[n].items() if g[:-1] == context}
        total = sum(after.values())
        if total == 0:
            return lower
        return (
            max(after.get((*context, word), 0) - self.d[n], 0) / total
            + self.d[n] * len(after) / total * lower
        )


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_kneser_ney_agrees_with_the_slow_transcription(order):
    texts = corpus(1)
    slow, fast = SlowKneserNey(texts, order), NGramModel(order, min_count=1).fit(texts)
    assert fast.vocabulary == slow.vocabulary
    assert fast.discounts == pytest.approx([slow.d[n] for n in range(1, order + 1)])
    for context in ([], ["a"], ["b", "f"], ["c", "c", "e"], ["f", "a", "zzz"]):
        padded = [BOS] * (order - 1) + [w if w in WORDS else UNK for w in context]
        expected = [slow.prob(w, padded) for w in slow.vocabulary]
        assert fast.distribution(context) == pytest.approx(expected, rel=1e-9)


# ---- axioms ----------------------------------------------------------------------------


@pytest.mark.parametrize("smoothing", ["mle", "add-k", "jelinek-mercer", "kneser-ney"])
@pytest.mark.parametrize("order", [1, 2, 3, 5])
@pytest.mark.parametrize("seed", [0, 1])
def test_every_distribution_sums_to_one(smoothing, order, seed):
    m = model(order, smoothing, seed)
    rng = np.random.default_rng(seed)
    for _ in range(40):
        context = list(rng.choice([*WORDS, "unseen", BOS], size=rng.integers(0, 7)))
        p = m.distribution(context)
        assert p.min() >= 0
        assert p.sum() == pytest.approx(1, abs=1e-12)
        if smoothing != "mle":
            assert p.min() > 0  # <unk> too, though never seen in training


@pytest.mark.parametrize("smoothing", ["add-k", "jelinek-mercer", "kneser-ney"])
def test_texts_and_words_are_scored_alike(smoothing):
    m = model(3, smoothing)
    text = ["a", "b", "new", "c"]
    steps = [m.prob(w, text[:i]) for i, w in enumerate([*text, EOS])]
    assert np.exp(m.logprobs([text])[0]) == pytest.approx(steps)
    assert m.logprob(text) == pytest.approx(np.log(steps).sum())


def test_texts_do_not_leak_into_each_other():
    m = model(3, "kneser-ney")
    a, b = ["a", "b"], ["c"]
    together = m.logprobs([a, [], b])
    assert [len(x) for x in together] == [3, 1, 2]
    for one, text in zip(together, (a, [], b), strict=True):
        assert one == pytest.approx(m.logprobs([text])[0])


def test_sentences_of_a_length_sum_to_one():
    # P over all sentences of at most 3 words plus P(longer) is 1, from the chain rule
    m = NGramModel(2, "kneser-ney", min_count=1).fit([["a", "b"], ["b"], ["a", "a"]])
    words = [w for w in m.vocabulary if w != EOS]

    def mass(prefix, p):
        here = p * m.prob(EOS, prefix)
        if len(prefix) == 3:
            return here + p * (1 - m.prob(EOS, prefix))
        return here + sum(mass([*prefix, w], p * m.prob(w, prefix)) for w in words)

    assert mass([], 1.0) == pytest.approx(1)


# ---- smoothing fitted on held-out texts ----------------------------------------------------


def test_jelinek_mercer_weights_are_the_best_on_held_out():
    source = NGramModel(2, min_count=1, discount=0.3).fit(PATIENTS)  # texts with structure
    rng = np.random.default_rng(5)
    train, held_out = ([source.generate(rng) for _ in range(60)] for _ in range(2))
    m = NGramModel(2, "jelinek-mercer", min_count=1).fit(train, held_out)
    best, fitted = m.perplexity(held_out), m.weights
    assert ((fitted > 0.05) & (fitted < 0.999)).all()
    for step in ([0.02, 0], [-0.02, 0], [0, 0.02], [0, -0.02]):
        m.weights = np.minimum(fitted + step, 1 - 1e-6)
        assert m.perplexity(held_out) > best


def test_uniform_corpus_gives_perplexity_of_the_vocabulary():
    # One word drawn evenly from 5, then the end, which is certain: sqrt(5) per token.
    texts = [[w] for w in "abcde" for _ in range(2000)]
    m = NGramModel(2, "kneser-ney").fit(texts)
    assert m.perplexity([[w] for w in "abcde"]) == pytest.approx(np.sqrt(5), rel=1e-3)


# ---- vocabulary, generation, errors ------------------------------------------------------


def test_min_count_and_vocabulary():
    m = NGramModel(1, "mle", min_count=2).fit(PATIENTS)
    assert m.vocabulary == [UNK, EOS, "fever", "the"]
    assert m.prob("rash") == m.prob(UNK) == pytest.approx(4 / 12)
    given = NGramModel(1, "add-k", vocabulary=["the", "measles"]).fit(PATIENTS)
    assert given.vocabulary == [UNK, EOS, "measles", "the"]
    assert given.prob("measles") > 0


def test_a_smaller_vocabulary_lowers_perplexity_for_nothing():
    texts, test = corpus(0), corpus(50)
    full = NGramModel(1, "add-k", min_count=1).fit(texts)
    tiny = NGramModel(1, "add-k", vocabulary=["a"]).fit(texts)
    assert tiny.perplexity(test) < full.perplexity(test)


def test_generate():
    m = NGramModel(2, "mle", min_count=1).fit(PATIENTS)
    rng = np.random.default_rng(0)
    assert m.generate(rng, temperature=0) == "the fever falls"  # ties: first in the vocabulary
    assert m.generate(rng, "the rash", temperature=np.inf) == "the rash fades"
    assert {m.generate(rng, top_k=2) for _ in range(50)} == set(PATIENTS)
    assert m.generate(rng, "the", max_tokens=0) == "the"
    same = [m.generate(np.random.default_rng(7)) for _ in range(2)]
    assert same[0] == same[1]
    kn = NGramModel(2).fit(PATIENTS)
    assert all(UNK not in kn.generate(rng) for _ in range(30))


def test_generated_frequencies_follow_the_model():
    m = NGramModel(1, "mle", min_count=1).fit([["a"], ["a"], ["b"]])
    rng = np.random.default_rng(1)
    n = 4000
    first = [m.generate(rng, max_tokens=1) for _ in range(n)]
    # a 2/6, end 3/6: binomial standard error sqrt(p (1-p) / n) < .008, four of them .032
    assert abs(first.count("a") / n - 2 / 6) < 0.032
    assert abs(first.count("") / n - 3 / 6) < 0.032


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: NGramModel(0), "order = 0"),
        (lambda: NGramModel(1.5), "order = 1.5"),
        (lambda: NGramModel(2, "good-turing"), "kneser-ney"),
        (lambda: NGramModel(2, "add-k", k=-1), "k = -1"),
        (lambda: NGramModel(2, "add-k", k=float("nan")), "k = nan"),
        (lambda: NGramModel(2, discount=1.5), "discount = 1.5"),
        (lambda: NGramModel(2, min_count=0), "min_count = 0"),
        (lambda: NGramModel().fit([]), "no token"),
        (lambda: NGramModel().fit(["", " "]), "2 texts and no token"),
        (lambda: NGramModel().fit("one text"), "wrap it"),
        (lambda: NGramModel(2, "jelinek-mercer").fit(PATIENTS), "held_out"),
        (lambda: NGramModel().prob("a"), "call fit"),
        (lambda: NGramModel().perplexity(["a"]), "call fit"),
        (lambda: NGramModel().fit(PATIENTS).perplexity([]), "no texts"),
        (lambda: NGramModel().fit(PATIENTS).perplexity("a text"), "wrap it"),
        (lambda: NGramModel().fit(PATIENTS).prob(BOS), "never predicted"),
        (
            lambda: NGramModel().fit(PATIENTS).generate(np.random.default_rng(), temperature=-1),
            "temperature = -1",
        ),
        (lambda: NGramModel().fit(PATIENTS).generate(np.random.default_rng(), top_k=0), "top_k"),
    ],
)
def test_bad_input_is_named(call, words):
    with pytest.raises(MedaiError, match=words):
        call()
