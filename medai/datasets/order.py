"""A generator whose labels depend on the order and timing of codes, never on which they are.

Every patient gets the new drug once and has the rash once, among other entries.  The sooner
the rash follows the drug, the likelier the label "reaction"; the sooner the drug follows the
rash, the less likely.  With signed closeness

    z = strength · s · exp(-days / tau),   s = +1 (drug first) or -1 (rash first),

the label is 1 with probability sigmoid(z).  Exchanging the drug and the rash in a sequence
keeps its bag of codes (and its length and all gaps), is as likely as the sequence itself, and
turns z into -z.  As sigmoid(z) + sigmoid(-z) = 1, the chance of the label given the bag is
exactly one half: no classifier that sees only the bag can beat a coin.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from medai.runtime.errors import MedaiError

if TYPE_CHECKING:
    import numpy as np

DRUG, RASH = 1, 2
NAMES = (
    "(padding)", "new drug", "rash", "blood test", "cough", "back pain", "check-up",
    "x-ray", "vaccine", "headache", "dressing",
)  # fmt: skip


@dataclass(frozen=True)
class OrderTask:
    """Sequences with labels, and the probability that the generator gave each label.

    Attributes
    ----------
    codes : numpy.ndarray
        int64, shape (n, T): code 1 to 10 of each entry (see ``NAMES``), 0 is padding at the end.
    gaps : numpy.ndarray
        float32, shape (n, T): days since the entry before; 0 for the first and for padding.
    labels : numpy.ndarray
        int64, shape (n,), 0 or 1.
    probability : numpy.ndarray
        float64, shape (n,): the true chance of label 1 given the sequence.  No score can have
        a higher expected AUC, so this is the Bayes oracle.
    """

    codes: np.ndarray
    gaps: np.ndarray
    labels: np.ndarray
    probability: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)

    def bag(self) -> np.ndarray:
        """Return how often each code stands in each sequence, float32, shape (n, 10)."""
        import numpy as np

        counts = [(self.codes == code).sum(axis=1) for code in range(1, len(NAMES))]
        return np.stack(counts, axis=1).astype("float32")


def order_matters(
    n: int = 4000, seed: int = 0, *, strength: float = 7.0, tau: float = 30.0
) -> OrderTask:
    """Return `n` sequences of 6 to 12 entries in which only order and timing tell the label.

    Parameters
    ----------
    n : int
        Number of patients.
    seed : int
        Seed; the same seed gives the same data on every machine.
    strength : float
        How strongly the label follows closeness; 0 makes it a coin.
    tau : float
        Days after which closeness has fallen to 1/e.  Gaps between entries are whole days from
        1 to 1,000, very unequal as in records: half are under about 9 days, one in ten is over
        three months.

    Raises
    ------
    MedaiError
        When `n` or `tau` is not positive, or `strength` is negative.

    Examples
    --------
    >>> from medai.datasets.order import NAMES, order_matters
    >>> task = order_matters(200, seed=1)
    >>> [NAMES[code] for code in task.codes[0] if code][:4]
    ['rash', 'vaccine', 'cough', 'check-up']
    >>> task.codes.shape, f"{task.labels.mean():.0%} have label 1"
    ((200, 12), '50% have label 1')
    """
    import numpy as np

    if n < 1 or not strength >= 0 or not tau > 0:
        raise MedaiError(
            f"n={n}, strength={strength}, tau={tau}: need n >= 1, strength >= 0 and tau > 0 days."
        )
    rng = np.random.default_rng(seed)
    longest = 12
    lengths = rng.integers(6, longest + 1, size=n)
    inside = np.arange(longest) < lengths[:, None]  # (n, T)
    codes = rng.integers(3, len(NAMES), size=(n, longest))
    places = np.argsort(np.where(inside, rng.random((n, longest)), 2.0), axis=1)
    rows, drug, rash = np.arange(n), places[:, 0], places[:, 1]
    codes[rows, drug], codes[rows, rash] = DRUG, RASH
    gaps = 1 + np.floor(np.minimum(np.exp(rng.normal(2.0, 2.0, size=(n, longest))), 999))
    gaps[:, 0] = 0
    codes, gaps = codes * inside, gaps * inside
    days = np.cumsum(gaps, axis=1)
    apart = days[rows, rash] - days[rows, drug]
    z = strength * np.sign(apart) * np.exp(-np.abs(apart) / tau)
    probability = 1 / (1 + np.exp(-z))
    labels = (rng.random(n) < probability).astype("int64")
    return OrderTask(codes.astype("int64"), gaps.astype("float32"), labels, probability)
