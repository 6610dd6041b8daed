"""Learners, policies, doses and the generated cohorts."""

import numpy as np
import pytest
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression

from medai.datasets.tables import actg175
from medai.datasets.treated import dosing, infections, operations
from medai.personalised import treatment as tr
from medai.runtime import MedaiError


@pytest.fixture(scope="module")
def trial():
    return operations(3000, seed=4, randomised=True)


def test_learners_by_least_squares(trial):
    """T-learner from two lstsq fits; the S-learner with interactions is the same model."""
    x, t, y = trial.x.to_numpy(), trial.treated == 1, trial.y
    one = np.column_stack([np.ones(len(x)), x])
    b1 = np.linalg.lstsq(one[t], y[t], rcond=None)[0]
    b0 = np.linalg.lstsq(one[~t], y[~t], rcond=None)[0]
    expected = one @ (b1 - b0)
    assert tr.TLearner().fit(x, y, t).effect(x) == pytest.approx(expected)
    assert tr.SLearner(interactions=True).fit(x, y, t).effect(x) == pytest.approx(expected)
    plain = tr.SLearner().fit(x, y, t).effect(x)
    b = np.linalg.lstsq(np.column_stack([t, one]), y, rcond=None)[0][0]
    assert plain == pytest.approx(np.full(len(x), b))  # one effect for everybody


def test_x_learner_step_by_step(trial):
    x, t, y = trial.x.to_numpy(), trial.treated == 1, trial.y
    forest = RandomForestRegressor(20, min_samples_leaf=20, random_state=0)
    fit = lambda rows, target: forest.__class__(**forest.get_params()).fit(x[rows], target)  # noqa: E731
    mu1, mu0 = fit(t, y[t]), fit(~t, y[~t])
    tau1 = LinearRegression().fit(x[t], y[t] - mu0.predict(x[t]))
    tau0 = LinearRegression().fit(x[~t], mu1.predict(x[~t]) - y[~t])
    expected = 0.3 * tau0.predict(x) + 0.7 * tau1.predict(x)
    found = tr.XLearner(forest, effect_model=LinearRegression(), chance=0.3).fit(x, y, t)
    assert found.effect(x) == pytest.approx(expected)


def test_with_linear_models_x_and_t_learner_agree(trial):
    """With least squares in both stages and all columns the imputed effects give T back."""
    x, t, y = trial.x.to_numpy(), trial.treated, trial.y
    t_effect = tr.TLearner().fit(x, y, t).effect(x)
    assert tr.XLearner().fit(x, y, t).effect(x) == pytest.approx(t_effect)


def test_learners_find_the_true_effect(trial):
    """Linear truth, linear learner: within 4 standard errors of each coefficient."""
    effect = tr.TLearner().fit(trial.x, trial.y, trial.treated).effect(trial.x)
    # se of the slope in narrowing: sd 40 * sqrt(1/n1 + 1/n0) / sd(uniform 0-10 = 2.89)
    slope = np.polyfit(trial.x["narrowing"], effect, 1)[0]
    assert abs(slope - 20) < 4 * 40 * np.sqrt(4 / 3000) / 2.89


def test_cross_fitting_never_predicts_a_training_patient():
    """A learner that remembers its patients, and reports how many it is asked about again."""

    class Memory:
        def fit(self, x, y, treated):
            self.seen = set(x[:, 0])
            return self

        def effect(self, x):
            return np.array([float(v in self.seen) for v in x[:, 0]])

    n = 60
    x, t = np.arange(n, dtype=float)[:, None], np.arange(n) % 2
    assert tr.cross_fit(Memory(), x, np.ones(n), t).sum() == 0
    groups = np.repeat(np.arange(20), 3)  # three rows a patient, marked by the patient
    again = tr.cross_fit(Memory(), groups[:, None].astype(float), np.ones(n), t, groups=groups)
    assert again.sum() == 0


def test_scores_and_values_by_hand():
    y, arm = np.array([10.0, 20.0, 30.0, 40.0]), np.array([0, 1, 0, 1])
    p = [0.5, 0.5]
    s = tr.arm_scores(y, arm, p)
    assert s == pytest.approx(np.array([[20, 0], [0, 40], [60, 0], [0, 80]]))
    assert tr.policy_value(s, 1).value == 30  # the mean of arm 1: (20 + 40) / 2
    assert tr.policy_value(s, [0, 1, 1, 1]).value == pytest.approx((20 + 40 + 0 + 80) / 4)
    m = np.tile([12.0, 25.0], (4, 1))
    dr = tr.arm_scores(y, arm, p, m)
    # 12 + 2(10-12) = 8 and so on; arms not given keep the prediction
    assert dr == pytest.approx(np.array([[8, 25], [12, 15], [48, 25], [12, 55]]))
    assert tr.policy_value(dr, tr.random_policy(4, 2)).value == pytest.approx(dr.mean())
    gap = tr.compare_policies(dr, [0, 1, 0, 1], 1)
    assert gap.value == pytest.approx(((8 - 25) + 0 + (48 - 25) + 0) / 4)
    assert tr.compare_policies(dr, 1, [1, 1, 1, 1]).high == 0


def test_value_is_unbiased_and_covers_the_truth():
    """A fixed policy, 200 trials: mean error within 4 standard errors, coverage near 95 %."""
    errors, hits = {"ipw": [], "dr": []}, []
    for seed in range(200):
        c = operations(300, seed=5000 + seed, randomised=True)
        policy = (c.x["narrowing"] > 6.5).to_numpy().astype(int)
        truth = np.where(policy, c.y1, c.y0).mean()
        mu = np.column_stack(tr.cross_fit_outcomes(c.x, c.y, c.treated))
        for name, m in (("ipw", None), ("dr", mu)):
            found = tr.policy_value(
                tr.arm_scores(c.y, c.treated, [0.5, 0.5], m), policy, n_boot=200, seed=seed
            )
            errors[name].append(found.value - truth)
            hits.append(found.covers(320 + 20 * 3.5**2 / 20))
    for found in errors.values():
        assert abs(np.mean(found)) < 4 * np.std(found, ddof=1) / np.sqrt(200)
    assert np.std(errors["dr"]) < 0.5 * np.std(errors["ipw"])
    assert abs(np.mean(hits) - 0.95) < 4 * np.sqrt(0.95 * 0.05 / 200)


def test_personalisation_wins_where_the_effect_changes_sign(trial):
    policy, mu, single = tr.learn_policy(trial.x, trial.y, trial.treated, seed=1)
    s = tr.arm_scores(trial.y, trial.treated, [0.5, 0.5], mu)
    gain = tr.compare_policies(s, policy, single)
    true = np.where(policy, trial.y1, trial.y0) - np.where(single, trial.y1, trial.y0)
    assert gain.low > 0
    assert abs(gain.value - true.mean()) < 4 * gain.se


def test_a_margin_keeps_the_single_arm(trial):
    policy, _, single = tr.learn_policy(trial.x, trial.y, trial.treated, margin=1e9)
    assert (policy == single).all()


def test_predicting_the_surgeon_is_no_advice():
    c = operations(3000, seed=4)
    model = LogisticRegression(max_iter=1000).fit(c.x, c.treated)
    copied = model.predict(c.x)
    value = lambda rule: np.where(rule, c.y1, c.y0).mean()  # noqa: E731
    nobody, oracle = value(np.zeros(3000, bool)), value(c.effect > 0)
    assert value(copied == 1) < nobody < oracle


def test_on_actg175_no_policy_beats_the_best_single_arm():
    trial = actg175()
    y = (trial["cd420"] - trial["cd40"]).to_numpy(float)
    x = trial[["age", "wtkg", "karnof", "preanti", "str2", "symptom", "cd40", "cd80"]]
    arm = trial["arms"].to_numpy()
    policy, mu, single = tr.learn_policy(x, y, arm, groups=trial["pidnum"])
    assert set(single) == {1}  # zidovudine and didanosine, in every fold
    s = tr.arm_scores(y, arm, np.bincount(arm) / len(arm), mu)
    assert tr.policy_value(s, 1).value == pytest.approx(y[arm == 1].mean(), abs=3)
    assert tr.compare_policies(s, single, tr.random_policy(len(y), 4)).low > 0
    assert tr.compare_policies(s, policy, single).low < 0


def test_dose_weights_are_a_ratio_of_normal_densities():
    from scipy.stats import norm

    c = dosing(800, seed=1)
    x = np.column_stack([np.ones(800), c.x])
    mean = x @ np.linalg.lstsq(x, c.dose, rcond=None)[0]
    expected = norm.pdf(c.dose, c.dose.mean(), c.dose.std()) / norm.pdf(
        c.dose, mean, (c.dose - mean).std()
    )
    weights = tr.dose_weights(c.dose, c.x)
    assert weights == pytest.approx(expected)
    before = np.corrcoef(c.dose, c.x["severity"])[0, 1]
    centred = c.dose - np.average(c.dose, weights=weights)
    sick = c.x["severity"] - np.average(c.x["severity"], weights=weights)
    assert abs(np.average(centred * sick, weights=weights)) < 0.3 * before * 4  # sd 2 times 2


def test_the_right_dose_looks_like_too_much_until_severity_is_used():
    c = dosing(3000, seed=1)
    at = np.linspace(3, 11, 33)
    naive = tr.dose_response(c.y, c.dose, None, at, n_boot=60)
    assert naive.best_high < 6 < c.best.mean()
    for method in ("regression", "weighting"):
        curve = tr.dose_response(c.y, c.dose, c.x, at, method, n_boot=60)
        assert curve.best_low <= 8 <= curve.best_high
    truth = np.array([c.outcome_at(d).mean() for d in at])
    curve = tr.dose_response(c.y, c.dose, c.x, at, n_boot=60)
    se = (curve.high - curve.low) / (2 * 1.96)
    assert (np.abs(curve.mean - truth) < 4 * se).all()
    own = tr.patient_curve(c.y, c.dose, c.x, [5, 95], at, n_boot=60)
    assert own.best_low <= 8 + 0.1 * 20 <= own.best_high


def test_generated_cohorts_hold_what_they_promise():
    c = infections(200_000, seed=9)
    n = len(c.y)
    assert (c.y == np.where(c.treated, c.y1, c.y0)).all()
    assert abs(c.effect.mean() - 2) < 4 * 1.6 / np.sqrt(n)  # sd of the effect is 0.8 * 2
    assert abs(c.treated.mean() - c.chance.mean()) < 4 * 0.5 / np.sqrt(n)
    o = operations(200_000, seed=9)
    assert abs(o.effect.mean() + 30) < 4 * 20 * 2.887 / np.sqrt(n)  # 20 * (5 - 6.5)
    d = dosing(1000, seed=9)
    assert d.outcome_at(d.dose) == pytest.approx(d.y)
    assert (d.outcome_at(d.best) >= d.outcome_at(d.best + 1)).all()
    assert (infections(50, seed=3).y == infections(50, seed=3).y).all()
    assert (infections(50, seed=3).y != infections(50, seed=4).y).any()


SMALL = dosing(30)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: infections(3), "at least 10"),
        (lambda: infections(30, strictness=-1), "strictness=-1"),
        (lambda: tr.TLearner().effect([[1.0]]), "has not been fitted"),
        (lambda: tr.ArmModels().fit([[1], [2], [3]], [1, 2, 3], [0, 2, 2]), "without a gap"),
        (lambda: tr.XLearner(chance=1), "chance=1"),
        (lambda: tr.arm_scores([1, 2], [0, 1], [1.0, 0.0]), "a probability is 0"),
        (lambda: tr.arm_scores([1, 2], [0, 1], [0.4, 0.4]), "sum to 1"),
        (lambda: tr.arm_scores([1, 2], [0, 5], [0.5, 0.5]), "from 0 to 1"),
        (lambda: tr.policy_value(np.ones((4, 2)), [0, 1]), "one arm number a patient"),
        (lambda: tr.policy_value(np.ones((4, 2)), np.ones((4, 2))), "sum to 1"),
        (lambda: tr.dose_response(SMALL.y, SMALL.dose, None, [99]), "nothing was seen"),
        (lambda: tr.dose_response(SMALL.y, SMALL.dose, SMALL.x, [7], "magic"), "magic"),
        (lambda: tr.dose_weights([1, 2, 3, 4], [1, 2, 3, 4]), "follows from x"),
        (
            lambda: tr.patient_curve(SMALL.y, SMALL.dose, SMALL.x, [5, 300], [7]),
            "nothing about such",
        ),
    ],
)
def test_bad_input_is_refused_with_a_reason(call, words):
    with pytest.raises(MedaiError, match=words):
        call()


_Y, _T = np.arange(40.0), np.arange(40) % 2
_X = np.random.default_rng(0).normal(size=(40, 2))
_FRAME = SMALL.x.iloc[np.arange(40) % 30].reset_index(drop=True)
GOOD = {
    "difference_in_means": (_Y, _T),
    "arm_means": (_Y, _T),
    "randomisation_test": (_Y, _T),
    "balance": (_FRAME, _T, _Y + 1),
    "propensity": (_X, _T),
    "inverse_weights": (_T, np.full(40, 0.5)),
    "effective_sample_size": (_Y,),
    "overlap": (_T, np.full(40, 0.5)),
    "ipw": (_Y, _T, np.full(40, 0.5)),
    "cross_fit_outcomes": (_X, _Y, _T),
    "aipw": (_Y, _T, np.full(40, 0.5), _Y, _Y),
    "arm_scores": (_Y, _T, [0.5, 0.5], np.ones((40, 2))),
    "policy_value": (np.ones((40, 2)), _T),
    "compare_policies": (np.ones((40, 2)), _T, _T),
    "learn_policy": (_X, _Y, _T),
    "best_single_arm": (_Y, _T),
    "random_policy": (40, 2),
    "dose_weights": (np.cos(_Y), _X),
    "dose_response": (_Y, np.cos(_Y), _X, [0.0]),
    "patient_curve": (_Y, np.cos(_Y), _X, _X[0], [0.0]),
    "cross_fit": (tr.TLearner(), _X, _Y, _T),
}
JUNK = (
    None, "text", ["a"] * 40, float("nan"), np.full(40, np.nan), [], [1], -1, np.ones((2, 2, 2)),
    {"a": 1}, np.full(40, np.inf), np.zeros(40), [None] * 40, np.full(40, 1e308),
)  # fmt: skip


@pytest.mark.parametrize("name", sorted(GOOD))
@pytest.mark.filterwarnings("ignore")
def test_junk_gives_a_message_and_never_a_traceback(name):
    call, args = getattr(tr, name), GOOD[name]
    call(*args)
    refused = 0
    for place in range(len(args)):
        for junk in JUNK:
            try:
                call(*args[:place], junk, *args[place + 1 :])
            except MedaiError:
                refused += 1
    assert refused >= 8 * len(args)
