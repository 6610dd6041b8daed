"""Made-up drugs, why they interact, and what is recorded of it (book, Chapter 30).

Every drug has hidden mechanisms: enzymes that break it down, enzymes that it blocks, and whether
it sedates or disturbs the rhythm of the heart.  Two drugs interact when one blocks an enzyme
that breaks the other down, or when both sedate, or both disturb the rhythm.  What a database
*records* is less: the more a pair of drugs has been studied, the likelier its interaction is
known.  So well-studied drugs have many links, whatever their mechanisms.

The drugs are numbers; none of them is a real one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from medai.runtime.errors import MedaiError

if TYPE_CHECKING:
    import numpy as np

ENZYMES = 4
BITS_EACH = 3  # visible bits that hint at one mechanism
NOISE = 0.10  # chance that a visible bit is wrong


@dataclass(frozen=True)
class DrugGraph:
    """Drugs, their interactions, and what is known of them.

    Attributes
    ----------
    features : numpy.ndarray of bool
        Visible bits of each drug, as a fingerprint of its structure would be, shape (n, k).
    interacts : numpy.ndarray of bool
        The truth, symmetric, shape (n, n), False on the diagonal.
    recorded : numpy.ndarray of bool
        The part of it that a database holds, shape (n, n).
    studied : numpy.ndarray
        How much each drug has been studied, above 0, shape (n,).
    """

    features: np.ndarray
    interacts: np.ndarray
    recorded: np.ndarray
    studied: np.ndarray


def drug_graph(n_drugs: int = 160, seed: int = 0) -> DrugGraph:
    """Draw drugs, their interactions and the record of them.

    Parameters
    ----------
    n_drugs : int
        Number of drugs, at least 20.
    seed : int
        The same seed gives the same graph on every machine.

    Raises
    ------
    MedaiError
        When `n_drugs` is below 20.

    Examples
    --------
    >>> from medai.datasets.drug_graph import drug_graph
    >>> graph = drug_graph(40)
    >>> true, listed = int(graph.interacts.sum()) // 2, int(graph.recorded.sum()) // 2
    >>> print(f"{true} pairs interact, a database lists {listed} of them")
    120 pairs interact, a database lists 75 of them
    """
    import numpy as np

    if n_drugs < 20:
        raise MedaiError(f"n_drugs={n_drugs}: at least 20 are needed for a graph with links.")
    rng = np.random.default_rng([seed, 31])
    broken_down_by = np.zeros((n_drugs, ENZYMES), bool)
    main = rng.choice(ENZYMES, n_drugs, p=(0.5, 0.2, 0.2, 0.1))
    broken_down_by[np.arange(n_drugs), main] = True
    blocks = rng.random((n_drugs, ENZYMES)) < 0.07
    sedates, rhythm = rng.random(n_drugs) < 0.15, rng.random(n_drugs) < 0.12
    one_way = blocks.astype(int) @ broken_down_by.T.astype(int) > 0
    interacts = one_way | one_way.T | np.outer(sedates, sedates) | np.outer(rhythm, rhythm)
    np.fill_diagonal(interacts, False)

    mechanisms = np.column_stack([broken_down_by, blocks, sedates, rhythm])
    features = np.repeat(mechanisms, BITS_EACH, axis=1)
    features ^= rng.random(features.shape) < NOISE

    studied = rng.lognormal(0.0, 1.0, n_drugs)
    chance = 1 - np.exp(-np.outer(studied, studied))
    known = np.triu(rng.random((n_drugs, n_drugs)) < chance, 1)
    recorded = interacts & (known | known.T)
    return DrugGraph(features, interacts, recorded, studied)
