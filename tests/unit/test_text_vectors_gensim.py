"""SkipGram and FastText against gensim on a generated corpus whose structure is known."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from medai.text.fasttext import FastText
from medai.text.vectors import WordVectors
from medai.text.word2vec import SkipGram

TOPICS, EACH = 6, 10
STEMS = ["cardi", "nephr", "derma", "neuro", "gastr", "hepat"]
ENDINGS = ["opathy", "itis", "algia", "oma", "ectasia", "ology", "osis", "ium", "ogram", "oxin"]


def corpus(named):
    """Sentences of 8 words: five of one topic, two of the topic's partner, one of any.

    Topics come in partners (0-1, 2-3, 4-5), so likeness has three grades: same topic,
    partner, neither.
    """
    rng = np.random.default_rng(0)
    words = np.array([[f"t{t}w{i}" for i in range(EACH)] for t in range(TOPICS)])
    if named:
        words = np.array([[stem + end for end in ENDINGS] for stem in STEMS])
    out = []
    for _ in range(3000):
        topic = rng.integers(TOPICS)
        of = np.array([topic] * 5 + [topic ^ 1] * 2 + [rng.integers(TOPICS)])
        out.append(list(words[of, rng.integers(EACH, size=8)][rng.permutation(8)]))
    return out, words.ravel().tolist()


def cosines(model, words):
    rows = np.array([model.vector(w) for w in words])
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return (rows @ rows.T)[np.triu_indices(len(words), 1)]


def grades(words):
    topic = np.arange(len(words)) // EACH
    grade = 2 * (topic[:, None] == topic) + (topic[:, None] == topic ^ 1)
    return grade[np.triu_indices(len(words), 1)]


def gensim_model(name, sentences, seed, **options):
    import gensim.models

    model = getattr(gensim.models, name)(
        sentences, vector_size=16, sg=1, window=5, negative=5, min_count=1, sample=0,
        epochs=5, workers=1, seed=seed, **options,
    )  # fmt: skip
    out = WordVectors.of(model.wv.index_to_key, model.wv.vectors)
    out.composed = model.wv
    return out


@pytest.mark.parametrize("name", ["Word2Vec", "FastText"])
def test_both_find_the_planted_structure_and_agree(name):
    """The structure has three grades; within a grade the order of the pairs is noise.

    Our order of the 1,770 pairs must follow the grades as well as gensim's does, less 0.05,
    and share at least half of the variance of the ranks with gensim's (a correlation of 0.71;
    gensim under two seeds reaches 0.93 and more, but reads the sentences in one order).
    """
    sentences, words = corpus(named=name == "FastText")
    ours = (SkipGram if name == "Word2Vec" else FastText)(16, min_count=1, subsample=0, epochs=5)
    ours = cosines(ours.fit(sentences), words)
    options = {"bucket": 20_000} if name == "FastText" else {}
    one, two = (cosines(gensim_model(name, sentences, s, **options), words) for s in (1, 2))
    grade = grades(words)
    for found in (ours, one, two):
        same, partner, neither = (found[grade == g] for g in (2, 1, 0))
        if name == "Word2Vec":  # FastText also sees that nephritis looks like hepatitis
            assert np.mean(same[:, None] > neither) > 0.99
        assert same.mean() > partner.mean() > neither.mean()
    assert spearmanr(ours, grade)[0] > spearmanr(one, grade)[0] - 0.05
    assert spearmanr(ours, one)[0] > 0.5**0.5


def test_both_find_the_word_behind_a_misspelling():
    """One letter is left out, at a place drawn at random (never the first).

    The share of words that come first for their misspelling may differ by two standard
    errors of a difference of shares on 60 words, 0.18 at the most.
    """
    sentences, words = corpus(named=True)
    rng = np.random.default_rng(5)
    cuts = [rng.integers(1, len(w)) for w in words]
    typos = [w[:i] + w[i + 1 :] for w, i in zip(words, cuts, strict=True)]
    ours = FastText(16, min_count=1, subsample=0, epochs=5).fit(sentences)
    theirs = gensim_model("FastText", sentences, 1, bucket=20_000)
    hit = [ours.nearest(ours.vector(t), 1)[0][0] == w for t, w in zip(typos, words, strict=True)]
    their = [
        theirs.nearest(theirs.composed[t], 1)[0][0] == w for t, w in zip(typos, words, strict=True)
    ]
    assert np.mean(hit) > np.mean(their) - 0.18
    assert np.mean(hit) > 0.5  # chance is 1 in 60
