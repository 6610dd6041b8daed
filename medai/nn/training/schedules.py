"""Learning rates that change during training: warm-up then cosine, and one cycle.

Both start small (the first gradients come from random weights), reach a peak and come down.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from medai.runtime import MedaiError


def _check(peak: float, steps: int, **parts: float) -> None:
    if not peak > 0:
        raise MedaiError(f"peak={peak}: the highest learning rate must be above 0.")
    if steps < 1:
        raise MedaiError(f"steps={steps}: give the number of training steps, epochs × batches.")
    for name, (value, low, high) in parts.items():
        if not low <= value <= high:
            raise MedaiError(f"{name}={value}: must lie between {low} and {high}.")


def _half_cosine(start: Any, end: Any, share: Any) -> Any:
    """Go from `start` (share 0) to `end` (share 1) along half a period of the cosine."""
    pi = 3.141592653589793
    return end + (start - end) * 0.5 * (1 + ops.cos(pi * ops.clip(share, 0.0, 1.0)))


class WarmupCosine(keras.optimizers.schedules.LearningRateSchedule):
    """Rise in a straight line to the peak, then fall along a cosine; see :func:`warmup_cosine`."""

    def __init__(self, peak: float, steps: int, warmup: int, end: float = 0.0):
        super().__init__()
        _check(peak, steps, warmup=(warmup, 0, steps - 1), end=(end, 0, peak))
        self.peak, self.steps, self.warmup, self.end = float(peak), steps, warmup, float(end)

    def __call__(self, step: Any) -> Any:
        """Return the learning rate of the update with this number, from 0."""
        step = ops.cast(step, "float32")
        rising = self.peak * (step + 1) / (self.warmup + 1)
        share = (step - self.warmup) / (self.steps - self.warmup)
        falling = _half_cosine(self.peak, self.end, share)
        return ops.where(step < self.warmup, rising, falling)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments."""
        names = ("peak", "steps", "warmup", "end")
        return {name: getattr(self, name) for name in names}


class OneCycle(keras.optimizers.schedules.LearningRateSchedule):
    """Up to the peak and far down again, along cosines; see :func:`one_cycle`."""

    def __init__(
        self,
        peak: float,
        steps: int,
        rise: float = 0.3,
        start_factor: float = 25.0,
        end_factor: float = 1e4,
    ):
        super().__init__()
        _check(peak, steps, rise=(rise, 0.01, 0.99))
        if start_factor < 1 or end_factor < 1:
            raise MedaiError(
                f"start_factor={start_factor}, end_factor={end_factor}: the peak is divided by "
                "them, so they must be at least 1."
            )
        self.peak, self.steps, self.rise = float(peak), steps, float(rise)
        self.start_factor, self.end_factor = float(start_factor), float(end_factor)

    def __call__(self, step: Any) -> Any:
        """Return the learning rate of the update with this number, from 0."""
        step = ops.cast(step, "float32")
        top = self.rise * self.steps
        start = self.peak / self.start_factor
        up = _half_cosine(start, self.peak, step / top)
        end = start / self.end_factor
        down = _half_cosine(self.peak, end, (step - top) / (self.steps - top))
        return ops.where(step < top, up, down)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments."""
        names = ("peak", "steps", "rise", "start_factor", "end_factor")
        return {name: getattr(self, name) for name in names}


def warmup_cosine(peak: float, steps: int, warmup: int, end: float = 0.0) -> WarmupCosine:
    """Return a schedule: `warmup` steps in a straight line up to `peak`, then a cosine to `end`.

    Update number 0 uses peak / (warmup + 1), number `warmup` the peak, number `steps` and all
    later ones `end`.

    Parameters
    ----------
    peak : float
        Highest learning rate.
    steps : int
        Updates in the whole training: epochs × batches per epoch.
    warmup : int
        Updates before the peak, from 0 to steps - 1.
    end : float
        Last learning rate, from 0 to peak.

    Returns
    -------
    WarmupCosine
        For the ``learning_rate`` of any Keras optimizer.

    Raises
    ------
    MedaiError
        For values out of range.

    Notes
    -----
    Cosine: Loshchilov and Hutter 2017, SGDR, equation 5, without restarts.
    """
    return WarmupCosine(peak, steps, warmup, end)


def one_cycle(
    peak: float,
    steps: int,
    rise: float = 0.3,
    start_factor: float = 25.0,
    end_factor: float = 1e4,
) -> OneCycle:
    """Return a schedule that rises for a share of the steps and falls far below its start.

    From peak / start_factor up to peak at step rise × steps, then down to
    peak / (start_factor × end_factor) at step `steps`, both along half a cosine.

    Parameters
    ----------
    peak : float
        Highest learning rate.
    steps : int
        Updates in the whole training.
    rise : float
        Share of the steps before the peak, from 0.01 to 0.99.
    start_factor, end_factor : float
        What peak, and then the start, are divided by.

    Returns
    -------
    OneCycle
        For the ``learning_rate`` of any Keras optimizer.

    Raises
    ------
    MedaiError
        For values out of range.

    Notes
    -----
    After Smith's "1cycle" policy; shape and defaults as in PyTorch's ``OneCycleLR`` (whose peak
    lies one step earlier), with the learning rate only, not the momentum.
    """
    return OneCycle(peak, steps, rise, start_factor, end_factor)


# Not as decorators: the light set-up that renders the API page has no Keras to decorate with.
for schedule in (WarmupCosine, OneCycle):
    keras.saving.register_keras_serializable("medai")(schedule)
