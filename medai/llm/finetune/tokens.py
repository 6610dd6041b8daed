"""Rows of tokens for a causal language model, and the probability it gives to each."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from medai.llm._prompts import check_texts
from medai.llm.finetune.checks import number
from medai.runtime import MedaiError

if TYPE_CHECKING:
    import torch

Text = str | tuple[str, str]


def token_rows(
    tokenizer: Any, texts: Sequence[Text], max_length: int
) -> list[tuple[list[int], int]]:
    """Return each text's tokens with the end token, and how many of them are prompt.

    A text is a str, or a pair of prompt and answer, of which only the answer counts.

    Raises
    ------
    MedaiError
        For an empty text, or a prompt so long that nothing of the answer is left.
    """
    texts = list(texts) if not isinstance(texts, str) else texts
    pairs = [isinstance(t, (tuple, list)) and len(t) == 2 for t in texts]
    flat = [part for t, pair in zip(texts, pairs, strict=True) for part in (t if pair else [t])]
    check_texts(flat if not isinstance(texts, str) else texts)
    end, rows = tokenizer.eos_token_id, []
    for i, (text, pair) in enumerate(zip(texts, pairs, strict=True)):
        prompt, answer = text if pair else ("", text)
        start = tokenizer(prompt, add_special_tokens=False)["input_ids"] if prompt else []
        ids = start + tokenizer(answer, add_special_tokens=False)["input_ids"]
        ids = ([*ids, end] if end is not None else ids)[:max_length]
        if len(ids) <= max(len(start), 1):
            raise MedaiError(
                f"texts[{i}]: within max_length={max_length} tokens nothing is left to predict "
                f"after {max(len(start), 1)} tokens of prompt; raise max_length or shorten it"
            )
        rows.append((ids, len(start)))
    return rows


def padded(rows: Sequence[tuple[list[int], int]], pad: int, device: Any) -> tuple[Any, Any, Any]:
    """Return ids, mask and targets (-100 where a token does not count), each (B, T)."""
    import torch

    width = max(len(ids) for ids, _ in rows)
    ids = torch.full((len(rows), width), pad, device=device)
    mask, target = torch.zeros_like(ids), torch.full_like(ids, -100)
    for i, (row, prompt) in enumerate(rows):
        ids[i, : len(row)] = torch.tensor(row)
        mask[i, : len(row)] = 1
        target[i, max(prompt, 1) : len(row)] = torch.tensor(row[max(prompt, 1) :])
    return ids, mask, target


def token_logprobs(
    model: Any, tokenizer: Any, texts: Sequence[Text], max_length: int = 256, batch_size: int = 8
) -> list[np.ndarray]:
    """Compute ln P of each counted token given those before it.

    Parameters
    ----------
    model, tokenizer : transformers model and tokeniser
    texts : sequence of str or of (prompt, answer)
        Counted: all tokens but the first, the end token included; of a pair, the answer's.
    max_length, batch_size : int

    Returns
    -------
    list of numpy.ndarray
        One per text; ``medai.metrics.perplexity`` takes the list.
    """
    import torch

    rows = token_rows(tokenizer, texts, number("max_length", max_length, 2, whole=True))
    order = sorted(range(len(rows)), key=lambda i: len(rows[i][0]))
    found: list[Any] = [None] * len(rows)
    training, pad = model.training, tokenizer.pad_token_id or 0
    device = next(model.parameters()).device
    model.eval()
    with torch.inference_mode():
        for start in range(0, len(order), batch_size):
            some = order[start : start + batch_size]
            ids, mask, target = padded([rows[i] for i in some], pad, device)
            logits = model(input_ids=ids, attention_mask=mask).logits[:, :-1].float()
            p = logits.log_softmax(-1).gather(-1, ids[:, 1:, None])[..., 0]
            for i, values, keep in zip(some, p, target[:, 1:] != -100, strict=True):
                found[i] = values[keep].double().cpu().numpy()
    model.train(training)
    return found


def fingerprint(model: torch.nn.Module) -> str:
    """Return a digest of names, shapes and values (as bfloat16) of the base model's weights.

    Rounded to bfloat16, a model has the same fingerprint in float32 and in bfloat16.
    """
    import torch

    found = hashlib.sha256()
    for name, p in sorted(model.named_parameters(), key=lambda item: _plain(item[0])):
        if "lora_" not in name:
            found.update(f"{_plain(name)} {tuple(p.shape)}".encode())
            rows = p.detach().reshape(-1)[:: max(1, p.numel() // 4096)]  # a sample of each
            found.update(rows.to(torch.bfloat16).view(torch.int16).cpu().numpy().tobytes())
    return found.hexdigest()[:16]


def _plain(name: str) -> str:
    return name.removeprefix("base_model.model.").replace(".base_layer.", ".")


def model_and_tokenizer(model: Any, tokenizer: Any) -> tuple[torch.nn.Module, Any]:
    """Return the `transformers` model and tokeniser of what was passed.

    Parameters
    ----------
    model : object
        A `transformers` model, or an object that carries one as ``.model`` and its tokeniser
        as ``.tokenizer``, such as ``medai.llm.load("smollm2")``.
    tokenizer : object or None
        For a bare model.
    """
    inner = model
    if not hasattr(inner, "named_parameters") or hasattr(inner, "tokenizer"):
        inner = getattr(model, "model", None)
    tokenizer = tokenizer or getattr(model, "tokenizer", None)
    if not hasattr(inner, "named_parameters") or not hasattr(inner, "config"):
        raise MedaiError(
            f"a {type(model).__name__} cannot be trained here; pass medai.llm.load('smollm2') or a "
            "transformers model (a model behind a server has no weights to train)"
        )
    if tokenizer is None:
        raise MedaiError("tokenizer is None; a bare transformers model needs tokenizer=...")
    if any("lora_" in name for name, _ in inner.named_parameters()):
        raise MedaiError("this model has an adapter already; call .remove() or .merge() first")
    return inner, tokenizer
