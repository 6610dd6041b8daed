"""From SMILES to what a model can read: canonical form, fingerprints, scaffolds, splits.

A SMILES is a molecule written as text; "CCO" is ethanol.  What RDKit cannot read is named,
never guessed, and RDKit's own messages stay off the screen.  RDKit and NumPy are imported
inside the functions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from medai.runtime.errors import MedaiError

if TYPE_CHECKING:
    import numpy as np


def canonical_smiles(smiles: Iterable[str]) -> list[str | None]:
    """Return each SMILES in RDKit's canonical form, or None where RDKit cannot read it."""
    from rdkit import Chem, rdBase

    with rdBase.BlockLogs():
        molecules = [Chem.MolFromSmiles(text) if text else None for text in map(str, smiles)]
        return [None if m is None else Chem.MolToSmiles(m) for m in molecules]


def _molecules(smiles: Sequence[str]) -> list[Any]:
    """Return RDKit molecules, or raise an error that names what cannot be read."""
    from rdkit import Chem, rdBase

    texts = [str(text) for text in smiles]
    with rdBase.BlockLogs():
        found = [Chem.MolFromSmiles(text) if text else None for text in texts]
    bad = [f"{text!r} (place {i})" for i, text in enumerate(texts) if found[i] is None]
    if bad:
        shown = ", ".join(bad[:3]) + (" ..." if len(bad) > 3 else "")
        raise MedaiError(
            f"{len(bad)} of {len(texts)} SMILES cannot be read: {shown}. "
            "Leave them out (canonical_smiles gives None for them); they are not guessed."
        )
    return found


def pains_alerts(smiles: Sequence[str]) -> list[str]:
    """Return the name of the first PAINS pattern in each molecule, "" where there is none.

    Raises
    ------
    MedaiError
        When a SMILES cannot be read.
    """
    from rdkit.Chem.FilterCatalog import FilterCatalog, FilterCatalogParams

    catalog = FilterCatalog(FilterCatalogParams(FilterCatalogParams.FilterCatalogs.PAINS))
    matches = [catalog.GetFirstMatch(molecule) for molecule in _molecules(smiles)]
    return ["" if match is None else match.GetDescription() for match in matches]


def fingerprints(smiles: Sequence[str], radius: int = 2, n_bits: int = 1024) -> np.ndarray:
    """Return Morgan fingerprints (ECFP): which circular neighbourhoods a molecule contains.

    Parameters
    ----------
    smiles : sequence of str
        n molecules.
    radius : int
        Bonds around each atom; 2 gives what is called ECFP4.
    n_bits : int
        Neighbourhoods are hashed into so many bits; two may share one.

    Returns
    -------
    numpy.ndarray
        0 or 1, float32, shape (n, n_bits).

    Raises
    ------
    MedaiError
        When a SMILES cannot be read (all are counted, three are named), or a number is out of
        range.
    """
    import numpy as np
    from rdkit.Chem.rdFingerprintGenerator import GetMorganGenerator

    if radius < 0 or n_bits < 1:
        raise MedaiError(f"radius={radius}, n_bits={n_bits}: need radius >= 0 and n_bits >= 1.")
    generator = GetMorganGenerator(radius=radius, fpSize=n_bits)
    bits = [generator.GetFingerprintAsNumPy(molecule) for molecule in _molecules(smiles)]
    return np.array(bits, dtype="float32").reshape(len(bits), n_bits)


def scaffolds(smiles: Sequence[str]) -> np.ndarray:
    """Return the Bemis-Murcko scaffold of each molecule: its rings and what links them.

    Returns
    -------
    numpy.ndarray
        Canonical SMILES, shape (n,); "" for a molecule without a ring.

    Raises
    ------
    MedaiError
        When a SMILES cannot be read.

    Examples
    --------
    >>> from medai.datasets.smiles import scaffolds
    >>> [str(one) for one in scaffolds(["CC(=O)Oc1ccccc1C(=O)O", "Cc1ccccc1", "CCO"])]
    ['c1ccccc1', 'c1ccccc1', '']
    """
    import numpy as np
    from rdkit.Chem.Scaffolds.MurckoScaffold import MurckoScaffoldSmiles

    return np.array([MurckoScaffoldSmiles(mol=m) for m in _molecules(smiles)], dtype=str)


def split_molecules(
    smiles: Sequence[str],
    by: str = "scaffold",
    shares: Sequence[float] = (0.7, 0.15, 0.15),
    seed: int = 0,
) -> tuple[np.ndarray, ...]:
    """Split molecules so that no molecule, and no scaffold, lies on two sides.

    Parameters
    ----------
    smiles : sequence of str
        n molecules, each once.
    by : str
        ``"scaffold"`` keeps molecules with the same rings together: frameworks that are
        larger than half of the smallest part go to the first part, the others are dealt out
        in random order.  ``"random"`` deals out single molecules.
    shares : sequence of float
        The size of each part, adding up to 1; with scaffolds they are met approximately.
    seed : int
        Seed of the order.

    Returns
    -------
    tuple of numpy.ndarray
        Positions of each part, sorted.

    Raises
    ------
    MedaiError
        When a SMILES cannot be read, a molecule occurs twice (compared by canonical SMILES),
        the shares do not add up to 1, a part stays empty, or `by` is unknown.
    """
    import numpy as np
    from rdkit import Chem
    from rdkit.Chem.Scaffolds.MurckoScaffold import MurckoScaffoldSmiles

    shares = np.asarray(shares, dtype=float)
    if by not in ("scaffold", "random"):
        raise MedaiError(f"by={by!r}: split by 'scaffold' or 'random'.")
    if len(shares) < 2 or (shares <= 0).any() or not np.isclose(shares.sum(), 1):
        raise MedaiError(f"shares={shares.tolist()}: need two or more, above 0, adding up to 1.")
    found = _molecules(smiles)
    twice = len(found) - len({Chem.MolToSmiles(molecule) for molecule in found})
    if twice:
        raise MedaiError(
            f"{twice} molecules occur more than once (by canonical SMILES): merge them first, "
            "or one could be learned and tested."
        )
    if by == "scaffold":
        keys = np.array([MurckoScaffoldSmiles(mol=molecule) for molecule in found], dtype=str)
    else:
        keys = np.arange(len(found))
    _, group = np.unique(keys, return_inverse=True)
    sizes = np.bincount(group)
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(sizes))
    large = sizes[order] > shares.min() * len(found) / 2
    order = np.concatenate([order[large], order[~large]])
    ends = np.round(np.cumsum(shares) * len(found))
    middle = np.cumsum(sizes[order]) - sizes[order] / 2
    part_of = np.empty(len(sizes), dtype=int)
    part_of[order] = np.minimum(np.searchsorted(ends, middle), len(shares) - 1)
    parts = tuple(np.flatnonzero(part_of[group] == i) for i in range(len(shares)))
    if any(len(part) == 0 for part in parts):
        raise MedaiError(
            f"{len(found)} molecules in {len(sizes)} groups are too few for {len(shares)} parts."
        )
    return parts
