"""Molecules with labels: structural alerts, Tox21, ClinTox; fingerprints and honest splits.

Every loader does the same three things to the SMILES it reads and reports them: a SMILES that
RDKit cannot read is named and left out, the others are written in RDKit's canonical form, and
two rows with the same canonical form become one molecule.

RDKit, NumPy and pandas are imported inside the functions.
"""

from __future__ import annotations

import functools
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from medai.datasets.datacard import sha256_of
from medai.datasets.download import DownloadError
from medai.datasets.registry import card
from medai.datasets.smiles import (
    canonical_smiles,
    fingerprints,
    pains_alerts,
    scaffolds,
    split_molecules,
)
from medai.runtime import data_home, offline
from medai.runtime.errors import MedaiError
from medai.runtime.files import replacing
from medai.runtime.paths import tilde

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

__all__ = [
    "Molecules",
    "canonical_smiles",
    "clintox",
    "fingerprints",
    "pains_alerts",
    "scaffolds",
    "split_molecules",
    "structural_alerts",
    "tox21",
]

_TOX21_TASKS = (
    "NR-AR", "NR-AR-LBD", "NR-AhR", "NR-Aromatase", "NR-ER", "NR-ER-LBD", "NR-PPAR-gamma",
    "SR-ARE", "SR-ATAD5", "SR-HSE", "SR-MMP", "SR-p53",
)  # fmt: skip
_CLINTOX_TASKS = ("FDA_APPROVED", "CT_TOX")

# Addresses as in DeepChem's loaders, MD5 as in TorchDrug's (both opened, see the cards).
_DEEPCHEM = "https://deepchemdata.s3-us-west-1.amazonaws.com/datasets/"
_MD5 = {
    "tox21": "2882d69e70bba0fec14995f26787cc25",
    "clintox": "db4f2df08be8ae92814e9d6a2d015284",
}


@dataclass(frozen=True)
class Molecules:
    """Different molecules with their labels, and what was done to the rows they came from.

    Attributes
    ----------
    frame : pandas.DataFrame
        One row a molecule: ``smiles`` (canonical, all different) and one column a label, 1 or
        0, or missing where it was not measured or two rows of the molecule disagree.
    labels : tuple of str
        The columns of `frame` that are labels.
    rows : int
        Rows in the file.
    invalid : tuple of str
        The SMILES that RDKit cannot read, as they stand in the file.
    duplicates : int
        Rows that were merged into another row of the same molecule.
    disagreements : int
        Labels set to missing because rows of one molecule contradict each other.
    sha256 : str
        Checksum of the file that was read.

    Examples
    --------
    >>> import pandas as pd
    >>> from medai.datasets.molecules import Molecules
    >>> frame = pd.DataFrame({"smiles": ["CCO", "c1ccccc1"], "toxic": [0, 1]})
    >>> print(Molecules(frame, ("toxic",), 4, ("C(",), 1, 0, "").report())
    4 rows: 1 unreadable SMILES left out, 1 duplicates merged, 0 contradicting labels set to
    missing; 2 different molecules
    """

    frame: pd.DataFrame
    labels: tuple[str, ...]
    rows: int
    invalid: tuple[str, ...]
    duplicates: int
    disagreements: int
    sha256: str

    def task(self, label: str) -> tuple[np.ndarray, np.ndarray]:
        """Return the molecules measured for one label.

        Returns
        -------
        smiles : numpy.ndarray
            Canonical SMILES, shape (n,).
        y : numpy.ndarray
            0 or 1, shape (n,).

        Raises
        ------
        MedaiError
            When there is no such label.
        """
        if label not in self.labels:
            raise MedaiError(f"No label {label!r}; there are {', '.join(self.labels)}.")
        measured = self.frame[self.frame[label].notna()]
        return measured["smiles"].to_numpy(dtype=str), measured[label].to_numpy(dtype=int)

    def report(self) -> str:
        """Return one line on what was read and what was left out."""
        return (
            f"{self.rows:,} rows: {len(self.invalid)} unreadable SMILES left out, "
            f"{self.duplicates} duplicates merged, {self.disagreements} contradicting labels "
            f"set to missing; {len(self.frame):,} different molecules"
        )


def structural_alerts() -> Molecules:
    """Return 4,892 molecules of the NCI set that RDKit ships, labelled with PAINS alerts.

    The labels are computed by RDKit's FilterCatalog with the PAINS patterns (Baell and
    Holloway 2010).  **An alert is not toxicity**: PAINS are substructures that often disturb
    biochemical tests.  They serve as a rare label that needs no download.

    Returns
    -------
    Molecules
        Label ``alert`` (about 7 % are 1); column ``pains`` names the first pattern found.

    Notes
    -----
    The patterns take about ten seconds; the result is kept in ``data_home()/cache`` under the
    version of RDKit and the checksum of the file.
    """
    import pandas as pd

    path = card("structural-alerts").path()
    rows = [line.split()[0] for line in path.read_text(encoding="utf-8").splitlines() if line]
    canonical = canonical_smiles(rows)
    invalid = tuple(text for text, good in zip(rows, canonical, strict=True) if good is None)
    readable = [text for text in canonical if text is not None]
    smiles = list(dict.fromkeys(readable))
    digest = sha256_of(path)
    pains = _pains(tuple(smiles), digest)
    frame = pd.DataFrame({"smiles": smiles, "alert": [int(bool(p)) for p in pains]})
    frame["pains"] = pains
    duplicates = len(readable) - len(smiles)
    return Molecules(frame, ("alert",), len(rows), invalid, duplicates, 0, digest)


@functools.cache
def _pains(smiles: tuple[str, ...], digest: str) -> list[str]:
    """Return the first PAINS pattern of each molecule, "" for none; kept on disk."""
    import rdkit

    folder = data_home() / "cache"
    path = folder / f"pains-{rdkit.__version__}-{digest[:12]}.json"
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        if len(kept) == len(smiles) and all(isinstance(name, str) for name in kept):
            return kept
    except (OSError, ValueError):
        pass  # not there yet, or damaged: work it out
    found = pains_alerts(smiles)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with replacing(path) as file:
            file.write(json.dumps(found).encode())
    except OSError:
        pass  # a folder that cannot be written costs time, nothing else
    return found


def tox21(path: str | Path | None = None, download: bool = False) -> Molecules:
    """Return Tox21: twelve measured effects on human cells' receptors and stress responses.

    Parameters
    ----------
    path : str or Path, optional
        ``tox21.csv.gz`` (or .csv) with DeepChem's columns.  Without it the environment
        variable ``MEDAI_TOX21`` is looked at.
    download : bool
        Fetch DeepChem's copy once into the cache if there is no path.

    Raises
    ------
    DownloadError
        When the download is forbidden, fails, or is not the file that was expected.
    MedaiError
        When there is no file, or it lacks a column.
    """
    return _deepchem_table("tox21", _TOX21_TASKS, path, download)


def clintox(path: str | Path | None = None, download: bool = False) -> Molecules:
    """Return ClinTox: drugs approved by the FDA, and drugs that failed trials for toxicity.

    Parameters, raises: as :func:`tox21`, with ``MEDAI_CLINTOX``.
    """
    return _deepchem_table("clintox", _CLINTOX_TASKS, path, download)


def _deepchem_table(
    name: str, labels: tuple[str, ...], path: str | Path | None, download: bool
) -> Molecules:
    import pandas as pd

    title, variable = card(name).title, f"MEDAI_{name.upper()}"
    path = path or os.environ.get(variable)
    if path is None and download:
        path = _download(name, title)
    if path is None or not Path(path).is_file():
        where = f"There is no file {path}" if path else f"{title} does not come with the book"
        raise MedaiError(
            f"{where}. Give the path of {name}.csv.gz, set {variable} to it, or pass download=True."
        )
    table = pd.read_csv(path)
    missing = [column for column in ("smiles", *labels) if column not in table]
    if missing:
        raise MedaiError(f"{Path(path).name} has no column {', '.join(missing)}: not {title}.")
    values = table[list(labels)].stack()
    if not values.dropna().isin([0, 1]).all():
        raise MedaiError(f"{Path(path).name} holds labels other than 0, 1 and missing.")
    smiles = table["smiles"].astype(str)
    table["smiles"] = canonical_smiles(smiles)
    invalid = tuple(smiles[table["smiles"].isna()])
    readable = table.dropna(subset=["smiles"])
    groups = readable.groupby("smiles", sort=False)[list(labels)]
    low, high = groups.min(), groups.max()
    contradicting = low != high
    contradicting &= low.notna()
    frame = low.mask(contradicting).reset_index()
    return Molecules(
        frame,
        labels,
        len(table),
        invalid,
        len(readable) - len(frame),
        int(contradicting.to_numpy().sum()),
        sha256_of(Path(path)),
    )


def _download(name: str, title: str) -> Path:
    """Fetch DeepChem's copy; its content must have the MD5 that TorchDrug publishes."""
    import logging

    import pooch

    folder = data_home() / "downloads" / name
    if offline() and not (folder / f"{name}.csv.gz").is_file():
        raise DownloadError(
            f"{title} is not in {tilde(folder)} and MEDAI_OFFLINE forbids downloads. "
            f"Unset it, or give the path of {name}.csv.gz."
        )
    pooch.get_logger().setLevel(logging.WARNING)
    try:
        found = pooch.retrieve(
            f"{_DEEPCHEM}{name}.csv.gz",
            known_hash=f"md5:{_MD5[name]}",
            fname=f"{name}.csv.gz",
            path=folder,
        )
    except Exception as error:  # requests' many, and ValueError for a wrong checksum
        reason = " ".join(str(error).split())[:200]
        raise DownloadError(f"{title} could not be downloaded: {reason}") from error
    return Path(found)
