"""Gradients of any function of Keras variables, on whichever backend Keras runs.

Keras has one set of operations for three backends but no common way to differentiate.
These functions are all that the book needs: :func:`value_and_gradients` for training steps
written out by hand, :func:`input_gradients` for penalties on a gradient, and
:func:`compiled` to make such a step fast where the backend can.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from medai.runtime import MedaiError

Tensor = Any  # a tensor of the backend in use


def value_and_gradients(
    function: Callable[[], Tensor],
    variables: Sequence[keras.Variable],
    state: Sequence[keras.Variable] = (),
) -> tuple[Tensor, list[Tensor]]:
    """Return ``function()`` and its derivative with respect to each variable.

    Parameters
    ----------
    function : callable
        Takes nothing and returns a scalar tensor, computed from `variables` with
        ``keras.ops`` and Keras layers.
    variables : sequence of keras.Variable
        Usually ``model.trainable_variables``.
    state : sequence of keras.Variable
        What `function` assigns on the way, usually ``model.non_trainable_variables`` (the
        moving means of batch normalisation, the seeds of dropout).  JAX forgets what is not
        listed here.

    Returns
    -------
    value : tensor
        Scalar.
    gradients : list of tensor
        One per variable, of its shape; zeros where the value does not depend on it.

    Raises
    ------
    MedaiError
        When the value is not a scalar.
    """
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch([variable.value for variable in variables])
            value = _scalar(function())
        found = tape.gradient(value, [variable.value for variable in variables])
    elif backend == "torch":
        import torch

        value = _scalar(function())
        inner = [variable.value for variable in variables]
        found = torch.autograd.grad(value, inner, allow_unused=True)
        value = value.detach()
    else:
        value, found = _jax_gradients(function, variables, state)
    pairs = zip(found, variables, strict=True)
    return value, [ops.zeros_like(v.value) if g is None else g for g, v in pairs]


def _jax_gradients(
    function: Callable[[], Tensor],
    variables: Sequence[keras.Variable],
    state: Sequence[keras.Variable],
) -> tuple[Tensor, list[Tensor]]:
    """JAX differentiates functions of their arguments, so the variables become arguments."""
    import jax

    def of_values(values: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
        pairs = list(zip(variables, values, strict=True))
        with keras.StatelessScope(state_mapping=pairs) as scope:
            value = _scalar(function())
        return value, [scope.get_current_value(variable) for variable in state]

    values = [variable.value for variable in variables]
    (value, changed), found = jax.value_and_grad(of_values, has_aux=True)(values)
    for variable, new in zip(state, changed, strict=True):
        if new is not None:
            variable.assign(new)
    return value, found


def _scalar(value: Tensor) -> Tensor:
    if tuple(value.shape) != ():
        raise MedaiError(
            f"The function returned a tensor of shape {tuple(value.shape)}; only a scalar has "
            "one gradient. Take its mean or sum first."
        )
    return value


def input_gradients(function: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """Return the derivative of each output with respect to its own input row.

    The result can be differentiated again, so it may stand in a loss.

    Parameters
    ----------
    function : callable
        Maps a batch, shape (B, ...), to one number per row, shape (B,) or (B, 1).  Rows must
        not influence each other (no batch normalisation).
    x : tensor
        A batch, shape (B, ...).

    Returns
    -------
    tensor
        Of the shape of `x`.
    """
    backend = keras.backend.backend()
    x = ops.convert_to_tensor(x)
    if backend == "tensorflow":
        import tensorflow as tf

        with tf.GradientTape() as tape:
            tape.watch(x)
            total = ops.sum(function(x))
        return tape.gradient(total, x)
    if backend == "torch":
        import torch

        if not x.requires_grad:
            x = x.detach().clone().requires_grad_(True)
        (found,) = torch.autograd.grad(ops.sum(function(x)), x, create_graph=True)
        return found
    import jax

    return jax.grad(lambda batch: ops.sum(function(batch)))(x)


def compiled(step: Callable[..., Any]) -> Callable[..., Any]:
    """Return `step` as a graph on the TensorFlow backend, and unchanged on the others.

    The first call with a new shape is slow (the graph is built), later ones are several
    times faster.  On JAX and torch a step that assigns variables runs as it is written.
    """
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        return tf.function(step)
    return step
