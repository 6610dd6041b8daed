"""Pairs, thresholds, the model as judge and simulated raters, against hand calculations."""

import math
from collections import Counter

import numpy as np
import pytest
from sacrebleu.metrics import BLEU

from medai.datasets.judging import retellings
from medai.llm.judging import model_judge, pairs, raters
from medai.metrics.agreement import krippendorff_alpha
from medai.runtime import MedaiError

DEV = retellings("dev")


def test_a_pair_counts_one_half_or_nothing():
    assert pairs.wrong_above([2, 1, 0], [1, 1, 1]).tolist() == [1, 0.5, 0]


@pytest.mark.parametrize(("a", "b"), [([1], [1, 2]), ([], []), ([math.nan], [1])])
def test_scores_that_are_no_pairs_are_refused(a, b):
    with pytest.raises(MedaiError):
        pairs.wrong_above(a, b)


def test_the_interval_draws_sources_not_rows():
    # two sources, each with fifty equal rows: any draw has mean 0, 1/2 or 1
    values, groups = [0] * 50 + [1] * 50, ["a"] * 50 + ["b"] * 50
    one = pairs.share(values, groups)
    assert (one.value, one.low, one.high) == (0.5, 0, 1)
    with pytest.raises(MedaiError, match="one source"):
        pairs.share([1, 0], ["a", "a"])


def test_all_alike_is_not_certain():
    # Wilson for 32 of 32: low = n / (n + z^2)
    one = pairs.share([1] * 64, list(range(32)) * 2)
    assert one.low == pytest.approx(32 / (32 + 1.959964**2), abs=1e-4)
    assert one.high == pytest.approx(1)
    assert pairs.share([0] * 32, range(32)).high == pytest.approx(1 - one.low)


def test_a_gain_is_paired_and_nothing_gained_is_exactly_nothing():
    old = np.random.default_rng(0).integers(0, 2, 40)
    same = pairs.gain(old, old, range(40))
    assert same == (0, 0, 0)
    # one right verdict more in every source: whatever is drawn, the gain is the same
    assert pairs.gain([1] * 4, [0, 1] * 2, ["a", "a", "b", "b"]) == (0.5, 0.5, 0.5)


def test_pairs_stand_in_the_order_of_sources_and_belong_together():
    wrong, true = pairs.paired(DEV, "dose")
    assert len(wrong) == 32
    for i, j in zip(wrong, true, strict=True):
        assert DEV[i].reference == DEV[j].reference
        assert (DEV[i].kind, DEV[j].kind) == ("dose", "paraphrase")
    with pytest.raises(MedaiError, match="No pair"):
        pairs.paired(DEV, "colour")


def test_scores_are_those_of_the_independent_library():
    few = DEV[:8]
    found = pairs.scores(few, embedding=False)
    engine = BLEU(effective_order=False)
    for i, one in enumerate(few):
        assert found["BLEU"][i] == pytest.approx(
            min(engine.corpus_score([one.text], [[one.source]]).score, 100)
        )
        a, b = (Counter(w.strip(".,;") for w in t.lower().split()) for t in (one.source, one.text))
        f1 = 2 * (a & b).total() / (a.total() + b.total())
        assert found["ROUGE-1"][i] == pytest.approx(f1)
        assert found["length"][i] == len(one.text)


def test_the_threshold_is_the_best_of_all_and_lies_between_the_kinds():
    # cut at 0.5: both true ones pass, two of three false ones fail, (1 + 2/3) / 2
    score, faithful = [0.9, 0.6, 0.8, 0.4, 0.1], [True, True, False, False, False]
    assert pairs.best_threshold(score, faithful) == pytest.approx(0.5)
    with pytest.raises(MedaiError, match="one kind"):
        pairs.best_threshold([1, 2], [True, True])


class Judge:
    """Log-odds = what the place adds + what the longer text gets."""

    def __init__(self, place: float, length: float) -> None:
        self.place, self.length, self.asked = place, length, []

    def score(self, prompt, continuations, **settings):
        text = prompt[0]["content"]
        self.asked.append(text)
        first = text.split("\n\nA: ")[1].split("\n\nB: ")[0]
        second = text.split("\n\nB: ")[1].split("\n\nWhich")[0]
        return np.array([self.place + self.length * (len(first) - len(second)), 0.0])


def test_two_orders_cancel_what_the_place_adds():
    verdict = model_judge.compare(Judge(5, 1), "source", "aaa", "a")
    assert (verdict.shown_first, verdict.shown_second) == (5 + 2, -(5 - 2))
    assert verdict.both == 2
    assert verdict.turns
    assert not model_judge.compare(Judge(0, 1), "source", "aaa", "a").turns


def test_both_texts_are_shown_in_both_places():
    judge = Judge(0, 0)
    model_judge.compare(judge, "the source", "one text", "other text")
    assert [q.index("one text") < q.index("other text") for q in judge.asked] == [True, False]
    assert all("the source" in q for q in judge.asked)


def test_a_judge_who_loves_the_first_place_turns_every_verdict():
    bias = model_judge.position_bias([3, 3, 1], [-3, -3, 1])
    assert bias["turns"].tolist() == [1, 1, 0]
    assert bias["first"].tolist() == [1, 1, 0.5]


def test_padding_adds_words_but_no_fact():
    from medai.llm.judging.facts import read_facts

    text = "Aspirin 75 mg daily for the left knee."
    long = read_facts(model_judge.padded(text))
    plain = read_facts(text)
    assert len(model_judge.padded(text)) > len(text)
    for name in ("amounts", "often", "sides", "drugs", "times", "denied"):
        assert getattr(long, name) == getattr(plain, name)


@pytest.mark.parametrize("bad", ["", " ", None])
def test_a_judge_refuses_a_blank_text(bad):
    with pytest.raises(MedaiError, match="texts with words"):
        model_judge.compare(Judge(0, 0), "source", bad, "x")


@pytest.mark.parametrize(("crossed", "severity"), [(True, 0.8), (False, 0.8), (True, 0.0)])
def test_the_formula_of_the_error_is_that_of_simulated_raters(crossed, severity):
    rng, n, m, spread, noise = np.random.default_rng(0), 20, 3, 0.5, 0.7
    found = []
    for _ in range(4000):
        quality = np.stack([np.zeros(n), rng.normal(0, spread, n)], axis=1)
        if crossed:
            given = raters.grades(quality, m, severity, noise, rng, scale=None)
            found.append((given[:, 1] - given[:, 0]).mean())
        else:
            sides = [raters.grades(quality[:, s], m, severity, noise, rng, None) for s in (0, 1)]
            found.append(sides[1].mean() - sides[0].mean())
    expected = raters.standard_error(n, m, spread, noise, severity, crossed)
    # the standard deviation of 4000 draws has a relative standard error of 1/sqrt(8000) = 1.1 %
    assert np.std(found) == pytest.approx(expected, rel=0.045)


def test_grades_lie_on_the_scale_and_without_spread_everyone_agrees():
    rng = np.random.default_rng(1)
    given = raters.grades([1, 2, 9], 4, 0, 0, rng)
    assert given.tolist() == [[1] * 4, [2] * 4, [5] * 4]
    assert krippendorff_alpha(given, level="ordinal") == 1
    noisy = raters.grades(np.tile([1, 3, 5], 50), 4, 0, 1.0, rng)
    assert set(noisy.ravel()) <= {1, 2, 3, 4, 5}
    assert 0.4 < krippendorff_alpha(noisy, level="ordinal") < 1


@pytest.mark.parametrize("bad", [{"raters": 0}, {"severity": -1}, {"noise": -0.1}])
def test_impossible_raters_are_refused(bad):
    settings = {"raters": 2, "severity": 0.0, "noise": 0.0} | bad
    with pytest.raises(MedaiError):
        raters.grades([1], **settings, rng=np.random.default_rng(0))
    with pytest.raises(MedaiError):
        raters.standard_error(0, 1, 1, 1)
