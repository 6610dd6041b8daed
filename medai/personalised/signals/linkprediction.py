"""Which pairs of drugs interact, of those that no database lists?  Link prediction, no leaks.

Two questions look alike and are not.  *Warm*: both drugs are known, some of their links are
hidden.  *Cold*: a drug is new and has no link at all.  A split by pairs asks the first, a split by
drugs the second.

Whoever scores sees ``Split.train`` only.  A pair that no database lists is not a pair that does
not interact; negatives are pairs that are *not recorded*.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from medai.runtime import MedaiError

if TYPE_CHECKING:
    import numpy as np

NEIGHBOURS = ("common neighbours", "jaccard", "adamic-adar")


@dataclass(frozen=True)
class Split:
    """What a method may see, and the pairs that it is asked about.

    Attributes
    ----------
    train : numpy.ndarray of bool
        Links that may be used, symmetric, shape (n, n).
    drugs : numpy.ndarray of int
        Drugs that may be used for training.
    pairs : numpy.ndarray of int
        Pairs to be scored, smaller number first, shape (m, 2).
    y : numpy.ndarray of int
        1 if the pair is recorded, shape (m,).
    """

    train: np.ndarray
    drugs: np.ndarray
    pairs: np.ndarray
    y: np.ndarray


def _checked(recorded: np.ndarray, share: float, negatives: int) -> np.ndarray:
    import numpy as np

    recorded = np.asarray(recorded, bool)
    if recorded.ndim != 2 or recorded.shape[0] != recorded.shape[1]:
        raise MedaiError(f"recorded has shape {recorded.shape}: a square table of links is wanted.")
    if (recorded != recorded.T).any() or recorded.diagonal().any():
        raise MedaiError("recorded must be symmetric, and no drug linked with itself.")
    if not 0 < share < 1 or negatives < 1:
        raise MedaiError(f"share={share}, negatives={negatives}: between 0 and 1, and at least 1.")
    return recorded


def _upper(table: np.ndarray) -> np.ndarray:
    import numpy as np

    return np.argwhere(np.triu(table, 1))


def split_pairs(
    recorded: np.ndarray, share: float = 0.2, negatives: int = 5, seed: int = 0
) -> Split:
    """Hide a share of the links (warm): every drug may still have others.

    Parameters
    ----------
    recorded : numpy.ndarray of bool
        Symmetric, shape (n, n).
    share : float
        Share of the links that is hidden and asked about.
    negatives : int
        Pairs that are not recorded, for each hidden link, all equally likely.
    seed : int
        Seed of the draw.

    Raises
    ------
    MedaiError
        On a table that is not symmetric, or a share outside 0 to 1.

    Examples
    --------
    >>> from medai.datasets.drug_graph import drug_graph
    >>> from medai.personalised.signals.linkprediction import leaks, neighbour_scores, split_pairs
    >>> split = split_pairs(drug_graph(60).recorded)
    >>> hits = neighbour_scores(split, "adamic-adar")
    >>> round(float(hits[split.y == 1].mean()), 1), round(float(hits[split.y == 0].mean()), 1)
    (0.7, 0.4)
    >>> leaks(split)
    []
    """
    import numpy as np

    recorded = _checked(recorded, share, negatives)
    rng = np.random.default_rng([seed, 33])
    links, others = _upper(recorded), _upper(~recorded)
    hidden = links[rng.permutation(len(links))[: max(1, round(share * len(links)))]]
    wanted = min(negatives * len(hidden), len(others))
    false = others[rng.choice(len(others), wanted, replace=False)]
    train = recorded.copy()
    train[hidden[:, 0], hidden[:, 1]] = train[hidden[:, 1], hidden[:, 0]] = False
    return Split(train, np.arange(len(train)), *_asked(hidden, false))


def split_drugs(
    recorded: np.ndarray, share: float = 0.2, negatives: int = 5, seed: int = 0
) -> Split:
    """Hide a share of the drugs with all their links (cold): what is asked has one new drug.

    Parameters and errors as in :func:`split_pairs`; `share` is that of the drugs.  The pairs
    asked about, links and others, join one new and one known drug.
    """
    import numpy as np

    recorded = _checked(recorded, share, negatives)
    rng = np.random.default_rng([seed, 34])
    n = len(recorded)
    new = np.zeros(n, bool)
    new[rng.permutation(n)[: max(1, round(share * n))]] = True
    across = new[:, None] ^ new[None, :]
    links, others = _upper(recorded & across), _upper(~recorded & across)
    wanted = min(negatives * len(links), len(others))
    false = others[rng.choice(len(others), wanted, replace=False)]
    train = recorded & ~new[:, None] & ~new[None, :]
    return Split(train, np.flatnonzero(~new), *_asked(links, false))


def _asked(links: np.ndarray, others: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    import numpy as np

    return np.concatenate([links, others]), np.repeat([1, 0], [len(links), len(others)])


def match_degree(split: Split, seed: int = 0) -> Split:
    """Replace the negatives by pairs whose drugs are as popular as those of the links.

    For every link (u, v) one drug is kept and the other exchanged for one with nearly the same
    number of training links, so that popularity alone can no longer tell the two groups apart.
    One negative a link; a link without such a partner is left out.
    """
    import numpy as np

    rng = np.random.default_rng([seed, 35])
    degree = split.train.sum(axis=1)
    links = split.pairs[split.y == 1]
    taken = {tuple(pair) for pair in links.tolist()}
    kept, false = [], []
    known = np.isin(np.arange(len(degree)), split.drugs)
    cold = not known.all()
    for u, v in links.tolist():
        stay, go = (u, v) if (not known[u] if cold else rng.random() < 0.5) else (v, u)
        gap = np.abs(degree - degree[go]) / (1 + degree[go])
        for w in rng.permutation(np.flatnonzero((gap <= 0.15) & known)).tolist():
            pair = (min(stay, w), max(stay, w))
            if w not in (stay, go) and pair not in taken and not split.train[pair]:
                taken.add(pair)
                kept.append((u, v))
                false.append(pair)
                break
    if not kept:
        raise MedaiError("no link has a partner of the same degree: use more drugs.")
    return Split(split.train, split.drugs, *_asked(np.array(kept), np.array(false)))


def leaks(split: Split) -> list[str]:
    """Return what the training links give away of the pairs asked about; empty if nothing."""
    import numpy as np

    found = []
    u, v = split.pairs.T
    if split.train[u, v].any():
        found.append(f"{int(split.train[u, v].sum())} pairs asked about are training links")
    rest = np.setdiff1d(np.arange(len(split.train)), split.drugs)
    if split.train[rest].any():
        found.append(f"{int(split.train[rest].any(axis=1).sum())} new drugs have training links")
    if len(rest) and not np.isin(split.pairs, rest).any(axis=1).all():
        found.append("a pair asked about holds no new drug")
    if len({tuple(pair) for pair in split.pairs.tolist()}) < len(split.pairs):
        found.append("a pair is asked about twice")
    return found


def degree_scores(split: Split) -> np.ndarray:
    """Popularity: training links of either drug plus one, multiplied; shape (m,)."""
    degree = split.train.sum(axis=1) + 1.0
    return degree[split.pairs[:, 0]] * degree[split.pairs[:, 1]]


def neighbour_scores(split: Split, method: str = "adamic-adar") -> np.ndarray:
    """Score by shared neighbours with networkx, shape (m,).

    Raises
    ------
    MedaiError
        For a method that is not in ``NEIGHBOURS``.
    """
    import networkx as nx
    import numpy as np

    if method not in NEIGHBOURS:
        raise MedaiError(f"method={method!r}: one of {', '.join(NEIGHBOURS)} is wanted.")
    graph = nx.from_numpy_array(split.train)
    pairs = [tuple(pair) for pair in split.pairs.tolist()]
    if method == "common neighbours":
        return np.array([float(len(list(nx.common_neighbors(graph, *pair)))) for pair in pairs])
    index = {"jaccard": nx.jaccard_coefficient, "adamic-adar": nx.adamic_adar_index}[method]
    return np.array([score for _, _, score in index(graph, pairs)])


def embedding_scores(split: Split, rank: int = 8) -> np.ndarray:
    """Score by the links rebuilt from their `rank` largest eigenvalues, shape (m,).

    Raises
    ------
    MedaiError
        When `rank` is not between 1 and the number of drugs.
    """
    import numpy as np

    if not 1 <= rank <= len(split.train):
        raise MedaiError(f"rank={rank}: 1 to {len(split.train)}, the number of drugs.")
    values, vectors = np.linalg.eigh(split.train.astype(float))
    top = np.argsort(-np.abs(values))[:rank]
    rebuilt = (vectors[:, top] * values[top]) @ vectors[:, top].T
    return rebuilt[split.pairs[:, 0], split.pairs[:, 1]]


def pair_features(features: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """Describe pairs whatever the order of the two drugs, shape (m, k(k + 1)/2).

    For bits i ≤ j of two drugs x and x': x_i x'_j + x_j x'_i.
    """
    import numpy as np

    x = np.asarray(features, float)
    first, second = x[pairs[:, 0]], x[pairs[:, 1]]
    i, j = np.triu_indices(x.shape[1])
    return first[:, i] * second[:, j] + first[:, j] * second[:, i]


def feature_scores(split: Split, features: np.ndarray, seed: int = 0) -> np.ndarray:
    """Score by a logistic regression on the features of both drugs, shape (m,).

    It learns from the training links against five times as many unlinked pairs of known drugs,
    drawn from all of them.  Hidden links are not spared: sparing them would tell where they are.

    Raises
    ------
    MedaiError
        When `features` does not have one row a drug.
    """
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    if len(features) != len(split.train):
        raise MedaiError(f"{len(features)} rows of features for {len(split.train)} drugs.")
    rng = np.random.default_rng([seed, 36])
    known = np.isin(np.arange(len(split.train)), split.drugs)
    links = _upper(split.train)
    others = _upper(~split.train & known[:, None] & known[None, :])
    false = others[rng.choice(len(others), min(5 * len(links), len(others)), replace=False)]
    pairs, y = _asked(links, false)
    model = LogisticRegression(C=0.1, max_iter=1000).fit(pair_features(features, pairs), y)
    return model.decision_function(pair_features(features, split.pairs))
