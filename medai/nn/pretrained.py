"""Copy weights of models of the ``transformers`` library into ours, tensor by tensor.

The names are those of the files: GPT-2's ``transformer.h.0.attn.c_attn.weight`` and so on.
That the outputs are then the same is what the tests show.
"""

from __future__ import annotations

from collections.abc import Mapping

import keras
import numpy as np

from medai.nn.attention import TransformerBlock
from medai.nn.bert import BertEncoder
from medai.nn.gpt import GPT
from medai.runtime import MedaiError

State = Mapping[str, np.ndarray]  # name of a tensor to its numbers


def copy_gpt2(model: GPT, state: State) -> None:
    """Copy GPT-2's weights into `model`.

    Parameters
    ----------
    model : GPT
        Of the same sizes.
    state : mapping of str to array
        As ``GPT2Model.state_dict()`` has them, as NumPy arrays; the prefix ``transformer.`` is
        optional.

    Raises
    ------
    MedaiError
        When a tensor is missing or has another shape.

    Examples
    --------
    >>> model = GPT(vocabulary=50, context=8, width=16, heads=2, depth=1)
    >>> copy_gpt2(model, {"wte.weight": np.zeros((60, 16))})
    Traceback (most recent call last):
        ...
    medai.runtime.errors.MedaiError: wte.weight has shape (60, 16), the model ...
    """
    state = _without(state, "transformer.")
    model.build()
    _set(model.tokens.embeddings, state, "wte.weight")
    _set(model.positions.embeddings, state, "wpe.weight")
    for i, block in enumerate(model.blocks):
        copy_gpt2_block(block, _part(state, f"h.{i}."))
    _set_norm(model.norm, state, "ln_f")


def copy_gpt2_block(block: TransformerBlock, state: State) -> None:
    """Copy one block of GPT-2; names as in ``GPT2Block.state_dict()``."""
    _built(block)
    for what in ("weight", "bias"):
        parts = np.split(_get(state, f"attn.c_attn.{what}"), 3, axis=-1)  # query, key, value
        for layer, part in zip(_projections(block), parts, strict=True):
            _assign(layer.kernel if what == "weight" else layer.bias, part, f"attn.c_attn.{what}")
    # GPT-2's matrices lie as Keras has them, (in, out)
    for layer, name in [
        (block.attention.out, "attn.c_proj"), (block.up, "mlp.c_fc"), (block.down, "mlp.c_proj"),
    ]:  # fmt: skip
        _set(layer.kernel, state, f"{name}.weight")
        _set(layer.bias, state, f"{name}.bias")
    _set_norm(block.norm_1, state, "ln_1")
    _set_norm(block.norm_2, state, "ln_2")


def copy_bert(encoder: BertEncoder, state: State) -> None:
    """Copy BERT's weights into `encoder`.

    Parameters
    ----------
    encoder : BertEncoder
        Of the same sizes.
    state : mapping of str to array
        As ``BertModel.state_dict()`` has them, as NumPy arrays; the prefix ``bert.`` is
        optional, and the pooler is not needed.

    Raises
    ------
    MedaiError
        When a tensor is missing or has another shape.
    """
    state = _without(state, "bert.")
    encoder.build()
    _set(encoder.tokens.embeddings, state, "embeddings.word_embeddings.weight")
    _set(encoder.positions.embeddings, state, "embeddings.position_embeddings.weight")
    _set(encoder.segments.embeddings, state, "embeddings.token_type_embeddings.weight")
    _set_norm(encoder.norm, state, "embeddings.LayerNorm")
    for i, block in enumerate(encoder.blocks):
        copy_bert_block(block, _part(state, f"encoder.layer.{i}."))


def copy_bert_block(block: TransformerBlock, state: State) -> None:
    """Copy one block of BERT; names as in ``BertLayer.state_dict()``."""
    _built(block)
    query, key, value = _projections(block)
    for layer, name in [
        (query, "attention.self.query"), (key, "attention.self.key"),
        (value, "attention.self.value"), (block.attention.out, "attention.output.dense"),
        (block.up, "intermediate.dense"), (block.down, "output.dense"),
    ]:  # fmt: skip
        kernel = _get(state, f"{name}.weight").T  # PyTorch keeps (out, in), Keras (in, out)
        _assign(layer.kernel, kernel, f"{name}.weight")
        _set(layer.bias, state, f"{name}.bias")
    _set_norm(block.norm_1, state, "attention.output.LayerNorm")
    _set_norm(block.norm_2, state, "output.LayerNorm")


def _projections(block: TransformerBlock) -> tuple:
    return block.attention.query, block.attention.key, block.attention.value


def _built(block: TransformerBlock) -> None:
    if not block.built:
        block.build((None, None, block.attention.width))


def _part(state: State, prefix: str) -> State:
    return {name[len(prefix) :]: x for name, x in state.items() if name.startswith(prefix)}


def _without(state: State, prefix: str) -> State:
    return {name.removeprefix(prefix): value for name, value in state.items()}


def _get(state: State, name: str) -> np.ndarray:
    if name not in state:
        raise MedaiError(f"the weights lack {name!r}; they hold {sorted(state)[:3]} … instead")
    return np.asarray(state[name])


def _assign(variable: keras.Variable, value: np.ndarray, name: str) -> None:
    if tuple(variable.shape) != value.shape:
        raise MedaiError(
            f"{name} has shape {value.shape}, the model needs {tuple(variable.shape)}: "
            "build the model with the sizes of the weights' configuration"
        )
    variable.assign(value)


def _set(variable: keras.Variable, state: State, name: str) -> None:
    _assign(variable, _get(state, name), name)


def _set_norm(layer: keras.layers.LayerNormalization, state: State, name: str) -> None:
    _set(layer.gamma, state, f"{name}.weight")
    _set(layer.beta, state, f"{name}.bias")
