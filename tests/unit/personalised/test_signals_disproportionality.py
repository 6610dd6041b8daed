"""One drug and one event: against published tables, scipy, and calculations by hand."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import gamma
from scipy.stats.contingency import chi2_contingency, odds_ratio, relative_risk

from medai.personalised.signals.disproportionality import (
    Estimate,
    Table,
    chi_squared,
    count,
    information_component,
    mantel_haenszel,
    meets_prr_criteria,
    proportional_reporting_ratio,
    reporting_odds_ratio,
    strata,
)
from medai.runtime import MedaiError

full = st.builds(Table, *[st.integers(1, 5000)] * 4)

# Applicants to Berkeley, (men rejected, men accepted, women rejected, women accepted), and what
# SAS prints for them: odds ratio and relative risk with 95 % limits, chi-squared after Yates.
# https://online.stat.psu.edu/public/stat504/lesson03/sas/berkeley_SAS_Output.html
SAS = [
    (Table(313, 512, 19, 89), (2.8636, 1.7112, 4.7921), (2.1566, 1.4206, 3.2737), 16.3718),
    (Table(207, 353, 8, 17), (1.2461, 0.5285, 2.9379), (1.1551, 0.6457, 2.0664), 0.0851),
]
# The six departments (same source; also utstat.toronto.edu, Berkeley data).
BERKELEY = [
    Table(313, 512, 19, 89), Table(207, 353, 8, 17), Table(205, 120, 391, 202),
    Table(279, 138, 244, 131), Table(138, 53, 299, 94), Table(351, 22, 317, 24),
]  # fmt: skip


def parts(estimate: Estimate) -> tuple[float, float, float]:
    return estimate.value, estimate.low, estimate.high


@pytest.mark.parametrize(("table", "odds", "risk", "yates"), SAS)
def test_published_tables(table, odds, risk, yates):
    assert parts(reporting_odds_ratio(table)) == pytest.approx(odds, abs=6e-5)
    assert parts(proportional_reporting_ratio(table)) == pytest.approx(risk, abs=6e-5)
    assert chi_squared(table) == pytest.approx(yates, abs=6e-5)


@settings(deadline=None)
@given(full)
def test_against_scipy(table):
    a, b, c, d = table.a, table.b, table.c, table.d
    theirs = odds_ratio([[a, b], [c, d]], kind="sample")
    ends = theirs.confidence_interval(0.95)
    assert parts(reporting_odds_ratio(table)) == pytest.approx((theirs.statistic, *ends))
    theirs = relative_risk(a, a + b, c, c + d)
    ends = theirs.confidence_interval(0.95)
    assert parts(proportional_reporting_ratio(table)) == pytest.approx(
        (theirs.relative_risk, *ends)
    )
    for correction in (False, True):
        expected = chi2_contingency([[a, b], [c, d]], correction=correction).statistic
        assert chi_squared(table, correction=correction) == pytest.approx(expected, abs=1e-9)


@settings(deadline=None)
@given(full)
def test_odds_ratio_and_prr_have_the_symmetries_that_they_should(table):
    ratio, prr = reporting_odds_ratio(table).value, proportional_reporting_ratio(table).value
    turned = Table(table.a, table.c, table.b, table.d)
    swapped = Table(table.c, table.d, table.a, table.b)
    assert reporting_odds_ratio(turned).value == pytest.approx(ratio)
    assert reporting_odds_ratio(swapped).value == pytest.approx(1 / ratio)
    assert min(1, ratio) - 1e-9 <= prr <= max(1, ratio) + 1e-9  # PRR lies between 1 and ROR


def test_an_empty_cell_gives_no_interval_and_no_silent_half():
    nothing_else = reporting_odds_ratio(Table(5, 10, 0, 100))
    assert parts(nothing_else) == (math.inf, 0.0, math.inf)
    never = reporting_odds_ratio(Table(0, 10, 5, 100))
    assert parts(never) == (0.0, 0.0, math.inf)
    assert math.isnan(reporting_odds_ratio(Table(0, 0, 5, 100)).value)
    assert parts(proportional_reporting_ratio(Table(5, 10, 0, 100))) == (math.inf, 0.0, math.inf)
    assert math.isnan(proportional_reporting_ratio(Table(0, 0, 5, 100)).value)
    assert chi_squared(Table(0, 0, 5, 100)) == 0


@pytest.mark.parametrize(
    ("table", "flag"),
    [
        # PRR 12; chi-squared 1100 · (12·990 − 88·10 − 550)² / (100·1000·22·1078) = 50.7
        (Table(12, 88, 10, 990), True),
        # PRR 3, but chi-squared 1100 · (2970 − 970 − 550)² / (100·1000·13·1087) = 1.6
        (Table(3, 97, 10, 990), False),
        (Table(2, 8, 10, 9990), False),  # PRR 200 from two reports
        (Table(30, 970, 200, 9800), False),  # PRR 1.5
    ],
)
def test_evans_criteria(table, flag):
    assert meets_prr_criteria(table) is flag


def test_evans_chi_squared_by_hand():
    assert chi_squared(Table(12, 88, 10, 990)) == pytest.approx(
        1100 * (12 * 990 - 88 * 10 - 550) ** 2 / (100 * 1000 * 22 * 1078)
    )
    assert chi_squared(Table(3, 97, 10, 990)) < 4


def test_information_component_of_a_published_example():
    # Norén and colleagues 2006, Table III, as the README of the R package pharmsignal runs it:
    # 25 reports, 1,126 of the drug, 87 of the event, 572,573 in all.  Expected 0.1710908.  Their
    # model is another (Dirichlet, simulated): 5.247846, interval 4.64927 to 5.73115.
    table = Table(25, 1101, 62, 571_385)
    assert table.n == 572_573
    assert table.expected == pytest.approx(0.1710908, abs=5e-8)
    ours = information_component(table.a, table.expected)
    assert ours.value == pytest.approx(math.log2(25.5 / 0.6710908), abs=1e-6)
    assert ours.value == pytest.approx(5.247846, abs=1e-4)
    assert (ours.low, ours.high) == pytest.approx((4.64927, 5.73115), abs=0.05)


@settings(deadline=None)
@given(st.integers(0, 500), st.floats(0, 500))
def test_information_component_is_the_log_of_a_gamma_quantile(observed, expected):
    ours = information_component(observed, expected)
    ends = gamma.ppf((0.025, 0.975), observed + 0.5, scale=1 / (expected + 0.5))
    assert (ours.low, ours.high) == pytest.approx(tuple(np.log2(ends)), abs=1e-7)
    assert ours.low < ours.value < ours.high
    assert information_component(observed + 1, expected).low > ours.low
    assert information_component(observed, expected + 1).low < ours.low


def test_two_reports_can_never_be_a_signal_and_three_can():
    # With nothing expected, twice λ is chi-squared with 2·O + 1 degrees of freedom over 1:
    # its 2.5 % quantile is 0.831 with 5 degrees and 1.690 with 7 (printed tables).
    assert information_component(2, 0).low == pytest.approx(math.log2(0.8312), abs=1e-3)
    assert information_component(3, 0).low == pytest.approx(math.log2(1.6899), abs=1e-3)


def test_a_formula_in_print_refuses_no_positive_information_component():
    # exp(ln IC − 1.96 s), with the standard error of a log odds ratio, "a signal above 0": table
    # 3 of doi 10.1186/s12879-022-07896-0, for one.  Two reports where 1 was expected pass.
    table = Table(2, 98, 1000, 98_900)
    ic = math.log2(table.a / table.expected)
    s = math.sqrt(sum(1 / n for n in (table.a, table.b, table.c, table.d)))
    assert math.exp(math.log(ic) - 1.96 * s) > 0
    assert information_component(table.a, table.expected).low < 0


def test_mantel_haenszel_by_hand():
    # R = 10·70/100 + 5·40/60, S = 10·10/100 + 5·10/60
    two = [Table(10, 10, 10, 70), Table(5, 5, 10, 40)]
    r, s = 700 / 100 + 200 / 60, 100 / 100 + 50 / 60
    assert mantel_haenszel(two).value == pytest.approx(r / s)
    # Robins, Breslow and Greenland, with P = (a + d)/n, Q = (b + c)/n
    pr = 0.8 * 7 + 0.75 * 200 / 60
    ps_qr = 0.8 * 1 + 0.2 * 7 + 0.75 * 50 / 60 + 0.25 * 200 / 60
    qs = 0.2 * 1 + 0.25 * 50 / 60
    half = 1.959963984540054 * math.sqrt(pr / (2 * r * r) + ps_qr / (2 * r * s) + qs / (2 * s * s))
    assert mantel_haenszel(two).low == pytest.approx(r / s * math.exp(-half))
    assert mantel_haenszel(two).high == pytest.approx(r / s * math.exp(half))


def test_berkeley_is_the_classic_of_confounding():
    whole = Table(*(sum(getattr(t, cell) for t in BERKELEY) for cell in "abcd"))
    assert (whole.a, whole.b, whole.c, whole.d) == (1493, 1198, 1278, 557)
    assert reporting_odds_ratio(whole).high < 1  # men are rejected less often …
    inside = mantel_haenszel(BERKELEY)
    assert inside.value > 1
    assert inside.low < 1 < inside.high


@settings(deadline=None)
@given(full)
def test_one_stratum_is_the_odds_ratio_with_the_same_interval(table):
    crude, stratified = reporting_odds_ratio(table), mantel_haenszel([table])
    assert parts(stratified) == pytest.approx(parts(crude), rel=1e-9)


@settings(deadline=None)
@given(full, st.integers(1, 50), st.integers(1, 50))
def test_a_stratum_without_the_drug_adds_nothing(table, c, d):
    alone = mantel_haenszel([table])
    assert parts(mantel_haenszel([table, Table(0, 0, c, d)])) == pytest.approx(parts(alone))


def test_strata_without_information():
    assert math.isnan(mantel_haenszel([Table(0, 0, 3, 4)]).value)
    assert mantel_haenszel([Table(2, 0, 0, 4)]).value == math.inf


def test_count_and_strata():
    drug = [1, 1, 1, 0, 0, 0, 0]
    event = [1, 0, 0, 1, 1, 0, 0]
    assert count(drug, event) == Table(1, 2, 2, 2)
    by = strata(drug, event, ["x", "x", "y", "x", "y", "y", "y"])
    assert by == {"x": Table(1, 1, 1, 0), "y": Table(0, 1, 1, 2)}


@pytest.mark.parametrize("bad", [-1, 1.5, math.nan, math.inf, True])
def test_a_table_holds_counts(bad):
    with pytest.raises(MedaiError, match="a count of reports is"):
        Table(bad, 1, 1, 1)


def test_other_refusals():
    with pytest.raises(MedaiError, match="no reports"):
        Table(0, 0, 0, 0)
    with pytest.raises(MedaiError, match="one value a report"):
        count([1, 0], [1, 0, 1])
    with pytest.raises(MedaiError, match="other than 0 and 1"):
        count([1, 2], [1, 0])
    with pytest.raises(MedaiError, match="expected=-1"):
        information_component(3, -1)
    with pytest.raises(MedaiError, match="observed=nan"):
        information_component(math.nan, 1)
    with pytest.raises(MedaiError, match="no strata"):
        mantel_haenszel([])
    with pytest.raises(MedaiError, match="one value a report each"):
        strata([1, 0], [1, 0], ["x"])


def test_an_estimate_reads_well():
    assert str(Estimate(2.25, 1.0, 5.5)) == "2.25 [1.00–5.50]"
