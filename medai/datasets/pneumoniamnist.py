"""PneumoniaMNIST: real chest radiographs of children, 28 by 28 pixels, pneumonia or not.

The book does not ship it.  Give a path, set ``MEDAI_PNEUMONIAMNIST`` to one, or allow the
download; the official file is used only if its MD5 is the one that MedMNIST publishes.
"""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from medai.datasets.download import DownloadError, fetch
from medai.datasets.registry import card
from medai.runtime import data_home
from medai.runtime.errors import MedaiError
from medai.runtime.paths import tilde

if TYPE_CHECKING:
    import numpy as np

    Splits = dict[str, tuple[np.ndarray, np.ndarray]]

VARIABLE = "MEDAI_PNEUMONIAMNIST"
COUNTS = {"train": 4708, "validation": 524, "test": 624}  # of the official file
# The names of images and labels: MedMNIST's, and those of a copy rebuilt for this book.
_NAMES = {
    "train": (("train_images", "train_labels"), ("Xtr", "ytr")),
    "validation": (("val_images", "val_labels"), ("Xva", "yva")),
    "test": (("test_images", "test_labels"), ("Xte", "yte")),
}


def pneumonia_mnist(
    path: str | Path | None = None, download: bool = False, *, missing: str = "raise"
) -> Splits | None:
    """Return the three official parts of PneumoniaMNIST.

    Looked for in this order: `path`; the path in the environment variable
    ``MEDAI_PNEUMONIAMNIST``; an earlier download; with ``download=True``, Zenodo.

    Parameters
    ----------
    path : path, optional
        An ``.npz`` file with the arrays of MedMNIST (``train_images``, ``train_labels``,
        ``val_…``, ``test_…``).
    download : bool
        Download the official file (CC BY 4.0) if no copy is found; never while
        ``MEDAI_OFFLINE`` is set.
    missing : {"raise", "say"}
        When there is no copy: an error, or one visible line and None.  A path that was given,
        here or in the environment, must exist either way.

    Returns
    -------
    dict or None
        ``"train"``, ``"validation"`` and ``"test"``, each a pair of images (n, 28, 28, 1),
        float32 in [0, 1], and labels (n,), 1 for pneumonia, int64.

    Raises
    ------
    MedaiError
        When there is no copy, or a file is not what it should be.
    DownloadError
        When the download is forbidden, fails, or brings another content.

    Notes
    -----
    Patients are not identified, so images of one child may be on both sides of a split; see
    :func:`shared_images` for what can be found.
    """
    if missing not in ("raise", "say"):
        raise MedaiError(f"missing={missing!r}: take 'raise' or 'say'.")
    chosen = path or os.environ.get(VARIABLE, "").strip() or None
    if chosen is not None:
        return _read(Path(chosen).expanduser())
    file = card("pneumoniamnist").file()
    here = data_home(create=False) / "downloads" / "pneumoniamnist" / file.name
    if here.is_file() or download:
        try:
            return _read(fetch("pneumoniamnist"))
        except DownloadError as error:
            if missing == "raise":
                raise
            print(f"PneumoniaMNIST is not here: {error}")
            return None
    advice = (
        f"PneumoniaMNIST is not in {tilde(here.parent)}. Give the path of {file.name}, set "
        f"{VARIABLE} to it, or call pneumonia_mnist(download=True) (CC BY 4.0)."
    )
    if missing == "raise":
        raise MedaiError(advice)
    print(advice)
    return None


def shared_images(data: Splits) -> dict[tuple[str, str], np.ndarray]:
    """Return which images stand, pixel for pixel, in two parts at once.

    Parameters
    ----------
    data : dict
        Part to (images, labels), as :func:`pneumonia_mnist` returns it.

    Returns
    -------
    dict
        For each pair of parts, e.g. ``("train", "validation")``, the rows that agree, shape
        (k, 2): row in the first part and row in the second, every combination of copies.

    Examples
    --------
    >>> import numpy as np
    >>> from medai.datasets.pneumoniamnist import shared_images
    >>> films = np.zeros((3, 28, 28), "uint8")
    >>> films[1:, 5, 5] = 80, 90  # three different films
    >>> shared_images({"train": (films, np.ones(3)), "test": (films[2:], np.ones(1))})
    {('train', 'test'): array([[2, 0]])}
    """
    import numpy as np

    found = {}
    keys = {}
    for name, (images, _) in data.items():
        keys[name] = {}
        for row, image in enumerate(np.ascontiguousarray(images)):
            keys[name].setdefault(image.tobytes(), []).append(row)
    names = list(data)
    for i, first in enumerate(names):
        for second in names[i + 1 :]:
            pairs = [
                (a, b)
                for key, rows in keys[first].items()
                for a in rows
                for b in keys[second].get(key, ())
            ]
            found[first, second] = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return found


def _read(path: Path) -> Splits:
    import numpy as np

    if not path.is_file():
        raise MedaiError(
            f"{tilde(path)} is no file. Give the path of a PneumoniaMNIST .npz, in path= or in "
            f"{VARIABLE}, or leave both empty."
        )
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
    except (OSError, ValueError, AttributeError, zipfile.BadZipFile) as error:
        raise MedaiError(f"{tilde(path)} is no readable .npz of plain arrays ({error}).") from error
    return {part: _part(arrays, part, path) for part in _NAMES}


def _part(arrays: dict[str, np.ndarray], part: str, path: Path) -> tuple[np.ndarray, np.ndarray]:
    import numpy as np

    known = [names for names in _NAMES[part] if set(names) <= set(arrays)]
    if not known:
        raise MedaiError(
            f"{tilde(path)} lacks {' and '.join(_NAMES[part][0])}; it holds "
            f"{', '.join(sorted(arrays)) or 'nothing'}. Give a file with MedMNIST's arrays."
        )
    image_name, label_name = known[0]
    images, labels = arrays[image_name], arrays[label_name]
    if images.ndim != 3 or images.shape[1:] != (28, 28) or images.dtype != np.uint8:
        raise MedaiError(
            f"{image_name} in {tilde(path)} has shape {images.shape} and type {images.dtype}; "
            "PneumoniaMNIST has (n, 28, 28) and uint8."
        )
    labels = labels.reshape(-1)
    if labels.shape != (len(images),) or not np.isin(labels, (0, 1)).all():
        raise MedaiError(
            f"{label_name} in {tilde(path)} must hold one 0 or 1 for each of {len(images)} images."
        )
    return images[..., None].astype(np.float32) / np.float32(255), labels.astype(np.int64)
