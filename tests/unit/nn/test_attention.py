"""Attention by hand, against PyTorch's own, and against Keras's layer with the same weights."""

import math

import keras
import numpy as np
import pytest
from keras import ops

from medai.nn.attention import (
    MultiHeadAttention,
    TransformerBlock,
    causal_mask,
    padding_mask,
    scaled_dot_product_attention,
    sinusoidal_positions,
)
from medai.runtime import MedaiError


def arrays(*shapes, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.normal(size=shape).astype("float32") for shape in shapes]


def number(x):
    return ops.convert_to_numpy(x)


def test_two_keys_by_hand():
    # scores 1·1/√1 = 1 and 0, so the weights are e/(e+1) and 1/(e+1)
    y, w = scaled_dot_product_attention(*(ops.convert_to_tensor(x, "float32") for x in (
        [[1.0]], [[1.0], [0.0]], [[10.0], [20.0]]
    )))  # fmt: skip
    first = math.e / (math.e + 1)
    np.testing.assert_allclose(number(w), [[first, 1 - first]], rtol=1e-6)
    np.testing.assert_allclose(number(y), [[10 * first + 20 * (1 - first)]], rtol=1e-6)


@pytest.mark.parametrize("kind", ["open", "causal", "random"])
def test_equals_pytorch(kind):
    torch = pytest.importorskip("torch")
    q, k, v = arrays((2, 3, 5, 8), (2, 3, 5, 8), (2, 3, 5, 4))
    mask = {
        "open": None,
        "causal": causal_mask(5),
        "random": (np.random.default_rng(1).random((2, 1, 5, 5)) < 0.5) | np.eye(5, dtype=bool),
    }[kind]
    wanted = torch.nn.functional.scaled_dot_product_attention(
        *map(torch.tensor, (q, k, v)), attn_mask=None if mask is None else torch.tensor(mask)
    )
    found, weights = scaled_dot_product_attention(*map(ops.convert_to_tensor, (q, k, v)), mask)
    np.testing.assert_allclose(number(found), wanted.numpy(), atol=1e-5)
    np.testing.assert_allclose(number(weights).sum(-1), 1, atol=1e-5)
    if mask is not None:
        assert (number(weights)[~np.broadcast_to(mask, weights.shape)] == 0).all()


def test_a_query_that_may_look_nowhere_gets_zeros_not_nan():
    q, k, v = map(ops.convert_to_tensor, arrays((1, 2, 4), (1, 3, 4), (1, 3, 4)))
    y, w = scaled_dot_product_attention(q, k, v, np.array([[True] * 3, [False] * 3]))
    assert np.all(number(y)[0, 1] == 0)
    assert np.all(number(w)[0, 1] == 0)
    assert number(w)[0, 0].sum() == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("shapes", [((2, 3), (2, 4), (2, 4)), ((2, 3), (2, 3), (5, 3))])
def test_sizes_that_do_not_fit_are_refused(shapes):
    with pytest.raises(MedaiError, match="same"):
        scaled_dot_product_attention(*arrays(*shapes))


@pytest.mark.parametrize("causal", [False, True], ids=["open", "causal"])
def test_equals_the_layer_of_keras(causal):
    x, other = arrays((2, 6, 12), (2, 6, 12))
    ours, theirs = MultiHeadAttention(12, 3), keras.layers.MultiHeadAttention(3, 4)
    ours.build((None, None, 12))
    theirs.build((2, 6, 12), (2, 6, 12))
    pairs = [(ours.query, theirs.query_dense), (ours.key, theirs.key_dense)]
    pairs += [(ours.value, theirs.value_dense), (ours.out, theirs.output_dense)]
    for seed, (one, two) in enumerate(pairs):
        kernel, bias = arrays((12, 12), (12,), seed=seed)
        one.kernel.assign(kernel)
        one.bias.assign(bias)
        two.kernel.assign(kernel.reshape(two.kernel.shape))
        two.bias.assign(bias.reshape(two.bias.shape))
    mask = causal_mask(6) if causal else None
    wanted = theirs(x, other, attention_mask=None if mask is None else mask[None])
    found = ours(
        ops.convert_to_tensor(x), context=ops.convert_to_tensor(other), attention_mask=mask
    )
    np.testing.assert_allclose(number(found), number(wanted), atol=1e-5)


def test_heads_share_the_width():
    with pytest.raises(MedaiError, match="cannot be shared by 5 heads"):
        MultiHeadAttention(12, 5)


def test_without_positions_the_order_is_lost():
    (x,) = arrays((1, 5, 8))
    layer = MultiHeadAttention(8, 2, spread=0.5)
    order = [3, 1, 4, 0, 2]
    there = number(layer(ops.convert_to_tensor(x)))[:, order]
    np.testing.assert_allclose(number(layer(ops.convert_to_tensor(x[:, order]))), there, atol=1e-6)


@pytest.mark.parametrize("norm", ["pre", "post"])
def test_a_causal_block_does_not_see_the_future(norm):
    x, other = arrays((1, 6, 8), (1, 6, 8))
    block = TransformerBlock(8, 2, norm=norm)
    changed = x.copy()
    changed[:, 4:] = other[:, 4:]
    a, b = (
        number(block(ops.convert_to_tensor(z), attention_mask=causal_mask(6))) for z in (x, changed)
    )
    np.testing.assert_allclose(a[:, :4], b[:, :4], atol=1e-6)
    assert np.abs(a[:, 4:] - b[:, 4:]).max() > 0.01


def test_a_block_says_which_norms_there_are():
    with pytest.raises(MedaiError, match="pre"):
        TransformerBlock(8, 2, norm="middle")


def test_weights_of_are_those_of_the_layer():
    (x,) = arrays((2, 4, 8))
    layer = MultiHeadAttention(8, 2, spread=0.5)
    y = layer(ops.convert_to_tensor(x), attention_mask=causal_mask(4))
    w = layer.weights_of(ops.convert_to_tensor(x), attention_mask=causal_mask(4))
    assert tuple(w.shape) == (2, 2, 4, 4)
    again = layer.out(layer.join(ops.matmul(w, layer.split(layer.value(x)))))
    np.testing.assert_allclose(number(again), number(y), atol=1e-6)


def test_padding_mask():
    mask = number(padding_mask(ops.convert_to_tensor([[5, 6, 0], [7, 0, 0]])))
    assert mask.shape == (2, 1, 1, 3)
    assert mask[:, 0, 0].tolist() == [[True, True, False], [True, False, False]]


@pytest.mark.once
def test_positions_are_sines_and_cosines_and_a_shift_is_a_rotation():
    p = sinusoidal_positions(50, 6)
    assert p.dtype == "float32"
    np.testing.assert_allclose(p[0], [0, 1, 0, 1, 0, 1], atol=1e-7)
    angle = 7 / 10_000 ** (1 / 3)  # position 7, second of three wavelengths
    np.testing.assert_allclose(p[7, 2:4], [math.sin(angle), math.cos(angle)], rtol=1e-5)
    # the product of two positions depends on their distance only
    np.testing.assert_allclose(p[3] @ p[8], p[30] @ p[35], rtol=1e-5)
    with pytest.raises(MedaiError, match="even"):
        sinusoidal_positions(5, 7)
