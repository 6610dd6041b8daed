"""Copies that were counted over both chromosomes, and where they may stand."""

from __future__ import annotations

import itertools
from dataclasses import replace

from medai.personalised.pgx.notation import DELETED, Chromosome, Genotype, Part, written
from medai.runtime.errors import MedaiError

MOST = 4  # further copies that are spread


def arrangements(genotype: Genotype, text: str) -> list[tuple[Chromosome, Chromosome]]:
    """Return every way in which the copies can be spread, each once.

    A deleted gene (``*5``) has no copy.  If the text counts the copies of an allele as well, the
    two statements must agree.

    Raises
    ------
    MedaiError
        When there are fewer copies than alleles, or two statements differ.

    Examples
    --------
    ``(*1/*4)x3`` may be ``*1x2/*4`` or ``*1/*4x2``.
    """
    parts = [part for chromosome in genotype.chromosomes for part in chromosome]
    here = sum(part.copies for part in parts if part.name != DELETED)
    stated = any(part.copies > 1 or part.at_least for part in parts)
    extra = genotype.total - here
    if extra < 0 or (stated and extra):
        raise MedaiError(
            f"CYP2D6 {text!r} counts {genotype.total} copies of the gene, but names {here}. "
            f"A deleted gene is written {DELETED}; check the report."
        )
    present = [k for k, part in enumerate(parts) if part.name != DELETED]
    if extra > MOST or (extra and not present):
        raise MedaiError(
            f"CYP2D6 {text!r} counts {genotype.total} copies of the gene, {extra} more than it "
            f"names; up to {MOST} are spread, over alleles other than {DELETED}. Write the copies "
            "of each allele, as in '*1x2/*4'."
        )
    found: dict[frozenset, tuple[Chromosome, Chromosome]] = {}
    for choice in itertools.combinations_with_replacement(present, extra):
        grown = [
            replace(part, copies=part.copies + choice.count(k), at_least=part.at_least)
            for k, part in enumerate(parts)
        ]
        if genotype.total_at_least:
            grown = [_opened(part, k in choice) for k, part in enumerate(grown)]
        left = len(genotype.chromosomes[0])
        pair = (tuple(grown[:left]), tuple(grown[left:]))
        key = frozenset((written(half), pair.count(half)) for half in pair)
        found.setdefault(key, pair)
    return list(found.values())


def _opened(part: Part, grew: bool) -> Part:
    """Mark the part that grew as open to more copies."""
    return replace(part, at_least=True) if grew else part
