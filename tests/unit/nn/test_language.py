"""Training a small language model: a start from counts, sampled candidates, whole-text scores."""

import keras
import numpy as np
import pytest
from keras import ops

from medai.metrics import perplexity
from medai.nn import language
from medai.nn.gpt import GPT, next_token_pairs
from medai.runtime import MedaiError

SIZES = {"vocabulary": 23, "context": 8, "width": 16, "depth": 1, "heads": 2}


def number(x):
    return ops.convert_to_numpy(x)


def test_it_starts_from_the_counts():
    keras.utils.set_random_seed(0)
    counts = np.random.default_rng(0).integers(0, 500, 23)
    model = GPT(**SIZES)
    language.start_from_counts(model, counts)
    # the rest of the table is small (0.02), so only a little noise is left around the shares
    logits = number(model(np.random.default_rng(1).integers(0, 23, (4, 8)))).reshape(-1, 23)
    p = np.exp(logits - np.log(np.exp(logits).sum(-1, keepdims=True)))
    share = (counts + 0.5) / (counts + 0.5).sum()
    np.testing.assert_allclose(np.log(p).mean(0), np.log(share), atol=0.2)


@pytest.mark.once
def test_chances_sum_to_k_and_keep_the_frequent():
    counts = np.array([10_000, 5_000, *[1] * 98])
    chance = language.inclusion_chances(counts, 20)
    assert chance.sum() == pytest.approx(20)
    assert chance[:2].tolist() == [1, 1]
    np.testing.assert_allclose(chance[2:], 18 / 98)  # what is left, shared evenly
    assert language.inclusion_chances(counts, 100).tolist() == [1] * 100


@pytest.mark.once
def test_candidates_are_drawn_with_their_chances():
    rng = np.random.default_rng(0)
    chance = language.inclusion_chances(rng.integers(0, 300, 40), 12)
    seen = np.zeros(40)
    for _ in range(4000):
        drawn = language.draw_candidates(chance, rng)
        assert len(set(drawn.tolist())) == 12
        seen[drawn] += 1
    # four standard errors of a share at its widest, 4 · sqrt(.25 / 4000)
    np.testing.assert_allclose(seen / 4000, chance, atol=0.032)


def problem(n=6, d=5, v=40, seed=0):
    rng = np.random.default_rng(seed)
    states, table = rng.normal(size=(n, d)), rng.normal(size=(v, d))
    return states.astype("f4"), table.astype("f4"), rng.integers(0, v, n).astype("i4"), rng


def test_with_every_candidate_it_is_the_cross_entropy():
    states, table, targets, _ = problem()
    found = language.sampled_cross_entropy(
        *map(ops.convert_to_tensor, (states, table, targets)),
        ops.arange(40), ops.ones(40),
    )  # fmt: skip
    wanted = keras.losses.sparse_categorical_crossentropy(
        targets, states @ table.T, from_logits=True
    )
    assert float(found) == pytest.approx(float(ops.mean(wanted)), abs=1e-5)


@pytest.mark.once
def test_the_sum_over_the_vocabulary_is_right_on_average():
    states, table, targets, rng = problem(n=1)
    logits = (states @ table.T)[0].astype(float)
    chance = language.inclusion_chances(rng.integers(0, 300, 40), 12)
    found = []
    for _ in range(3000):
        drawn = language.draw_candidates(chance, rng)
        loss = language.sampled_cross_entropy(
            states, table, targets, drawn, chance[drawn].astype("f4")
        )
        found.append(np.exp(float(loss) + logits[targets[0]]))  # the estimated sum
    error = 4 * np.std(found) / 3000**0.5
    assert np.mean(found) == pytest.approx(np.exp(logits).sum(), abs=error)


def test_a_step_trains_every_weight():
    keras.utils.set_random_seed(0)
    model = GPT(**SIZES)
    model.build()
    before = [number(v) for v in model.trainable_variables]
    x, y = next_token_pairs([list(range(1, 18))], 8)
    history = language.train_language_model(
        model, x, y, steps=2, batch_size=2, peak=0.02, candidates=23, progress=False
    )
    # every candidate: the loss before the first update is near that of a guess
    assert history[0]["loss"] == pytest.approx(np.log(23), abs=0.1)
    pairs = zip(before, model.trainable_variables, strict=True)
    assert all((number(v) != old).any() for old, v in pairs)


@pytest.mark.once
def test_it_learns_and_tells_how_it_went():
    keras.utils.set_random_seed(0)
    text = [1, 2, 3, 4, 5, 6]
    x, y = next_token_pairs([text * 40], 8)
    model = GPT(**SIZES)
    language.start_from_counts(model, np.bincount(np.ravel(y), minlength=23))

    def look(m):
        return perplexity(language.text_logprobs(m, [text * 2]))

    history = language.train_language_model(
        model, x, y, steps=60, batch_size=8, peak=0.02, candidates=10, look=look, looks=3,
        progress=False,
    )  # fmt: skip
    assert [row["step"] for row in history] == [20, 40, 60]
    assert history[-1]["tokens"] == 60 * 8 * 8
    assert history[-1]["look"] < min(1.5, history[0]["look"])
    assert history[-1]["loss"] < history[0]["loss"]
    assert 0 < history[0]["seconds"] < history[-1]["seconds"]
    assert model.generate([1], 5, temperature=0) == text


def test_scores_of_texts_are_those_of_the_logits():
    keras.utils.set_random_seed(0)
    model = GPT(**SIZES)
    model.build()
    rng = np.random.default_rng(0)
    for w in model.weights:
        if w.dtype == "float32":
            w.assign(rng.normal(0, 0.3, w.shape))
    texts = [rng.integers(0, 23, n).tolist() for n in (5, 9, 2, 21)]
    found = language.text_logprobs(model, texts, batch_size=3)
    assert [len(f) for f in found] == [4, 8, 1, 20]

    def log_p(ids):
        logits = number(model(np.array([ids]))).astype(float)
        return logits[0] - np.log(np.exp(logits[0]).sum(-1, keepdims=True))

    for text, f in zip(texts[:3], found, strict=False):
        wanted = log_p(text[:-1])[np.arange(len(text) - 1), text[1:]]
        np.testing.assert_allclose(f, wanted, atol=1e-4)
    # beyond the context of 8: target 13 is scored from the window that begins at token 8
    assert found[3][13] == pytest.approx(log_p(texts[3][8:16])[5, texts[3][14]], abs=1e-4)


@pytest.mark.once
def test_bad_input_is_refused():
    model = GPT(**SIZES)
    x, y = next_token_pairs([[1, 2, 3] * 20], 8)
    train = language.train_language_model
    with pytest.raises(MedaiError, match="one number from 0 for each of the 23"):
        language.start_from_counts(model, np.ones(22))
    with pytest.raises(MedaiError, match="k=24"):
        language.inclusion_chances(np.ones(23), 24)
    with pytest.raises(MedaiError, match="at least 2"):
        language.text_logprobs(model, [[1]])
    with pytest.raises(MedaiError, match="from 0 to 22"):
        language.text_logprobs(model, [[1, 23]])
    with pytest.raises(MedaiError, match=r"shape \(n, C\)"):
        train(model, x, y[:1], steps=1)
    with pytest.raises(MedaiError, match="context is 8"):
        train(model, np.ones((9, 9)), np.ones((9, 9)), steps=1)
    with pytest.raises(MedaiError, match="steps=0"):
        train(model, x, y, steps=0, batch_size=2)
