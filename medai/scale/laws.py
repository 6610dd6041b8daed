r"""A scaling law, :math:`L(x) = a x^{-b} + c`, fitted with intervals (book, Chapter 38).

x is what grows (patients, tokens, weights), L the error that falls, c the floor that no amount of
x removes.  Far beyond the data the prediction hangs on c, and small runs often cannot tell c from
0: :attr:`Law.floor_p` says whether they can.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from medai.runtime import MedaiError

STEEPEST = 5.0  # largest exponent that is tried
EXPONENTS = np.geomspace(0.005, STEEPEST, 120)


@dataclass(frozen=True)
class Law:
    """A fitted law.

    Attributes
    ----------
    a, b, c : float
        :math:`L(x) = a x^{-b} + c`, all at least 0.
    intervals : dict
        95 % interval of each, by resampling the runs of each size.
    floor_p : float
        p-value of "c is 0": an F test on the mean errors.  Above 0.05 the data are as well
        described without a floor, and nothing is known about what lies far beyond them.
    floor_range : tuple of float
        The floors that the same test does not reject at 5 %.  Trust it more than the interval of c,
        which shrinks to a point when every resample ends at 0.
    largest : float
        The largest x of the data.
    draws : numpy.ndarray
        a, b, c of each resample, shape (draws, 3).
    """

    a: float
    b: float
    c: float
    intervals: dict[str, tuple[float, float]]
    floor_p: float
    floor_range: tuple[float, float]
    largest: float
    draws: np.ndarray

    @property
    def floor_known(self) -> bool:
        """Whether the data can tell the floor from 0."""
        return self.floor_p <= 0.05

    def predict(self, x: ArrayLike) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the error at `x` and its 95 % interval.

        The interval holds if the law does; it warns when `x` lies more than tenfold beyond the data
        while the floor is not known.
        """
        x = np.atleast_1d(np.asarray(x, dtype=float))
        if not (x > 0).all():
            raise MedaiError("x must be above 0: it counts what grows.")
        if x.max() > 10 * self.largest and not self.floor_known:
            warnings.warn(
                f"x={x.max():g} lies far beyond the data ({self.largest:g}) and the floor c is not "
                "identified: the prediction can be wrong by far more than its interval.",
                stacklevel=2,
            )
        a, b, c = (self.draws[:, [k]] for k in range(3))
        spread = a * x ** (-b) + c
        low, high = np.quantile(spread, (0.025, 0.975), axis=0)
        return self.a * x ** (-self.b) + self.c, low, high


def fit_law(x: ArrayLike, errors: ArrayLike, *, n_boot: int = 400, seed: int = 0) -> Law:
    """Fit the law to the errors of repeated runs at several sizes.

    For each exponent the best a and c, at least 0, follow by least squares; the exponent is
    searched on a grid that is refined four times.  So nothing hangs on a starting point.

    Parameters
    ----------
    x : array_like
        At least four different sizes, above 0, shape (n,).
    errors : array_like
        Errors of the runs, shape (n, runs); the runs of a size differ in their seed.
    n_boot, seed
        Resamples of the runs of each size, and the seed of their draws.

    Returns
    -------
    Law

    Raises
    ------
    MedaiError
        When shapes do not fit, sizes are too few, or errors do not fall.

    Examples
    --------
    >>> import numpy as np
    >>> from medai.scale.laws import fit_law
    >>> sizes = np.array([10, 30, 100, 300, 1000])
    >>> noise = np.random.default_rng(0).normal(1, 0.01, (5, 4))
    >>> law = fit_law(sizes, (2 * sizes[:, None] ** -0.5 + 0.1) * noise, n_boot=50)
    >>> print(f"exponent {law.b:.2f}, floor {law.c:.2f}")
    exponent 0.50, floor 0.10
    """
    x, errors = np.asarray(x, dtype=float), np.asarray(errors, dtype=float)
    if x.ndim != 1 or errors.ndim != 2 or len(errors) != len(x):
        raise MedaiError(
            f"x has shape {x.shape} and errors {errors.shape}: wanted are (n,) and (n, runs)."
        )
    if len(np.unique(x)) < 4 or not (x > 0).all():
        raise MedaiError(f"x holds {len(np.unique(x))} sizes: a curve with three constants needs "
                         "at least four, all above 0.")  # fmt: skip
    if not np.isfinite(errors).all():
        raise MedaiError("errors hold values that are not finite: leave those runs out.")
    mean = errors.mean(axis=1)
    if not mean[x.argmax()] < mean[x.argmin()]:
        raise MedaiError(
            "the errors do not fall from the smallest to the largest x: no law to fit."
        )
    a, b, c, left = _fit(x, mean)
    floors = np.concatenate([[0.0, c], np.linspace(0, 0.999 * mean.min(), 100)])
    p = _floor_p(x, mean, floors, left)
    possible = floors[p > 0.05]  # c itself is among them
    rng = np.random.default_rng(seed)
    draws = np.empty((n_boot, 3))
    for k in range(n_boot):
        chosen = rng.integers(errors.shape[1], size=errors.shape)
        draws[k] = _fit(x, np.take_along_axis(errors, chosen, axis=1).mean(axis=1))[:3]
    ends = np.quantile(draws, (0.025, 0.975), axis=0)
    intervals = {name: (float(ends[0, k]), float(ends[1, k])) for k, name in enumerate("abc")}
    return Law(a, b, c, intervals, float(p[0]), (float(possible.min()), float(possible.max())),
               float(x.max()), draws)  # fmt: skip


def _floor_p(x: np.ndarray, y: np.ndarray, floors: np.ndarray, left: float) -> np.ndarray:
    """Return the p-value of each floor: F test of the curve with it against the best curve."""
    freedom = len(x) - 3
    fixed = np.array([_fit(x, y - c, floor=False)[3] for c in floors])
    ratio = np.maximum(fixed - left, 0) / max(left / freedom, 1e-300)
    return stats.f.sf(ratio, 1, freedom)


def _fit(x: np.ndarray, y: np.ndarray, floor: bool = True) -> tuple[float, float, float, float]:
    """Return a, b, c and the sum of squares that is left."""
    scale = float(np.exp(np.log(x).mean()))  # keeps a in reach of the arithmetic
    exponents = EXPONENTS
    for _ in range(4):  # each round looks closer around the best
        a, c, left = _linear((x / scale) ** -exponents[:, None], y, floor)
        k = int(np.argmin(left))
        found = (
            float(a[k] * scale ** exponents[k]),
            float(exponents[k]),
            float(c[k]),
            float(left[k]),
        )
        low, high = exponents[max(k - 1, 0)], exponents[min(k + 1, len(exponents) - 1)]
        exponents = np.linspace(low, high, 61)
    return found


def _linear(basis: np.ndarray, y: np.ndarray, floor: bool) -> tuple[np.ndarray, ...]:
    """Return the best a and c, both at least 0, and what is left, for each row of `basis`."""
    middle = basis.mean(axis=1)
    moved = basis - middle[:, None]
    a = (moved @ (y - y.mean())) / np.maximum((moved**2).sum(axis=1), 1e-300)
    c = y.mean() - a * middle
    alone = (basis @ y) / (basis**2).sum(axis=1)  # where the best floor would be below 0
    bare = (c < 0) | (not floor)
    a, c = np.where(bare, alone, a), np.where(bare, 0.0, c)
    flat = a < 0
    a, c = np.where(flat, 0.0, a), np.where(flat, y.mean() * floor, c)
    left = ((y - a[:, None] * basis - c[:, None]) ** 2).sum(axis=1)
    return a, c, left
