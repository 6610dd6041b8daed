"""The polygenic score: the sum, the weights, and what the simulated world is made to show."""

from __future__ import annotations

import numpy as np
import pytest

from medai.datasets.polygenic import (
    HERITABILITY,
    PREVALENCE,
    polygenic_cohort,
    polygenic_world,
)
from medai.metrics import roc_auc
from medai.personalised.variants.polygenic import (
    RiskModel,
    fit_risk,
    marginal_weights,
    polygenic_score,
)
from medai.runtime import MedaiError


@pytest.fixture(scope="module")
def world():
    return polygenic_world(100, seed=0)


@pytest.fixture(scope="module")
def people(world):
    return {a: polygenic_cohort(4000, a, world, seed=2) for a in "AB"}


def test_score_by_hand() -> None:
    # 2 · 0.5 + 1 · (-1) + 0 · 4 = 0, and 0 · 0.5 + 0 · (-1) + 2 · 4 = 8
    assert polygenic_score([[2, 1, 0], [0, 0, 2]], [0.5, -1, 4]).tolist() == [0, 8]


def test_weights_are_the_slopes_of_single_regressions() -> None:
    rng = np.random.default_rng(0)
    x = rng.integers(0, 3, (60, 4))
    x[:, 3] = 1  # does not vary
    y = rng.integers(0, 2, 60)
    found = marginal_weights(x, y)
    wanted = [np.polyfit(x[:, j], y, 1)[0] for j in range(3)]
    assert np.allclose(found[:3], wanted)
    assert found[3] == 0


@pytest.mark.parametrize(
    "markers", [[[0, 3]], [[0, np.nan]], [[0.5, 1]], [[-1, 0]], [0, 1], [[]], [["a", "b"]]]
)
def test_what_is_no_count_of_copies_is_refused(markers) -> None:
    with pytest.raises(MedaiError, match="markers"):
        polygenic_score(markers, [1, 1])


def test_other_bad_input_is_refused() -> None:
    with pytest.raises(MedaiError, match="1 weights for 2 markers"):
        polygenic_score([[0, 1]], [1])
    with pytest.raises(MedaiError, match="both must occur"):
        marginal_weights([[0], [1]], [1, 1])
    with pytest.raises(MedaiError, match="both must occur"):
        fit_risk([1.0, 2.0], [0, 0])
    with pytest.raises(MedaiError, match="same"):
        fit_risk([1.0, 1.0], [0, 1])
    with pytest.raises(MedaiError, match="ancestry='C'"):
        polygenic_cohort(10, "C")
    with pytest.raises(MedaiError, match="n=0"):
        polygenic_cohort(0)
    with pytest.raises(MedaiError, match="loci=1"):
        polygenic_world(1)


def test_the_world_is_what_it_says(world, people) -> None:
    p, beta = world.frequency, world.effect
    assert np.isclose((2 * p * (1 - p) * beta**2).sum(), HERITABILITY)
    for name, one in people.items():
        n = len(one.ill)
        # four standard errors, from the binomial
        limit = 4 * np.sqrt(PREVALENCE * (1 - PREVALENCE) / n)
        assert abs(one.ill.mean() - PREVALENCE) < limit
        for copies, wanted in ((one.causes, p), (one.markers, world.marker[name])):
            error = np.sqrt(wanted * (1 - wanted) / (2 * n))
            assert (abs(copies.mean(0) / 2 - wanted) < 5 * error).all()
        r = [np.corrcoef(one.causes[:, j], one.markers[:, j])[0, 1] for j in range(100)]
        # the standard error of a correlation is at most 1 / sqrt(n)
        assert (abs(np.array(r) - world.linkage[name]) < 5 / np.sqrt(n)).all()


def test_true_risk_is_the_same_in_both(people) -> None:
    a, b = (people[x].genetic for x in "AB")
    error = np.sqrt(a.var() / len(a) + b.var() / len(b))
    assert abs(a.mean() - b.mean()) < 4 * error


def test_the_score_travels_badly_and_recalibration_mends_only_the_level(world, people) -> None:
    train = polygenic_cohort(5000, "A", world, seed=1)
    beta = marginal_weights(train.markers, train.ill)
    score = {x: polygenic_score(people[x].markers, beta) for x in "AB"}
    auc = {x: roc_auc(people[x].ill, score[x]) for x in "AB"}
    assert auc["A"] - auc["B"] > 0.05
    model = fit_risk(polygenic_score(train.markers, beta), train.ill)
    # the mean of the score moves by what the frequencies of the markers say
    moved = 2 * beta @ (world.marker["B"] - world.marker["A"]) / model.spread
    assert abs(model.z(score["B"]).mean() - model.z(score["A"]).mean() - moved) < 0.1
    local = polygenic_cohort(1000, "B", world, seed=3)
    again = fit_risk(polygenic_score(local.markers, beta), local.ill)
    gap = {m: abs(m.risk(score["B"]).mean() - people["B"].ill.mean()) for m in (model, again)}
    assert gap[again] < gap[model]
    assert np.isclose(roc_auc(people["B"].ill, again.risk(score["B"])), auc["B"])


def test_risk_is_the_logistic_of_z() -> None:
    model = RiskModel(mean=2.0, spread=0.5, intercept=-1.0, slope=2.0)
    # z = (3 - 2) / 0.5 = 2, so the log odds are -1 + 2 · 2 = 3
    assert np.isclose(model.risk([3.0])[0], 1 / (1 + np.exp(-3)))


def test_the_fitted_risk_keeps_the_mean(people) -> None:
    """A logistic model with an intercept reproduces the share of the ill (its score equation)."""
    one = people["A"]
    score = one.genetic
    assert np.isclose(fit_risk(score, one.ill).risk(score).mean(), one.ill.mean(), atol=1e-4)


def test_seeds(world) -> None:
    first, again = (polygenic_cohort(50, "B", world, seed=5) for _ in range(2))
    assert (first.markers == again.markers).all()
    assert (first.ill == again.ill).all()
    other = polygenic_cohort(50, "B", world, seed=6)
    assert (first.markers != other.markers).any()
