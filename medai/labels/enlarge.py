"""More examples from few: copies with words left out, and points between neighbours."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from medai.runtime import MedaiError

__all__ = ["KEEP", "drop_words", "interpolate"]

# Leaving one of these out can turn a sentence into its opposite.
KEEP = frozenset(
    ("no", "not", "without", "never", "nor", "neither", "absent", "absence", "lack", "denies")
)


def drop_words(
    texts: Sequence[str], rate: float, rng: np.random.Generator, keep: frozenset[str] = KEEP
) -> list[str]:
    """Return the texts with words left out at random.

    Parameters
    ----------
    texts : sequence of str
        One copy of each is made.
    rate : float
        Chance that a word goes, 0 to below 1; one word always stays.
    rng : numpy.random.Generator
        Decides everything.
    keep : frozenset of str
        Words that never go, in lower case: by default those that deny.

    Raises
    ------
    MedaiError
        For a rate out of range or an empty text.

    Examples
    --------
    >>> import numpy as np
    >>> from medai.labels.enlarge import drop_words
    >>> drop_words(["no fever but a dry cough at night"] * 3, 0.5, np.random.default_rng(1))
    ['no fever a cough at', 'no fever but dry', 'no a at night']
    """
    if not 0 <= rate < 1:
        raise MedaiError(f"rate={rate}: a share from 0 to below 1 is wanted.")
    out = []
    for i, text in enumerate(texts):
        words = text.split()
        if not words:
            raise MedaiError(f"Text {i} is empty.")
        stays = rng.random(len(words)) >= rate
        stays |= np.array([word.strip(".,;:()").lower() in keep for word in words])
        stays[rng.integers(len(words))] = True
        out.append(" ".join(word for word, yes in zip(words, stays, strict=True) if yes))
    return out


def interpolate(
    features: ArrayLike, n: int, rng: np.random.Generator, neighbours: int = 5
) -> np.ndarray:
    """Return `n` points between rows of one class and their neighbours, shape (n, columns).

    The idea of SMOTE (Chawla et al. 2002): a random row, one of its nearest rows, and a random
    point on the line between them.

    Parameters
    ----------
    features : array_like
        Rows of the class that is to grow, shape (rows, columns), at least two.
    n : int
        How many.
    rng : numpy.random.Generator
        Decides everything.
    neighbours : int
        From how many nearest rows the other end is drawn.

    Raises
    ------
    MedaiError
        For fewer than two rows, or `n` or `neighbours` out of range.
    """
    x = np.asarray(features, dtype=float)
    if x.ndim != 2 or len(x) < 2 or n < 0 or neighbours < 1:
        raise MedaiError(
            f"features {x.shape}, n={n}, neighbours={neighbours}: at least two rows, n >= 0 and a "
            "neighbour are wanted."
        )
    distance = ((x[:, None] - x[None]) ** 2).sum(2)
    np.fill_diagonal(distance, np.inf)
    near = distance.argsort(1, kind="stable")[:, : min(neighbours, len(x) - 1)]
    one = rng.integers(len(x), size=n)
    other = near[one, rng.integers(near.shape[1], size=n)]
    return x[one] + rng.random((n, 1)) * (x[other] - x[one])
