"""Train a small language model in under a minute on a CPU, and score texts (book, Chapter 8).

Two economies make that possible.  The model begins by knowing how frequent each token is, and
most of its vocabulary is left out of each training step by lot, with the weights that make the
sum over the vocabulary right on average (importance sampling; Jean et al. 2015).  Scores always
use the whole vocabulary.

Shapes: B texts, T positions, D width, V vocabulary, K candidates, N = B · T.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from medai.nn.gpt import GPT
from medai.nn.gradients import compiled, value_and_gradients
from medai.nn.training.memory import keep_freed_memory
from medai.nn.training.schedules import one_cycle
from medai.runtime import MedaiError

Tensor = Any  # a tensor of the backend in use


def start_from_counts(model: GPT, counts: np.ndarray, scale: float = 10.0) -> None:
    """Let an untrained model begin with the unigram distribution instead of knowing nothing.

    The first column of the token table becomes the log frequency (centred, over `scale`), and
    the last norm sends the constant `scale` to it, so the logits begin at log frequencies.

    Parameters
    ----------
    model : GPT
        Untrained; changed in place.
    counts : numpy.ndarray, shape (V,)
        How often each token occurs in the training texts; a half is added to each.
    scale : float
        How the log frequency is shared between table and norm; the product is what counts.

    Raises
    ------
    MedaiError
        When the counts do not fit the vocabulary or are negative.
    """
    found = np.asarray(counts, dtype=float)
    if found.shape != (model.vocabulary,) or not (found >= 0).all():
        raise MedaiError(
            f"counts of shape {found.shape}: one number from 0 for each of the "
            f"{model.vocabulary} tokens, e.g. np.bincount(ids, minlength=V)"
        )
    if not model.built:
        model.build()
    log_share = np.log((found + 0.5) / (found + 0.5).sum())
    table = ops.convert_to_numpy(ops.convert_to_tensor(model.tokens.embeddings)).copy()
    table[:, 0] = (log_share - log_share.mean()) / scale
    model.tokens.embeddings.assign(table)
    gamma, beta = np.ones(model.width, "float32"), np.zeros(model.width, "float32")
    gamma[0], beta[0] = 0, scale
    model.norm.gamma.assign(gamma)
    model.norm.beta.assign(beta)


def inclusion_chances(counts: np.ndarray, k: int, power: float = 0.75) -> np.ndarray:
    """Return each token's chance to be among `k` candidates, shape (V,); they sum to `k`.

    Proportional to count to the `power`, and 1 for tokens so frequent that it would exceed 1.

    Examples
    --------
    >>> inclusion_chances([90, 9, 1], k=2).round(2).tolist()
    [1.0, 0.8, 0.2]
    """
    weight = (np.asarray(counts, dtype=float) + 0.5) ** power
    if not 1 <= k <= len(weight):
        raise MedaiError(f"k={k} candidates: from 1 to the {len(weight)} tokens of the vocabulary")
    sure = np.zeros(len(weight), dtype=bool)
    while True:
        rest = k - sure.sum()
        chance = np.where(sure, 1.0, weight * rest / max(weight[~sure].sum(), 1e-300))
        if not (chance > 1 + 1e-12).any():
            return np.minimum(chance, 1.0)
        sure |= chance >= 1


def draw_candidates(chance: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw different tokens, each with its chance (systematic sampling), int32, shape (K,)."""
    k = round(float(chance.sum()))
    order = rng.permutation(len(chance))
    ends = np.cumsum(chance[order])
    ends *= k / ends[-1]  # rounding
    places = np.searchsorted(ends, rng.uniform() + np.arange(k), side="right")
    return order[np.minimum(places, len(chance) - 1)].astype("int32")


def sampled_cross_entropy(
    states: Tensor, table: Tensor, targets: Tensor, candidates: Tensor, chance: Tensor
) -> Tensor:
    """Return the mean loss with the sum over the vocabulary estimated (``eq-08-sampled``).

    Parameters
    ----------
    states : tensor, shape (N, D)
        What each position has gathered.
    table : tensor, shape (V, D)
        Writes tokens: ``states @ table.T`` are the logits.
    targets : tensor of int, shape (N,)
        The token that came; always part of the sum, with weight 1.
    candidates : tensor of int, shape (K,)
        Different tokens, drawn for this step.
    chance : tensor, shape (K,)
        The chance with which each was drawn; it counts 1/chance times.

    Returns
    -------
    tensor
        Scalar, nats per token.  With all V tokens as candidates, each with chance 1, it is the
        cross-entropy itself.
    """
    right = ops.sum(states * ops.take(table, targets, axis=0), axis=-1)  # (N,)
    others = ops.matmul(states, ops.transpose(ops.take(table, candidates, axis=0)))  # (N, K)
    others = others - ops.log(chance)
    again = ops.equal(candidates[None, :], targets[:, None])
    others = ops.where(again, -1e9, others)  # the target is counted once
    every = ops.concatenate([right[:, None], others], axis=1)
    return ops.mean(ops.logsumexp(every, axis=1) - right)


def train_language_model(
    model: GPT,
    inputs: np.ndarray,
    targets: np.ndarray,
    *,
    steps: int,
    batch_size: int = 8,
    peak: float = 3e-3,
    candidates: int = 512,
    look: Callable[[GPT], float] | None = None,
    looks: int = 8,
    seed: int = 0,
    progress: bool = True,
) -> list[dict[str, float]]:
    """Train in place with Adam, one cycle of the learning rate and sampled candidates.

    Parameters
    ----------
    model : GPT
        From any start, for instance :func:`start_from_counts`.
    inputs, targets : numpy.ndarray of int, shape (n, C)
        As :func:`medai.nn.gpt.next_token_pairs` returns them.
    steps, batch_size : int
        How many updates, of how many rows.
    peak : float
        The highest learning rate.
    candidates : int
        Tokens that each step compares with the right one; at least the vocabulary's size
        means all, and the loss is then exact.
    look : callable, optional
        Is given the model `looks` times on the way, for instance to measure perplexity on
        validation texts; its time is not counted.
    seed : int
        Of the order of rows and of the candidates.
    progress : bool
        Show a bar.

    Returns
    -------
    list of dict
        Per look: step, tokens read, seconds of training, mean loss since the last look, and
        what `look` returned.  The first step, which builds the graph, is counted.

    Raises
    ------
    MedaiError
        For rows that do not fit, or fewer than one step.
    """
    from tqdm import tqdm

    x, y = np.asarray(inputs, "int32"), np.asarray(targets, "int32")
    if x.ndim != 2 or x.shape != y.shape or not len(x):
        raise MedaiError(f"inputs {x.shape} and targets {y.shape}: both need the shape (n, C)")
    if x.shape[1] > model.context:
        raise MedaiError(f"rows of {x.shape[1]} tokens, but the context is {model.context}")
    if steps < 1 or not 1 <= batch_size <= len(x):
        raise MedaiError(f"steps={steps}, batch_size={batch_size} with {len(x)} rows: at least 1")
    if not model.built:
        model.build()
    keep_freed_memory()
    rng = np.random.default_rng(seed)
    counts = np.bincount(y.ravel(), minlength=model.vocabulary)
    chance = inclusion_chances(counts, min(candidates, model.vocabulary))
    schedule = one_cycle(peak, steps, rise=0.1)
    optimizer = keras.optimizers.Adam(schedule, beta_2=0.95, global_clipnorm=1.0)
    optimizer.build(model.trainable_variables)
    step = compiled(_step(model, optimizer))
    looking = set(np.linspace(0, steps, looks + 1).round().astype(int)[1:]) if looks else {steps}
    history, losses, seconds, rows = [], [], 0.0, np.zeros(0, int)
    off = None if progress else True  # None: off unless the output is a terminal
    for number in tqdm(range(1, steps + 1), disable=off, leave=False, unit=" steps"):
        began = time.perf_counter()
        if len(rows) < batch_size:
            rows = rng.permutation(len(x))
        now, rows = rows[:batch_size], rows[batch_size:]
        drawn = draw_candidates(chance, rng)
        parts = (x[now], y[now], drawn, chance[drawn].astype("float32"))
        losses.append(float(step(*map(ops.convert_to_tensor, parts))))
        seconds += time.perf_counter() - began
        if number in looking:
            row = {"step": number, "tokens": number * batch_size * x.shape[1]}
            row |= {"seconds": seconds, "loss": float(np.mean(losses))}
            history.append(row | ({"look": look(model)} if look else {}))
            losses = []
    return history


def _step(model: GPT, optimizer: keras.optimizers.Optimizer) -> Callable[..., Tensor]:
    variables = model.trainable_variables

    def step(x: Tensor, y: Tensor, candidates: Tensor, chance: Tensor) -> Tensor:
        def loss() -> Tensor:
            states, _ = model.states(x, training=True)
            states = ops.reshape(states, (-1, model.width))
            table = ops.convert_to_tensor(model.tokens.embeddings)
            return sampled_cross_entropy(states, table, ops.reshape(y, (-1,)), candidates, chance)

        value, found = value_and_gradients(loss, variables, model.non_trainable_variables)
        optimizer.apply([ops.convert_to_tensor(g) for g in found], variables)
        return value

    return step


def text_logprobs(
    model: GPT, texts: Sequence[Sequence[int]], batch_size: int = 32
) -> list[np.ndarray]:
    """Return ln P of every token of each text but its first, given those before it.

    Parameters
    ----------
    model : GPT
        The model; the whole vocabulary counts.
    texts : sequence of sequences of int
        Each of at least two tokens.  Of a text beyond the context C each token sees at least
        the C / 2 before it.
    batch_size : int
        Windows at a time.

    Returns
    -------
    list of numpy.ndarray
        One array per text, of length tokens - 1.

    Raises
    ------
    MedaiError
        For a text of fewer than two tokens or with a token outside the vocabulary.
    """
    c, windows = model.context, []  # (text, start, first target that counts)
    for i, text in enumerate(texts):
        if len(text) < 2 or min(text) < 0 or max(text) >= model.vocabulary:
            raise MedaiError(
                f"text {i} has {len(text)} tokens: at least 2 are needed, all from 0 to "
                f"{model.vocabulary - 1}; begin it with a mark such as <eos>"
            )
        windows.append((i, 0, 0))
        for start in range(c - c // 2, len(text) - 1 - c // 2, c - c // 2):
            windows.append((i, start, c // 2))
    windows.sort(key=lambda w: min(c, len(texts[w[0]]) - 1 - w[1]))
    out = [np.zeros(len(text) - 1) for text in texts]
    score = _scorer(model)
    for first in range(0, len(windows), batch_size):
        some = windows[first : first + batch_size]
        width = max(min(c, len(texts[i]) - 1 - start) for i, start, _ in some)
        width = min(c, -(-width // 16) * 16)  # few shapes, few graphs
        block = np.zeros((batch_size, width + 1), "int32")
        for row, (i, start, _) in zip(block, some, strict=False):
            part = texts[i][start : start + width + 1]
            row[: len(part)] = part
        x, y = (ops.convert_to_tensor(part) for part in (block[:, :-1], block[:, 1:]))
        found = ops.convert_to_numpy(score(x, y))
        for row, (i, start, skip) in zip(found, some, strict=False):
            n = min(width, len(texts[i]) - 1 - start)
            out[i][start + skip : start + n] = row[skip:n]
    return out


def _scorer(model: GPT) -> Callable[..., Tensor]:
    """Return (and keep with the model) a compiled function to ln P of the targets, (B, T)."""
    if getattr(model, "_score", None) is None:

        def score(x: Tensor, y: Tensor) -> Tensor:
            logits = model(x)
            right = ops.take_along_axis(logits, y[..., None], axis=-1)[..., 0]
            return right - ops.logsumexp(logits, axis=-1)

        model._score = compiled(score)
    return model._score
