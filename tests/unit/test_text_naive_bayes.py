"""Naive Bayes: four texts by hand, and equal to scikit-learn's MultinomialNB."""

from fractions import Fraction

import numpy as np
import pytest

from medai.runtime import MedaiError
from medai.text import BagOfWords, NaiveBayes, TfIdf

TEXTS = ["chest pain", "fast heart beat", "itchy red skin", "skin rash"]
LABELS = ["heart", "heart", "skin", "skin"]


def test_four_texts_by_hand():
    # words per class: heart 5, skin 5 (skin twice); vocabulary 9
    model = NaiveBayes().fit(TEXTS, LABELS)
    assert len(model.bag.vocabulary) == 9
    p = dict(zip(model.bag.vocabulary, np.exp(model.log_likelihood).T.tolist(), strict=True))
    assert p["skin"] == pytest.approx([1 / 14, 3 / 14])
    assert p["pain"] == pytest.approx([2 / 14, 1 / 14])
    # "red chest pain": prior 1/2 each; heart 1*2*2, skin 2*1*1 over 14**3
    heart = Fraction(1 * 2 * 2, 1 * 2 * 2 + 2 * 1 * 1)
    got = model.predict_proba(["red chest pain"])[0]
    assert got == pytest.approx([float(heart), float(1 - heart)])
    assert model.predict(["red chest pain", "red rash"]).tolist() == ["heart", "skin"]


@pytest.mark.parametrize("alpha", [0.01, 1.0, 7.5])
@pytest.mark.parametrize("prior", ["counts", "uniform"])
def test_equal_to_scikit_learn(alpha, prior):
    from sklearn.naive_bayes import MultinomialNB

    rng = np.random.default_rng(3)
    letters = list("abcdefghij")
    texts = [list(rng.choice(letters, rng.integers(1, 8))) for _ in range(200)]
    labels = rng.choice(["x", "y", "z"], 200, p=[0.6, 0.3, 0.1])
    new = [list(rng.choice([*letters, "new"], 6)) for _ in range(50)]
    for bag in (BagOfWords((1, 2)), TfIdf()):
        mine = NaiveBayes(alpha, bag, prior).fit(texts, labels)
        ref = MultinomialNB(alpha=alpha, fit_prior=prior == "counts")
        ref.fit(mine.bag.transform(texts), labels)
        x = mine.bag.transform(new)
        assert np.allclose(mine.log_likelihood, ref.feature_log_prob_)
        assert np.allclose(mine.predict_proba(new), ref.predict_proba(x))
        assert np.allclose(mine.log_joint(new), ref.predict_joint_log_proba(x))
        assert (mine.predict(new) == ref.predict(x)).all()
        assert np.allclose(np.exp(mine.log_likelihood).sum(axis=1), 1)


def test_long_texts_do_not_underflow():
    model = NaiveBayes().fit(TEXTS, LABELS)
    p = model.predict_proba(["pain " * 5000])  # each class has probability 0 in floats
    assert p[0, 0] == 1
    assert np.isfinite(model.predict_log_proba(["pain " * 5000])).all()


def test_explain_adds_up():
    model = NaiveBayes().fit([*TEXTS, "joint pain"], [*LABELS, "joint"])
    text = "red chest pain pain today"
    told = model.explain(text)
    joint = model.log_joint([text])[0]
    row = model.classes.tolist().index
    assert (told.label, told.unknown) == ("heart", ["today"])
    assert told.log_odds == pytest.approx(joint[row(told.label)] - joint[row(told.against)])
    assert {e.token: e.count for e in told.evidence} == {"red": 1, "chest": 1, "pain": 2}
    back = model.explain(text, label=told.against, against="heart")
    assert back.log_odds == pytest.approx(-told.log_odds)
    assert model.explain(text, against="heart").label != "heart"
    weights = [abs(e.count * e.log_ratio) for e in told.evidence]
    assert weights == sorted(weights, reverse=True)


def test_a_text_of_unknown_words_gets_the_prior():
    model = NaiveBayes().fit([*TEXTS, "palpitations"], [*LABELS, "heart"])
    assert np.allclose(model.predict_proba(["xyz"]), [[0.6, 0.4]])
    assert NaiveBayes(prior="uniform").fit(TEXTS, LABELS).predict_proba(["xyz"])[0, 0] == 0.5


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (lambda: NaiveBayes(alpha=0), "alpha = 0"),
        (lambda: NaiveBayes(alpha=float("nan")), "alpha = nan"),
        (lambda: NaiveBayes(prior="flat"), "'flat'"),
        (lambda: NaiveBayes().fit(TEXTS, LABELS[:3]), "4 texts but 3 labels"),
        (lambda: NaiveBayes().fit(TEXTS, ["heart"] * 4), "nothing to tell apart"),
        (lambda: NaiveBayes().fit(TEXTS, ["a", "b", None, "a"]), r"labels\[2\] is missing"),
        (lambda: NaiveBayes().fit(TEXTS, [1, 0, float("nan"), 1]), r"labels\[2\] is missing"),
        (lambda: NaiveBayes().fit([*TEXTS[:3], ""], LABELS), r"texts\[3\] is empty"),
        (lambda: NaiveBayes().predict(TEXTS), "fit"),
        (lambda: NaiveBayes().fit(TEXTS, LABELS).predict("pain"), "wrap it"),
        (lambda: NaiveBayes().fit(TEXTS, LABELS).explain("pain", "lung"), "'lung' is not a class"),
        (lambda: NaiveBayes().fit(TEXTS, LABELS).explain("pain", "skin", "skin"), "both"),
    ],
    ids=range(12),
)
def test_refuses(made, message):
    with pytest.raises(MedaiError, match=message):
        made()
