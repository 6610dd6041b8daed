"""Batches whose order depends on the seed and the epoch, and on nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from medai.runtime import MedaiError

SHUFFLE, AUGMENT, DROPOUT = 0, 1, 2  # streams of random numbers from one seed


class Batches(keras.utils.PyDataset):
    """Shuffled batches of `x` and `y`; epoch e of seed s is the same in every run.

    Parameters
    ----------
    x, y : array or structure of arrays
        As for ``keras.Model.fit``; the first axis counts the rows.
    batch_size : int
        Rows per batch; the last batch of an epoch holds the rest.
    seed : int
        Of the order of rows and of the generator handed to `augment`.
    augment : callable, optional
        Maps (batch of x, numpy.random.Generator) to a batch of the same shape.
    class_weight : dict, optional
        Weight of each class number in `y`.
    """

    def __init__(
        self,
        x: Any,
        y: Any,
        batch_size: int,
        seed: int = 0,
        augment: Callable[[Any, np.random.Generator], Any] | None = None,
        class_weight: dict[int, float] | None = None,
    ):
        super().__init__()
        self.x, self.y, self.batch_size, self.seed = x, y, batch_size, seed
        self.augment = augment
        self.rows = len(keras.tree.flatten(x)[0])
        self.weights = None if class_weight is None else _row_weights(y, class_weight)
        self.start(0)

    def start(self, epoch: int) -> None:
        """Set the epoch, counted from 0, and with it the order of the rows."""
        self.epoch = epoch
        rng = np.random.default_rng([self.seed, SHUFFLE, epoch])
        self.order = rng.permutation(self.rows)

    def __len__(self) -> int:
        return -(-self.rows // self.batch_size)

    def __getitem__(self, step: int) -> tuple:
        rows = self.order[step * self.batch_size : (step + 1) * self.batch_size]
        x, y = (keras.tree.map_structure(lambda a: a[rows], part) for part in (self.x, self.y))
        if self.augment is not None:
            rng = np.random.default_rng([self.seed, AUGMENT, self.epoch, step])
            x = _same_shape(x, self.augment(x, rng))
        if self.weights is None:
            return x, y
        return x, y, self.weights[rows]


def seed_torch(seed: int, epoch: int) -> None:
    """Seed torch's global generator, from which Keras draws dropout there; no-op elsewhere."""
    if keras.backend.backend() == "torch":
        import torch

        state = np.random.SeedSequence([seed, DROPOUT, epoch])
        torch.manual_seed(int(state.generate_state(1)[0]))


def _same_shape(before: Any, after: Any) -> Any:
    shapes = [[np.shape(a) for a in keras.tree.flatten(part)] for part in (before, after)]
    if shapes[0] != shapes[1]:
        raise MedaiError(
            f"augment turned a batch of shape {shapes[0]} into {shapes[1]}. It must return one "
            "changed row for each row it is given."
        )
    return keras.tree.map_structure(lambda a, b: np.asarray(b, dtype=a.dtype), before, after)


def _row_weights(y: Any, class_weight: dict[int, float]) -> np.ndarray:
    labels = np.asarray(y)
    if labels.ndim == 2 and labels.shape[1] > 1:
        labels = labels.argmax(axis=1)
    labels = labels.reshape(-1)
    if len(labels) != len(y):
        raise MedaiError(
            f"class_weight needs one label per row, but y has shape {np.shape(y)}. Weight the "
            "loss itself, or leave class_weight out."
        )
    missing = sorted(set(np.unique(labels).tolist()) - set(class_weight))
    if missing:
        raise MedaiError(
            f"class_weight has no weight for class {missing[0]:g}; it names "
            f"{sorted(class_weight)}. class_weights(y) makes one for every class."
        )
    weights = np.zeros(len(labels), dtype="float32")
    for label, weight in class_weight.items():
        weights[labels == label] = weight
    return weights
