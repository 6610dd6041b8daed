"""The small tagger: learns from endings and neighbours, reads long sentences, repeats itself."""

import numpy as np
import pytest

from medai.nn.tagger import TransformerTagger, views_of
from medai.runtime import MedaiError

SIZES = {"n_tags": 3, "width": 16, "depth": 1, "heads": 2, "context": 6, "dropout": 0.0}


def sentences(n=120):
    """Words ending in -pril are 1, what follows "no" is 2."""
    rng = np.random.default_rng(0)
    words, tags = [], []
    for _ in range(n):
        drug = "".join(rng.choice(list("abcdefg"), 3)) + "pril"
        thing = str(rng.choice(["cough", "fever", "rash"]))
        if rng.random() < 0.5:
            words.append(["on", drug, "no", thing])
            tags.append([0, 1, 0, 2])
        else:
            words.append([thing, "with", drug])
            tags.append([0, 0, 1])
    return words, tags


@pytest.fixture(scope="module")
def tagger():
    made = TransformerTagger(**SIZES)
    made.fit(*sentences(), epochs=25, batch_size=16, learning_rate=1e-2)
    return made


def test_views():
    assert views_of("Ramipril") == ("ramipril", "ril", "ram", "Xx")
    assert views_of("B12")[3] == "Xd"


def test_it_learns_an_ending_and_a_neighbour(tagger):
    assert tagger.scores(["on", "zzzpril", "no", "fever"]).argmax(1).tolist() == [0, 1, 0, 2]
    assert tagger.scores(["fever", "with", "zzzpril"]).argmax(1).tolist() == [0, 0, 1]


def test_scores_are_logarithms_of_chances(tagger):
    scores = tagger.scores(["on", "abcpril"])
    assert scores.shape == (2, 3)
    assert np.allclose(np.exp(scores).sum(axis=1), 1, atol=1e-5)


def test_long_and_empty_sentences(tagger):
    many = tagger.scores_of([["no"] * 15, [], ["on"]])
    assert [table.shape for table in many] == [(15, 3), (0, 3), (1, 3)]
    assert np.allclose(many[2], tagger.scores(["on"]), atol=1e-5)


@pytest.mark.once
def test_the_same_seed_gives_the_same_tagger():
    one, two = (TransformerTagger(**SIZES) for _ in range(2))
    for made in (one, two):
        made.fit(*sentences(30), epochs=2)
    words = ["on", "abcpril", "no", "rash"]
    assert np.allclose(one.scores(words), two.scores(words), atol=1e-5)


def test_what_does_not_fit_is_refused():
    with pytest.raises(MedaiError, match="not trained"):
        TransformerTagger(**SIZES).scores(["a"])
    with pytest.raises(MedaiError, match="words"):
        TransformerTagger(**SIZES).fit([["a", "b"]], [[0]])
    with pytest.raises(MedaiError, match="from 0 to 2"):
        TransformerTagger(**SIZES).fit([["a"]], [[3]])
    with pytest.raises(MedaiError, match="sentences"):
        TransformerTagger(**SIZES).fit([], [])
    with pytest.raises(MedaiError, match="n_tags"):
        TransformerTagger(1)
