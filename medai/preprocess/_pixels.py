"""What every step on images shares: grey images in and out, a measure of noise, a report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from medai.runtime import MedaiError

if TYPE_CHECKING:
    import pandas as pd


def as_stack(images: Any) -> np.ndarray:
    """Return grey images as one stack, shape (n, height, width), float32.

    Parameters
    ----------
    images : array_like
        One image (height, width), several (n, height, width), or several with one channel
        (n, height, width, 1), as Keras takes them.

    Raises
    ------
    MedaiError
        For another shape, several channels, an empty array, or a value that is not finite.
    """
    images = np.asarray(images)
    if images.dtype.kind not in "fiub":
        raise MedaiError(f"Images are numbers, not {images.dtype}. Give an array of numbers.")
    stack = images
    if stack.ndim == 4 and stack.shape[3] == 1:
        stack = stack[..., 0]
    elif stack.ndim == 2:
        stack = stack[None]
    if stack.ndim != 3:
        raise MedaiError(
            f"Images of shape {images.shape}: give one grey image (height, width), several "
            "(n, height, width), or several with one channel (n, height, width, 1)."
        )
    if stack.size == 0:
        raise MedaiError(f"Images of shape {images.shape} hold no pixel.")
    stack = stack.astype(np.float32)
    if not np.isfinite(stack).all():
        bad = int((~np.isfinite(stack)).sum())
        raise MedaiError(f"{bad} pixel(s) are NaN or infinite. Replace them first.")
    return stack


def like(stack: np.ndarray, images: Any) -> np.ndarray:
    """Return `stack` with as many axes as `images` had."""
    axes = np.ndim(images)
    return stack[0] if axes == 2 else stack[..., None] if axes == 4 else stack


def check_unit(stack: np.ndarray, what: str) -> None:
    """Refuse images outside [0, 1]: `what` would clip or misread them without a word."""
    low, high = float(stack.min()), float(stack.max())
    if low < 0 or high > 1:
        raise MedaiError(
            f"{what} needs brightness in [0, 1]; these images reach from {low:g} to {high:g}. "
            "Window or divide them first."
        )


def noise_sd(images: Any) -> np.ndarray:
    r"""Estimate the standard deviation of the noise of each image, shape (n,).

    Each pixel is compared with its eight neighbours by the mask
    ``[[1, -2, 1], [-2, 4, -2], [1, -2, 1]]``, which gives 0 wherever brightness changes
    evenly.  Independent normal noise of standard deviation :math:`\sigma` makes the answer
    normal with :math:`6\sigma` (the squares of the mask add up to 36), whose mean absolute
    value is :math:`6\sigma\sqrt{2/\pi}`; hence :math:`\sigma = \sqrt{\pi/2}\,\overline{|r|}/6`.
    Fine texture counts as noise too, so that real images seem noisier than they are.

    Parameters
    ----------
    images : array_like
        As in :func:`as_stack`; at least 3 by 3 pixels.

    Notes
    -----
    Immerkær, Fast noise variance estimation, 1996 (as described by others; the derivation is
    above).
    """
    stack = as_stack(images)
    if min(stack.shape[1:]) < 3:
        raise MedaiError(f"Images of {stack.shape[1]} by {stack.shape[2]} pixels: need 3 by 3.")
    across = stack[:, :, :-2] - 2 * stack[:, :, 1:-1] + stack[:, :, 2:]
    answer = across[:, :-2] - 2 * across[:, 1:-1] + across[:, 2:]
    return np.sqrt(np.pi / 2) * np.abs(answer).mean((1, 2)) / 6


def describe(images: Any) -> dict[str, float]:
    """Return what a report says of a set of images; noise is NaN below 3 by 3 pixels."""
    stack = as_stack(images)
    return {
        "images": len(stack),
        "height": stack.shape[1],
        "width": stack.shape[2],
        "minimum": float(stack.min()),
        "maximum": float(stack.max()),
        "mean": float(stack.mean(dtype=np.float64)),
        "sd": float(stack.std(dtype=np.float64)),
        "noise sd": float(noise_sd(stack).mean()) if min(stack.shape[1:]) > 2 else float("nan"),
    }


def before_after(before: Any, after: Any) -> pd.DataFrame:
    """Return a table of two sets of images, one row a property, columns before and after."""
    import pandas as pd

    return pd.DataFrame({"before": describe(before), "after": describe(after)})


class ImageStep:
    """A step that maps grey images to grey images and can say what it changes.

    Subclasses write ``_apply(stack)`` for a float32 stack (n, height, width).
    """

    def __call__(self, images: Any) -> np.ndarray:
        """Return the images after this step, float32, with as many axes as came in."""
        stack = as_stack(images)
        return like(self._apply(stack).astype(np.float32), images)

    def report(self, images: Any) -> pd.DataFrame:
        """Return the table of before and after for these images."""
        return before_after(images, self(images))

    def _apply(self, stack: np.ndarray) -> np.ndarray:
        raise NotImplementedError


def prepare(images: Any, steps: Any) -> tuple[np.ndarray, pd.DataFrame]:
    """Take images through several steps, one after the other.

    Parameters
    ----------
    images : array_like
        As in :func:`as_stack`.
    steps : sequence of callable
        Such as ``[Denoise(), Contrast()]``.

    Returns
    -------
    images : numpy.ndarray
        What comes out, float32.
    report : pandas.DataFrame
        One row for the images as given and one after each step.
    """
    import pandas as pd

    rows = {"as given": describe(images)}
    images = like(as_stack(images), images)
    for number, step in enumerate(steps, 1):
        images = step(images)
        rows[f"{number} {step}"] = describe(images)
    return images, pd.DataFrame(rows).T
