"""All pairs at once agree with one pair at a time; shrinkage against integrals; two drugs."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import gamma, nbinom

from medai.personalised.signals.disproportionality import (
    chi_squared,
    count,
    information_component,
    proportional_reporting_ratio,
    reporting_odds_ratio,
)
from medai.personalised.signals.screening import (
    START,
    GammaMixture,
    counts,
    first_of_copies,
    fit_prior,
    masking_ratio,
    screen,
    shrink,
)
from medai.personalised.signals.twodrugs import (
    Pair,
    count_pair,
    expected_additive,
    interaction_contrast,
    omega,
)
from medai.runtime import MedaiError

RNG = np.random.default_rng(5)
DRUGS = RNG.random((800, 4)) < (0.3, 0.1, 0.05, 0.2)
EVENTS = RNG.random((800, 5)) < (0.2, 0.1, 0.02, 0.01, 0.3)


def test_screen_agrees_with_one_pair_at_a_time():
    table = screen(DRUGS, EVENTS, list("wxyz"), list("abcde"))
    assert len(table) == np.count_nonzero(counts(DRUGS, EVENTS)[0])
    for row in table.itertuples():
        one = count(DRUGS[:, "wxyz".index(row.drug)], EVENTS[:, "abcde".index(row.event)])
        assert (row.a, row.expected) == (one.a, pytest.approx(one.expected))
        ratio, ic = reporting_odds_ratio(one), information_component(one.a, one.expected)
        assert (row.ror, row.ror_low) == pytest.approx((ratio.value, ratio.low))
        assert row.prr == pytest.approx(proportional_reporting_ratio(one).value)
        assert row.chi2 == pytest.approx(chi_squared(one))
        assert (row.ic, row.ic025) == pytest.approx((ic.value, ic.low))


def test_observed_and_expected_add_up():
    observed = counts(DRUGS, EVENTS)[0]
    assert observed[1, 3] == np.count_nonzero(DRUGS[:, 1] & EVENTS[:, 3])
    everyone = np.ones((800, 1), bool)
    assert counts(everyone, EVENTS)[1] == pytest.approx(counts(everyone, EVENTS)[0])


@pytest.mark.parametrize(("a", "e"), [(0, 2.0), (1, 0.01), (3, 0.5), (40, 10.0), (5, 60.0)])
def test_shrinkage_against_numerical_integration(a, e):
    prior = GammaMixture(0.6, 0.3, 3.0, 2.5, 0.25)

    def density(x):  # posterior of λ, not yet normalised
        first = prior.weight * gamma.pdf(x, prior.shape1, scale=1 / prior.rate1)
        second = (1 - prior.weight) * gamma.pdf(x, prior.shape2, scale=1 / prior.rate2)
        return (first + second) * math.exp(-x * e + a * math.log(x))

    def integral(f, upper):
        edges = [0.0, *np.geomspace(1e-9, upper, 60)]
        return sum(quad(f, lo, hi)[0] for lo, hi in itertools.pairwise(edges))

    whole = integral(density, 200)
    mean_log = integral(lambda x: density(x) * math.log(x) if x > 0 else 0.0, 200) / whole
    (ebgm,), (eb05,) = shrink(np.array([a]), np.array([e]), prior)
    assert ebgm == pytest.approx(math.exp(mean_log), rel=1e-5)
    assert integral(density, eb05) / whole == pytest.approx(0.05, abs=1e-5)


def test_one_component_is_the_gamma_posterior():
    prior = GammaMixture(2.0, 4.0, 2.0, 4.0, 0.5)
    _, eb05 = shrink(np.array([7.0]), np.array([3.0]), prior)
    assert eb05[0] == pytest.approx(gamma.ppf(0.05, 2 + 7, scale=1 / (4 + 3)), rel=1e-9)


def test_a_single_surprising_report_is_shrunken_far():
    # The example of openEBGM's documentation: N = 1, E = 0.01, ratio 100.
    (ebgm,), (eb05,) = shrink(np.array([1.0]), np.array([0.01]), START)
    assert eb05 < 1 < ebgm < 20


def test_the_fitted_prior_explains_the_counts_at_least_as_well_as_the_true_one():
    rng = np.random.default_rng(1)
    truth = GammaMixture(1.5, 0.5, 20.0, 20.0, 0.1)
    e = rng.uniform(0.5, 20, 6000)
    first = rng.random(6000) < truth.weight
    ratio = np.where(first, rng.gamma(1.5, 2.0, 6000), rng.gamma(20.0, 1 / 20, 6000))
    a = rng.poisson(ratio * e)

    def log_likelihood(prior):
        one = nbinom.pmf(a, prior.shape1, prior.rate1 / (prior.rate1 + e))
        two = nbinom.pmf(a, prior.shape2, prior.rate2 / (prior.rate2 + e))
        return np.log(prior.weight * one + (1 - prior.weight) * two).sum()

    found = fit_prior(a, e)
    assert log_likelihood(found) >= log_likelihood(truth)
    # Wilks: twice the gain over the truth is about chi-squared with 5 degrees; 20.5 is its
    # 99.9 % quantile.
    assert 2 * (log_likelihood(found) - log_likelihood(truth)) < 20.5


def test_copies():
    drugs = np.array([[1, 0], [1, 0], [0, 1], [1, 0]], bool)
    day = np.array([3, 3, 3, 4])
    assert first_of_copies(drugs, day).tolist() == [0, 2, 3]
    assert first_of_copies(drugs, day, np.array([50, -1, 50, 50])).tolist() == [0, 1, 2, 3]
    with pytest.raises(MedaiError, match="lengths"):
        first_of_copies(drugs, day[:3])


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=30))
def test_copies_are_kept_once_and_in_order(rows):
    one, two = (np.array(column) for column in zip(*rows, strict=True))
    kept = first_of_copies(one, two).tolist()
    assert [rows[k] for k in kept] == list(dict.fromkeys(rows))


def test_masking_by_hand():
    # 10 reports of x with 2 events, 20 of m with 18, 70 others with 4: PRR of x against the
    # rest 0.2 / (22/90); without m 0.2 / (4/70); the ratio of the two is (22/90) / (4/70).
    drugs = np.zeros((100, 2), bool)
    drugs[:10, 0], drugs[10:30, 1] = True, True
    event = np.zeros(100, bool)
    event[[0, 1, *range(10, 28), 40, 41, 42, 43]] = True
    assert masking_ratio(drugs, event, 0, 1) == pytest.approx((22 / 90) / (4 / 70))
    with pytest.raises(MedaiError, match="cannot mask itself"):
        masking_ratio(drugs, event, 0, 0)


def test_refusals_of_screening():
    with pytest.raises(MedaiError, match="one row a report"):
        counts(DRUGS, EVENTS[:10])
    with pytest.raises(MedaiError, match="one name a column"):
        screen(DRUGS, EVENTS, ["w"], list("abcde"))
    with pytest.raises(MedaiError, match="at least 10"):
        fit_prior(np.ones(5), np.ones(5))
    with pytest.raises(MedaiError, match="equal is wanted"):
        fit_prior(np.ones(12), np.ones(13))


def test_two_drugs_by_hand():
    # Shares 0.1, 0.2, 0.3 and 0.5: contrast 0.5 − 0.2 − 0.3 + 0.1 = 0.1.
    # Odds 1/9, 1/4, 3/7: added 1/4 + 3/7 − 1/9 = 143/252, back to a share 143/395.
    pair = Pair(1000, 100, 100, 60, 100, 20, 30, 30)
    assert interaction_contrast(pair) == pytest.approx(0.1)
    assert expected_additive(pair) == pytest.approx(60 * 143 / 395)
    assert omega(pair).value == pytest.approx(math.log2(30.5 / (60 * 143 / 395 + 0.5)))


def test_a_drug_that_seems_to_protect_counts_as_one_that_does_nothing():
    pair = Pair(1000, 100, 100, 60, 100, 2, 30, 30)  # 0.02 with the first drug alone
    assert expected_additive(pair) == pytest.approx(60 * 0.3)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_count_pair_counts_every_report_once(seed):
    first, second, event = np.random.default_rng(seed).random((3, 60)) < 0.4
    pair = count_pair(first, second, event)
    assert pair.n00 + pair.n10 + pair.n01 + pair.n11 == 60
    assert pair.e00 + pair.e10 + pair.e01 + pair.e11 == np.count_nonzero(event)
    assert pair.e10 == sum(f and not s and e for f, s, e in zip(first, second, event, strict=True))


def test_refusals_of_two_drugs():
    with pytest.raises(MedaiError, match="e11=5 of n11=4"):
        Pair(10, 10, 10, 4, 1, 1, 1, 5)
    with pytest.raises(MedaiError, match="group '10'"):
        omega(Pair(10, 0, 10, 4, 1, 0, 1, 2))
    with pytest.raises(MedaiError, match="some without the event"):
        omega(Pair(10, 3, 10, 4, 1, 3, 1, 2))
    with pytest.raises(MedaiError, match="one value a report each"):
        count_pair([1], [1, 0], [1])
    assert math.isnan(interaction_contrast(Pair(10, 0, 10, 4, 1, 0, 1, 2)))
