"""Tune under a fixed budget, inside the development data, with an honest estimate.

The best of many scores is an optimistic score: part of it is luck.  Nested validation repeats
the whole search in each outer fold and scores its winner on people the search never saw.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from medai.nn.training.checks import check_training_data
from medai.nn.training.fit import fit
from medai.nn.training.keeper import DivergedError
from medai.nn.training.splits import patient_folds
from medai.runtime import MedaiError

if TYPE_CHECKING:
    import pandas as pd

FINAL = "all"  # the search on all development rows, which gives the parameters to use


@dataclass(frozen=True)
class TuningResult:
    """What was tried, what it cost, and what it is worth.

    Attributes
    ----------
    best : dict
        Parameters of the best trial of the search on all rows.
    trials : pandas.DataFrame
        One row per trial: search (1, 2, … for the outer folds, "all" for the last), trial,
        score (mean over inner folds; NaN when training diverged), seconds, and the parameters.
    folds : pandas.DataFrame
        One row per outer fold: inner_best (best score of its search), outer (that winner on
        the outer fold) and its parameters; empty without nested validation.
    budget : dict
        trials and seconds allowed, and trials, models and seconds used.
    larger_is_better : bool
        Whether a larger score is better.
    """

    best: dict[str, Any]
    trials: pd.DataFrame
    folds: pd.DataFrame
    budget: dict[str, float | int | None]
    larger_is_better: bool = True

    @property
    def inner_best(self) -> float:
        """Best inner score, mean over the outer folds (or of the one search): optimistic."""
        if len(self.folds):
            return float(self.folds.inner_best.mean())
        return float(_best(self.trials).score)

    @property
    def outer(self) -> float:
        """Mean score on the outer folds: the estimate to report; NaN without nested validation."""
        return float(self.folds.outer.mean()) if len(self.folds) else float("nan")

    @property
    def gap(self) -> float:
        """How much better the winners looked inside than outside, in units of the score."""
        return (self.inner_best - self.outer) * (1 if self.larger_is_better else -1)


def _best(trials: pd.DataFrame) -> Any:
    return trials.loc[trials.signed.idxmax()]


def tune(
    build: Callable[[dict[str, Any]], Any],
    x: np.ndarray,
    y: np.ndarray,
    *,
    space: dict[str, Any],
    score: Callable[[np.ndarray, np.ndarray], float],
    larger_is_better: bool = True,
    patients: Sequence | None = None,
    trials: int | None = 20,
    seconds: float | None = None,
    inner_folds: int = 3,
    outer_folds: int | None = 3,
    settings: dict[str, Any] | None = None,
    stratify: bool = True,
    seed: int = 0,
) -> TuningResult:
    """Search with Optuna's TPE on inner patient folds; estimate on outer ones.

    Hand in the development rows only.  The test set has no place in this function.

    Parameters
    ----------
    build : callable
        Parameters → a compiled Keras model, or an estimator with ``fit`` and ``predict_proba``
        or ``predict`` as in scikit-learn.
    x, y : numpy.ndarray
        Development data, one row per example.
    space : dict
        Name → (low, high), (low, high, "log") or a list of choices.  Whole-number bounds give
        whole numbers.  The names ``epochs`` and ``batch_size`` also reach :func:`fit`.
    score : callable
        (y, prediction) → number; predictions are what Keras predicts, shape (rows,) for one
        output, or the probability of class 1.
    larger_is_better : bool
        False for losses and errors.
    patients : sequence, optional
        The patient of each row; without it each row counts as a patient of its own.
    trials, seconds : optional
        The budget: trials *per search*, seconds for *all* searches together, at least one of
        them.  A trial that has begun is finished.  With `seconds` the number of trials, and so
        the result, depends on the machine.
    inner_folds : int
        Folds that score each trial.
    outer_folds : int or None
        Folds of the outer estimate; None skips it (one search only, no honest score).
    settings : dict, optional
        Further arguments of :func:`fit` for Keras models, such as ``{"epochs": 10}``.
    stratify : bool
        Keep the classes in proportion in all folds (whole-number labels only).
    seed : int
        Of folds, sampler and models.  The global seeds are set for each Keras model.

    Returns
    -------
    TuningResult
        ``best`` to refit with, ``outer`` to report, ``gap`` to learn from.

    Raises
    ------
    MedaiError
        For faults in the data, an unclear space, no budget, too few patients, or when every
        trial diverged.
    """
    x, y = np.asarray(x), np.asarray(y)
    patients = np.arange(len(y)) if patients is None else np.asarray(patients)
    check_training_data(x, y, patients=patients, n_folds=max(inner_folds, outer_folds or 2))
    budget = [value for value in (trials, seconds) if value is not None]
    if not budget or min(budget) <= 0:
        raise MedaiError(f"trials={trials}, seconds={seconds}: give at least one, above 0.")
    for name, range_ in space.items():
        _check_range(name, range_)
    strata = y.reshape(-1) if stratify and y.size == len(y) and y.dtype.kind in "iub" else None
    job = _Job(build, x, y, patients, strata, score, larger_is_better, settings or {}, seed)
    began, searches = time.perf_counter(), (outer_folds or 0) + 1

    found, outer = [], []
    if outer_folds is not None:
        parts = patient_folds(patients, outer_folds, seed=seed, stratify=strata)
        for number, (train, test) in enumerate(parts, 1):
            left = _share(seconds, began, searches - number + 1)
            frame, params = job.search(number, train, space, trials, left, inner_folds)
            outside = job.score(params, train, test, seed=job.seed + 7919 * number)
            best = float(_best(frame).score)
            outer.append({"fold": number, "inner_best": best, "outer": outside, **params})
            found.append(frame)
    everyone, left = np.arange(len(y)), _share(seconds, began, 1)
    frame, params = job.search(FINAL, everyone, space, trials, left, inner_folds)
    return _result([*found, frame], outer, params, job, began, (trials, seconds), searches)


def _result(
    found: list,
    outer: list[dict],
    params: dict[str, Any],
    job: _Job,
    began: float,
    allowed: tuple[int | None, float | None],
    searches: int,
) -> TuningResult:
    import pandas as pd

    frame = pd.concat(found, ignore_index=True)
    budget = {
        "trials_allowed": None if allowed[0] is None else allowed[0] * searches,
        "seconds_allowed": allowed[1],
        "trials_used": len(frame),
        "models_trained": job.models,
        "seconds_used": time.perf_counter() - began,
    }
    return TuningResult(params, frame, pd.DataFrame(outer), budget, job.larger)


def _share(seconds: float | None, began: float, searches_left: int) -> float | None:
    """Return the seconds of the next search: an equal share of what is left."""
    if seconds is None:
        return None
    return max(1e-3, (seconds - (time.perf_counter() - began)) / searches_left)


@dataclass
class _Job:
    build: Callable
    x: np.ndarray
    y: np.ndarray
    patients: np.ndarray
    strata: np.ndarray | None
    measure: Callable
    larger: bool
    settings: dict[str, Any]
    seed: int
    models: int = 0

    def score(
        self, params: dict[str, Any], train: np.ndarray, test: np.ndarray, seed: int
    ) -> float:
        """Train on some rows and return the score on others."""
        self.models += 1
        keras.utils.set_random_seed(seed % 2**32)
        model = self.build(dict(params))
        if isinstance(model, keras.Model):
            own = {k: params[k] for k in ("epochs", "batch_size") if k in params}
            chosen = {"epochs": 10, "progress": False, "seed": seed, **self.settings, **own}
            fit(model, self.x[train], self.y[train], **chosen)
            predicted = model.predict(self.x[test], verbose=0)
            predicted = predicted[:, 0] if predicted.shape[1:] == (1,) else predicted
        else:
            model.fit(self.x[train], self.y[train])
            if hasattr(model, "predict_proba"):
                predicted = model.predict_proba(self.x[test])[:, 1]
            else:
                predicted = model.predict(self.x[test])
        if not np.all(np.isfinite(predicted)):
            raise DivergedError(f"The model predicts NaN with {params}: lower the learning rate.")
        return float(self.measure(self.y[test], predicted))

    def search(
        self,
        name: int | str,
        rows: np.ndarray,
        space: dict[str, Any],
        trials: int | None,
        seconds: float | None,
        inner_folds: int,
    ) -> tuple[pd.DataFrame, dict[str, Any]]:
        """Run one study on the rows given; return its trials and the best parameters."""
        import optuna
        import pandas as pd

        strata = None if self.strata is None else self.strata[rows]
        folds = patient_folds(self.patients[rows], inner_folds, seed=self.seed, stratify=strata)
        done = []

        def objective(trial: Any) -> float:
            began, params = time.perf_counter(), _draw(trial, space)
            try:
                parts = [
                    self.score(params, rows[train], rows[test], seed=self.seed + k)
                    for k, (train, test) in enumerate(folds)
                ]
                value = float(np.mean(parts))
            except DivergedError:
                value = float("nan")
            spent = time.perf_counter() - began
            signed = value if self.larger else -value
            note = {"search": name, "trial": trial.number + 1, "score": value, "signed": signed}
            done.append({**note, "seconds": spent, **params})
            if np.isnan(value):
                raise optuna.TrialPruned
            return signed

        loud = optuna.logging.get_verbosity()
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        try:
            sampler = optuna.samplers.TPESampler(seed=self.seed)
            study = optuna.create_study(direction="maximize", sampler=sampler)
            study.optimize(objective, n_trials=trials, timeout=seconds)
        finally:
            optuna.logging.set_verbosity(loud)
        frame = pd.DataFrame(done)
        if frame.signed.isna().all():
            raise MedaiError(
                f"Every one of the {len(frame)} trials diverged. Search lower learning rates."
            )
        return frame, {key: done[int(frame.signed.idxmax())][key] for key in space}


def _check_range(name: str, range_: Any) -> None:
    if isinstance(range_, list) and range_:
        return
    if isinstance(range_, tuple) and len(range_) in (2, 3):
        low, high = range_[:2]
        log = len(range_) == 3
        if low < high and (not log or (range_[2] == "log" and low > 0)):
            return
    raise MedaiError(
        f"space[{name!r}]={range_!r}: give (low, high), (low, high, 'log') with low > 0, or a list "
        "of choices."
    )


def _draw(trial: Any, space: dict[str, Any]) -> dict[str, Any]:
    params = {}
    for name, range_ in space.items():
        if isinstance(range_, list):
            params[name] = trial.suggest_categorical(name, range_)
            continue
        low, high = range_[:2]
        whole = isinstance(low, int) and isinstance(high, int)
        suggest = trial.suggest_int if whole else trial.suggest_float
        params[name] = suggest(name, low, high, log=len(range_) == 3)
    return params
