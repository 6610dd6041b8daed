"""The small GPT: equal to GPT-2 of transformers, blind to the future, the same with a cache."""

import keras
import numpy as np
import pytest
from keras import ops

from medai.nn.attention import TransformerBlock, causal_mask
from medai.nn.gpt import GPT, next_token_pairs
from medai.nn.pretrained import copy_gpt2, copy_gpt2_block
from medai.runtime import MedaiError

SIZES = {"vocabulary": 31, "context": 12, "width": 16, "depth": 2, "heads": 4}


def number(x):
    return ops.convert_to_numpy(x)


def loud(model, seed=0):
    """Give every weight a sizeable random value, so that nothing is hidden by small weights."""
    rng = np.random.default_rng(seed)
    model.build()
    for w in model.weights:
        if w.dtype == "float32":
            w.assign(rng.normal(0, 0.3, w.shape))
    return model


@pytest.fixture(scope="module")
def gpt2():
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    torch.set_num_threads(1)
    torch.manual_seed(0)
    config = transformers.GPT2Config(
        vocab_size=31, n_positions=12, n_embd=16, n_layer=2, n_head=4, initializer_range=0.3,
        attn_pdrop=0.0, embd_pdrop=0.0, resid_pdrop=0.0,
    )  # fmt: skip
    model = transformers.GPT2LMHeadModel(config).eval()
    with torch.no_grad():  # biases and norms start at 0 and 1, which would hide a mistake
        for p in model.parameters():
            p.add_(torch.randn_like(p) * 0.1)
    return model


def test_logits_equal_those_of_transformers(gpt2):
    import torch

    ids = np.random.default_rng(0).integers(0, 31, (3, 12))
    with torch.no_grad():
        wanted = gpt2(torch.tensor(ids)).logits.numpy()
    ours = GPT(**SIZES)
    copy_gpt2(ours, {name: x.numpy() for name, x in gpt2.state_dict().items()})
    np.testing.assert_allclose(number(ours(ops.convert_to_tensor(ids))), wanted, atol=2e-5)


def test_one_block_equals_that_of_transformers(gpt2):
    import torch

    x = np.random.default_rng(1).normal(size=(2, 7, 16)).astype("float32")
    theirs = gpt2.transformer.h[1]
    with torch.no_grad():
        # its attention is causal by itself only inside the model, so the mask is given
        mask = torch.where(torch.tensor(causal_mask(7)), 0.0, float("-inf"))[None, None]
        wanted = theirs(torch.tensor(x), attention_mask=mask)
    wanted = (wanted[0] if isinstance(wanted, tuple) else wanted).numpy()
    block = TransformerBlock(16, 4, "pre", exact_gelu=False)
    copy_gpt2_block(block, {name: t.numpy() for name, t in theirs.state_dict().items()})
    found = number(block(ops.convert_to_tensor(x), attention_mask=causal_mask(7)))
    np.testing.assert_allclose(found, wanted, atol=1e-5)


def test_greedy_text_equals_that_of_transformers(gpt2):
    import torch

    wanted = gpt2.generate(
        torch.tensor([[3, 1, 4]]), max_new_tokens=8, do_sample=False, pad_token_id=0,
        attention_mask=torch.ones(1, 3, dtype=torch.long), eos_token_id=None,
    )[0].tolist()  # fmt: skip
    ours = GPT(**SIZES)
    copy_gpt2(ours, {name: x.numpy() for name, x in gpt2.state_dict().items()})
    assert ours.generate([3, 1, 4], 8, temperature=0) == wanted


def test_cache_changes_the_time_and_not_the_text():
    model = loud(GPT(**SIZES))
    for options in [{"temperature": 0}, {"seed": 6, "top_k": 7, "top_p": 0.9}]:
        with_cache = model.generate([1, 2, 3], 5, **options)
        assert with_cache == model.generate([1, 2, 3], 5, cache=False, **options)
        assert len(with_cache) == 8


def test_the_future_does_not_change_the_past():
    model = loud(GPT(**SIZES))
    a, b = np.array([[1, 2, 3, 4, 5]]), np.array([[1, 2, 3, 9, 9]])
    first, second = number(model(a)), number(model(b))
    np.testing.assert_allclose(first[:, :3], second[:, :3], atol=1e-5)
    assert np.abs(first[:, 3:] - second[:, 3:]).max() > 0.01


def test_it_starts_by_knowing_nothing():
    # small weights: every token about equally likely, so the loss is about ln 31
    ids, next_ids = np.random.default_rng(0).integers(0, 31, (2, 40, 12))
    keras.utils.set_random_seed(0)
    logits = GPT(**SIZES)(ids)
    loss = keras.losses.sparse_categorical_crossentropy(next_ids, logits, from_logits=True)
    assert number(loss).mean() == pytest.approx(np.log(31), abs=0.05)


def test_it_learns_a_rhyme():
    keras.utils.set_random_seed(0)
    x, y = next_token_pairs([[1, 2, 3, 4, 5, 6] * 60], 12)
    model = GPT(**SIZES)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=keras.optimizers.Adam(0.01), loss=loss)
    model.fit(x, y, epochs=15, batch_size=8, verbose=0)
    assert model.generate([1], 11, temperature=0) == [1, 2, 3, 4, 5, 6] * 2


def test_stop_ends_the_text():
    model = loud(GPT(**SIZES))
    whole = model.generate([1], 11, temperature=0)
    stop = whole[4]
    assert model.generate([1], 11, temperature=0, stop=stop) == whole[: whole.index(stop, 1)]


@pytest.mark.once
def test_pairs_are_shifted_by_one():
    x, y = next_token_pairs([[0, 1, 2], [3, 4, 5, 6]], 3)
    assert x.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert y.tolist() == [[1, 2, 3], [4, 5, 6]]
    with pytest.raises(MedaiError, match="too few"):
        next_token_pairs([[1, 2]], 3)


@pytest.mark.once
@pytest.mark.parametrize(
    ("ids", "n", "words"),
    [([], 1, "empty"), ([31], 1, "outside"), ([-1], 1, "outside"), ([1] * 5, 8, "context")],
)
def test_bad_beginnings_are_refused(ids, n, words):
    with pytest.raises(MedaiError, match=words):
        GPT(**SIZES).generate(ids, n)


@pytest.mark.once
def test_weights_of_another_size_are_refused(gpt2):
    state = {name: x.numpy() for name, x in gpt2.state_dict().items()}
    with pytest.raises(MedaiError, match="has shape"):
        copy_gpt2(GPT(**{**SIZES, "vocabulary": 30}), state)
    del state["transformer.ln_f.bias"]
    with pytest.raises(MedaiError, match="lack 'ln_f"):
        copy_gpt2(GPT(**SIZES), state)
