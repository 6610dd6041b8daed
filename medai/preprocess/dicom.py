"""From a DICOM file to brightness: stored values, Hounsfield units, a window.

Formulas: DICOM PS3.3, C.11.1 (rescale) and C.11.2.1.2 (window).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from medai.datasets import card
from medai.preprocess._pixels import before_after
from medai.runtime import MedaiError
from medai.runtime.paths import tilde

if TYPE_CHECKING:
    import pandas as pd

#: Header entries that name a person or help to find one; far from all of them.
IDENTIFYING = (
    "PatientName", "PatientID", "PatientBirthDate", "PatientSex", "PatientAge", "PatientWeight",
    "OtherPatientIDs", "OtherPatientIDsSequence", "PatientAddress", "AdditionalPatientHistory",
    "PatientComments", "EthnicGroup", "InstitutionName", "InstitutionAddress", "StationName",
    "ReferringPhysicianName", "PerformingPhysicianName", "OperatorsName", "AccessionNumber",
    "StudyDate", "AcquisitionDate", "StudyDescription", "DeviceSerialNumber", "StudyInstanceUID",
)  # fmt: skip


def rescale(stored: Any, slope: float, intercept: float) -> np.ndarray:
    """Return ``slope * stored + intercept``, float32: Hounsfield units for a CT.

    Raises
    ------
    MedaiError
        When the slope is 0 or a number is not finite.
    """
    if not np.isfinite([slope, intercept]).all() or slope == 0:
        raise MedaiError(f"slope={slope}, intercept={intercept}: need finite numbers, slope not 0.")
    return np.asarray(stored, dtype=np.float32) * np.float32(slope) + np.float32(intercept)


def window(values: Any, centre: float, width: float) -> np.ndarray:
    """Map values to brightness in [0, 1] as DICOM's linear window does.

    0 up to ``centre - 0.5 - (width - 1) / 2``, 1 above ``centre - 0.5 + (width - 1) / 2``, and
    ``(x - (centre - 0.5)) / (width - 1) + 0.5`` between them.  The halves make a window of
    centre 128 and width 256 the identity on 0 to 255; a width of 1 is a threshold.

    Parameters
    ----------
    values : array_like
        Any shape, in the unit of `centre` and `width`, such as Hounsfield units.
    centre, width : float
        In the same unit; `width` at least 1.

    Returns
    -------
    numpy.ndarray
        Of the shape of `values`, float32.

    Raises
    ------
    MedaiError
        When the width is below 1 or a number is not finite.

    Notes
    -----
    DICOM PS3.3, C.11.2.1.2 (VOI LUT function LINEAR).
    """
    if not np.isfinite([centre, width]).all() or width < 1:
        raise MedaiError(f"centre={centre}, width={width}: need finite numbers, width at least 1.")
    values = np.asarray(values, dtype=np.float64)
    if not np.isfinite(values).all():
        raise MedaiError("Values to be windowed are NaN or infinite. Replace them first.")
    low, high = centre - 0.5 - (width - 1) / 2, centre - 0.5 + (width - 1) / 2
    # A threshold (width 1) has no values between the two ends; divide by anything but 0.
    middle = (values - (centre - 0.5)) / (width - 1 or 1) + 0.5
    return np.where(values <= low, 0, np.where(values > high, 1, middle)).astype(np.float32)


@dataclass(frozen=True)
class Slice:
    """One grey image of a DICOM file, in its physical unit.

    Attributes
    ----------
    values : numpy.ndarray
        Shape (height, width), float32, in `unit`.  Padding outside the scanner's circle holds
        the smallest value of the others.
    unit : str
        ``"HU"`` for a CT, else the file's rescale type, or ``"stored"``.
    modality : str
        Such as ``"CT"``.
    windows : tuple of (centre, width)
        Those that the file proposes; may be empty.
    inverted : bool
        MONOCHROME1: the smallest value is to be shown white.
    spacing : tuple of float, or None
        Millimetres from row to row and from column to column.
    padding : int
        Pixels that were padding.
    identifying : tuple of str
        Header entries that are filled and may identify the patient (names only).
    burnt_in : str
        ``"yes"``, ``"no"`` or ``"not stated"``: whether the *pixels* hold identifying text.
        "No" is the sender's word, and removing header entries does not remove such text.
    report : pandas.DataFrame
        Stored values against `values`, a table of before and after.
    """

    values: np.ndarray
    unit: str
    modality: str
    windows: tuple[tuple[float, float], ...]
    inverted: bool
    spacing: tuple[float, float] | None
    padding: int
    identifying: tuple[str, ...]
    burnt_in: str
    report: pd.DataFrame = field(repr=False)

    def shown(self, centre: float | None = None, width: float | None = None) -> np.ndarray:
        """Return the brightness in [0, 1] through a window, 1 is white.

        Parameters
        ----------
        centre, width : float, optional
            In `unit`.  Default: the first window that the file proposes.

        Raises
        ------
        MedaiError
            When one of the two is missing, or both are and the file proposes no window.
        """
        if (centre is None) != (width is None):
            raise MedaiError(f"centre={centre}, width={width}: give both or neither.")
        if centre is None:
            if not self.windows:
                raise MedaiError(
                    "The file proposes no window. Give centre and width, for a CT of the lungs "
                    "for example centre=-600, width=1600."
                )
            centre, width = self.windows[0]
        seen = window(self.values, centre, width)
        return 1 - seen if self.inverted else seen


def read_slice(path: str | Path | None = None) -> Slice:
    """Read one grey image from a DICOM file.

    Parameters
    ----------
    path : path, optional
        Default: ``CT_small.dcm``, a CT slice of 128 by 128 pixels that comes with pydicom.

    Raises
    ------
    MedaiError
        When the file is no DICOM file, holds no pixels, colours, several frames or a table in
        place of slope and intercept; or a CT lacks slope or intercept, without which its
        numbers mean nothing; or the file asks for a window that is not linear.
    """
    import pydicom
    from pydicom.errors import InvalidDicomError

    path = card("ct-small").path() if path is None else Path(path)
    if not path.is_file():
        raise MedaiError(f"{tilde(path)} is no file. Leave path out for pydicom's sample.")
    try:
        data = pydicom.dcmread(path)
    except InvalidDicomError as error:
        raise MedaiError(f"{tilde(path)} is no DICOM file.") from error
    stored = _stored(data, path)
    return from_dataset(data, stored, path.name)


def _stored(data: Any, path: Path) -> np.ndarray:
    if "PixelData" not in data:
        raise MedaiError(f"{path.name} holds no pixels (a report, or a plan?).")
    _need(data, path.name, "Modality", "PhotometricInterpretation", "SamplesPerPixel")
    kind, frames = data.PhotometricInterpretation, int(data.get("NumberOfFrames") or 1)
    if kind not in ("MONOCHROME1", "MONOCHROME2") or data.SamplesPerPixel != 1:
        raise MedaiError(f"{path.name} is {kind}: only MONOCHROME1 and MONOCHROME2 are read.")
    if frames != 1:
        raise MedaiError(f"{path.name} holds {frames} frames: give a file of a single slice.")
    try:
        return data.pixel_array
    except Exception as error:  # pydicom raises many kinds
        raise MedaiError(f"The pixels of {path.name} cannot be read: {error}") from error


def from_dataset(data: Any, stored: np.ndarray, name: str = "The file") -> Slice:
    """Return the slice of a pydicom dataset whose stored pixels are `stored`.

    Raises
    ------
    MedaiError
        As :func:`read_slice`.
    """
    if "ModalityLUTSequence" in data:
        raise MedaiError(f"{name} has a table (ModalityLUTSequence) where a slope is expected.")
    if data.Modality == "CT":
        _need(data, name, "RescaleSlope", "RescaleIntercept")
    slope = float(_or(data, "RescaleSlope", 1))
    values = rescale(stored, slope, float(_or(data, "RescaleIntercept", 0)))
    unit = "HU" if data.Modality == "CT" else str(_or(data, "RescaleType", "stored"))
    padded = np.zeros(stored.shape, dtype=bool)
    if (padding := data.get("PixelPaddingValue")) is not None:
        limit = _or(data, "PixelPaddingRangeLimit", padding)
        padded = (stored >= min(padding, limit)) & (stored <= max(padding, limit))
        if padded.all():
            raise MedaiError(f"{name} holds nothing but padding ({padding}).")
        values[padded] = values[~padded].min()
    function = str(_or(data, "VOILUTFunction", "LINEAR"))
    centres, widths = (_list(data.get(f"Window{part}")) for part in ("Center", "Width"))
    if centres and function != "LINEAR":
        raise MedaiError(f"{name} asks for a window of the kind {function}; only LINEAR is known.")
    spacing = data.get("PixelSpacing")
    return Slice(
        values=values,
        unit=unit,
        modality=str(data.Modality),
        windows=tuple(zip(centres, widths, strict=False)),
        inverted=data.PhotometricInterpretation == "MONOCHROME1",
        spacing=tuple(float(s) for s in spacing) if spacing else None,
        padding=int(padded.sum()),
        identifying=tuple(key for key in IDENTIFYING if _or(data, key, "")),
        burnt_in={"YES": "yes", "NO": "no"}.get(data.get("BurnedInAnnotation"), "not stated"),
        report=before_after(stored, values),
    )


def _need(data: Any, name: str, *keys: str) -> None:
    absent = [key for key in keys if _or(data, key, "") == ""]
    if absent:
        raise MedaiError(
            f"{name} lacks {' and '.join(absent)}, without which its pixels cannot be read "
            "rightly. Ask where the file came from; do not guess."
        )


def _or(data: Any, key: str, default: Any) -> Any:
    value = data.get(key)
    return default if value is None or value == "" else value


def _list(value: Any) -> list[float]:
    if value is None or value == "":
        return []
    several = value if isinstance(value, (list, tuple)) or hasattr(value, "append") else [value]
    return [float(v) for v in several]
