"""Prepare tables of patients: one place to import from.

Each step is a scikit-learn transformer: it learns from the training table only, takes and
gives back pandas tables, stands in a Pipeline or a ColumnTransformer, and says what it
changed in ``report_``.  What takes patients away (:func:`drop_duplicates`,
:func:`complete_cases`) is a function, because outcomes must go with them.

Order matters: duplicates, units, impossible values, outliers, missing values, normalisation.

Examples
--------
>>> import pandas as pd
>>> table = pd.DataFrame({"age": [34.0, 200.0, 61.0], "glucose": [5.6, 7.1, None]})
>>> step = ConvertUnits(to={"glucose": "mg/dL"}, units={"glucose": "mmol/L"})
>>> PlausibleRange().fit_transform(step.fit_transform(table)).round(1).values.tolist()
[[34.0, 100.9], [nan, 127.9], [61.0, nan]]
"""

from medai.preprocess._frames import TableTransformer, before_after
from medai.preprocess.cleaning import ConvertUnits, PlausibleRange
from medai.preprocess.duplicates import (
    FlagDuplicates,
    drop_duplicates,
    find_duplicates,
    shared_patients,
)
from medai.preprocess.missing import DropMissing, Impute, complete_cases
from medai.preprocess.scaling import Normalise, Outliers
from medai.preprocess.units import (
    DEFAULT_RANGES,
    FACTOR_SOURCES,
    Range,
    canonical_unit,
    convert,
    known_units,
)

__all__ = [
    "DEFAULT_RANGES",
    "FACTOR_SOURCES",
    "ConvertUnits",
    "DropMissing",
    "FlagDuplicates",
    "Impute",
    "Normalise",
    "Outliers",
    "PlausibleRange",
    "Range",
    "TableTransformer",
    "before_after",
    "canonical_unit",
    "complete_cases",
    "convert",
    "drop_duplicates",
    "find_duplicates",
    "known_units",
    "shared_patients",
]
