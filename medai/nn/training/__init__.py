"""Train honestly: splits, checks, fit and resume, schedules, averaging, tuning."""

from medai.nn.training.checks import check_training_data
from medai.nn.training.splits import patient_folds, split_by_patient, split_by_time
from medai.nn.training.weights import class_weights

__all__ = [
    "check_training_data",
    "class_weights",
    "patient_folds",
    "split_by_patient",
    "split_by_time",
]
