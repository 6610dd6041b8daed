"""Tables of patients that come with pip packages, typed, with units.

Each function returns a pandas DataFrame whose ``attrs["units"]`` maps column -> unit (``""``
for a number without one, ``"not stated"`` where the source gives none) and whose
``attrs["columns"]`` maps column -> meaning.  Importing this module needs the standard library
only.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from medai.datasets.registry import card
from medai.runtime.errors import MedaiError

if TYPE_CHECKING:
    import pandas as pd

_NUCLEUS = {
    "radius": "distance from the centre of a nucleus to points on its outline",
    "texture": "standard deviation of the grey values",
    "perimeter": "length of the outline",
    "area": "area of a nucleus",
    "smoothness": "local variation of the radius",
    "compactness": "perimeter squared / area - 1",
    "concavity": "severity of concave portions of the outline",
    "concave_points": "number of concave portions of the outline",
    "symmetry": "symmetry",
    "fractal_dimension": "coastline approximation - 1",
}
_HOW = {
    "mean": "mean over the nuclei",
    "se": "standard error",
    "worst": "mean of the three largest nuclei",
}


def breast_cancer() -> pd.DataFrame:
    """Return 569 fine-needle aspirates of breast masses, described by their cell nuclei.

    Returns
    -------
    pandas.DataFrame
        Shape (569, 32): ``patient`` (a running number: the package ships no identifiers),
        30 features as floats (``radius_mean`` to ``fractal_dimension_worst``) and
        ``malignant`` (1 in 212 rows).  Mind: scikit-learn's own target is the other way round,
        0 for malignant.

    Notes
    -----
    Source: scikit-learn's copy of Breast Cancer Wisconsin (Diagnostic); units of length and
    area are not stated there.

    Examples
    --------
    >>> from medai.datasets.tables import breast_cancer
    >>> cells = breast_cancer()
    >>> cells.shape, int(cells["malignant"].sum())
    ((569, 32), 212)
    >>> cells.groupby("malignant")["radius_mean"].mean().round(1).to_dict()
    {0: 12.1, 1: 17.5}
    """
    from sklearn.datasets import load_breast_cancer

    bunch = load_breast_cancer(as_frame=True)
    names = [f"{feature}_{how}" for how in _HOW for feature in _NUCLEUS]
    frame = bunch.data.set_axis(names, axis=1).astype(float)
    frame.insert(0, "patient", range(len(frame)))
    frame["malignant"] = (bunch.target == list(bunch.target_names).index("malignant")).astype(int)
    units = {f"{feature}_{how}": "" for how in _HOW for feature in _NUCLEUS}
    for feature in ("radius", "perimeter", "area", "texture"):
        units |= {f"{feature}_{how}": "not stated" for how in _HOW}
    frame.attrs["units"] = {"patient": "", **units, "malignant": ""}
    frame.attrs["columns"] = {
        "patient": "running number of the row",
        **{f"{f}_{h}": f"{what}; {_HOW[h]}" for h in _HOW for f, what in _NUCLEUS.items()},
        "malignant": "1 malignant, 0 benign",
    }
    return frame


_DIABETES = {
    "patient": ("", "running number of the row"),
    "age": ("years", "age"),
    "sex_code": ("", "1 or 2; the source does not say which is which"),
    "bmi": ("kg/m²", "body mass index"),
    "blood_pressure": ("not stated", "average blood pressure"),
    "total_cholesterol": ("mg/dL", "total serum cholesterol"),
    "ldl": ("mg/dL", "low-density lipoproteins, computed from the other lipids"),
    "hdl": ("mg/dL", "high-density lipoproteins"),
    "cholesterol_ratio": ("", "total cholesterol / HDL"),
    "log_triglycerides": ("log mg/dL", "natural logarithm of serum triglycerides"),
    "glucose": ("not stated", "blood sugar level"),
    "progression": ("", "disease progression one year after baseline, a score of 25 to 346"),
}


def diabetes() -> pd.DataFrame:
    """Return 442 people with diabetes: ten measurements, and progression a year later.

    Returns
    -------
    pandas.DataFrame
        Shape (442, 12), floats but for ``patient`` and ``sex_code``.  The values are the
        measured ones, not scikit-learn's centred and scaled version.

    Notes
    -----
    The source states no units but years.  Those of the lipids can be worked out: total
    cholesterol - HDL - LDL is 0.2 times exp(log_triglycerides) in every row, which is
    Friedewald's formula in mg/dL (in mmol/L the factor would be 1 / 2.2).  The numbers of
    glucose fit mg/dL too, but no other column proves it.
    """
    from sklearn.datasets import load_diabetes

    bunch = load_diabetes(as_frame=True, scaled=False)
    frame = bunch.frame.set_axis(list(_DIABETES)[1:], axis=1).astype(float)
    frame["sex_code"] = frame["sex_code"].astype(int)
    frame.insert(0, "patient", range(len(frame)))
    frame.attrs["units"] = {name: unit for name, (unit, _) in _DIABETES.items()}
    frame.attrs["columns"] = {name: what for name, (_, what) in _DIABETES.items()}
    return frame


ARMS = ("zidovudine", "zidovudine and didanosine", "zidovudine and zalcitabine", "didanosine")

_ACTG175 = {
    "pidnum": ("", "patient's identifier"),
    "age": ("years", "age at baseline"),
    "wtkg": ("kg", "weight at baseline"),
    "hemo": ("", "haemophilia, 1 yes"),
    "homo": ("", "homosexual activity, 1 yes"),
    "drugs": ("", "history of intravenous drug use, 1 yes"),
    "karnof": ("", "Karnofsky score, 0 to 100"),
    "oprior": ("", "antiretroviral therapy other than zidovudine before the trial, 1 yes"),
    "z30": ("", "zidovudine in the 30 days before the trial, 1 yes"),
    "zprior": ("", "zidovudine before the trial, 1 yes (1 in every row: carries nothing)"),
    "preanti": ("days", "earlier antiretroviral therapy"),
    "race": ("", "0 white, 1 non-white"),
    "gender": ("", "0 female, 1 male"),
    "str2": ("", "antiretroviral history, 0 naive, 1 experienced"),
    "strat": ("", "1 naive, 2 up to 52 weeks of earlier therapy, 3 more than 52 weeks"),
    "symptom": ("", "1 symptomatic"),
    "treat": ("", "0 zidovudine alone, 1 one of the other arms"),
    "offtrt": ("", "off treatment before week 96 (±5), 1 yes"),
    "cd40": ("cells/mm³", "CD4 count at baseline"),
    "cd420": ("cells/mm³", "CD4 count at week 20 (±5)"),
    "cd496": ("cells/mm³", "CD4 count at week 96 (±5), missing in 797 rows"),
    "r": ("", "0 where cd496 is missing, 1 where it was observed"),
    "cd80": ("cells/mm³", "CD8 count at baseline"),
    "cd820": ("cells/mm³", "CD8 count at week 20 (±5)"),
    "cens": ("", "1 if the event of `days` was observed, 0 if follow-up ended before"),
    "days": ("days", "to a fall of CD4 by half, AIDS or death, or to the end of follow-up"),
    "arms": ("", "treatment arm: " + ", ".join(f"{i} {arm}" for i, arm in enumerate(ARMS))),
}


def actg175(path: str | os.PathLike | None = None) -> pd.DataFrame:
    """Return 2,139 participants of ACTG 175, a randomised trial of four HIV treatments.

    Parameters
    ----------
    path : path or None
        A copy of ``ACTG175.csv``.  None: the variable ``MEDAI_ACTG175`` of the environment,
        then the file inside the installed package lifelines (0.30.3 or later; earlier versions
        do not have it).

    Returns
    -------
    pandas.DataFrame
        Shape (2139, 28): the 27 columns of the file under their own names, integers but for
        ``wtkg`` and ``cd496`` (floats), and ``arm``, the name of the treatment as a
        categorical.  ``pidnum`` names the patient, one row each.

    Raises
    ------
    MedaiError
        When the file is not on this machine, or is not the one on the card.

    Notes
    -----
    The meaning of the columns is that of the documentation of the R package speff2trial
    (opened); the trial is Hammer et al. 1996, doi:10.1056/NEJM199610103351501 (its summary in
    ACP Journal Club opened).
    """
    import pandas as pd

    file = card("actg175").file("datasets/ACTG175.csv")
    found = _actg175_path(path)
    digest = hashlib.sha256(found.read_bytes()).hexdigest()
    if digest != file.sha256:
        raise MedaiError(
            f"{found} is not the ACTG175.csv that the card describes: SHA-256 {digest[:12]}…, "
            f"expected {file.sha256[:12]}…. Take the file of lifelines 0.30.3."
        )
    frame = pd.read_csv(found, index_col=0).reset_index(drop=True)
    floats = {"wtkg", "cd496"}
    frame = frame.astype({c: float if c in floats else "int64" for c in frame.columns})
    frame["arm"] = pd.Categorical.from_codes(frame["arms"], categories=list(ARMS))
    frame.attrs["units"] = {name: unit for name, (unit, _) in _ACTG175.items()} | {"arm": ""}
    meaning = {name: what for name, (_, what) in _ACTG175.items()}
    frame.attrs["columns"] = meaning | {"arm": "name of the treatment arm"}
    return frame


def _actg175_path(path: str | os.PathLike | None) -> Path:
    import importlib.util

    asked = path or os.environ.get("MEDAI_ACTG175")
    if asked:
        if not Path(asked).is_file():
            raise MedaiError(f"There is no file {asked}: give the path of ACTG175.csv.")
        return Path(asked)
    spec = importlib.util.find_spec("lifelines")  # finds the folder, imports nothing
    for folder in (spec.submodule_search_locations or []) if spec else []:
        if (file := Path(folder) / "datasets" / "ACTG175.csv").is_file():
            return file
    raise MedaiError(
        "ACTG175.csv is not on this machine: it comes with lifelines 0.30.3 (not with earlier "
        "versions). pip install --no-deps lifelines==0.30.3, or give its path to actg175(path) "
        "or in MEDAI_ACTG175."
    )
