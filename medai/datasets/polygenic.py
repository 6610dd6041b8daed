"""Two simulated ancestries with the same risk and different markers (book, Chapter 27).

In this world a disease has many causes, each of small effect, and they are *equally frequent and
equally strong* in ancestries A and B: no person of A is at greater risk than one of B with the
same causes, and the prevalence is the same.  But nobody measures the causes.  A genotyping chip
measures a *marker* beside each, and in two things the ancestries differ:

- how frequent the marker is (near the cause's own frequency in A, drifted away from it in B);
- how well it tells of the cause (the correlation between both on a chromosome, which
  geneticists call linkage disequilibrium: near 0.9 in A, near 0.5 in B).

So whatever a score made of markers says about a difference between A and B is a fault of the
score.  Real ancestries differ in more ways, and are no boxes; the letters stand for none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from medai.runtime.errors import MedaiError

if TYPE_CHECKING:
    import numpy as np

ANCESTRIES = ("A", "B")
DRIFT = {"A": 0.01, "B": 0.15}  # variance of a marker's frequency, as a share of p (1 - p)
LINKAGE = {"A": 0.9, "B": 0.5}  # correlation of marker and cause that is aimed at
HERITABILITY = 0.5  # share of the variance of the liability that the causes explain
PREVALENCE = 0.1


@dataclass(frozen=True)
class PolygenicWorld:
    """The truth: causes, and their markers in each ancestry.

    Attributes
    ----------
    frequency : numpy.ndarray
        Of each cause, in both ancestries; shape (loci,).
    effect : numpy.ndarray
        Of one copy of each cause on the liability, in its standard deviations; shape (loci,).
    marker : dict of str to numpy.ndarray
        Frequency of each marker by ancestry, shape (loci,).
    linkage : dict of str to numpy.ndarray
        Correlation of marker and cause on a chromosome, by ancestry, shape (loci,).
    """

    frequency: np.ndarray
    effect: np.ndarray
    marker: dict[str, np.ndarray]
    linkage: dict[str, np.ndarray]


@dataclass(frozen=True)
class PolygenicCohort:
    """People of one ancestry.

    Attributes
    ----------
    ancestry : str
        ``A`` or ``B``.
    markers, causes : numpy.ndarray
        Copies of the counted allele, 0, 1 or 2, int8, shape (people, loci).  Only the markers
        would be known.
    genetic : numpy.ndarray
        What the causes add to the liability, shape (people,).
    ill : numpy.ndarray
        1 for ill, shape (people,).
    """

    ancestry: str
    markers: np.ndarray
    causes: np.ndarray
    genetic: np.ndarray
    ill: np.ndarray


def polygenic_world(loci: int = 100, seed: int = 0) -> PolygenicWorld:
    """Draw a world.

    Parameters
    ----------
    loci : int
        Number of causes, at least 2.
    seed : int
        The same seed gives the same world on every machine.

    Raises
    ------
    MedaiError
        When `loci` is below 2.
    """
    import numpy as np

    if isinstance(loci, bool) or not isinstance(loci, int) or loci < 2:
        raise MedaiError(f"loci={loci!r}: a polygenic score needs at least two places.")
    rng = np.random.default_rng([seed, 27])
    p = rng.uniform(0.1, 0.9, loci)
    effect = rng.normal(size=loci)
    effect *= np.sqrt(HERITABILITY / np.sum(2 * p * (1 - p) * effect**2))
    marker, linkage = {}, {}
    for name in ANCESTRIES:
        scale = (1 - DRIFT[name]) / DRIFT[name]  # Balding and Nichols' model of drift
        q = np.clip(rng.beta(p * scale, (1 - p) * scale), 0.02, 0.98)
        # a marker of another frequency cannot follow its cause perfectly
        spread = np.sqrt(p * (1 - p) * q * (1 - q))
        most = np.minimum(p * (1 - q), q * (1 - p)) / spread
        marker[name], linkage[name] = q, np.minimum(LINKAGE[name], most)
    return PolygenicWorld(p, effect, marker, linkage)


def polygenic_cohort(
    n: int, ancestry: str = "A", world: PolygenicWorld | None = None, seed: int = 0
) -> PolygenicCohort:
    """Draw `n` people of an ancestry.

    A person's liability is the sum of the causes, less its mean, plus chance (which holds the
    surroundings); whoever is above the limit that 10 % pass is ill.

    Parameters
    ----------
    n : int
        Number of people, at least 1.
    ancestry : {"A", "B"}
        Which markers.
    world : PolygenicWorld, optional
        By default :func:`polygenic_world` with its defaults.
    seed : int
        The same seed gives the same people.

    Raises
    ------
    MedaiError
        For an unknown ancestry or `n` below 1.

    Examples
    --------
    >>> from medai.datasets.polygenic import polygenic_cohort
    >>> people = polygenic_cohort(2_000, "B")
    >>> people.markers.shape, f"{people.ill.mean():.0%} are ill"
    ((2000, 100), '10% are ill')
    """
    import numpy as np
    from scipy.stats import norm

    if ancestry not in ANCESTRIES:
        raise MedaiError(f"ancestry={ancestry!r}: this world has 'A' and 'B'.")
    if isinstance(n, bool) or not isinstance(n, int) or n < 1:
        raise MedaiError(f"n={n!r}: at least one person is needed.")
    world = polygenic_world() if world is None else world
    rng = np.random.default_rng([seed, ANCESTRIES.index(ancestry), 27])
    p, q, r = world.frequency, world.marker[ancestry], world.linkage[ancestry]
    shared = r * np.sqrt(p * (1 - p) * q * (1 - q))  # geneticists' D
    beside, alone = q + shared / p, q - shared / (1 - p)  # P(marker | cause), P(marker | none)
    shape = (n, len(p))
    causes, markers = np.zeros(shape, np.int8), np.zeros(shape, np.int8)
    for _ in range(2):  # two chromosomes
        cause = rng.random(shape) < p
        causes += cause
        markers += rng.random(shape) < np.where(cause, beside, alone)
    genetic = causes @ world.effect - 2 * p @ world.effect
    liability = genetic + rng.normal(0, np.sqrt(1 - HERITABILITY), n)
    ill = (liability > norm.isf(PREVALENCE)).astype(np.int8)
    return PolygenicCohort(ancestry, markers, causes, genetic, ill)
