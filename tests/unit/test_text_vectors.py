"""Word vectors: windows and counts, gradients, the closed form of skip-gram, errors."""

import numpy as np
import pytest

from medai.runtime import MedaiError
from medai.text.fasttext import FastText, character_ngrams
from medai.text.glove import GloVe, glove_gradient, glove_weight
from medai.text.ppmi import PPMI, ppmi
from medai.text.vectors import WordVectors, cooccurrence, read_sentences, window_pairs
from medai.text.word2vec import SkipGram, _compress, negative_sampling, shifted_pmi

NOTES = [s.split() for s in ["low blood potassium", "high blood potassium", "high blood sodium"]]
MODELS = {
    "skip-gram": lambda **o: SkipGram(4, min_count=1, subsample=0, **o),
    "fasttext": lambda **o: FastText(4, min_count=1, subsample=0, **o),
    "glove": lambda **o: GloVe(4, min_count=1, **o),
    "ppmi": lambda **o: PPMI(2, min_count=1, **o),
}


def numeric(loss, x, step=1e-5):
    """Differentiate a loss with respect to an array, cell by cell, by central differences."""
    out = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        for sign in (1, -1):
            moved = x.copy()
            moved[place] += sign * step
            out[place] += sign * loss(moved) / (2 * step)
    return out


# ---- reading and counting ------------------------------------------------------------------


def test_vocabulary_is_ordered_by_count_then_alphabet():
    corpus = read_sentences(NOTES, min_count=2)
    assert corpus.words == ["blood", "high", "potassium"]
    assert corpus.counts.tolist() == [3, 2, 2]
    assert corpus.ids.tolist() == [0, 2, 1, 0, 2, 1, 0]
    assert corpus.sentence.tolist() == [0, 0, 1, 1, 1, 2, 2]


def test_pairs_equal_a_plain_loop():
    rng = np.random.default_rng(0)
    ids, sentence = rng.integers(0, 9, 60), np.sort(rng.integers(0, 8, 60))
    reach = rng.integers(1, 5, 60)
    slow = sorted(
        (ids[i], ids[j], abs(i - j))
        for i in range(60)
        for j in range(60)
        if i != j and sentence[i] == sentence[j] and abs(i - j) <= reach[i]
    )
    assert sorted(zip(*window_pairs(ids, sentence, 4, reach), strict=True)) == slow


def test_counts_by_hand():
    corpus = read_sentences([["a", "b", "a", "c"]], min_count=1)  # words: a, b, c
    # window 2: a-b at 1 (twice), a-a at 2 (both ways), b-c at 2, a-c at 1
    assert cooccurrence(corpus, 2).toarray().tolist() == [[2, 2, 1], [2, 0, 1], [1, 1, 0]]
    near = cooccurrence(corpus, 2, by_distance=True).toarray()
    assert near.tolist() == [[1, 2, 1], [2, 0, 0.5], [1, 0.5, 0]]


def test_ppmi_by_hand():
    table = ppmi(cooccurrence(read_sentences([["a", "b"], ["c", "d"]], 1), 1), power=1).toarray()
    # each word makes a quarter of the pairs and each pair a quarter: ln(1/4 / (1/16)) = ln 4
    assert table == pytest.approx(np.log(4) * np.kron(np.eye(2), [[0, 1], [1, 0]]))
    # Levy and Goldberg's shift takes off ln k
    counts = cooccurrence(read_sentences([["a", "b"], ["c", "d"]], 1), 1)
    assert ppmi(counts, shift=2, power=1).data == pytest.approx(np.log(2))


def test_ppmi_vectors_are_the_svd_of_the_table():
    rng = np.random.default_rng(0)
    texts = [[f"w{i}" for i in rng.zipf(1.6, 12) % 20] for _ in range(200)]
    model = PPMI(5, min_count=1, window=3, spectrum=1).fit(texts)
    table = ppmi(cooccurrence(read_sentences(texts, 1), 3)).toarray()
    left, size, _ = np.linalg.svd(table)
    assert model.singular_values == pytest.approx(size[:5])
    assert np.abs(model.vectors) == pytest.approx(np.abs(left[:, :5] * size[:5]), abs=1e-6)


# ---- gradients -----------------------------------------------------------------------------


def test_gradient_of_negative_sampling():
    rng = np.random.default_rng(1)
    u, v, n = rng.normal(size=(3, 4)), rng.normal(size=(5, 4)), rng.normal(size=(6, 4))
    pairs = rng.integers(0, 3, 20), rng.integers(0, 5, 20)
    weight = rng.uniform(0, 1, 6)
    loss, *found = negative_sampling(u, v, pairs, n, weight)

    plain = 0.0  # the formula, pair by pair
    for c, o in zip(*pairs, strict=True):
        plain += np.log1p(np.exp(-u[c] @ v[o])) + weight @ np.log1p(np.exp(n @ u[c]))
    assert loss == pytest.approx(plain)
    for place, gradient in enumerate(found):
        args = [u, v, n]

        def at(x, place=place, args=args):
            given = [*args[:place], x, *args[place + 1 :]]
            return negative_sampling(*given[:2], pairs, given[2], weight)[0]

        assert gradient == pytest.approx(numeric(at, args[place]), abs=1e-7)


def test_gradient_reaches_the_character_ngrams():
    model = FastText(4)
    parts = model._parts(["fever", "feverish"])
    used, made_of = _compress(parts[np.array([1])])
    rng = np.random.default_rng(2)
    rows, v = rng.normal(size=(parts.shape[1], 4)), rng.normal(size=(2, 4))
    pair, weight = (np.array([0]), np.array([1])), np.array([0.5, 2.5])

    def loss(x):
        return negative_sampling(parts[np.array([1])] @ x, v, pair, v, weight)[0]

    of_u = negative_sampling(made_of @ rows[used], v, pair, v, weight)[1]
    gradient = np.zeros_like(rows)
    gradient[used] = made_of.T @ of_u
    assert gradient == pytest.approx(numeric(loss, rows), abs=1e-6)
    assert not gradient[0].any()  # "fever" as a whole word is no part of "feverish"


def test_gradient_of_glove():
    rng = np.random.default_rng(3)
    values = [rng.normal(size=s) for s in [(4, 3), (4, 3), (4,), (4,)]]
    cells = (
        rng.integers(0, 4, 9),
        rng.integers(0, 4, 9),
        rng.normal(size=9),
        rng.uniform(0, 1, 9),
    )
    loss, found = glove_gradient(*values, cells)
    w, v, b, c = values
    by_hand = sum(
        f * (w[i] @ v[j] + b[i] + c[j] - x) ** 2 for i, j, x, f in zip(*cells, strict=True)
    )
    assert loss == pytest.approx(by_hand)
    for place, gradient in enumerate(found):

        def at(x, place=place):
            return glove_gradient(*values[:place], x, *values[place + 1 :], cells)[0]

        assert gradient == pytest.approx(numeric(at, values[place]), abs=1e-7)


def test_glove_weight():
    assert glove_weight([0, 100 / 16, 100, 999]) == pytest.approx([0, 1 / 8, 1, 1])


# ---- Levy and Goldberg: what skip-gram tends to ----------------------------------------------

COUNTS = np.array([[4, 30, 6, 10], [30, 2, 8, 20], [6, 8, 40, 5], [10, 20, 5, 12]])


@pytest.mark.parametrize("power", [1.0, 0.75])
def test_gradient_is_zero_at_the_shifted_pmi(power):
    k = 3
    pairs = np.repeat(np.indices((4, 4)).reshape(2, -1), COUNTS.ravel(), axis=1)
    noise = COUNTS.sum(0) ** power / (COUNTS.sum(0) ** power).sum()
    u, v = shifted_pmi(COUNTS, k, power), np.eye(4)  # so that u · v is any table we like

    def loss(u):
        return negative_sampling(u, v, tuple(pairs), v, k * noise)

    _, of_u, of_v, of_noise = loss(u)
    assert of_u == pytest.approx(np.zeros((4, 4)), abs=1e-9)
    assert of_v + of_noise == pytest.approx(np.zeros((4, 4)), abs=1e-9)
    rng = np.random.default_rng(0)
    assert all(loss(u + 0.1 * rng.normal(size=(4, 4)))[0] > loss(u)[0] for _ in range(20))


def test_shifted_pmi_is_pmi_less_log_k():
    joint = COUNTS / COUNTS.sum()
    pmi = np.log(joint / joint.sum(1, keepdims=True) / joint.sum(0))
    assert shifted_pmi(COUNTS, 5) == pytest.approx(pmi - np.log(5))
    assert shifted_pmi(np.array([[0, 1], [1, 0]]), 1)[0, 0] == -np.inf


def test_skip_gram_learns_the_shifted_pmi():
    """Sentences of two words whose pairs are counted; as many dimensions as words.

    What is learned differs from the closed form by the noise of 128 drawn words a batch.
    Target: nine tenths of the table's variance, which no table of constants, of frequencies
    or of unshifted PMI reaches (the last is off by ln 2, about the spread of the table).
    """
    words = ["pain", "chest", "fever", "rash"]
    upper = [(i, j, COUNTS[i, j]) for i in range(4) for j in range(i, 4)]
    texts = [[words[i], words[j]] for i, j, n in upper for _ in range(n * (20 if i != j else 10))]
    model = SkipGram(8, window=1, negative=2, epochs=40, min_count=1, subsample=0,
                     noise_power=1, batch_size=256).fit(texts)  # fmt: skip
    order = [words.index(w) for w in model.vocabulary]
    want = shifted_pmi(COUNTS[np.ix_(order, order)], 2)
    got = model.vectors @ model.context_vectors.T
    assert np.mean((got - want) ** 2) < 0.1 * want.var()
    assert np.mean((got - want) ** 2) < 0.25 * np.mean((got - want - np.log(2)) ** 2)


# ---- words and errors ------------------------------------------------------------------------


@pytest.mark.parametrize("name", MODELS)
def test_same_seed_same_vectors(name):
    one, two, other = (MODELS[name](seed=s).fit(NOTES * 20) for s in (1, 1, 2))
    assert np.array_equal(one.vectors, two.vectors)
    assert one.vocabulary == ["blood", "high", "potassium", "low", "sodium"]
    assert one.vectors.shape == (5, one.dim)
    if name != "ppmi":  # its seed only starts the search for the same directions
        assert not np.allclose(one.vectors, other.vectors)


@pytest.mark.parametrize("name", MODELS)
def test_the_global_random_state_is_left_alone(name):
    np.random.seed(0)
    before = np.random.get_state()[1].copy()
    MODELS[name]().fit(NOTES * 5)
    assert np.array_equal(before, np.random.get_state()[1])


def test_neighbours_by_hand():
    model = WordVectors.of(["a", "b", "c"], [[2, 0], [3, 3], [0, -1]])
    assert model.nearest("a", 5) == [("b", pytest.approx(0.5**0.5)), ("c", 0)]
    assert model.nearest(np.array([0, -2]), 1) == [("c", 1)]
    assert model.similarity("b", "c") == pytest.approx(-(0.5**0.5))
    assert model.mean(["a", "c", "unknown"]).tolist() == [0.5, -0.5]
    assert not model.mean(["unknown"]).any()
    assert ["a" in model, "z" in model, len(model)] == [True, False, 3]


def test_character_ngrams():
    assert character_ngrams("rash", 3, 4) == ["<ra", "ras", "ash", "sh>", "<ras", "rash", "ash>"]
    assert character_ngrams("a", 3, 6) == []  # "<a>" is the whole word


def test_fasttext_composes_what_it_has_not_seen():
    model = FastText(8, min_count=1, epochs=2, subsample=0).fit(NOTES * 30)
    rows = [model._ngram[g] for g in character_ngrams("potasium") if g in model._ngram]
    assert model.vector("potasium") == pytest.approx(
        model._rows[rows].sum(0) / len(rows) ** 0.5, rel=1e-5
    )
    assert "potasium" not in model
    with pytest.raises(MedaiError, match=r"'xyz' shares no character n-gram"):
        model.vector("xyz")


@pytest.mark.parametrize("name", ["skip-gram", "glove", "ppmi"])
def test_an_unknown_word_is_an_error_that_helps(name):
    model = MODELS[name]().fit(NOTES * 20)
    with pytest.raises(MedaiError, match=r"'potasium' is not among the 5 words.*FastText"):
        model.nearest("potasium")
    with pytest.raises(MedaiError, match=r"'blood' is known"):
        model.vector("Blood")


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize(
    ("sentences", "says"),
    [
        ("low potassium", "got one str"),
        (["low potassium"], "sentence 0 is the text 'low potassium'.*word_tokens"),
        ([["a", "b"], ["a", 3]], "sentence 1 holds 3"),
        ([], "0 sentences hold 0 words"),
        ([["alone"], ["apart"]], "no two words"),
    ],
)
def test_bad_sentences(name, sentences, says):
    with pytest.raises(MedaiError, match=says):
        MODELS[name]().fit(sentences)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: SkipGram(0), "dim = 0"),
        (lambda: SkipGram(window=1.5), "window = 1.5"),
        (lambda: SkipGram(learning_rate=float("nan")), "learning_rate = nan"),
        (lambda: SkipGram(subsample=-1), "subsample = -1"),
        (lambda: FastText(shortest=5, longest=4), "swap them"),
        (lambda: GloVe(x_max=0), "x_max = 0"),
        (lambda: GloVe().fit_counts(np.zeros((2, 2)), ["a", "b"]), "all counts are 0"),
        (lambda: GloVe().fit_counts(-np.eye(2), ["a", "b"]), "not negative"),
        (lambda: GloVe().fit_counts(np.eye(2), ["a"]), "one row and one"),
        (lambda: PPMI(5, min_count=1).fit(NOTES), "dim = 5"),
        (lambda: SkipGram(min_count=1, subsample=1e-9).fit(NOTES), "subsample=0"),
        (lambda: SkipGram().vector("a"), "call fit"),
        (lambda: SkipGram().nearest("a"), "call fit"),
        (lambda: WordVectors.of(["a"], np.ones((2, 2))), "1 words and vectors of shape"),
        (lambda: WordVectors.of(["a"], [[1, 2]]).nearest("a", 0), "k = 0"),
        (lambda: WordVectors.of(["a"], [[1, 2]]).nearest(np.ones(3)), "finite numbers are needed"),
        (lambda: WordVectors.of(["a"], [[1, 2]]).mean("a"), "list of tokens"),
        (lambda: character_ngrams(""), "is no word"),
    ],
)
def test_bad_arguments(make, says):
    with pytest.raises(MedaiError, match=says):
        make()
