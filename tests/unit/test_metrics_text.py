"""Perplexity against closed forms, and the wrong formula caught."""

import numpy as np
import pytest

from medai.metrics.text import (
    bits_per_character,
    cross_entropy,
    perplexity,
    perplexity_from_logits,
    perplexity_interval,
)
from medai.runtime import MedaiError


def mean_inverse_probability(logprobs):
    """The formula that circulates: an arithmetic mean of inverse probabilities."""
    return float(np.mean(1 / np.exp(logprobs)))


@pytest.mark.parametrize("size", [1, 2, 50, 10_000])
def test_uniform_model_has_perplexity_of_its_vocabulary(size):
    assert perplexity(np.full(7, -np.log(size))) == pytest.approx(size, rel=1e-12)


def test_certain_model_is_never_surprised():
    assert perplexity([0.0, 0.0]) == 1.0
    assert str(cross_entropy([0.0])) == "0.0"  # not -0.0


def test_hand_calculation():
    # 1/2 * 1/4 * 1/8 = 1/64; the geometric mean of the inverses is 64 ** (1/3) = 4
    assert perplexity(np.log([1 / 2, 1 / 4, 1 / 8])) == pytest.approx(4)
    # -ln(1/64) / 3 nats = 6 bits / 3 = 2 bits
    assert cross_entropy(np.log([1 / 2, 1 / 4, 1 / 8])) == pytest.approx(2 * np.log(2))


def test_texts_of_different_length_are_averaged_by_token():
    # (ln 2 + ln 4 + ln 8) / 3 again, not the mean of two texts' means
    texts = [np.log([1 / 2, 1 / 4]), np.log([1 / 8])]
    assert perplexity(texts) == pytest.approx(4)
    assert bits_per_character(texts, 6) == pytest.approx(1)
    assert cross_entropy([[-1.0, -2.0], [-3.0, -4.0]]) == 2.5


def test_impossible_token_is_infinite():
    assert perplexity([-1.0, -np.inf]) == np.inf


def test_wrong_formula_differs_by_a_known_amount():
    # inverses 2, 4, 8: arithmetic mean 14/3, geometric mean 4
    logprobs = np.log([1 / 2, 1 / 4, 1 / 8])
    assert mean_inverse_probability(logprobs) == pytest.approx(14 / 3)
    assert mean_inverse_probability(logprobs) - perplexity(logprobs) == pytest.approx(2 / 3)


def test_wrong_formula_is_never_smaller():
    rng = np.random.default_rng(0)
    for _ in range(200):  # Jensen: equality only where all probabilities are equal
        logprobs = np.log(rng.uniform(1e-6, 1, size=rng.integers(2, 30)))
        assert mean_inverse_probability(logprobs) > perplexity(logprobs)
    equal = np.full(5, np.log(0.2))
    assert mean_inverse_probability(equal) == pytest.approx(perplexity(equal))


def test_one_rare_word_rules_the_wrong_formula():
    # 99 words at 1/10 and one at 1e-6: (990 + 1e6) / 100 = 10009.9 against
    # exp((99 ln 10 + ln 1e6) / 100) = 10 ** 1.05
    logprobs = np.log([0.1] * 99 + [1e-6])
    assert mean_inverse_probability(logprobs) == pytest.approx(10009.9)
    assert perplexity(logprobs) == pytest.approx(10**1.05)


def test_bits_per_character():
    # two tokens of 3 bits each spell "abc": 2 bits a character, however it is cut
    assert bits_per_character(np.log([1 / 8, 1 / 8]), 3) == pytest.approx(2)
    assert bits_per_character(np.log([1 / 64]), 3) == pytest.approx(2)


def test_logits_uniform_and_shift_invariant():
    assert perplexity_from_logits(np.zeros((2, 3, 11)), np.zeros((2, 3), int)) == pytest.approx(11)
    rng = np.random.default_rng(1)
    logits, targets = rng.normal(size=(4, 5, 6)), rng.integers(0, 6, (4, 5))
    a = perplexity_from_logits(logits, targets)
    assert perplexity_from_logits(logits + 1e4, targets) == pytest.approx(a, rel=1e-9)
    p = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    chosen = np.take_along_axis(p, targets[..., None], -1)
    assert a == pytest.approx(float(np.exp(-np.log(chosen).mean())))


def test_logits_mask_drops_padding_and_weighs_tokens_alike():
    logits = np.log([[[0.5, 0.5], [0.5, 0.5], [0.5, 0.5]], [[0.125, 0.875], [1, 1], [1, 1]]])
    targets = np.array([[0, 1, 0], [0, -100, -100]])
    mask = np.array([[1, 1, 1], [1, 0, 0]])
    # four tokens: 1/2, 1/2, 1/2, 1/8 -> (8 * 8) ** (1/4); the mean of the two
    # sequences' perplexities would be (2 + 8) / 2 = 5
    assert perplexity_from_logits(logits, targets, mask) == pytest.approx(64 ** (1 / 4))


def test_logits_of_a_uniform_model_behind_a_mask_give_the_vocabulary():
    # 250 words, texts of 4, 1 and 7 tokens padded to 9: what stands under the mask is absurd
    rng = np.random.default_rng(4)
    lengths, size = np.array([4, 1, 7]), 250
    mask = np.arange(9) < lengths[:, None]
    targets = np.where(mask, rng.integers(0, size, mask.shape), -100)
    logits = np.where(mask[..., None], 3.0, rng.normal(scale=50, size=(*mask.shape, size)))
    assert perplexity_from_logits(logits, targets, mask) == pytest.approx(size, rel=1e-12)


def test_logits_of_a_bigram_model_give_the_perplexity_that_it_computes_itself():
    from medai.text import NGramModel

    texts = [["a", "b", "a"], ["a", "c"], ["b"]]
    model = NGramModel(2, "add-k", k=0.5, min_count=1).fit(texts)
    index = {word: i for i, word in enumerate(model.vocabulary)}
    V = len(index)
    logits, targets = np.full((3, 5, V), 7.0), np.full((3, 5), -100)
    for b, text in enumerate(texts):
        for t, word in enumerate([*text, "</s>"]):
            # a network's scores are log probabilities up to a constant of each position
            logits[b, t] = np.log(model.distribution(text[:t])) + 10 * b - t
            targets[b, t] = index[word]
    found = perplexity_from_logits(logits, targets, targets >= 0)
    assert found == pytest.approx(model.perplexity(texts), rel=1e-12)
    # by hand: after <s> came a, a, b; after a came b, </s>, c; after b came a, </s>; after c
    # came </s>.  Each P is (count + 1/2) / (times the context was seen + V/2), in text order
    half = V / 2
    steps = [2.5 / (3 + half), 1.5 / (3 + half), 1.5 / (2 + half), 1.5 / (3 + half)]
    steps += [2.5 / (3 + half), 1.5 / (3 + half), 1.5 / (1 + half)]
    steps += [1.5 / (3 + half), 1.5 / (2 + half)]
    assert found == pytest.approx(float(np.prod(steps) ** (-1 / 9)), rel=1e-12)


def test_interval_holds_the_estimate_and_shrinks_with_data():
    rng = np.random.default_rng(2)
    texts = [np.log(rng.uniform(0.05, 0.9, size=12)) for _ in range(400)]
    few = perplexity_interval(texts[:25], np.random.default_rng(0))
    many = perplexity_interval(texts, np.random.default_rng(0))
    for estimate, low, high in (few, many):
        assert low < estimate < high
    assert many[2] - many[1] < few[2] - few[1]
    assert many[0] == pytest.approx(perplexity(np.concatenate(texts)))
    assert perplexity_interval(texts, np.random.default_rng(0)) == many


def test_interval_covers_about_as_often_as_it_says():
    # 200 corpora of 60 texts of one token with mean log probability exactly -1:
    # the binomial standard error of 95 % over 200 is 1.5 points, so 4 of them is 6
    rng = np.random.default_rng(3)
    hits = 0
    for _ in range(200):
        texts = [[-x] for x in rng.gamma(4, 1 / 4, size=60)]
        _, low, high = perplexity_interval(texts, rng, resamples=300)
        hits += low <= np.e <= high
    assert 0.87 <= hits / 200 <= 1


def test_interval_with_an_impossible_text_is_open_above():
    texts = [np.log([0.5, 0.5])] * 9 + [[-np.inf]]
    estimate, low, high = perplexity_interval(texts, np.random.default_rng(0))
    assert estimate == np.inf
    assert low == pytest.approx(2)  # a third of the samples do not hold the impossible text
    assert high == np.inf


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: perplexity([]), "no log probabilities"),
        (lambda: perplexity([[], []]), "no log probabilities"),
        (lambda: perplexity([0.5]), "above 0"),
        (lambda: perplexity([np.nan]), "NaN"),
        (lambda: bits_per_character([-1.0], 0), "n_characters = 0"),
        (lambda: perplexity_from_logits(np.zeros((2, 3)), np.zeros(3, int)), "do not fit"),
        (lambda: perplexity_from_logits(np.zeros((1, 3)), np.array([3])), "outside 0 to 2"),
        (lambda: perplexity_from_logits(np.zeros((1, 3)), np.array([0.0])), "integers"),
        (lambda: perplexity_from_logits(np.zeros((1, 3)), np.array([0]), [0]), "no position"),
        (lambda: perplexity_from_logits(np.zeros((1, 3)), np.array([0]), [1, 1]), "mask"),
        (lambda: perplexity_interval([], np.random.default_rng()), "no texts"),
        (lambda: perplexity_interval([[-1]], np.random.default_rng(), level=95), "level = 95"),
        (lambda: perplexity_interval([[-1]], np.random.default_rng(), resamples=0), "resamples"),
    ],
)
def test_bad_input_is_named(call, words):
    with pytest.raises(MedaiError, match=words):
        call()
