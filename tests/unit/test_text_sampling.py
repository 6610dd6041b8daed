"""Which token comes next: every rule by hand on four logits."""

import numpy as np
import pytest

from medai.runtime import MedaiError
from medai.text.sampling import choose, distribution

P = np.array([0.1, 0.4, 0.3, 0.2])
LOGITS = np.log(P) + 5  # a constant changes nothing


def test_temperature():
    np.testing.assert_allclose(distribution(LOGITS), P)
    np.testing.assert_allclose(distribution(LOGITS, 0), [0, 1, 0, 0])
    np.testing.assert_allclose(distribution(LOGITS, 0.5), P**2 / (P**2).sum())
    np.testing.assert_allclose(distribution(LOGITS, 1e9), [0.25] * 4)


def test_top_k():
    np.testing.assert_allclose(distribution(LOGITS, top_k=2), [0, 4 / 7, 3 / 7, 0])
    np.testing.assert_allclose(distribution(LOGITS, top_k=9), P)


@pytest.mark.parametrize(
    ("top_p", "kept"), [(0.3, [1]), (0.4, [1]), (0.41, [1, 2]), (0.7, [1, 2]), (1.0, [0, 1, 2, 3])]
)
def test_top_p_keeps_the_smallest_set_that_reaches_it(top_p, kept):
    p = distribution(LOGITS, top_p=top_p)
    assert np.flatnonzero(p).tolist() == kept
    np.testing.assert_allclose(p[kept], P[kept] / P[kept].sum())


def test_equal_logits_keep_the_first():
    assert np.flatnonzero(distribution(np.zeros(4), top_k=2)).tolist() == [0, 1]
    assert choose(np.zeros(4), np.random.default_rng(0), temperature=0) == 0


def test_impossible_tokens_are_never_drawn():
    logits = np.array([0.0, -np.inf, 0.0])
    assert {choose(logits, np.random.default_rng(s)) for s in range(40)} == {0, 2}


def test_draws_follow_the_distribution():
    rng = np.random.default_rng(0)
    seen = np.bincount([choose(LOGITS, rng) for _ in range(10_000)], minlength=4) / 10_000
    np.testing.assert_allclose(seen, P, atol=4 * np.sqrt(0.25 / 10_000))


@pytest.mark.parametrize(
    ("logits", "options", "words"),
    [
        (np.zeros((2, 2)), {}, "one row"),
        (np.array([0, np.nan]), {}, "NaN"),
        (np.full(3, -np.inf), {}, "no token is possible"),
        (LOGITS, {"temperature": -1}, "temperature=-1"),
        (LOGITS, {"top_k": 0}, "top_k=0"),
        (LOGITS, {"top_p": 0.0}, "top_p=0.0"),
        (LOGITS, {"top_p": 1.5}, "top_p=1.5"),
    ],
    ids=["table", "nan", "nothing", "temperature", "k", "p0", "p2"],
)
def test_bad_settings_are_refused(logits, options, words):
    with pytest.raises(MedaiError, match=words):
        distribution(logits, **options)
