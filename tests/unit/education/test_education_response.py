"""Item response: LSAT-6 against published and independent values, recovery, classical by hand."""

from __future__ import annotations

import numpy as np
import pytest

from medai.education import classical
from medai.education.response import abilities, fit, information, probability, quadrature, simulate
from medai.runtime import MedaiError

# The Law School Admission Test, section 6: 1,000 people, five questions; pattern and count.
# Read in the output of R's ltm (rstudio-pubs 1049111, an excerpt; it lists every pattern).
LSAT = {
    "00000": 3, "00001": 6, "00010": 2, "00011": 11, "00100": 1,
    "00101": 1, "00110": 3, "00111": 4, "01000": 1, "01001": 8,
    "01011": 16, "01101": 3, "01110": 2, "01111": 15, "10000": 10,
    "10001": 29, "10010": 14, "10011": 81, "10100": 3, "10101": 28,
    "10110": 15, "10111": 80, "11000": 16, "11001": 56, "11010": 21,
    "11011": 173, "11100": 11, "11101": 61, "11110": 28, "11111": 298,
}  # fmt: skip
# ltm 2PL, 21 Gauss-Hermite points (same page, and geeksrepos.com kdavis91, excerpts)
LTM_A = [0.8254, 0.7229, 0.8905, 0.6886, 0.6575]
LTM_B = [-3.3597, -1.3696, -0.2799, -1.8659, -3.1236]
LTM_SE_A = [0.2581, 0.1867, 0.2326, 0.1852, 0.2100]
LTM_LOG_L = -2466.653
# girth 0.8.0 in a venv of its own: twopl_mml(X.T, options={"quadrature_n": 61})
GIRTH_A = [0.82573096, 0.7228305, 0.89083534, 0.68840045, 0.65692646]
GIRTH_B = [-3.35871953, -1.37005363, -0.27972824, -1.86643194, -3.12586502]


@pytest.fixture(scope="module")
def lsat() -> np.ndarray:
    rows = [[int(x) for x in pattern] for pattern, n in LSAT.items() for _ in range(n)]
    return np.array(rows)


def test_lsat6_agrees_with_published_estimates(lsat):
    assert lsat.shape == (1000, 5)
    found = fit(lsat, points=21)
    assert found.converged
    assert found.log_likelihood == pytest.approx(LTM_LOG_L, abs=5e-4)
    # ltm stopped with a gradient of 0.024, so its third decimal is not exact
    np.testing.assert_allclose(found.a, LTM_A, atol=2e-3)
    np.testing.assert_allclose(found.b, LTM_B, atol=3e-3)
    np.testing.assert_allclose(found.se_a, LTM_SE_A, rtol=0.05)  # outer product, not Hessian


def test_lsat6_agrees_with_an_independent_program(lsat):
    found = fit(lsat, points=61)
    np.testing.assert_allclose(found.a, GIRTH_A, atol=5e-4)
    np.testing.assert_allclose(found.b, GIRTH_B, atol=1e-3)


def test_with_known_ability_an_item_is_a_logistic_regression():
    # many equal answers at each node: the M-step alone must be sklearn's logistic regression
    from sklearn.linear_model import LogisticRegression

    from medai.education.response import _regressions

    rng = np.random.default_rng(3)
    nodes = np.linspace(-2, 2, 9)
    here = np.full(9, 400.0)
    right = rng.binomial(400, probability(nodes, 1.3, 0.4)[:, 0]).astype(float)[:, None]
    slope, start = np.ones(1), np.zeros(1)
    for _ in range(50):
        slope, start = _regressions(nodes, here, right, slope, start)
    x = np.concatenate([nodes, nodes])[:, None]
    y = np.r_[np.ones(9), np.zeros(9)]
    weights = np.r_[right[:, 0], here - right[:, 0]]
    model = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(x, y, sample_weight=weights)
    assert slope[0] == pytest.approx(model.coef_[0, 0], abs=1e-4)
    assert start[0] == pytest.approx(model.intercept_[0], abs=1e-4)


def test_known_parameters_are_recovered_within_their_intervals():
    rng = np.random.default_rng(11)
    inside_a = inside_b = 0
    for seed in range(5):
        a, b = rng.uniform(0.7, 1.8, 20), rng.normal(0, 1, 20)
        answers = simulate(rng.normal(size=1500), a, b, seed=seed)
        found = fit(answers)
        inside_a += int((np.abs(found.a - a) < 1.96 * found.se_a).sum())
        inside_b += int((np.abs(found.b - b) < 1.96 * found.se_b).sum())
    # 100 intervals of 95 %: binomial, outside [88, 99] in less than 1 of 100 seeds each
    assert 88 <= inside_a <= 100
    assert 88 <= inside_b <= 100


def test_rasch_finds_the_common_slope_and_is_nested_in_2pl(lsat):
    rasch, full = fit(lsat, "rasch"), fit(lsat)
    assert np.ptp(rasch.a) == 0
    assert rasch.log_likelihood < full.log_likelihood


def test_3pl_finds_guessing_where_students_guess():
    rng = np.random.default_rng(5)
    b = rng.normal(0, 0.8, 15)
    answers = simulate(rng.normal(size=1500), np.full(15, 1.3), b, np.full(15, 0.25), seed=2)
    found = fit(answers, "3pl", points=21)
    assert np.corrcoef(found.b, b)[0, 1] > 0.9
    assert abs(found.c.mean() - 0.25) < 0.06


def test_curves_and_information_by_hand():
    assert probability(0.7, 2.0, 0.7)[0, 0] == pytest.approx(0.5)
    assert probability(0.7, 2.0, 0.7, 0.2)[0, 0] == pytest.approx(0.6)  # 0.2 + 0.8 / 2
    assert information(0.7, 2.0, 0.7)[0, 0] == pytest.approx(1.0)  # a^2 / 4
    # c = 0.2, P = 0.6: 4 * (0.4 / 0.6) * (0.4 / 0.8)^2 = 2/3
    assert information(0.7, 2.0, 0.7, 0.2)[0, 0] == pytest.approx(2 / 3)


def test_information_is_the_curvature_of_the_expected_log_likelihood():
    a, b, c, at, step = 1.4, -0.3, 0.15, 0.5, 1e-4
    p0 = probability(at, a, b, c)[0, 0]

    def expected(theta):
        p = probability(theta, a, b, c)[0, 0]
        return p0 * np.log(p) + (1 - p0) * np.log(1 - p)

    curve = (expected(at + step) - 2 * expected(at) + expected(at - step)) / step**2
    assert information(at, a, b, c)[0, 0] == pytest.approx(-curve, rel=1e-4)


def test_quadrature_has_the_moments_of_a_standard_normal():
    nodes, weights = quadrature(21)
    moments = [(weights * nodes**k).sum() for k in range(7)]
    np.testing.assert_allclose(moments, [1, 0, 1, 0, 3, 0, 15], atol=1e-9)


def test_ability_rises_with_the_score_and_shrinks_to_the_mean(lsat):
    mean, spread = abilities(lsat, fit(lsat, points=21))
    assert mean[-1] == max(mean)
    assert mean[0] == min(mean)
    # ltm's scores are modes; ours are means, so only near: 0.606 and -1.895 there
    assert mean[-1] == pytest.approx(0.606, abs=0.08)
    assert (spread < 1).all()


def test_bad_answers_are_refused():
    for bad in ([[1, 0]], [1, 0], [[1, 2], [0, 1]], [[1, None], [0, 1]], [["a", 1], [0, 1]]):
        with pytest.raises(MedaiError):
            fit(bad)
    with pytest.raises(MedaiError, match="answered right by all"):
        fit([[1, 0], [1, 1], [1, 0]])
    with pytest.raises(MedaiError, match="must be one of"):
        fit([[1, 0], [0, 1]], "4pl")


def test_classical_numbers_by_hand():
    x = np.array([[1, 1, 1], [1, 1, 0], [1, 0, 0], [0, 0, 0]])
    np.testing.assert_allclose(classical.difficulty(x), [0.75, 0.5, 0.25])
    # variances 3/16, 1/4, 3/16, sum 5/8; totals 3, 2, 1, 0, variance 5/4
    # KR-20 = 3/2 (1 - (5/8)/(5/4)) = 3/4
    assert classical.kr20(x) == pytest.approx(0.75)
    assert classical.cronbach_alpha(x) == pytest.approx(0.75)
    # item 2 (1,1,0,0) and the rest (2,1,1,0): covariance 0.25, sds 0.5 and sqrt(0.5)
    assert classical.point_biserial(x)[1] == pytest.approx(0.25 / (0.5 * 0.5**0.5))
    # with itself: (1,1,0,0) and (3,2,1,0): covariance 0.5, sds 0.5 and sqrt(1.25)
    assert classical.point_biserial(x, corrected=False)[1] == pytest.approx(0.5 / (0.5 * 1.25**0.5))
    assert np.isnan(classical.point_biserial([[1, 0], [1, 1]])[0])
    with pytest.raises(MedaiError, match="undefined"):
        classical.kr20([[1, 0], [0, 1]])


def choices(people, items, seed, wrong_key=(), two=()):
    """Students who choose the truth with a 2PL and guess else; two: half of them the twin."""
    rng = np.random.default_rng([seed, 77])
    theta, b = rng.normal(size=people), rng.normal(0, 0.8, items)
    truth = rng.integers(0, 4, items)
    knows = rng.random((people, items)) < probability(theta, np.full(items, 1.2), b)
    picked = np.where(knows, truth, (truth + rng.integers(1, 4, (people, items))) % 4)
    keys = truth.copy()
    for j in wrong_key:
        keys[j] = (truth[j] + 1) % 4
    for j in two:
        twin = knows[:, j] & (rng.random(people) < 0.5)
        picked[twin, j] = (truth[j] + 2) % 4
    return picked, keys


def test_planted_wrong_keys_are_found_and_sound_questions_seldom_accused():
    found = false = two_found = 0
    for seed in range(10):
        picked, keys = choices(300, 30, seed, wrong_key=(0, 1), two=(2, 3))
        by_item = {flag.item: flag.why for flag in classical.flags(picked, keys)}
        found += sum(by_item.get(j) == "key" for j in (0, 1))
        two_found += sum(j in by_item for j in (2, 3))
        false += sum(j > 3 for j in by_item)
    assert found >= 18  # of 20
    assert two_found >= 14  # of 20
    assert false <= 10  # of 260 sound ones


def test_an_exam_without_planted_faults_gives_no_key_flag_more_often_than_stated():
    exams = 40
    accused = 0
    for seed in range(100, 100 + exams):
        picked, keys = choices(200, 20, seed)
        accused += any(flag.why == "key" for flag in classical.flags(picked, keys))
    assert accused <= 6  # level 0.05: 2 expected; more than 6 of 40 has probability 0.003


def test_flags_refuse_other_shapes():
    with pytest.raises(MedaiError, match="one column and one key"):
        classical.flags([[0, 1], [1, 0]], [0])
