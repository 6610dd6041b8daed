"""Noise, contrast and size of images: what each step helps, it can also erase."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from medai.preprocess._pixels import ImageStep, check_unit, noise_sd
from medai.runtime import MedaiError


@dataclass(frozen=True)
class Denoise(ImageStep):
    """Remove noise by a median or by non-local means.

    The median of a square forgets whatever covers less than half of it: a bright dot of one
    pixel goes with the noise, and so may a small nodule.  Non-local means averages pixels
    whose surroundings are alike, anywhere near.

    Attributes
    ----------
    method : {"median", "nl-means"}
        Which.
    size : int
        For the median, pixels a side of the square, odd; 1 changes nothing.
    strength : float
        For non-local means, the filter's `h` in units of the noise's standard deviation, which
        is estimated for each image (:func:`noise_sd`); at least 0, and 0 changes nothing.

    Notes
    -----
    ``scipy.ndimage.median_filter`` and ``skimage.restoration.denoise_nl_means`` (patches of 5
    pixels, looked for within 6).
    """

    method: str = "median"
    size: int = 3
    strength: float = 0.8

    def __post_init__(self) -> None:
        if self.method not in ("median", "nl-means"):
            raise MedaiError(f"method={self.method!r}: take 'median' or 'nl-means'.")
        if self.size < 1 or self.size % 2 == 0:
            raise MedaiError(f"size={self.size}: take an odd number of pixels, such as 3.")
        if not 0 <= self.strength < np.inf:
            raise MedaiError(f"strength={self.strength}: take a number from 0, such as 0.8.")

    def __str__(self) -> str:
        return f"median {self.size}x{self.size}" if self.method == "median" else self.method

    def _apply(self, stack: np.ndarray) -> np.ndarray:
        if self.method == "median":
            from scipy.ndimage import median_filter

            return median_filter(stack, size=(1, self.size, self.size), mode="nearest")
        from skimage.restoration import denoise_nl_means

        result = stack.copy()
        for i, sigma in enumerate(noise_sd(stack)):
            if sigma > 0 and self.strength > 0:
                result[i] = denoise_nl_means(
                    stack[i], patch_size=5, patch_distance=6, h=self.strength * sigma,
                    sigma=sigma, fast_mode=True,
                )  # fmt: skip
        return result


@dataclass(frozen=True)
class Contrast(ImageStep):
    """Spread the brightness of each image by itself; nothing is learned from other images.

    Attributes
    ----------
    method : {"stretch", "clahe"}
        "stretch" maps two percentiles of the image to 0 and 1 and clips what lies outside.
        "clahe", contrast-limited adaptive histogram equalisation, spreads each region by its
        own histogram: faint structure appears, and so does noise, while brightness can no
        longer be compared between regions or patients.
    low, high : float
        Percentiles for "stretch", 0 to 100.
    clip_limit : float
        For "clahe", above 0 and at most 1; larger means more contrast.

    Notes
    -----
    ``skimage.exposure.equalize_adapthist``, which needs brightness in [0, 1] and first spreads
    the image to that whole range.  An image of one single value is left as it is.
    """

    method: str = "stretch"
    low: float = 1.0
    high: float = 99.0
    clip_limit: float = 0.01

    def __post_init__(self) -> None:
        if self.method not in ("stretch", "clahe"):
            raise MedaiError(f"method={self.method!r}: take 'stretch' or 'clahe'.")
        if not 0 <= self.low < self.high <= 100:
            raise MedaiError(
                f"low={self.low}, high={self.high}: take percentiles with "
                "0 <= low < high <= 100, such as 1 and 99."
            )
        if not 0 < self.clip_limit <= 1:
            raise MedaiError(f"clip_limit={self.clip_limit}: take a number above 0, up to 1.")

    def __str__(self) -> str:
        return "CLAHE" if self.method == "clahe" else f"stretch {self.low:g}-{self.high:g} %"

    def _apply(self, stack: np.ndarray) -> np.ndarray:
        if self.method == "stretch":
            low, high = np.percentile(stack, [self.low, self.high], axis=(1, 2), keepdims=True)
            flat = high == low
            spread = np.clip((stack - low) / np.where(flat, 1, high - low), 0, 1)
            return np.where(flat, stack, spread)
        from skimage.exposure import equalize_adapthist

        check_unit(stack, "CLAHE")
        result = stack.copy()
        for i, image in enumerate(stack):
            if image.min() < image.max():
                result[i] = equalize_adapthist(image, clip_limit=self.clip_limit)
        return result


@dataclass(frozen=True)
class Resize(ImageStep):
    """Bring images to another size.

    Attributes
    ----------
    height, width : int
        In pixels, at least 1.
    anti_alias : bool
        Blur before making smaller, so that each new pixel stands for all the old ones beneath
        it.  Without it a new pixel sees only its nearest old ones: fine patterns turn into
        coarse ones that are not there, and a small sign is kept or lost by chance.

    Notes
    -----
    ``skimage.transform.resize`` with linear interpolation.  A sign smaller than a new pixel is
    diluted in either case; see Chapter 14.
    """

    height: int
    width: int
    anti_alias: bool = True

    def __post_init__(self) -> None:
        for name, value in (("height", self.height), ("width", self.width)):
            if not hasattr(value, "__index__") or isinstance(value, bool) or value < 1:
                raise MedaiError(f"{name}={value!r}: take a whole number of pixels, at least 1.")

    def __str__(self) -> str:
        return f"{self.height}x{self.width}" + ("" if self.anti_alias else ", no anti-aliasing")

    def _apply(self, stack: np.ndarray) -> np.ndarray:
        from skimage.transform import resize

        shape = (len(stack), self.height, self.width)
        if shape == stack.shape:
            return stack
        return resize(
            stack, shape, order=1, mode="edge", anti_aliasing=self.anti_alias, preserve_range=True
        )
