"""Vary training images within what anatomy and a radiographer allow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from medai.preprocess._pixels import as_stack, before_after, like
from medai.runtime import MedaiError

if TYPE_CHECKING:
    import pandas as pd

MOST_ROTATION = 10.0  # degrees


@dataclass(frozen=True)
class Augment:
    """Change each image of a batch a little, at random: ``(batch, rng) -> batch``.

    Everything here also happens between two exposures of one patient: the patient stands a
    little to the side, leans, breathes in less; the exposure and its noise differ.  Hence:

    * **No left-right flip** unless asked for.  The heart lies on the left; a flipped image is
      that of a person with dextrocardia or situs inversus, and a label that names a side
      becomes wrong.
    * **No upside-down flip at all**, and no rotation beyond 10 degrees: nobody is filmed like
      that, and the model would learn to read images that do not exist.

    Use it on training images only, as ``augment=`` of :func:`medai.nn.training.fit`.

    Attributes
    ----------
    shift : float
        Largest shift, as a share of the image's side, up and down and to both sides; 0 to 0.25.
    rotation : float
        Largest angle in degrees, 0 to 10.
    zoom : float
        Largest change of size, as a share; 0 to 0.25.
    brightness : float
        Largest amount added to every pixel; 0 to 0.5.
    contrast : float
        Largest change of the spread about the image's mean, as a share; 0 to 0.5.
    noise : float
        Standard deviation of what is added to each pixel by itself; 0 to 0.5.
    flip_left_right : bool
        Mirror half of the images.  Only where no side matters, the heart's included.

    Notes
    -----
    Brightness is expected in [0, 1] and kept there.  What is moved in from outside repeats the
    edge.  Linear interpolation blurs slightly, as does standing less still.
    """

    shift: float = 0.06
    rotation: float = 7.0
    zoom: float = 0.06
    brightness: float = 0.05
    contrast: float = 0.10
    noise: float = 0.01
    flip_left_right: bool = False

    def __post_init__(self) -> None:
        limits = {"shift": 0.25, "rotation": MOST_ROTATION, "zoom": 0.25}
        limits |= {"brightness": 0.5, "contrast": 0.5, "noise": 0.5}
        for name, limit in limits.items():
            value = getattr(self, name)
            if not 0 <= value <= limit:
                raise MedaiError(
                    f"{name}={value}: take a number from 0 to {limit:g}; more than that does not "
                    "happen between two images of a patient."
                )

    def __call__(self, images: Any, rng: np.random.Generator) -> np.ndarray:
        """Return changed copies, float32, of the shape that came in.

        Parameters
        ----------
        images : array_like
            Grey images in [0, 1]: (height, width), (n, height, width) or
            (n, height, width, 1).
        rng : numpy.random.Generator
            Decides everything: the same generator, the same images.

        Raises
        ------
        MedaiError
            When the images have another shape, are not finite or leave [0, 1].
        """
        stack = as_stack(images)
        low, high = float(stack.min()), float(stack.max())
        if low < 0 or high > 1:
            raise MedaiError(
                f"Augmentation needs brightness in [0, 1]; these images reach from {low:g} to "
                f"{high:g}. Window or divide them first."
            )
        n = len(stack)
        # All numbers are drawn, used or not, so that one setting does not change another's.
        u = rng.uniform(-1, 1, size=(n, 6)).astype(np.float32)
        mirrored = rng.random(n) < 0.5
        grain = rng.standard_normal(stack.shape, dtype=np.float32)
        if self.flip_left_right:
            stack = np.where(mirrored[:, None, None], stack[:, :, ::-1], stack)
        if self.shift or self.rotation or self.zoom:
            stack = _moved(
                stack, self.shift * u[:, :2], np.radians(self.rotation) * u[:, 2],
                1 + self.zoom * u[:, 3],
            )  # fmt: skip
        if self.brightness or self.contrast or self.noise:
            mean = stack.mean((1, 2), keepdims=True)
            gain = (1 + self.contrast * u[:, 4])[:, None, None]
            stack = mean + gain * (stack - mean) + (self.brightness * u[:, 5])[:, None, None]
            stack = np.clip(stack + np.float32(self.noise) * grain, 0, 1)
        return like(stack.astype(np.float32), images)

    def report(self, images: Any, rng: np.random.Generator) -> pd.DataFrame:
        """Return the table of before and after for these images."""
        return before_after(images, self(images, rng))


def _moved(stack: np.ndarray, shift: np.ndarray, angle: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Shift (n, 2) in shares of the side, turn (n,) in radians, enlarge (n,) each image."""
    n, height, width = stack.shape
    middle = np.array([(height - 1) / 2, (width - 1) / 2], dtype=np.float32)
    row, column = np.meshgrid(
        np.arange(height, dtype=np.float32) - middle[0],
        np.arange(width, dtype=np.float32) - middle[1],
        indexing="ij",
    )
    row = row[None] - (shift[:, 0] * height)[:, None, None]
    column = column[None] - (shift[:, 1] * width)[:, None, None]
    cos = (np.cos(angle) / size)[:, None, None]
    sin = (np.sin(angle) / size)[:, None, None]
    # Where each new pixel comes from.
    old_row = np.clip(cos * row + sin * column + middle[0], 0, height - 1)
    old_column = np.clip(cos * column - sin * row + middle[1], 0, width - 1)
    top = np.minimum(old_row.astype(np.intp), max(height - 2, 0))
    left = np.minimum(old_column.astype(np.intp), max(width - 2, 0))
    down, right = old_row - top, old_column - left
    below, beside = min(1, height - 1) * width, min(1, width - 1)
    flat = stack.reshape(n, -1)
    at = (top * width + left).reshape(n, -1)
    corners = [np.take_along_axis(flat, at + step, axis=1).reshape(stack.shape)
               for step in (0, beside, below, below + beside)]  # fmt: skip
    upper = corners[0] * (1 - right) + corners[1] * right
    lower = corners[2] * (1 - right) + corners[3] * right
    return upper * (1 - down) + lower * down
