"""How likely are given tokens?  Log-probabilities from a transformers model, batched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from medai.runtime import MedaiError

METHODS = ("total", "pmi", "length")
POSITIONS = 768  # logits kept at once: 768 × 49,152 words × 4 bytes = 150 MB


def row_logprobs(model: Any, prefix: Sequence[int], rows: Sequence[Sequence[int]]) -> list:
    """Compute ln P of each token of each row, each row following the same prefix.

    The prefix is read once; its keys and values are shared by all rows.  Rows are padded on
    the right and the padding is masked, so that no row sees another's length.

    Parameters
    ----------
    model : transformers.PreTrainedModel
        A causal language model.
    prefix : sequence of int
        At least one token.
    rows : sequence of sequences of int
        The tokens to score, at least one each.

    Returns
    -------
    list of numpy.ndarray
        One array per row, natural logarithms, shape (tokens,).
    """
    found: list = [None] * len(rows)
    order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
    batch: list[int] = []
    for i in order:
        if batch and (len(batch) + 1) * len(rows[i]) > POSITIONS:
            _score_batch(model, prefix, rows, batch, found)
            batch = []
        batch.append(i)
    _score_batch(model, prefix, rows, batch, found)
    return found


def _score_batch(
    model: Any, prefix: Sequence[int], rows: Sequence, batch: list[int], found: list
) -> None:
    """Fill `found` for the rows numbered in `batch`."""
    import torch

    lengths = [len(rows[i]) for i in batch]
    longest, device = max(lengths), model.device
    targets = torch.zeros((len(batch), longest), dtype=torch.long)  # (B, T)
    for row, i in enumerate(batch):
        targets[row, : lengths[row]] = torch.tensor(rows[i])
    # What is read to predict the targets: the prefix's last token, then all but the last.
    last = torch.full((len(batch), 1), prefix[-1], dtype=torch.long)
    inputs = torch.cat([last, targets[:, :-1]], dim=1)
    real = torch.arange(longest) < torch.tensor(lengths)[:, None]  # (B, T)
    before = len(prefix) - 1
    mask = torch.cat([torch.ones((len(batch), before), dtype=torch.long), real.long()], dim=1)
    targets, inputs, mask = targets.to(device), inputs.to(device), mask.to(device)
    scores = torch.zeros((len(batch), longest))
    with torch.inference_mode():
        cache = None
        if before:
            head = torch.tensor([list(prefix[:-1])], device=device)
            cache = model(head, use_cache=True, logits_to_keep=1).past_key_values
            cache.batch_repeat_interleave(len(batch))
        step = max(POSITIONS // len(batch), 1)
        for at in range(0, longest, step):
            part = slice(at, at + step)
            out = model(
                inputs[:, part],
                attention_mask=mask[:, : before + at + inputs[:, part].shape[1]],
                past_key_values=cache,
                use_cache=True,
            )
            cache, logits = out.past_key_values, out.logits.float()  # (B, step, V)
            chosen = logits.gather(-1, targets[:, part, None])[..., 0]
            scores[:, part] = (chosen - logits.logsumexp(-1)).cpu()
    for row, i in enumerate(batch):
        found[i] = scores[row, : lengths[row]].double().numpy()


def seam(prompt: Sequence[int], joint: Sequence[Sequence[int]]) -> int:
    """Return how many tokens the prompt and all joint texts begin with in common.

    A tokeniser may join the last letters of the prompt and the first of a continuation into
    one token.  From the last boundary that all share, every candidate is scored from the
    same place.
    """
    shared = 0
    for tokens in zip(prompt, *joint, strict=False):
        if len(set(tokens)) > 1:
            break
        shared += 1
    return min(shared, *(len(ids) - 1 for ids in joint))


def split_space(prompt: str, continuations: Sequence[str]) -> tuple[str, list[str]]:
    """Move spaces at the end of the prompt to the front of each continuation.

    Tokenisers carry a space at the front of a word (" asthma" is one token), so a prompt
    that ends in a space would make the model see a word that was cut off.
    """
    bare = prompt.rstrip(" ")
    return bare, [prompt[len(bare) :] + one for one in continuations]


def check_method(method: str) -> None:
    """Refuse a method of scoring that does not exist."""
    if method not in METHODS:
        raise MedaiError(f"method={method!r}; choose one of {', '.join(METHODS)}.")


def combine(
    method: str, scores: Sequence[np.ndarray], neutral: Sequence[np.ndarray] | None
) -> np.ndarray:
    """Turn log-probabilities of tokens into one number per continuation."""
    if method == "length":
        return np.array([one.mean() for one in scores])
    total = np.array([one.sum() for one in scores])
    return total if neutral is None else total - np.array([one.sum() for one in neutral])
