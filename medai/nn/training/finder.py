"""Find a learning rate in one short run: raise it step by step and watch the loss."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from medai.nn.training.batches import Batches
from medai.nn.training.checks import check_training_data
from medai.runtime import MedaiError

if TYPE_CHECKING:
    import pandas as pd


@keras.saving.register_keras_serializable("medai")
class _Geometric(keras.optimizers.schedules.LearningRateSchedule):
    """From `low` at step 0 to `high` at step `steps` - 1, by equal factors."""

    def __init__(self, low: float, high: float, steps: int):
        super().__init__()
        self.low, self.high, self.steps = low, high, steps

    def __call__(self, step: Any) -> Any:
        share = ops.cast(step, "float32") / max(1, self.steps - 1)
        return self.low * ops.exp(share * math.log(self.high / self.low))

    def get_config(self) -> dict[str, Any]:
        return {"low": self.low, "high": self.high, "steps": self.steps}


def learning_rate_finder(
    model: keras.Model,
    x: Any,
    y: Any,
    *,
    low: float = 1e-5,
    high: float = 1.0,
    steps: int = 100,
    batch_size: int = 64,
    smoothing: float = 0.9,
    stop_factor: float = 4.0,
    seed: int = 0,
) -> pd.DataFrame:
    """Train a *copy* of the model with a learning rate that grows at every step.

    The model given, its weights and its optimizer stay untouched.  Read the curve, not a single
    number: good rates lie where the smoothed loss falls steeply, well before it turns up.

    Parameters
    ----------
    model : keras.Model
        Compiled, Sequential or functional.
    x, y : array or structure of arrays
        Training data (never validation or test data).
    low, high : float
        First and last learning rate, growing by equal factors.
    steps : int
        Updates, at least 2.
    batch_size : int
        As in the training that is planned.
    smoothing : float
        From 0 (none) to below 1: weight of the past in the moving average of the loss, which is
        corrected for its start at 0.
    stop_factor : float
        Stop when the smoothed loss exceeds so many times its least value (or is not finite).
    seed : int
        Of the order of the batches.

    Returns
    -------
    pandas.DataFrame
        One row per step: learning_rate, loss (of that batch before its update), smoothed.
        ``attrs["suggestion"]`` is the rate of steepest descent of the smoothed loss, over the
        logarithm of the rate, before its minimum; a start for tuning, no more.

    Raises
    ------
    MedaiError
        For a model that is not compiled or cannot be copied, and for settings out of range.

    Notes
    -----
    Learning rate range test: Smith 2017, "Cyclical learning rates", section 3.3.
    """
    import pandas as pd

    if not getattr(model, "compiled", False):
        raise MedaiError("The model is not compiled: call model.compile(optimizer, loss) first.")
    if not 0 < low < high or steps < 2 or not 0 <= smoothing < 1 or stop_factor <= 1:
        raise MedaiError(
            f"low={low}, high={high}, steps={steps}, smoothing={smoothing}, "
            f"stop_factor={stop_factor}: need 0 < low < high, steps >= 2, smoothing in [0, 1) and "
            "stop_factor > 1."
        )
    check_training_data(x, y)
    twin = _copy(model, x, _Geometric(low, high, steps))
    batches, rows, average, least = Batches(x, y, batch_size, seed), [], 0.0, math.inf
    for step in range(steps):
        epoch, batch = divmod(step, len(batches))
        if batch == 0:
            batches.start(epoch)
        rate = float(ops.convert_to_numpy(twin.optimizer.learning_rate))
        loss = float(twin.train_on_batch(*batches[batch], return_dict=True)["loss"])
        twin.reset_metrics()  # the loss of this batch, not the mean so far
        if not math.isfinite(loss):
            break
        average = smoothing * average + (1 - smoothing) * loss
        smooth = average / (1 - smoothing ** (step + 1))
        rows.append((rate, loss, smooth))
        least = min(least, smooth)
        if step > 5 and smooth > stop_factor * max(least, 1e-12):
            break
    if not rows:
        raise MedaiError(
            f"The loss is not finite even at the learning rate {low}: scale the inputs."
        )
    frame = pd.DataFrame(rows, columns=["learning_rate", "loss", "smoothed"])
    frame.attrs["suggestion"] = _steepest(frame)
    return frame


def _copy(model: keras.Model, x: Any, schedule: Any) -> keras.Model:
    try:
        twin = keras.models.clone_model(model)
    except (ValueError, NotImplementedError, TypeError) as error:
        raise MedaiError(
            f"This model cannot be copied ({type(error).__name__}: {error}). The finder needs a "
            "Sequential or functional model."
        ) from None
    for part in (model, twin):
        if not part.built:
            part(keras.tree.map_structure(lambda a: a[:1], x))
    twin.set_weights(model.get_weights())
    config = {**model.optimizer.get_config(), "learning_rate": schedule}
    twin.compile(type(model.optimizer).from_config(config), model.loss)
    return twin


def _steepest(frame: pd.DataFrame) -> float:
    import numpy as np

    end = max(2, int(frame.smoothed.argmin()) + 1)
    part = frame.iloc[:end]
    if len(part) < 2:
        return float(part.learning_rate.iloc[0])
    slope = np.gradient(part.smoothed, np.log(part.learning_rate))
    return float(part.learning_rate.iloc[int(np.argmin(slope))])
