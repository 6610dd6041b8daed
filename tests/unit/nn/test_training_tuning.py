"""Tuning stays inside its folds and its budget, repeats, and reports what it did."""

import sys
from pathlib import Path

import numpy as np
import pytest

from medai.nn.training import tune
from medai.runtime import MedaiError

sys.path.insert(0, str(Path(__file__).parent))
import training_case as case


def auc(y, p):
    """The share of pairs in the right order, ties half: the AUC by counting."""
    pairs = p[y == 1][:, None] - p[y == 0][None, :]
    return float(np.mean((pairs > 0) + 0.5 * (pairs == 0)))


class Shrunk:
    """Scores by the first column plus `noise` times the second; remembers who it has seen."""

    seen: list = []  # noqa: RUF012

    def __init__(self, noise):
        self.noise = noise

    def fit(self, x, y):
        self.trained = set(x[:, 2])
        return self

    def predict(self, x):
        Shrunk.seen.append((self.trained, set(x[:, 2])))
        return x[:, 0] + self.noise * x[:, 1]


def cohort(n=60):
    rng = np.random.default_rng(1)
    y = rng.integers(0, 2, n)
    patients = np.arange(n) // 2  # two rows each
    x = np.column_stack([y + 0.5 * rng.normal(size=n), rng.normal(size=n), patients])
    return x, y, patients


def search(**changes):
    x, y, patients = cohort()
    settings = {"trials": 8, "space": {"noise": (0.0, 5.0)}, "score": auc, "seed": 2}
    return tune(lambda p: Shrunk(**p), x, y, patients=patients, **{**settings, **changes})


@pytest.mark.once
def test_inner_search_never_sees_the_outer_fold():
    Shrunk.seen = []
    result = search(inner_folds=2, outer_folds=3)
    per_search = 8 * 2
    runs = Shrunk.seen
    assert len(runs) == result.budget["models_trained"] == 3 * (per_search + 1) + per_search
    for train, test in runs:
        assert not train & test
    for k in range(3):
        inside = runs[k * (per_search + 1) : (k + 1) * (per_search + 1) - 1]
        trained, outside = runs[(k + 1) * (per_search + 1) - 1]
        assert len(outside) == 10  # of 30 patients
        assert all(not (a | b) & outside for a, b in inside)
        assert trained == set.union(*(a for a, _ in inside))
    outer = [runs[(k + 1) * (per_search + 1) - 1][1] for k in range(3)]
    assert len(set.union(*outer)) == 30


@pytest.mark.once
def test_result_says_what_was_tried_and_the_gap():
    result = search()
    assert result.trials.groupby("search").size().to_dict() == {1: 8, 2: 8, 3: 8, "all": 8}
    assert result.budget["trials_allowed"] == result.budget["trials_used"] == 32
    assert result.gap == pytest.approx(result.folds.inner_best.mean() - result.folds.outer.mean())
    last = result.trials[result.trials.search == "all"]
    assert result.best["noise"] == last.noise[last.score.idxmax()]
    assert result.best["noise"] < 1.5  # less noise is better, and it was found
    again = search()
    columns = ["search", "trial", "score", "noise"]
    assert again.trials[columns].equals(result.trials[columns])
    assert not search(seed=3).trials.noise.equals(result.trials.noise)


@pytest.mark.once
def test_without_outer_folds_there_is_no_estimate_and_losses_turn_round():
    result = search(outer_folds=None, larger_is_better=False)
    assert np.isnan(result.outer)
    assert len(result.trials) == 8
    assert result.inner_best == result.trials.score.min()
    assert search(larger_is_better=False).folds.inner_best.max() < 0.8  # it looks for the worst


@pytest.mark.once
def test_a_budget_in_seconds_is_kept():
    result = search(trials=None, seconds=0.5, outer_folds=2)
    assert set(result.trials.search) == {1, 2, "all"}
    # The last trial of each search is finished, and no trial is begun when the time is up.
    begun_after = result.trials.groupby("search").seconds.apply(lambda s: s.iloc[:-1].sum())
    assert begun_after.sum() < 0.51
    assert result.budget["seconds_used"] >= result.trials.seconds.sum()


@pytest.mark.once
def test_keras_models_choices_and_a_trial_that_diverges(capfd):
    import keras

    def build(params):
        net = case.model(units=2)
        net.compile(keras.optimizers.SGD(params["rate"]), "mse")
        return net

    x, y = case.data()
    space = {"rate": [0.1, float("inf")], "batch_size": [20]}
    result = tune(
        build, x, y, space=space, score=auc, trials=3, inner_folds=2, outer_folds=None,
        settings={"epochs": 1}, seed=1,
    )  # fmt: skip
    assert result.trials.rate.nunique() == 2
    diverged = result.trials[result.trials.rate == float("inf")]
    assert len(diverged)
    assert diverged.score.isna().all()
    assert result.best["rate"] == 0.1
    assert result.best["batch_size"] == 20
    assert "Trial" not in "".join(capfd.readouterr())


@pytest.mark.once
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"trials": None}, "give at least one"),
        ({"trials": 0}, "give at least one"),
        ({"space": {"noise": (1, 0)}}, "space"),
        ({"space": {"noise": (0, 1, "log")}}, "low > 0"),
        ({"space": {"noise": []}}, "list of choices"),
        ({"inner_folds": 31}, "31 folds and 30 patients"),
    ],
)
def test_faults(changes, message):
    with pytest.raises(MedaiError, match=message):
        search(**changes)
