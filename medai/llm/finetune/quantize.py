"""A classifier with smaller weights: bfloat16, int8 weights, or int8 arithmetic."""

from __future__ import annotations

import copy
import warnings
from typing import TYPE_CHECKING

from medai.llm.finetune.classifier import TextClassifier
from medai.llm.finetune.matrices import quantize_rows
from medai.runtime import MedaiError

if TYPE_CHECKING:
    import torch

KINDS = ("bfloat16", "int8-weights", "int8-dynamic")


def quantized(classifier: TextClassifier, kind: str, *, bits: int = 8) -> TextClassifier:
    """Return a copy of a classifier whose weights take less room.

    Parameters
    ----------
    classifier : TextClassifier
        Left as it is.
    kind : {"bfloat16", "int8-weights", "int8-dynamic"}
        ``bfloat16``: all weights and all arithmetic in bfloat16.
        ``int8-weights``: linear and embedding weights as whole numbers with one scale per row,
        turned back to float32 whenever they are used: less memory, not less time.
        ``int8-dynamic``: PyTorch's dynamic quantisation; linear layers multiply whole numbers.
        Embeddings stay float32.
    bits : int
        Of ``int8-weights``, 2 to 8; fewer than 8 still take a byte each here.

    Returns
    -------
    TextClassifier
        For use only: it is not saved or trained further.

    Raises
    ------
    MedaiError
        For another kind.
    """
    import torch

    if kind not in KINDS:
        raise MedaiError(f"kind={kind!r}; choose one of {', '.join(KINDS)}")
    found = copy.copy(classifier)
    found.encoder, found.head = copy.deepcopy(classifier.encoder), copy.deepcopy(classifier.head)
    if kind == "bfloat16":
        found.encoder, found.head = found.encoder.bfloat16(), found.head.bfloat16()
    elif kind == "int8-weights":
        for parent in [*found.encoder.modules()]:
            for name, child in [*parent.named_children()]:
                if isinstance(child, (torch.nn.Linear, torch.nn.Embedding)):
                    setattr(parent, name, _rows_module(child, bits))
        found.head = _rows_module(found.head, bits)
    else:
        with warnings.catch_warnings():  # torch announces a successor (torchao) at each call
            warnings.simplefilter("ignore")
            for part in ("encoder", "head"):
                whole = torch.nn.Sequential(getattr(found, part))
                new = torch.ao.quantization.quantize_dynamic(whole, {torch.nn.Linear})
                setattr(found, part, new[0])
    found.encoder.eval()
    return found


def _rows_module(layer: torch.nn.Module, bits: int) -> torch.nn.Module:
    """Return a module that keeps the layer's weight as int8 rows with a scale each."""
    import torch
    from torch.nn import functional

    class Rows(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            q, scale = quantize_rows(layer.weight.detach().cpu().numpy(), bits)
            self.register_buffer("q", torch.from_numpy(q))
            self.register_buffer("scale", torch.from_numpy(scale))
            bias = getattr(layer, "bias", None)
            self.register_buffer("bias", None if bias is None else bias.detach().clone())

        @property
        def weight(self) -> torch.Tensor:
            return self.q * self.scale

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            if isinstance(layer, torch.nn.Embedding):
                return self.q[x] * self.scale[x]
            return functional.linear(x, self.weight, self.bias)

    return Rows()


def size_in_bytes(classifier: TextClassifier) -> int:
    """Return what the weights of a classifier take, packed int8 layers included."""
    total = 0
    for part in (classifier.encoder, classifier.head):
        for value in _tensors(part):
            if value.is_quantized:  # one byte each, a float64 scale and an int64 zero per row
                total += value.numel() + 16 * value.shape[0]
            else:
                total += value.numel() * value.element_size()
    return total


def _tensors(module: torch.nn.Module) -> list[torch.Tensor]:
    import torch

    found = [*module.parameters(), *module.buffers()]
    for child in module.modules():
        packed = getattr(child, "_packed_params", None)
        if hasattr(packed, "_weight_bias"):
            found += [t for t in packed._weight_bias() if isinstance(t, torch.Tensor)]
    return found
