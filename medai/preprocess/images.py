"""Prepare images of patients: one place to import from.

Steps map grey images to grey images, (height, width), (n, height, width) or
(n, height, width, 1), and each can report what it changes.  None learns anything from other
images, so none can leak from a test set.  :class:`Augment` is for training images only.

Examples
--------
>>> import numpy as np
>>> image = np.full((5, 5), 0.2)
>>> image[2, 2] = 0.9
>>> float(Denoise("median", size=3)(image).max())
0.20000000298023224
"""

from medai.preprocess._pixels import ImageStep, before_after, noise_sd, prepare
from medai.preprocess.augment import Augment
from medai.preprocess.dicom import IDENTIFYING, Slice, from_dataset, read_slice, rescale, window
from medai.preprocess.filters import Contrast, Denoise, Resize

__all__ = [
    "IDENTIFYING",
    "Augment",
    "Contrast",
    "Denoise",
    "ImageStep",
    "Resize",
    "Slice",
    "before_after",
    "from_dataset",
    "noise_sd",
    "prepare",
    "read_slice",
    "rescale",
    "window",
]
