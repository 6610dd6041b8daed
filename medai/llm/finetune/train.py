"""Fine-tune a small BERT to classify texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from medai.datasets.datacard import sha256_of
from medai.llm._prompts import check_texts
from medai.llm.finetune.checks import (
    checked_labels,
    digest,
    number,
    weights_of_classes,
)
from medai.llm.finetune.classifier import TextClassifier
from medai.llm.finetune.folders import load_base
from medai.llm.finetune.loop import Store, run, seeded
from medai.llm.finetune.temperature import softmax
from medai.runtime import MedaiError

if TYPE_CHECKING:
    import torch

POOL = 50  # batches that are sorted by length together


def length_batches(
    lengths: Sequence[int], batch_size: int, seed: int, epoch: int
) -> list[np.ndarray]:
    """Return the rows of each batch of one epoch: shuffled, with like lengths together.

    Rows are shuffled, cut into pools of 50 batches, sorted by length within the pool, cut into
    batches, and the batches shuffled.  It is a function of its arguments, so a training that
    goes on after a kill finds the same batches.

    Parameters
    ----------
    lengths : sequence of int
        Length of each text.
    batch_size : int
    seed, epoch : int

    Returns
    -------
    list of numpy.ndarray
        Each row once; ceil(n / batch_size) batches.
    """
    rng = np.random.default_rng([seed, epoch])
    lengths = np.asarray(lengths)
    rows = rng.permutation(len(lengths))
    pool = POOL * batch_size
    parts = [rows[i : i + pool] for i in range(0, len(rows), pool)]
    rows = np.concatenate([p[np.argsort(lengths[p], kind="stable")] for p in parts])
    batches = [rows[i : i + batch_size] for i in range(0, len(rows), batch_size)]
    return [batches[i] for i in rng.permutation(len(batches))]


def freeze_below(encoder: torch.nn.Module, layers: str | int) -> int:
    """Let only the top layers train; return how many blocks the encoder has.

    Parameters
    ----------
    encoder : torch.nn.Module
        With its blocks in ``encoder.encoder.layer``, as BERT.
    layers : "all" or int
        All weights, or the top so many blocks (0: none, only the new head trains).

    Raises
    ------
    MedaiError
        For another word, or more blocks than there are.
    """
    blocks = getattr(getattr(encoder, "encoder", None), "layer", None)
    if blocks is None:
        raise MedaiError(f"{type(encoder).__name__} is no BERT-like encoder; use MiniLM or a BERT")
    if layers == "all":
        return len(blocks)
    if isinstance(layers, str):
        raise MedaiError(f"layers={layers!r}; it must be 'all' or how many top layers train")
    top = number("layers", layers, 0, len(blocks), whole=True)
    encoder.requires_grad_(False)
    for block in list(blocks)[len(blocks) - top :]:
        block.requires_grad_(True)
    return len(blocks)


def fine_tune_classifier(
    texts: Sequence[str],
    labels: Sequence[str],
    *,
    validation: tuple[Sequence[str], Sequence[str]] | None = None,
    epochs: int = 3,
    batch_size: int = 32,
    learning_rate: float = 1e-4,
    head_learning_rate: float | None = None,
    layers: str | int = "all",
    class_weight: str | Mapping[str, float] | None = None,
    max_length: int = 64,
    pooling: str = "mean",
    weight_decay: float = 0.01,
    warmup: float = 0.1,
    seed: int = 0,
    checkpoint: str | Path | None = None,
    checkpoint_seconds: float = 30.0,
    base: str | Path | None = None,
    device: str = "cpu",
    progress: bool = True,
) -> TextClassifier:
    """Fine-tune MiniLM, a BERT of 6 layers, to tell classes of texts apart.

    AdamW with linear warm-up and decay, gradients clipped at norm 1, cross-entropy; batches of
    texts of like length, padded to the longest of the batch only.

    Parameters
    ----------
    texts, labels : sequence of str
        n training texts and their classes; at least two classes.
    validation : (texts, labels), optional
        Not trained on: log loss and accuracy after each epoch are kept in ``history``.
    epochs, batch_size : int
        Passes over the data, and texts per step.
    learning_rate : float
        Largest learning rate of the encoder.
    head_learning_rate : float, optional
        Largest learning rate of the new layer, which starts from nothing; 10 times
        `learning_rate` if None.
    layers : "all" or int
        How many of the top layers train; 0 trains the new layer only.
    class_weight : None, "balanced" or mapping
        Weights of the classes in the loss. They shift the probabilities: calibrate afterwards.
    max_length : int
        Tokens after which a text is cut.
    pooling : {"mean", "cls"}
        The text's vector.
    weight_decay, warmup : float
        AdamW's decay (not on biases and norms); share of steps in which the rate rises.
    seed : int
        Order of the data, the new layer, dropout. The caller's random state is left alone.
    checkpoint : path, optional
        A folder. Killed and started again with it, the training goes on where it was and ends
        with the weights of a training that was never interrupted (same machine and threads).
    checkpoint_seconds : float
        How often to write it.
    base : path, optional
        Another local BERT-like model with safetensors; MiniLM if None.
    device : str
        A PyTorch device.
    progress : bool
        Whether to show a bar.

    Returns
    -------
    TextClassifier

    Raises
    ------
    MedaiError
        For bad data or settings, a checkpoint of another training, or a loss that is not finite.

    Examples
    --------
    >>> fine_tune_classifier(["sore knee", "wheeze"], ["limbs"])
    Traceback (most recent call last):
        ...
    medai.runtime.errors.MedaiError: labels has 1 entries for 2 texts; give one ...
    >>> fine_tune_classifier(["sore knee", "stiff hip"], ["limbs", "limbs"])
    Traceback (most recent call last):
        ...
    medai.runtime.errors.MedaiError: all labels are 'limbs'; a classifier needs ...
    """
    texts = check_texts(texts)
    labels = checked_labels(labels, len(texts))
    classes = sorted(set(labels))
    if len(classes) < 2:
        raise MedaiError(f"all labels are {classes[0]!r}; a classifier needs at least two classes")
    epochs = number("epochs", epochs, 1, whole=True)
    batch_size = number("batch_size", batch_size, 1, whole=True)
    max_length = number("max_length", max_length, 4, whole=True)
    seed = number("seed", seed, 0, 2**31, whole=True)
    rate = number("learning_rate", learning_rate, 0, 1, above=True)
    head_rate = 10 * rate if head_learning_rate is None else head_learning_rate
    head_rate = number("head_learning_rate", head_rate, 0, 10, above=True)
    decay = number("weight_decay", weight_decay, 0)
    warmup = number("warmup", warmup, 0, 1)
    weights = weights_of_classes(class_weight, classes, labels)
    named, licence = "all-MiniLM-L6-v2", "Apache-2.0"
    if base is None:
        from medai.llm.weights import minilm_folder

        base = minilm_folder()
    else:
        named, licence = Path(base).resolve().name, "other"
    with seeded(seed):  # loading draws random numbers too
        encoder, tokenizer = load_base(base)
    limit = getattr(encoder.config, "max_position_embeddings", max_length)
    number("max_length", max_length, 4, limit, whole=True)
    blocks = freeze_below(encoder, layers)
    with seeded(seed):
        facts = {
            "base model": named,
            "licence of the base model": licence,
            "layers trained": f"{layers} of {blocks}" if layers != "all" else f"all {blocks}",
            "training texts": len(texts),
            "training classes": len(classes),
            "settings": f"{epochs} epochs, batches of {batch_size}, learning rate {rate:g} "
            f"(head {head_rate:g}), weight decay {decay:g}, class weights {class_weight}, "
            f"seed {seed}",
        }
        model = TextClassifier(
            encoder, tokenizer, classes, max_length=max_length, pooling=pooling, facts=facts
        )
        check = None
        if validation is not None:
            held = check_texts(validation[0], "validation texts")
            check = held, model.label_numbers(checked_labels(validation[1], len(held)))
        encoder.to(device)
        model.head.to(device)
        store = None
        if checkpoint is not None:
            settings = [epochs, batch_size, rate, head_rate, layers, weights, max_length, pooling]
            prints = {
                "data": digest(texts, labels, check and [check[0], check[1].tolist()]),
                "settings": digest(settings, decay, warmup, seed) + f" {facts['settings']}",
                "base model": sha256_of(Path(base) / "model.safetensors")[:16],
            }
            store = Store(Path(checkpoint), prints, checkpoint_seconds)
        _train(model, texts, labels, weights, epochs, batch_size, seed, check, store,
               (rate, head_rate, decay, warmup), progress)  # fmt: skip
    return model


def _train(model, texts, labels, weights, epochs, batch_size, seed, check, store, rates, progress):
    import torch

    y = torch.tensor(model.label_numbers(labels), device=model.device)
    weight = torch.tensor(weights, device=model.device)
    cut = {"truncation": True, "max_length": model.max_length}
    lengths = [len(ids) for ids in model.tokenizer(texts, **cut)["input_ids"]]
    rate, head_rate, decay, warmup = rates
    parameters = {f"encoder.{n}": p for n, p in model.encoder.named_parameters() if p.requires_grad}
    plain = [p for p in parameters.values() if p.ndim > 1]
    small = [p for p in parameters.values() if p.ndim <= 1]
    groups = [
        {"params": plain, "lr": rate, "weight_decay": decay},
        {"params": small, "lr": rate, "weight_decay": 0.0},
        {"params": list(model.head.parameters()), "lr": head_rate, "weight_decay": 0.0},
    ]
    parameters |= {f"head.{n}": p for n, p in model.head.named_parameters()}
    per_epoch = -(-len(texts) // batch_size)

    @lru_cache(maxsize=1)
    def batches(epoch: int) -> list[np.ndarray]:
        return length_batches(lengths, batch_size, seed, epoch)

    def loss_of(step: int) -> torch.Tensor:
        rows = batches(step // per_epoch)[step % per_epoch]
        pooled = model.pooled(model.encode([texts[i] for i in rows]))
        logits = model.head(torch.nn.functional.dropout(pooled, 0.1))
        return torch.nn.functional.cross_entropy(logits, y[rows], weight=weight)

    def after(step: int, notes: dict[str, Any]) -> None:
        if check is None or (step + 1) % per_epoch:
            return
        p = softmax(model.logits(check[0]))
        right = p[np.arange(len(p)), check[1]]
        found = {"epoch": (step + 1) // per_epoch, "log_loss": float(-np.log(right).mean())}
        found["accuracy"] = float((p.argmax(1) == check[1]).mean())
        notes.setdefault("history", []).append(found)

    model.encoder.train()
    model.losses, notes = run(
        parameters, [g for g in groups if g["params"]], loss_of, epochs * per_epoch,
        warmup=warmup, store=store, after=after, progress=progress,
    )  # fmt: skip
    model.history = notes.get("history", [])
    model.encoder.eval()
    model.encoder.requires_grad_(True)
