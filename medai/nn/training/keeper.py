"""The callback behind :func:`medai.nn.training.fit`: history, early stopping, saving."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

from medai.nn.training.averaging import EqualMean, swa_start
from medai.nn.training.batches import Batches, seed_torch
from medai.nn.training.checkpoint import CheckpointFolder, assign, values
from medai.runtime import MedaiError

if TYPE_CHECKING:
    import pandas as pd

SMALLER = ("loss", "error", "mse", "mae", "perplexity", "brier", "entropy")
LARGER = ("acc", "auc", "precision", "recall", "f1", "sensitivity", "specificity", "roc")


class DivergedError(MedaiError):
    """The training loss is no longer finite."""


def direction(monitor: str, mode: str) -> int:
    """Return 1 when larger is better, -1 when smaller is.

    Raises
    ------
    MedaiError
        When the name does not tell.
    """
    if mode in ("min", "max"):
        return 1 if mode == "max" else -1
    if mode != "auto":
        raise MedaiError(f"mode={mode!r} is unknown: choose 'min', 'max' or 'auto'.")
    name = monitor.lower()
    if any(word in name for word in SMALLER):
        return -1
    if any(word in name for word in LARGER):
        return 1
    raise MedaiError(f"Is a large {monitor!r} good? Say mode='max' or mode='min'.")


class Keeper(keras.callbacks.Callback):
    """Keeps everything that a training needs between two epochs.

    Parameters are those of :func:`medai.nn.training.fit`; `store` is None without checkpoint.
    """

    def __init__(
        self,
        batches: Batches,
        epochs: int,
        monitor: str,
        mode: str,
        patience: int | None,
        average: str | None,
        store: CheckpointFolder | None,
    ):
        super().__init__()
        self.batches, self.epochs, self.monitor = batches, epochs, monitor
        self.patience, self.average, self.store = patience, average, store
        self.sign = 1 if patience is None else direction(monitor, mode)
        self.rows: list[dict[str, float]] = []
        self.best: list[np.ndarray] = []
        self.best_value, self.best_epoch, self.waited = -math.inf, None, 0
        self.mean = EqualMean()
        self.stop = self.finished = False
        self.final: dict[str, float] = {}

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Shuffle for this epoch, and seed what does not keep its own state."""
        self.batches.start(epoch)
        seed_torch(self.batches.seed, epoch)
        self.began = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Note the metrics, look whether this is the best epoch, write the checkpoint."""
        logs = {name: float(value) for name, value in (logs or {}).items()}
        if not math.isfinite(logs.get("loss", 0.0)):
            raise DivergedError(
                f"The loss became {logs['loss']} in epoch {epoch + 1}. Lower the learning rate "
                "(learning_rate_finder shows which are safe), scale the inputs, or clip the "
                "gradients (clipnorm=1.0 in the optimizer)."
            )
        rate = float(ops.convert_to_numpy(self.model.optimizer.learning_rate))
        seconds = time.perf_counter() - self.began
        self.rows.append({"epoch": epoch + 1, **logs, "learning_rate": rate, "seconds": seconds})
        improved = self.patience is not None and self._look(epoch, logs)
        if self.average == "swa":
            if improved:
                self.mean = EqualMean()  # from the best epoch on
            if self.patience is not None or epoch >= swa_start(self.epochs):
                self.mean.add(self.model)
        self.save(self.model)
        if self.stop:
            self.model.stop_training = True

    def _look(self, epoch: int, logs: dict[str, float]) -> bool:
        """Return whether this is the best epoch so far, and set `stop` when patience ends."""
        if self.monitor not in logs:
            raise MedaiError(
                f"monitor={self.monitor!r} is not measured; there are {sorted(logs)}. Add it to "
                "the metrics of model.compile, or watch one of these."
            )
        value = self.sign * logs[self.monitor]
        if value > self.best_value:  # False for NaN
            self.best_value, self.best_epoch, self.waited = value, epoch + 1, 0
            if self.average is None:
                self.best = values(self.model.weights)
            return True
        self.waited += 1
        self.stop = self.waited >= self.patience
        return False

    def save(self, model: keras.Model) -> None:
        """Write the checkpoint, if there is one."""
        if self.store is None:
            return
        arrays = {
            "model": values(model.variables),
            "optimizer": values(model.optimizer.variables),
            "best": self.best,
            "sums": self.mean.sums,
        }
        names = ("rows", "best_value", "best_epoch", "waited", "stop", "finished", "final")
        notes = {name: getattr(self, name) for name in names}
        self.store.write(arrays, {**notes, "count": self.mean.count})

    def resume(self, model: keras.Model) -> None:
        """Take up the last complete epoch in the folder, if there is one."""
        found = self.store.read()
        if found is None:
            return
        arrays, notes = found
        assign(model.variables, arrays["model"])
        assign(model.optimizer.variables, arrays["optimizer"])
        self.best = arrays["best"]
        self.mean.sums, self.mean.count = arrays["sums"], notes.pop("count")
        for name, value in notes.items():
            setattr(self, name, value)

    def frame(self) -> pd.DataFrame:
        """Return the history."""
        import pandas as pd

        history = pd.DataFrame(self.rows)
        history.attrs = {
            "best_epoch": self.best_epoch,
            "stopped_early": self.stop and len(self.rows) < self.epochs,
            "averaged": self.average,
        }
        if self.final:
            history.attrs["final"] = dict(self.final)
        return history


class _Bar(keras.callbacks.Callback):
    def __init__(self, bar: Any):
        super().__init__()
        self.bar = bar

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self.bar.update(1)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        shown = {k: f"{float(v):.3g}" for k, v in (logs or {}).items() if k.endswith("loss")}
        self.bar.set_postfix(shown, refresh=False)


@contextmanager
def progress_bar(keeper: Keeper, wanted: bool) -> Iterator[list]:
    """Yield a callback that draws one line in a terminal, or nothing to call anywhere else."""
    from tqdm import tqdm

    steps = len(keeper.batches)
    done, total = len(keeper.rows) * steps, keeper.epochs * steps
    off = None if wanted else True  # None: off unless the output is a terminal
    with tqdm(total=total, initial=done, disable=off, leave=False, unit=" batches") as bar:
        yield [] if bar.disable else [_Bar(bar)]
