"""Ways to learn a rare class: weights, SMOTE, synthetic rows; and how close those are to real ones.

For rows of zeros and ones, such as fingerprints.  Everything here takes *training* rows only:
whoever oversamples before the split tests on relatives of what was learned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from medai.nn.training.checks import check_training_data
from medai.runtime import MedaiError

if TYPE_CHECKING:
    from medai.nn.wgan import ConditionalWGANGP

TrainingSet = tuple[np.ndarray, np.ndarray, str | None]


def draw_bits(probabilities: np.ndarray, seed: int = 0) -> np.ndarray:
    """Return rows of zeros and ones, each one drawn with its probability, float32."""
    rng = np.random.default_rng(seed)
    return (rng.random(np.shape(probabilities)) < probabilities).astype("float32")


def bit_by_bit(x: np.ndarray, n: int, seed: int = 0) -> np.ndarray:
    """Return `n` rows that keep how often each bit is on in `x`, and nothing else.

    The bits are drawn independently of each other, so no two of them know of one another:
    the simplest generator, and a control for every other.
    """
    return draw_bits(np.broadcast_to(np.mean(x, axis=0), (n, np.shape(x)[1])), seed)


def training_sets(
    x: np.ndarray, y: np.ndarray, gan: ConditionalWGANGP, seed: int = 0
) -> dict[str, TrainingSet]:
    """Return the training rows in six versions.

    Parameters
    ----------
    x : numpy.ndarray
        Training rows of zeros and ones, shape (n, bits).
    y : numpy.ndarray
        1 for the rare class, else 0, shape (n,).
    gan : ConditionalWGANGP
        Trained on these rows (or some of them), two classes.
    seed : int
        Seed of everything drawn.

    Returns
    -------
    dict
        Name to (rows, labels, class weight for scikit-learn):
        ``real``; ``class weights`` (the same rows); ``SMOTE``, ``bit by bit`` and
        ``real + GAN``, filled up to as many rare rows as others; ``GAN only``, as many
        synthetic rows as there are real ones, with the same share of rare ones.

    Raises
    ------
    MedaiError
        When `y` is not 0/1 with 1 the rarer, or the data are not fit for training.
    """
    from imblearn.over_sampling import SMOTE

    check_training_data(x, y, n_classes=2)
    y = np.asarray(y, dtype=int)
    missing = int((y == 0).sum() - (y == 1).sum())
    if missing <= 0:
        raise MedaiError(f"{y.sum()} of {len(y)} rows are 1: class 1 must be the rarer.")

    def more(rows: np.ndarray) -> TrainingSet:
        return np.concatenate([x, rows]), np.concatenate([y, np.ones(len(rows), dtype=int)]), None

    near = min(5, int(y.sum()) - 1)
    smote_x, smote_y = SMOTE(random_state=seed, k_neighbors=near).fit_resample(x, y)
    rare = gan.sample(np.ones(missing, dtype=int), seed=seed)
    shuffled = np.random.default_rng(seed).permutation(y)
    return {
        "real": (x, y, None),
        "class weights": (x, y, "balanced"),
        "SMOTE": (smote_x, smote_y, None),
        "bit by bit": more(bit_by_bit(x[y == 1], missing, seed)),
        "real + GAN": more(draw_bits(rare, seed)),
        "GAN only": (draw_bits(gan.sample(shuffled, seed=seed + 1), seed + 1), shuffled, None),
    }


def nearest_distance(rows: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return the Euclidean distance of each row to the nearest of `others`, shape (n,).

    Parameters
    ----------
    rows, others : numpy.ndarray
        Shapes (n, d) and (m, d).

    Raises
    ------
    MedaiError
        When the widths differ or there is no other row.

    Examples
    --------
    >>> import numpy as np
    >>> nearest_distance(np.array([[0, 1, 1]]), np.array([[0, 1, 0], [1, 0, 0]])).tolist()
    [1.0]
    """
    rows, others = (np.asarray(a, dtype="float64").reshape(len(a), -1) for a in (rows, others))
    if not len(others) or rows.shape[1] != others.shape[1]:
        raise MedaiError(f"rows {rows.shape} and others {others.shape}: need the same width.")
    squares = (rows**2).sum(1)[:, None] + (others**2).sum(1) - 2 * rows @ others.T
    return np.sqrt(np.maximum(squares.min(axis=1), 0))
