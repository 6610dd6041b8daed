"""Combine what a patient shows with what the genes say.

The genes are read as a test (book, Chapter 27): a disease is *flagged* when one of its genes is
a candidate and the genotype fits.  The test has a sensitivity, the share of patients whose cause
is among the candidates, and a false alarm share, the share of all diseases that are flagged,
C of M.  So, as for any test (Chapter 2), a flagged disease gains and any other loses

    ln LR+ = ln(sensitivity · M / C)        ln LR- = ln((1 - sensitivity) / (1 - C / M))

With few candidates a flag says much, with many it says little.  Together with the phenotype
score s(d), which is built from log likelihood ratios too,

    P(d) ∝ exp(SHARPNESS · s(d) + ln LR(d))

over the diseases of the list, each equally likely at first.  SHARPNESS was fitted on development
cases (``benchmarks/genes.py``): findings are not independent, so their plain sum is too sure.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from medai.personalised.variants.candidates import DiseaseFit
from medai.runtime.errors import MedaiError

if TYPE_CHECKING:
    import numpy as np

    from medai.knowledge.graph import KnowledgeGraph

SENSITIVITY = 0.9  # teaching estimate: the share of patients whose cause is among the candidates
SHARPNESS = 0.25  # fitted, benchmarks/genes.py; a plain sum (1) is far too sure


@dataclass(frozen=True)
class RankedWithGenes:
    """One line of a combined ranking.

    Attributes
    ----------
    rank, disease_id, name
        1 for the best, and what it is.
    score : float
        SHARPNESS times `phenotype`, plus `genes`, in nats.
    phenotype : float
        The score of :mod:`medai.knowledge.score`, before it is multiplied.
    genes : float
        ln LR+ for a flagged disease, ln LR- for another.
    probability : float
        Among the diseases of the list, if the patient has one of them.
    flag : DiseaseFit or None
        Through which gene it is flagged.
    """

    rank: int
    disease_id: str
    name: str
    score: float
    phenotype: float
    genes: float
    probability: float
    flag: DiseaseFit | None


@dataclass(frozen=True)
class GeneRanking(Sequence[RankedWithGenes]):
    """The combined ranking of one patient; works as a list of :class:`RankedWithGenes`.

    Attributes
    ----------
    results : tuple of RankedWithGenes
        Best first.
    flagged, total : int
        Diseases with a candidate gene that fits, and all diseases of the list.
    evidence : tuple of float
        ln LR+ and ln LR-.
    """

    results: tuple[RankedWithGenes, ...]
    flagged: int
    total: int
    evidence: tuple[float, float]

    def __len__(self) -> int:
        return len(self.results)

    def __getitem__(self, index):
        return self.results[index]

    def __iter__(self) -> Iterator[RankedWithGenes]:
        return iter(self.results)


def flag_evidence(
    flagged: int, total: int, sensitivity: float = SENSITIVITY
) -> tuple[float, float]:
    """Return ln LR+ and ln LR- of a flag, in nats.

    Parameters
    ----------
    flagged, total : int
        Flagged diseases, and all.
    sensitivity : float
        The share of patients whose cause is flagged, above 0 and below 1: nobody sequences
        everything, so a disease without a flag is never impossible.

    Returns
    -------
    tuple of float
        (0, 0) when no disease or every disease is flagged: such a test says nothing.

    Raises
    ------
    MedaiError
        When a number is out of range.

    Examples
    --------
    >>> [round(x, 3) for x in flag_evidence(10, 1000, 0.9)]
    [4.5, -2.293]
    """
    if not 0 < sensitivity < 1:
        raise MedaiError(
            f"sensitivity={sensitivity}: give a share above 0 and below 1, such as 0.9. With 1 "
            "a disease whose variant was missed would become impossible."
        )
    if not 0 <= flagged <= total or total < 1:
        raise MedaiError(f"flagged={flagged}, total={total}: flagged diseases are some of all.")
    if flagged in (0, total):
        return 0.0, 0.0
    share = flagged / total
    return math.log(sensitivity / share), math.log((1 - sensitivity) / (1 - share))


def gene_evidence(flagged: np.ndarray, sensitivity: float = SENSITIVITY) -> np.ndarray:
    """Return what the flags add to the score of each disease.

    Parameters
    ----------
    flagged : numpy.ndarray of bool
        Shape (diseases,).
    sensitivity : float
        As in :func:`flag_evidence`.

    Returns
    -------
    numpy.ndarray
        In nats, shape (diseases,).
    """
    import numpy as np

    plus, minus = flag_evidence(int(flagged.sum()), len(flagged), sensitivity)
    return np.where(flagged, plus, minus)


def probabilities(
    phenotype: np.ndarray, genes: np.ndarray, sharpness: float = SHARPNESS
) -> np.ndarray:
    """Return P(d) from the two parts of the score, shape (diseases,); the sum is 1."""
    import numpy as np

    log_p = sharpness * phenotype + genes
    weight = np.exp(log_p - log_p.max())
    return weight / weight.sum()


def rank_with_genes(
    present: Iterable[str],
    flags: Iterable[DiseaseFit],
    excluded: Iterable[str] = (),
    top: int = 20,
    source: str = "omim",
    *,
    sensitivity: float = SENSITIVITY,
    graph: KnowledgeGraph | None = None,
) -> GeneRanking:
    """Rank diseases for a patient's findings and candidate genes.

    Parameters
    ----------
    present, excluded : iterable of str
        HPO ids, as for :func:`medai.knowledge.rank`.
    flags : iterable of DiseaseFit
        Of :func:`~medai.personalised.variants.candidates.judge_diseases`; those whose verdict
        is ``no`` are not counted as flagged.
    top : int
        How many diseases to return.
    source : {"omim", "orpha", "all"}
        Which diseases compete.
    sensitivity : float
        As in :func:`flag_evidence`.
    graph : KnowledgeGraph, optional
        By default the installed release.

    Returns
    -------
    GeneRanking
        Best first, ties by id.  No diagnosis: a variant that fits may be harmless.

    Raises
    ------
    MedaiError
        As :func:`medai.knowledge.rank` and :func:`flag_evidence`.
    """
    import numpy as np

    from medai.knowledge.load import load_graph
    from medai.knowledge.query import make_query
    from medai.knowledge.rank import best, candidates, check_top

    check_top(top)
    graph = load_graph() if graph is None else graph
    part = candidates(graph, source)
    phenotype = graph.scorer.scores(make_query(graph, present, excluded))[part]
    flag_of: dict[int, DiseaseFit] = {}
    for one in flags:
        number = graph.disease_number(one.disease_id) - part.start
        if one.fit.verdict != "no" and 0 <= number < len(phenotype):
            flag_of.setdefault(number, one)
    flagged = np.zeros(len(phenotype), dtype=bool)
    flagged[list(flag_of)] = True
    genes = gene_evidence(flagged, sensitivity)
    p = probabilities(phenotype, genes)
    results = []
    for place, i in enumerate(best(SHARPNESS * phenotype + genes, top).tolist(), start=1):
        number = part.start + i
        results.append(
            RankedWithGenes(
                *(place, graph.disease_ids[number], graph.disease_names[number]),
                *(float(SHARPNESS * phenotype[i] + genes[i]), float(phenotype[i]), float(genes[i])),
                *(float(p[i]), flag_of.get(i)),
            )
        )
    evidence = flag_evidence(len(flag_of), len(phenotype), sensitivity)
    return GeneRanking(tuple(results), len(flag_of), len(phenotype), evidence)
