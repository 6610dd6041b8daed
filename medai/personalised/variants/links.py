"""Which genes HPO links to which diseases (``genes_to_phenotype.txt`` of the release).

The file repeats each link for every finding; only the link is kept.  It says nothing about where
a link comes from: a gene is linked to the disease that it causes, and sometimes to one that it
only makes more likely.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path

from medai.runtime.errors import MedaiError

HEAD = ["ncbi_gene_id", "gene_symbol", "hpo_id", "hpo_name", "frequency", "disease_id"]


def read_links(path: Path) -> dict[str, tuple[str, ...]]:
    """Read the links of a file in the format of HPO.

    Returns
    -------
    dict of str to tuple of str
        Symbol of the gene to its diseases, both sorted; the symbol ``-`` (no gene) is left out.

    Raises
    ------
    MedaiError
        When the columns are not those of HPO.
    """
    found: dict[str, set[str]] = {}
    with open(path, encoding="utf-8") as lines:
        head = next(lines, "").rstrip("\n").split("\t")
        if head != HEAD:
            raise MedaiError(f"{path}: the columns are {head}, expected {HEAD}: another release?")
        for line in lines:
            cells = line.rstrip("\n").split("\t")
            if cells[1] != "-":
                found.setdefault(cells[1], set()).add(cells[5])
    return {gene: tuple(sorted(found[gene])) for gene in sorted(found)}


@functools.lru_cache(maxsize=1)
def gene_links() -> Mapping[str, tuple[str, ...]]:
    """Return the diseases of each gene, as the installed release of HPO links them."""
    from medai.datasets.registry import card

    return read_links(card("hpo-genes").path())


@functools.lru_cache(maxsize=1)
def disease_links() -> Mapping[str, tuple[str, ...]]:
    """Return the genes of each disease."""
    found: dict[str, list[str]] = {}
    for gene, diseases in gene_links().items():
        for disease in diseases:
            found.setdefault(disease, []).append(gene)
    return {disease: tuple(genes) for disease, genes in found.items()}


def diseases_of(gene: str, source: str = "omim") -> tuple[str, ...]:
    """Return the diseases of a gene; none for a gene without a link.

    Parameters
    ----------
    gene : str
        Its current symbol, such as ``FBN1``.
    source : {"omim", "orpha", "all"}
        Which diseases.
    """
    prefix = {"omim": "OMIM:", "orpha": "ORPHA:", "all": ""}.get(source)
    if prefix is None:
        raise MedaiError(f"source={source!r}: choose one of omim, orpha, all.")
    return tuple(one for one in gene_links().get(gene, ()) if one.startswith(prefix))


def genes_of(disease_id: str) -> tuple[str, ...]:
    """Return the genes that HPO links to a disease; none when it links none."""
    return disease_links().get(disease_id, ())


@functools.lru_cache(maxsize=1)
def omim_genes() -> tuple[str, ...]:
    """Return every gene with at least one OMIM disease, sorted."""
    return tuple(gene for gene in gene_links() if diseases_of(gene))
