"""Recurrent networks: three cells written out, and the models of Chapter 18.

The cells take their weights in the layout of Keras (what ``layer.get_weights()`` returns), so
that weights can be copied from ``keras.layers.SimpleRNN``, ``LSTM`` and ``GRU`` and the
results compared.  Shapes: B patients, T steps, F features of a step, H units.

Sources: Elman 1990 (the plain network), Hochreiter and Schmidhuber 1997 (LSTM, here with the
forget gate of Gers et al. 2000), Cho et al. 2014 (GRU, here in the variant that Keras calls
``reset_after=True``).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import keras
from keras import layers, ops

from medai.runtime import MedaiError

Tensor = Any  # a tensor of the backend in use


# weights: kernel (F, H), recurrent (H, H), bias (H,)
def vanilla_step(x: Tensor, h: Tensor, weights: Sequence[Tensor]) -> Tensor:
    """Return the next state of the plain cell, shape (B, H), from x (B, F) and h (B, H)."""
    kernel, recurrent, bias = weights
    return ops.tanh(ops.matmul(x, kernel) + ops.matmul(h, recurrent) + bias)


# weights: kernel (F, 3H), recurrent (H, 3H), bias (2, 3H); order: update, reset, candidate
def gru_step(x: Tensor, h: Tensor, weights: Sequence[Tensor]) -> Tensor:
    """Return the next state of the gated recurrent unit, shape (B, H)."""
    kernel, recurrent, bias = weights
    x_z, x_r, x_c = ops.split(ops.matmul(x, kernel) + bias[0], 3, axis=-1)
    h_z, h_r, h_c = ops.split(ops.matmul(h, recurrent) + bias[1], 3, axis=-1)
    update, reset = ops.sigmoid(x_z + h_z), ops.sigmoid(x_r + h_r)
    candidate = ops.tanh(x_c + reset * h_c)
    return update * h + (1 - update) * candidate


# weights: kernel (F, 4H), recurrent (H, 4H), bias (4H,); order: input, forget, new, output
def lstm_step(
    x: Tensor, state: tuple[Tensor, Tensor], weights: Sequence[Tensor]
) -> tuple[Tensor, Tensor]:
    """Return the next output and memory of the LSTM, two tensors of shape (B, H)."""
    h, c = state
    kernel, recurrent, bias = weights
    i, f, new, o = ops.split(ops.matmul(x, kernel) + ops.matmul(h, recurrent) + bias, 4, axis=-1)
    c = ops.sigmoid(f) * c + ops.sigmoid(i) * ops.tanh(new)
    return ops.sigmoid(o) * ops.tanh(c), c


CELLS = {
    "vanilla": (vanilla_step, layers.SimpleRNN),
    "lstm": (lstm_step, layers.LSTM),
    "gru": (gru_step, layers.GRU),
}


def run_cell(cell: str, x: Tensor, weights: Sequence[Tensor], mask: Tensor | None = None) -> Tensor:
    """Walk a cell through a sequence, starting from zeros, and return every state.

    Parameters
    ----------
    cell : {"vanilla", "gru", "lstm"}
        Which step function.
    x : tensor
        Inputs, float, shape (B, T, F).
    weights : sequence of tensors
        As ``get_weights()`` of the Keras layer returns them.
    mask : tensor, optional
        bool, shape (B, T): where False (padding), the state stays as it was.

    Returns
    -------
    tensor
        Shape (B, T, H); of the LSTM, its output h.

    Raises
    ------
    MedaiError
        For an unknown cell, an input that is not (B, T, F) or does not fit the weights, or a
        mask of another shape.
    """
    step, _ = _cell(cell)
    x = ops.convert_to_tensor(x, dtype="float32")
    weights = [ops.convert_to_tensor(one, dtype="float32") for one in weights]
    features, units = weights[0].shape[0], weights[1].shape[0]
    if len(x.shape) != 3 or x.shape[2] != features:
        raise MedaiError(
            f"x has shape {tuple(x.shape)}; these weights take (patients, steps, {features})."
        )
    if mask is not None and tuple(mask.shape) != tuple(x.shape[:2]):
        raise MedaiError(f"mask has shape {tuple(mask.shape)}; x needs {tuple(x.shape[:2])}.")
    h = ops.zeros((x.shape[0], units))
    state = (h, h) if cell == "lstm" else h
    states = []
    for t in range(x.shape[1]):
        new = step(x[:, t], state, weights)
        if mask is not None:
            seen = ops.expand_dims(ops.convert_to_tensor(mask)[:, t], -1)  # (B, 1)
            new = (
                tuple(ops.where(seen, a, b) for a, b in zip(new, state, strict=True))
                if cell == "lstm"
                else ops.where(seen, new, state)
            )
        state = new
        states.append(state[0] if cell == "lstm" else state)
    return ops.stack(states, axis=1)


def _cell(cell: str) -> tuple[Any, Any]:
    if cell not in CELLS:
        raise MedaiError(f"cell={cell!r}: choose one of {', '.join(CELLS)}.")
    return CELLS[cell]


DECAYS = (3.0, 10.0, 30.0, 100.0, 365.0)  # days


def time_features(gaps: Tensor, encoding: str | None) -> Tensor | None:
    """Return what a model is told about the gaps, shape (B, T, K), or None for nothing.

    ``"log"`` is log(1 + days) with one year as 1; ``"decay"`` is exp(-days / tau) for the
    five values of tau in ``DECAYS``; ``"both"`` is the two side by side.

    Examples
    --------
    >>> days = keras.ops.array([[0.0, 7.0, 365.0]])  # since the visit before, for one patient
    >>> keras.ops.convert_to_numpy(time_features(days, "log")).round(2).ravel()
    array([0.  , 0.35, 1.  ], dtype=float32)
    """
    if encoding is None:
        return None
    gaps = ops.expand_dims(gaps, -1)
    log = ops.log1p(gaps) / math.log1p(365.0)
    decay = ops.concatenate([ops.exp(gaps / -tau) for tau in DECAYS], axis=-1)
    found = {"log": [log], "decay": [decay], "both": [log, decay]}
    if encoding not in found:
        raise MedaiError(f"time={encoding!r}: choose None or one of {', '.join(found)}.")
    return ops.concatenate(found[encoding], axis=-1)


def sequence_classifier(
    n_codes: int,
    *,
    cell: str = "gru",
    units: int = 32,
    embedding: int = 16,
    time: str | None = "both",
    n_static: int = 0,
    dropout: float = 0.0,
) -> keras.Model:
    """Return an uncompiled model from padded codes and gaps to one probability.

    Parameters
    ----------
    n_codes : int
        Codes run from 1 to `n_codes`; 0 is padding at the end, which the cell skips.
    cell : {"vanilla", "gru", "lstm"}
        The recurrent layer.
    units, embedding : int
        Size of the state, and of the vector of a code.
    time : {"log", "decay", "both"} or None
        How gaps enter (see :func:`time_features`); None: the model does not see them.
    n_static : int
        Number of features that do not change with time (age, sex), joined to the last state.
    dropout : float
        Dropout before the output.

    Returns
    -------
    keras.Model
        Inputs in a list: codes, int (B, T); gaps in days, float (B, T), unless `time` is
        None; static, float (B, n_static), if `n_static`.  Output: sigmoid, shape (B, 1).

    Raises
    ------
    MedaiError
        For an unknown cell or encoding, or a size below 1.
    """
    _positive(n_codes=n_codes, units=units, embedding=embedding)
    layer = _cell(cell)[1]
    codes = keras.Input((None,), dtype="int32", name="codes")
    inputs = [codes]
    mask = ops.not_equal(codes, 0)
    x = layers.Embedding(n_codes + 1, embedding)(codes)
    if time is not None:
        gaps = keras.Input((None,), name="gaps")
        inputs.append(gaps)
        x = ops.concatenate([x, time_features(gaps, time)], axis=-1)
    x = layer(units, name=cell)(x, mask=mask)
    if n_static:
        static = keras.Input((n_static,), name="static")
        inputs.append(static)
        x = layers.Concatenate()([x, static])
    if dropout:
        x = layers.Dropout(dropout)(x)
    return keras.Model(inputs, layers.Dense(1, activation="sigmoid")(x))


def next_visit_model(
    n_codes: int,
    *,
    units: int = 128,
    time: str | None = "log",
    skip: bool = True,
    n_extra: int = 0,
    dropout: float = 0.0,
    output: str = "softmax",
) -> keras.Model:
    """Return an uncompiled model that predicts, after each visit, the codes of the next one.

    A GRU reads the visits; with `skip` the last visit also goes straight to the output, so
    that the recurrent part need only learn what the last visit does not tell.

    Parameters
    ----------
    n_codes : int
        Number of codes V.
    units : int
        Size of the state.
    time : {"log", "decay", "both"} or None
        How the gap before each visit enters (see :func:`time_features`).
    skip : bool
        The way from the last visit to the output.
    n_extra : int
        Further features of each visit, such as age.
    dropout : float
        Dropout on the state.
    output : {"softmax", "sigmoid"}
        Softmax: a distribution over codes, from which those of the next visit are drawn; train
        it with :func:`masked_categorical_crossentropy`.  It ranks codes better.  Sigmoid: for
        each code the chance that the next visit holds it; train it with
        :func:`masked_binary_crossentropy`.

    Returns
    -------
    keras.Model
        Inputs in a list: visits, multi-hot float (B, T, V); gaps in days, float (B, T), unless
        `time` is None; extra, float (B, T, n_extra), if `n_extra`.  Output: shape (B, T, V);
        row t is about visit t + 1 and has seen visits 0 to t only.

    Raises
    ------
    MedaiError
        For an unknown encoding or output, or a size below 1.
    """
    _positive(n_codes=n_codes, units=units)
    if output not in ("softmax", "sigmoid"):
        raise MedaiError(f"output={output!r}: choose 'softmax' or 'sigmoid'.")
    visits = keras.Input((None, n_codes), name="visits")
    inputs, parts = [visits], [visits]
    if time is not None:
        gaps = keras.Input((None,), name="gaps")
        inputs.append(gaps)
        parts.append(time_features(gaps, time))
    if n_extra:
        extra = keras.Input((None, n_extra), name="extra")
        inputs.append(extra)
        parts.append(extra)
    x = ops.concatenate(parts, axis=-1) if len(parts) > 1 else visits
    state = layers.GRU(units, return_sequences=True, name="gru")(x)
    if dropout:
        state = layers.Dropout(dropout)(state)
    logits = layers.Dense(n_codes, name="from_state")(state)
    if skip:
        logits = logits + layers.Dense(n_codes, use_bias=False, name="from_last_visit")(x)
    return keras.Model(inputs, layers.Activation(output)(logits))


def masked_binary_crossentropy(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """Return the mean binary cross-entropy of the targets that are 0 or 1; -1 counts nothing.

    `y_true` and `y_pred` have shape (B, T, V); the result is a scalar, in nats per code.
    """
    y, counts, p = _masked(y_true, y_pred)
    losses = -counts * (y * ops.log(p) + (1 - y) * ops.log1p(-p))
    return ops.sum(losses) / ops.maximum(ops.sum(counts), 1.0)


def masked_categorical_crossentropy(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """Return the mean of -log p over the codes of a visit, then over visits; -1 counts nothing.

    `y_true` (multi-hot) and `y_pred` (a distribution over codes) have shape (B, T, V); the
    result is a scalar, in nats per code that came.
    """
    y, counts, p = _masked(y_true, y_pred)
    n_codes = ops.sum(y, axis=-1)  # (B, T)
    losses = -ops.sum(y * ops.log(p), axis=-1) / ops.maximum(n_codes, 1.0)
    visits = ops.max(counts, axis=-1)
    return ops.sum(losses * visits) / ops.maximum(ops.sum(visits), 1.0)


def _masked(y_true: Tensor, y_pred: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    y_true = ops.cast(y_true, y_pred.dtype)
    counts = ops.cast(y_true >= 0, y_pred.dtype)
    return y_true * counts, counts, ops.clip(y_pred, 1e-7, 1 - 1e-7)


def _positive(**sizes: int) -> None:
    for name, size in sizes.items():
        if size < 1:
            raise MedaiError(f"{name}={size}: must be at least 1.")
