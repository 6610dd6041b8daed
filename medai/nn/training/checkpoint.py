"""One file that holds a training between two epochs, complete or not there at all.

The file is an ``npz`` archive without pickles: arrays, and one JSON text for the rest.  It is
written beside the old one and renamed (:func:`medai.runtime.files.replacing`), so a kill in
mid-write leaves the last complete file; zip's checksums notice a damaged one.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import ops

from medai.runtime import MedaiError
from medai.runtime.files import replacing

FORMAT = 1
NAME = "checkpoint.npz"


class CheckpointFolder:
    """Reads and writes the checkpoint of one training.

    Parameters
    ----------
    folder : path
        Made if needed; it holds one training.
    fingerprint : dict of str
        What the training is; see :func:`fingerprint`.
    """

    def __init__(self, folder: Path | str, fingerprint: dict[str, str]):
        self.folder, self.fingerprint = Path(folder), fingerprint
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise MedaiError(f"checkpoint={folder}: cannot make this folder ({error}).") from None
        self.path = self.folder / NAME

    def clean(self) -> None:
        """Remove what a killed process left half written."""
        for part in self.folder.glob(f"{NAME}*.part"):
            part.unlink(missing_ok=True)

    def write(self, arrays: dict[str, list[np.ndarray]], notes: dict[str, Any]) -> None:
        """Replace the checkpoint; `notes` is anything JSON can hold."""
        meta = {"format": FORMAT, "fingerprint": self.fingerprint, "notes": notes}
        meta["groups"] = {group: len(values) for group, values in arrays.items()}
        flat = {f"{g}.{i}": a for g, values in arrays.items() for i, a in enumerate(values)}
        text = np.frombuffer(json.dumps(meta).encode(), dtype="uint8")
        with replacing(self.path) as file:
            np.savez(file, meta=text, **flat)

    def read(self) -> tuple[dict[str, list[np.ndarray]], dict[str, Any]] | None:
        """Return arrays and notes of the last complete epoch; None when there is no file.

        Raises
        ------
        MedaiError
            When the file is damaged, or belongs to another training.
        """
        if not self.path.exists():
            return None
        try:
            with np.load(self.path, allow_pickle=False) as file:
                meta = json.loads(bytes(file["meta"]))
                if meta["format"] != FORMAT:
                    raise MedaiError(
                        f"{self.path} has format {meta['format']}, this medai reads {FORMAT}. "
                        "Finish it with the version that began it, or use another folder."
                    )
                self._compare(meta["fingerprint"])
                groups = meta["groups"].items()
                arrays = {g: [file[f"{g}.{i}"] for i in range(n)] for g, n in groups}
                return arrays, meta["notes"]
        except MedaiError:
            raise
        except (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
            raise MedaiError(
                f"The checkpoint {self.path} is damaged ({type(error).__name__}: {error}). "
                "Delete it to start afresh; nothing else in the folder is needed."
            ) from None

    def _compare(self, there: dict[str, str]) -> None:
        here = self.fingerprint
        differ = [k for k in {**there, **here} if there.get(k) != here.get(k)]
        if differ:
            listed = "; ".join(
                f"{k} was {_short(there.get(k))}, is now {_short(here.get(k))}" for k in differ
            )
            raise MedaiError(
                f"The checkpoint in {self.folder} belongs to another training: {listed}. "
                "Use another folder, or delete this one to start afresh."
            )


def _short(text: str | None) -> str:
    text = "not set" if text is None else text
    return text if len(text) <= 120 else text[:117] + "..."


def values(variables: Sequence[keras.Variable]) -> list[np.ndarray]:
    """Return a copy of each variable as a NumPy array of a type that ``npz`` keeps exactly."""
    found = [np.array(ops.convert_to_numpy(v.value)) for v in variables]
    return [a if a.dtype.kind in "biuf" else a.astype("float32") for a in found]  # bfloat16


def assign(variables: Sequence[keras.Variable], arrays: Sequence[np.ndarray]) -> None:
    """Give each variable its stored value.

    Raises
    ------
    MedaiError
        When number or shapes do not fit.
    """
    found, wanted = [a.shape for a in arrays], [tuple(v.shape) for v in variables]
    if found != wanted:
        raise MedaiError(
            f"The checkpoint holds {len(found)} arrays that do not fit the {len(wanted)} variables "
            "of this model and optimizer. Delete the folder to start afresh."
        )
    for variable, array in zip(variables, arrays, strict=True):
        variable.assign(array)


def fingerprint(model: keras.Model, data: dict[str, Any], settings: dict[str, Any]) -> dict:
    """Return what makes a training this one and no other, each entry as a short text.

    Initial weights are no part of it: a checkpoint brings its own.
    """
    found = {"backend": keras.backend.backend(), "layers": _layers(model)}
    found["weights"] = f"{model.count_params():,} in {len(model.weights)} arrays " + _digest(
        json.dumps([[list(v.shape), str(v.dtype), bool(v.trainable)] for v in model.weights])
    )
    config = dict(model.optimizer.get_config())
    config.pop("name", None)
    for key in sorted(config):
        found[f"optimizer {key}"] = describe(config[key])
    found["optimizer"] = type(model.optimizer).__name__
    found["loss"] = describe(model.loss)
    for name, part in data.items():
        found[name] = _data_digest(part)
    return {**found, **{name: describe(value) for name, value in settings.items()}}


def describe(value: Any) -> str:
    """Return a text that is the same in every process for the same setting."""
    if isinstance(value, partial):
        return f"{describe(value.func)} with {describe(value.keywords)}"
    if isinstance(value, dict):
        inner = ", ".join(f"{k}: {describe(v)}" for k, v in sorted(value.items(), key=str))
        return "{" + inner + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(describe, value)) + "]"
    if hasattr(value, "get_config"):
        return type(value).__name__ + describe(value.get_config())
    if callable(value):
        return getattr(value, "__qualname__", type(value).__qualname__)
    return str(value.item() if isinstance(value, np.generic) else value)


def _layers(model: keras.Model) -> str:
    """Return kinds and settings of the layers, whatever names Keras gave them."""
    parts = []
    for layer in model._flatten_layers(include_self=False):
        try:
            config = layer.get_config()
        except NotImplementedError:  # a layer of the reader's own that cannot be stored
            config = {}
        plain = {k: v for k, v in config.items() if isinstance(v, (int, float, str, tuple, list))}
        for key in ("name", "layers", "input_layers", "output_layers", "batch_shape"):
            plain.pop(key, None)
        parts.append(f"{type(layer).__name__} {json.dumps(plain, sort_keys=True, default=str)}")
    kinds = [part.split(" ", 1)[0] for part in parts]
    return f"{', '.join(kinds[:8])}{', ...' if len(kinds) > 8 else ''} {_digest(str(parts))}"


def _data_digest(part: Any) -> str:
    if part is None:
        return "none"
    shapes, digest = [], hashlib.sha256()
    for array in keras.tree.flatten(part):
        array = np.ascontiguousarray(array)
        shapes.append(f"{array.shape} {array.dtype}")
        digest.update(shapes[-1].encode())
        digest.update(array.data if array.size else b"")
    return f"{' and '.join(shapes)} sha256 {digest.hexdigest()[:12]}"


def _digest(text: str) -> str:
    return f"({hashlib.sha256(text.encode()).hexdigest()[:8]})"
