"""What a fine-tuning asks of its texts, labels and numbers before any work is done."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from medai.runtime import MedaiError

PICKLES = (".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".joblib", ".npy", ".dill")


def checked_labels(labels: Sequence[str], n: int, name: str = "labels") -> list[str]:
    """Return the labels as a list of str, one for each of `n` texts.

    Raises
    ------
    MedaiError
        For another number of labels than texts, and a missing or non-text label.
    """
    if isinstance(labels, str):
        raise MedaiError(f"{name} is one str where a list with one label per text is needed")
    labels = list(labels)
    if len(labels) != n:
        raise MedaiError(f"{name} has {len(labels)} entries for {n} texts; give one label per text")
    for i, label in enumerate(labels):
        if isinstance(label, float) and math.isnan(label):
            raise MedaiError(f"{name}[{i}] is NaN: a missing label; leave the row out")
        if not isinstance(label, (str, int, np.integer)) or isinstance(label, bool):
            raise MedaiError(f"{name}[{i}] is {label!r:.60}; a label is a str (or a whole number)")
        if isinstance(label, str) and not label.strip():
            raise MedaiError(f"{name}[{i}] is empty; leave such rows out before training")
    return [str(label) for label in labels]


def number(
    name: str,
    value: Any,
    low: float,
    high: float = math.inf,
    *,
    whole: bool = False,
    above: bool = False,
) -> float:
    """Return `value` if it is a number from `low` (or `above` it) to `high`.

    Raises
    ------
    MedaiError
        If it is not.
    """
    kinds = (int, np.integer) if whole else (int, float, np.integer, np.floating)
    good = isinstance(value, kinds) and not isinstance(value, bool) and math.isfinite(value)
    if not good or value < low or value > high or (above and value == low):
        rule = f"{'above' if above else 'at least'} {low:g}"
        rule += f" and at most {high:g}" if high < math.inf else ""
        raise MedaiError(f"{name}={value!r}; it must be a {'whole ' * whole}number {rule}")
    return int(value) if whole else float(value)


def weights_of_classes(
    class_weight: str | Mapping[str, float] | None, classes: Sequence[str], labels: Sequence[str]
) -> list[float]:
    """Return one loss weight per class.

    Parameters
    ----------
    class_weight : {None, "balanced"} or mapping
        None: 1 for all. ``"balanced"``: n / (K n_c), as in scikit-learn. A mapping: its values.
    classes, labels : list of str
        The K classes and the label of each of the n training texts.

    Raises
    ------
    MedaiError
        For another word, a class that is missing or unknown, or a weight not above 0.
    """
    if class_weight is None:
        return [1.0] * len(classes)
    if isinstance(class_weight, str):
        if class_weight != "balanced":
            raise MedaiError(f"class_weight={class_weight!r}; it must be None, 'balanced' or dict")
        return [len(labels) / (len(classes) * labels.count(c)) for c in classes]
    given = {str(k): v for k, v in dict(class_weight).items()}
    odd = sorted(set(given) ^ set(classes))
    if odd:
        raise MedaiError(f"class_weight and the labels differ in {odd}; give one weight per class")
    return [number(f"class_weight[{c!r}]", given[c], 0, above=True) for c in classes]


def digest(*parts: Any) -> str:
    """Return a short SHA-256 of anything JSON can hold."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def safe_folder(folder: str | Path, what: str, needs: Sequence[str]) -> Path:
    """Return `folder` as a Path if it holds the files in `needs` and nothing that can run code.

    Raises
    ------
    MedaiError
        If it is no folder, a file is missing, or a pickle lies in it.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise MedaiError(f"There is no folder {folder}; {what} is a folder written by save()")
    pickles = sorted(p.name for p in folder.rglob("*") if p.suffix.lower() in PICKLES)
    if pickles:
        raise MedaiError(
            f"{folder} holds {pickles[0]}: such a file is a pickle, and loading a pickle runs "
            "whatever code is in it. Only safetensors are read; convert it where you trust it."
        )
    missing = [name for name in needs if not (folder / name).is_file()]
    if missing:
        raise MedaiError(
            f"{folder} holds no {' and no '.join(missing)}, so it is not {what}; "
            "it must be a folder written by save()"
        )
    return folder


def read_json(path: Path, format_name: str, version: int) -> dict[str, Any]:
    """Return the JSON object in `path` if it carries this format and version.

    Raises
    ------
    MedaiError
        If it is no JSON object, or of another format or version.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        named, number = found.get("format"), found.get("version")
    except (ValueError, AttributeError) as error:
        raise MedaiError(f"{path} cannot be read as a JSON object ({error})") from None
    if named != format_name or number != version:
        raise MedaiError(
            f"{path} has format {named!r}, version {number!r}; this medai reads "
            f"{format_name!r}, version {version}"
        )
    return found
