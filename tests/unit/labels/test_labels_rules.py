"""Labelling functions, the label model, training on probabilities, the lines of the chapter."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from medai.labels import weak
from medai.labels.lines import HEART, first_rules, heart_lines, mended_rules
from medai.runtime import MedaiError

RULES = {"heart": weak.keywords("heart aort", 1), "bone": weak.keywords("bone", 0)}


def test_votes():
    texts = ["A big HEART.", "Long bone near the aorta", "sweetheart", "-"]
    assert weak.vote(RULES, texts).tolist() == [[1, -1], [1, 0], [-1, -1], [-1, -1]]


@pytest.mark.parametrize("answer", ["ill", None, 0.5, -2])
def test_a_rule_that_answers_nonsense_is_named(answer):
    with pytest.raises(MedaiError, match="Rule 0 returned"):
        weak.vote([lambda text: answer], ["a"])


@pytest.mark.parametrize(("rules", "texts"), [({}, ["a"]), (RULES, []), (RULES, "a text")])
def test_vote_refuses(rules, texts):
    with pytest.raises(MedaiError):
        weak.vote(rules, texts)


def test_keywords_needs_words():
    with pytest.raises(MedaiError, match="never speak"):
        weak.keywords(" ", 1)


def test_summary_by_hand():
    votes = [[1, -1], [1, 0], [-1, 0], [-1, -1]]
    heart, bone = weak.summary(votes, list(RULES), truth=[1, 0, 0, 1])
    assert heart == {"rule": "heart", "speaks": 0.5, "conflict": 0.5, "right": 0.5}
    assert bone == {"rule": "bone", "speaks": 0.5, "conflict": 0.5, "right": 1.0}
    silent = weak.summary([[-1], [-1]], ["mute"], truth=[0, 1])[0]
    assert silent["right"] is None
    with pytest.raises(MedaiError, match="names"):
        weak.summary(votes, ["heart"])


def simulated(n=4000, seed=0):
    """Five rules that speak by class, independently; prevalence .2."""
    rng = np.random.default_rng(seed)
    truth = (rng.random(n) < 0.2).astype(int)
    # chance of saying 0, 1, nothing for an item of class 0 and of class 1
    habits = np.array(
        [
            [[0.0, 0.02, 0.98], [0.0, 0.50, 0.50]],
            [[0.0, 0.10, 0.90], [0.0, 0.60, 0.40]],
            [[0.4, 0.00, 0.60], [0.05, 0.00, 0.95]],
            [[0.3, 0.05, 0.65], [0.10, 0.30, 0.60]],
            [[0.2, 0.20, 0.60], [0.20, 0.20, 0.60]],
        ]
    )
    cut = habits.cumsum(2)[:, truth].transpose(1, 0, 2)  # (n, rules, 3)
    said = (rng.random((n, 5, 1)) > cut).sum(2)
    return np.where(said == 2, weak.ABSTAIN, said), truth, habits


def test_label_model_recovers_rules_that_may_be_silent():
    votes, truth, habits = simulated()
    model = weak.label_model(votes, prevalence=[0.8, 0.2])
    # 800 items of class 1: standard error at most .018
    np.testing.assert_allclose(model.habits, habits, atol=0.06)
    from medai.metrics import roc_auc

    vote = np.nan_to_num(weak.majority(votes)[:, 1], nan=0.2)
    assert roc_auc(truth, model.p[:, 1]) > roc_auc(truth, vote) + 0.02


def test_training_on_probabilities_is_the_expected_loss():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(40, 3))
    y = (x[:, 0] + rng.normal(size=40) > 0).astype(int)
    plain = LogisticRegression().fit(x, y)
    sure = weak.train_on(LogisticRegression(), x, np.eye(2)[y])
    np.testing.assert_allclose(sure.coef_, plain.coef_, atol=1e-6)
    # a probability of 3/4 weighs as three rows of 1 and one of 0 do
    p = np.where(y[:, None] == 1, [0.25, 0.75], [0.75, 0.25])
    by_rows = LogisticRegression(C=0.25, tol=1e-8).fit(
        np.repeat(x, 4, axis=0), np.concatenate([[v, v, v, 1 - v] for v in y])
    )
    soft = weak.train_on(LogisticRegression(tol=1e-8), x, p)
    np.testing.assert_allclose(soft.coef_, by_rows.coef_, atol=1e-3)
    sparse = weak.train_on(LogisticRegression(tol=1e-8), csr_matrix(x), p)
    np.testing.assert_allclose(sparse.coef_, soft.coef_, atol=1e-3)


def test_lines_without_a_vote_are_left_out():
    x = np.arange(6.0)[:, None]
    p = np.array([[1, 0], [1, 0], [0, 1], [0, 1], [np.nan, np.nan], [np.nan, np.nan]])
    model = weak.train_on(LogisticRegression(), x, p)
    np.testing.assert_allclose(
        model.coef_, LogisticRegression().fit(x[:4], [0, 0, 1, 1]).coef_, atol=1e-6
    )
    with pytest.raises(MedaiError, match="silent"):
        weak.train_on(LogisticRegression(), x[:1], [[np.nan, np.nan]])


def term(number, parent, text):
    return SimpleNamespace(
        id=f"HP:{number}", name=f"t{number}", definition=text, parents=(parent,) if parent else ()
    )


def little_graph():
    """Two branches with 20 families of three lines each."""
    terms = [term("0000118", "", ""), term("1", "HP:0000118", ""), term("2", "HP:0000118", "")]
    terms[1].name, terms[2].name = HEART, "Abnormality of the eye"
    for family in range(40):
        top = f"HP:F{family}"
        terms.append(term(f"F{family}", f"HP:{1 + family % 2}", ""))
        for k in range(3):
            terms.append(term(f"F{family}x{k}", top, f"Line {k} of the family number {family}"))
    terms.append(term("short", "HP:1", "Too short"))
    terms.append(term("twin", "HP:1", "line 0 OF the family number 1"))
    return terms


def test_lines_keep_families_whole_and_leave_copies_out():
    pool, test = heart_lines(little_graph())
    assert len(pool.texts) + len(test.texts) == 120
    assert not set(pool.families) & set(test.families)
    for part in (pool, test):
        right = [1 - int(text.split()[-1]) % 2 for text in part.texts]
        assert part.labels.tolist() == right
        assert set(part.systems.tolist()) == {1}
    assert heart_lines(little_graph())[0].texts == pool.texts
    assert pool.head(5).texts == pool.texts[:5]
    with pytest.raises(MedaiError, match="No line"):
        heart_lines(little_graph(), system="Abnormality of the voice")


def test_the_first_rules_fall_for_the_blood():
    line = "An elevated concentration of lactate in the blood circulation."
    assert weak.vote(first_rules(), [line]).max() == 1
    assert weak.vote(mended_rules(), [line]).max() == 0
