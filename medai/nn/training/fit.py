"""Train a compiled model: repeatable, resumable, with early stopping and weight averaging."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from medai.nn.training import averaging
from medai.nn.training.batches import Batches, seed_torch
from medai.nn.training.checkpoint import CheckpointFolder, assign, fingerprint
from medai.nn.training.checks import check_training_data
from medai.nn.training.keeper import Keeper, progress_bar
from medai.nn.training.memory import keep_freed_memory
from medai.runtime import MedaiError
from medai.runtime.locks import file_lock

if TYPE_CHECKING:
    import pandas as pd


def fit(
    model: keras.Model,
    x: Any,
    y: Any,
    *,
    validation: tuple | None = None,
    epochs: int,
    batch_size: int = 64,
    class_weight: dict[int, float] | None = None,
    monitor: str = "val_loss",
    mode: str = "auto",
    patience: int | None = None,
    checkpoint: Path | str | None = None,
    average: str | None = None,
    augment: Callable[[Any, np.random.Generator], Any] | None = None,
    seed: int = 0,
    progress: bool = True,
) -> pd.DataFrame:
    """Train a compiled model in place and return the history.

    The order of rows depends on `seed` and the epoch only.  With ``checkpoint=folder`` the
    state is written after each epoch, and the same call goes on where a killed one stopped,
    with the same final weights as if nothing had happened (same machine, same versions).

    Parameters
    ----------
    model : keras.Model
        Compiled; random layers must hold their own seed, as all of Keras's do.
    x, y : array, or for `x` also a list, tuple or dict of arrays
        Training data, one row per example.
    validation : (x, y), optional
        Looked at after each epoch, never trained on.
    epochs, batch_size : int
        At most so many rounds over the data, in batches of so many rows.
    class_weight : dict, optional
        Weight of each class in the training loss (:func:`class_weights`).
    monitor, mode : str
        The column of the history that early stopping watches; "min", "max", or "auto", which
        knows losses and errors from accuracies and areas by their names.
    patience : int, optional
        Stop after so many epochs without a better `monitor`, and restore the best epoch.
    checkpoint : path, optional
        A folder for this one training; another model, data or setting in it is refused.
    average : {"ema", "swa"}, optional
        End with averaged weights.  "ema": a moving average over steps that looks back over a
        tenth of the training.  "swa": the equal mean of the epoch ends of the last quarter; with
        `patience`, of the best epoch and those after it.  `patience` then only decides when to
        stop.  Moving statistics of batch normalisation are recomputed from `x`, not augmented.
        Metrics in the history are those of the plain weights.
    augment : callable, optional
        (batch of x, numpy.random.Generator) → batch; the generator depends on seed, epoch and
        batch only.
    seed : int
        Of the order and of `augment`.  On torch, where Keras draws dropout from torch's global
        generator, that generator is seeded from it at each epoch.
    progress : bool
        One line in a terminal, gone at the end.  Nothing where the output is stored or piped
        (notebooks, logs).

    Returns
    -------
    pandas.DataFrame
        One row per epoch: epoch (from 1), loss, metrics, val_*, learning_rate (at the end of the
        epoch), seconds.  ``attrs`` holds best_epoch (from 1, None without `patience`),
        stopped_early, averaged (the kind, or None), and with averaging and validation also
        ``final``: the validation metrics of the weights that the model has now.

    Raises
    ------
    MedaiError
        For faults in data or settings before training starts; for a loss that is no longer
        finite; for a checkpoint that is damaged or belongs to another training.
    """
    _check(model, x, y, validation, epochs, batch_size, patience, average, monitor)
    x, y = _arrays(x), _arrays(y)
    validation = None if validation is None else tuple(map(_arrays, validation))
    batches = Batches(x, y, batch_size, seed, augment, class_weight)
    _build(model, batches)
    own_ema = model.optimizer.use_ema
    if average == "ema":
        averaging.turn_on_ema(model, len(batches), epochs)
    if not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)

    store, lock = None, nullcontext()
    if checkpoint is not None:
        data = {"x": x, "y": y, "validation": validation}
        settings = {"epochs": epochs, "batch_size": batch_size, "class_weight": class_weight}
        settings |= {"monitor": monitor, "mode": mode, "patience": patience}
        settings |= {"average": average, "augment": augment, "seed": seed}
        store = CheckpointFolder(checkpoint, fingerprint(model, data, settings))
        lock = file_lock(store.folder / "training.lock", timeout=5)
    keeper = Keeper(batches, epochs, monitor, mode, patience, average, store)
    with lock:
        if store is not None:
            store.clean()
            keeper.resume(model)
        if not keeper.finished:
            _train(model, keeper, validation, progress)
            if model.optimizer.use_ema:  # of `average`, or the reader's own
                averaging.put_ema_into(model)
            _finish(model, keeper, x, validation)
    model.optimizer.use_ema = own_ema
    return keeper.frame()


def _train(model: keras.Model, keeper: Keeper, validation: Any, progress: bool) -> None:
    start = len(keeper.rows)
    if keeper.stop or start == keeper.epochs:  # killed between the last epoch and the end
        return
    keeper.batches.start(start)
    keep_freed_memory()
    held_back = averaging.weights_held_back(model.optimizer)
    with progress_bar(keeper, progress) as bars, held_back:
        model.fit(
            keeper.batches,
            initial_epoch=start,
            epochs=keeper.epochs,
            validation_data=validation,
            validation_batch_size=keeper.batches.batch_size,
            shuffle=False,  # the batches are shuffled already
            verbose=0,
            callbacks=[keeper, *bars],
        )


def _finish(model: keras.Model, keeper: Keeper, x: Any, validation: Any) -> None:
    """Put the best or the averaged weights into the model."""
    if keeper.average == "swa":
        keeper.mean.put_into(model)
    elif keeper.best:
        assign(model.weights, keeper.best)
    if keeper.average is not None:
        seed_torch(keeper.batches.seed, keeper.epochs)
        averaging.recompute_batch_norm(model, x, keeper.batches.batch_size)
        if validation is not None:
            size = keeper.batches.batch_size
            final = model.evaluate(*validation, batch_size=size, verbose=0, return_dict=True)
            keeper.final = {f"val_{name}": float(value) for name, value in final.items()}
    keeper.finished = True
    keeper.save(model)


def _arrays(part: Any) -> Any:
    """Return NumPy arrays, in the structure they came in."""
    if isinstance(part, dict):
        return {key: np.asarray(value) for key, value in part.items()}
    if isinstance(part, (list, tuple)) and len(part) and isinstance(part[0], np.ndarray):
        return tuple(part)
    return np.asarray(part)


def _build(model: keras.Model, batches: Batches) -> None:
    if not model.built:
        model(keras.tree.map_structure(lambda a: a[:1], batches.x))


def _classes(model: keras.Model) -> int | None:
    """Return how many classes loss and output imply; None when `y` need not hold classes."""
    name = getattr(model.loss, "name", None) or getattr(model.loss, "__name__", model.loss)
    shape = getattr(model, "output_shape", None) if model.built else None
    if not isinstance(name, str) or not isinstance(shape, tuple) or len(shape) != 2:
        return None
    if name == "binary_crossentropy" and shape[1] == 1:
        return 2
    return shape[1] if name == "sparse_categorical_crossentropy" else None


def _check(
    model: keras.Model,
    x: Any,
    y: Any,
    validation: Any,
    epochs: int,
    batch_size: int,
    patience: int | None,
    average: str | None,
    monitor: str,
) -> None:
    if not getattr(model, "compiled", False):
        raise MedaiError("The model is not compiled: call model.compile(optimizer, loss) first.")
    for name, value in {"epochs": epochs, "batch_size": batch_size, "patience": patience}.items():
        if value is not None and (not isinstance(value, (int, np.integer)) or value < 1):
            raise MedaiError(f"{name}={value!r}: give a whole number, at least 1.")
    if average not in (None, *averaging.KINDS):
        raise MedaiError(f"average={average!r} is unknown: choose 'ema', 'swa' or None.")
    if validation is None and patience is not None and monitor.startswith("val_"):
        raise MedaiError(
            f"patience={patience} watches {monitor}, but there is no validation data. Give "
            "validation=(x, y), or monitor='loss'."
        )
    if validation is not None and (
        not isinstance(validation, (tuple, list)) or len(validation) != 2
    ):
        raise MedaiError("validation must be a pair (x, y).")
    classes = _classes(model)
    shape = getattr(model, "input_shape", None) if model.built else None
    single = isinstance(shape, tuple) and not isinstance(shape[0], tuple)
    shape = shape[1:] if single and not isinstance(x, dict) else None
    if classes is not None and len(y) and np.isscalar(np.asarray(y).reshape(-1)[0]):
        check_training_data(x, y, n_classes=classes, input_shape=shape)
    else:
        check_training_data(x, y, input_shape=shape)
    if validation is not None:
        try:
            check_training_data(*validation, input_shape=shape)
        except MedaiError as error:
            raise MedaiError(f"In the validation data: {error}") from None
