"""Train honestly: splits, checks, fit and resume, schedules, averaging, tuning."""

from medai.nn.training.averaging import recompute_batch_norm
from medai.nn.training.checks import check_training_data
from medai.nn.training.finder import learning_rate_finder
from medai.nn.training.fit import fit
from medai.nn.training.schedules import OneCycle, WarmupCosine, one_cycle, warmup_cosine
from medai.nn.training.splits import patient_folds, split_by_patient, split_by_time
from medai.nn.training.tuning import TuningResult, tune
from medai.nn.training.weights import class_weights

__all__ = [
    "OneCycle",
    "TuningResult",
    "WarmupCosine",
    "check_training_data",
    "class_weights",
    "fit",
    "learning_rate_finder",
    "one_cycle",
    "patient_folds",
    "recompute_batch_norm",
    "split_by_patient",
    "split_by_time",
    "tune",
    "warmup_cosine",
]
