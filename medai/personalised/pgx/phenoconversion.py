"""Phenoconversion: drugs that make an enzyme work less, or more, than its gene says.

For CYP2D6 there is a published rule: a strong inhibitor sets the activity score to 0, a moderate
one halves it, a weak one leaves it (``phenoconversion-rule`` in ``data/pgx_advice/sources.csv``).
For the other enzymes no such rule was found in an opened source: the phenotype stays, and a note
says in which direction the enzyme may differ.
"""

from __future__ import annotations

import difflib
import functools
from collections.abc import Sequence
from dataclasses import replace

from medai.datasets.pgx_advice import Modifier, pgx_advice
from medai.personalised.pgx.conditions import INDETERMINATE, Phenotype

FACTORS = {"strong": 0.0, "moderate": 0.5, "weak": 1.0}
FAMILY = {"CYP3A4": "CYP3A", "CYP3A5": "CYP3A"}


def cyp2d6_phenotype(score: float) -> str:
    """Return the phenotype of a CYP2D6 activity score (0; below 1.25; up to 2.25; above)."""
    if score <= 0:
        return "Poor Metabolizer"
    if score < 1.25:
        return "Intermediate Metabolizer"
    return "Normal Metabolizer" if score <= 2.25 else "Ultrarapid Metabolizer"


def modifiers(gene: str, taking: Sequence[str]) -> tuple[list[Modifier], list[Modifier]]:
    """Return the inhibitors and the inducers of a gene's enzyme among the drugs taken."""
    table, enzyme = pgx_advice(), FAMILY.get(gene, gene)
    names = set(ingredients(taking))
    found = [
        [row for row in rows if row.enzyme == enzyme and row.drug in names]
        for rows in (table.inhibitors, table.inducers)
    ]
    return found[0], found[1]


def convert(
    gene: str, found: Phenotype, taking: Sequence[str]
) -> tuple[Phenotype, tuple[str, ...], tuple[str, ...]]:
    """Return the phenotype to use when other drugs are taken.

    Parameters
    ----------
    gene
        Such as ``"CYP2D6"``.
    found
        What the genes say.
    taking
        Drugs that are taken at the same time.

    Returns
    -------
    Phenotype
        The phenotype to use: changed for CYP2D6 only.
    tuple of str
        What a reader must be told.
    tuple of str
        Keys of the sources.
    """
    inhibitors, inducers = modifiers(gene, taking)
    notes, keys = [], [row.source.key for row in (*inhibitors, *inducers)]
    used = found
    if gene == "CYP2D6" and inhibitors:
        used, told = _cyp2d6(found, inhibitors)
        notes.append(told)
        keys.append("phenoconversion-rule")
    else:
        notes += [_may_differ(gene, found, row, "inhibits", "slower") for row in inhibitors]
    notes += [_may_differ(gene, found, row, "induces", "faster") for row in inducers]
    notes += [f"{row.drug}: {row.note}" for row in (*inhibitors, *inducers) if row.note]
    return used, tuple(notes), tuple(dict.fromkeys(keys))


def _cyp2d6(found: Phenotype, inhibitors: list[Modifier]) -> tuple[Phenotype, str]:
    """Return the phenotype under the strongest inhibitor, and the sentence that says so."""
    row = min(inhibitors, key=lambda one: FACTORS[one.strength])
    factor = FACTORS[row.strength]
    what = f"{row.drug} is a {row.strength} CYP2D6 inhibitor"
    if factor == 1:
        return found, f"{what}: the phenotype stays {found.phenotype}."
    if found.phenotype.lower() == INDETERMINATE and factor:
        return found, f"{what}, and the genotype gives no phenotype: none can be worked out."
    if factor and found.activity_score is None and found.phenotype.startswith("Poor"):
        return found, f"{what}: the phenotype stays {found.phenotype}, since half of 0 is 0."
    if factor and found.activity_score is None:
        return found, f"{what}: its rule needs the activity score, which was not given."
    score = factor * (found.activity_score or 0.0)
    phenotype = cyp2d6_phenotype(score)
    was = "" if found.activity_score is None else f" (activity score {found.activity_score:g})"
    used = replace(found, phenotype=phenotype, activity_score=score)
    return used, (
        f"{what}: {found.phenotype}{was} by genotype behaves like {phenotype} "
        f"(activity score {score:g})."
    )


def _may_differ(gene: str, found: Phenotype, row: Modifier, verb: str, way: str) -> str:
    strength = "" if row.strength == "not stated" else f" ({row.strength})"
    return (
        f"{row.drug} {verb} {row.enzyme}{strength}: the patient may behave as a {way} metaboliser "
        f"than {gene} {found.phenotype} says. No rule was found to say by how much; the advice "
        "is the genotype's."
    )


@functools.cache
def _other_names() -> dict[str, str]:
    """Return the drug of each Chinese and other name."""
    return {
        name.lower(): entry.drug
        for entry in pgx_advice().drugs.values()
        for name in (entry.name_zh, *entry.aliases)
    }


def ingredients(names: Sequence[str]) -> list[str]:
    """Return drugs by the names of our tables: lower case, Chinese and other names read too."""
    other = _other_names()
    plain = [name.strip().lower() for name in names if name.strip()]
    return list(dict.fromkeys(other.get(name, name) for name in plain))


def not_in_table(taking: Sequence[str]) -> tuple[str, ...]:
    """Return a note for each drug that is no inhibitor or inducer of the table."""
    table = pgx_advice()
    known = table.modifying
    notes = []
    for name in ingredients(taking):
        if name in known:
            continue
        close = [word for word in name.split() if word in known]
        if name not in table.drugs:
            close = close or difflib.get_close_matches(name, known, n=1, cutoff=0.82)
        hint = f" Did you mean {close[0]}?" if close else ""
        notes.append(
            f"{name!r} is not in our table of inhibitors and inducers: it was not used, which does "
            f"not mean that it has no effect.{hint}"
        )
    return tuple(notes)


def stopped_note(gene: str, stopped: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return notes for each inhibitor or inducer that was stopped lately, and their sources."""
    inhibitors, inducers = modifiers(gene, stopped)
    notes, keys = [], []
    for row in (*inhibitors, *inducers):
        notes.append(
            f"{row.drug} was stopped: its effect on {row.enzyme} fades over days to weeks. The "
            "advice is the genotype's."
        )
        notes += [f"{row.drug}: {row.note}"] if row.note else []
        keys.append(row.source.key)
    if any(row.drug == "paroxetine" for row in inhibitors):
        notes.append(
            "After six weeks of paroxetine CYP2D6 was normal again within four weeks; after longer "
            "treatment in five of eight patients within six weeks."
        )
        keys.append("paroxetine-washout")
    return tuple(notes), tuple(keys)
