"""Whether a person's genotype in a gene fits the way in which a disease is inherited.

HPO states the mode of inheritance of most diseases.  A rule for each mode says what has to be
found in one gene:

dominant
    one copy of a candidate allele is enough;
recessive
    both copies of the gene must be hit: the same allele twice, or two different alleles that
    stand on different chromosomes of the pair (compound heterozygous).  Where the phase is not
    known, two alleles fit *possibly*: the parents' genotypes decide;
X-linked
    a man has one X, so one allele is enough.  In a woman a recessive disease needs both copies,
    a dominant one needs one; where HPO says only "X-linked", one copy fits *possibly*;
mitochondrial, Y-linked
    an allele on that chromosome (in a man, for Y).

Other modes (polygenic, digenic, mosaic …) and diseases without a stated mode are left open:
*possible*, never *no*.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from medai.personalised.variants.variant import Variant
from medai.runtime.errors import MedaiError

if TYPE_CHECKING:
    from medai.knowledge.graph import KnowledgeGraph

Mode = Literal[
    "dominant",
    "recessive",
    "X-linked",
    "X-linked recessive",
    "X-linked dominant",
    "mitochondrial",
    "Y-linked",
    "other",
]
MODES: dict[str, Mode] = {
    "HP:0000006": "dominant",
    "HP:0000007": "recessive",
    "HP:0001417": "X-linked",
    "HP:0001419": "X-linked recessive",
    "HP:0001423": "X-linked dominant",
    "HP:0001427": "mitochondrial",
    "HP:0001450": "Y-linked",
}
INHERITANCE = "HP:0000005"
SEXES = ("female", "male")
ORDER = ("no", "possible", "fits")


@dataclass(frozen=True)
class Fit:
    """Whether a genotype fits a mode of inheritance.

    Attributes
    ----------
    verdict : str
        ``fits``, ``possible`` or ``no``.
    why : str
        In words.
    """

    verdict: str
    why: str


def modes_of(graph: KnowledgeGraph, disease_id: str) -> tuple[Mode, ...]:
    """Return the modes of inheritance that HPO states for a disease, each once.

    Returns
    -------
    tuple of str
        ``other`` for a mode without a rule here; empty when none is stated.
    """
    number = graph.disease_number(disease_id)
    table = graph.tables
    found: dict[Mode, None] = {}
    for row in range(*table["row_of"][number : number + 2].tolist()):
        if table["row_finding"][row] or table["row_negated"][row]:
            continue
        ancestors = graph.ancestors(graph.term_ids[table["row_term"][row]])
        if INHERITANCE in ancestors:
            above = [name for term, name in MODES.items() if term in ancestors]
            found[above[-1] if above else "other"] = None
    # "dominant, typically de novo": what only describes a known mode adds no other one
    known = tuple(mode for mode in found if mode != "other")
    return known or tuple(found)


def fit(modes: Iterable[Mode], variants: Sequence[Variant], sample: str, sex: str | None) -> Fit:
    """Compare the variants of one gene with the modes of inheritance of a disease.

    Parameters
    ----------
    modes : iterable of str
        Of the disease, :func:`modes_of`; the best fit among them counts.
    variants : sequence of Variant
        The candidate variants of one gene, at least one.
    sample : str
        Whose genotype.
    sex : {"female", "male"} or None
        How many copies of X there are.

    Returns
    -------
    Fit
        Not a proof: a fitting genotype is common by chance.

    Raises
    ------
    MedaiError
        For no variant, an unknown sample or an unknown sex.
    """
    if sex is not None and sex not in SEXES:
        raise MedaiError(f"sex={sex!r}: write 'female' or 'male', or None if it is not known.")
    if not variants:
        raise MedaiError("No variant was given: a genotype needs at least one.")
    for one in variants:
        if sample not in one.genotypes:
            names = ", ".join(one.genotypes) or "none"
            raise MedaiError(f"sample={sample!r} is not in the file; its samples: {names}.")
    carried = [one for one in variants if one.genotypes[sample].copies(one.allele)]
    if not carried:
        if any(one.genotypes[sample].missing for one in variants):
            return Fit("possible", "the genotype was not read: sequence again")
        return Fit("no", "the allele was not found")
    judged = [_judge(mode, carried, sample, sex) for mode in modes]
    if not judged:
        return Fit("possible", "no mode of inheritance is stated")
    return max(judged, key=lambda one: ORDER.index(one.verdict))


def _judge(mode: Mode, carried: Sequence[Variant], sample: str, sex: str | None) -> Fit:
    place = carried[0].compartment
    if mode == "other":
        return Fit("possible", "no rule for this mode of inheritance")
    if mode.startswith("X-linked"):
        return _x_linked(mode, carried, sample, sex)
    if mode == "mitochondrial":
        if place == "MT":
            return Fit("fits", "an allele of the mitochondrion")
        return Fit("possible", "mitochondrial disease, but the gene lies in the nucleus")
    if mode == "Y-linked":
        if place == "Y" and sex != "female":
            return Fit("fits", "an allele on Y")
        return Fit("no", "no allele on Y")
    if place != "autosome":
        return Fit("no", f"an autosomal disease, but the gene lies on {place}")
    if mode == "dominant":
        return Fit("fits", "one copy is enough for a dominant disease")
    return _both_copies(carried, sample)


def _both_copies(carried: Sequence[Variant], sample: str) -> Fit:
    """Judge whether both copies of a gene are hit."""
    if any(one.genotypes[sample].copies(one.allele) == 2 for one in carried):
        return Fit("fits", "the same allele on both chromosomes (homozygous)")
    if len(carried) == 1:
        if carried[0].genotypes[sample].missing:
            return Fit("possible", "one copy is hit, the other was not read")
        return Fit("no", "one copy only: a carrier of a recessive disease")
    lines = [one.line for one in carried]
    phased = [one for one in carried if one.genotypes[sample].phased]
    sides = {one.genotypes[sample].alleles.index(one.allele) for one in phased}
    if len(sides) == 2 or len(set(lines)) < len(lines):  # 1/2 at one place holds both
        return Fit("fits", "two alleles on different chromosomes (compound heterozygous)")
    if len(phased) < len(carried):
        return Fit("possible", "two alleles, phase unknown: do they come from both parents?")
    return Fit("no", "two alleles on the same chromosome: one copy is untouched")


def _x_linked(mode: Mode, carried: Sequence[Variant], sample: str, sex: str | None) -> Fit:
    if carried[0].compartment != "X":
        return Fit("no", "an X-linked disease, but the gene does not lie on X")
    if sex is None:
        return Fit("possible", "X-linked: is the patient a woman or a man?")
    if sex == "male":
        if any(_reads_one_allele(one, sample) for one in carried):
            return Fit("fits", "a man has one X, and the allele is on it")
        return Fit("possible", "two different alleles on a man's X: check the call, or 47,XXY")
    if mode == "X-linked dominant":
        return Fit("fits", "one copy is enough for a dominant disease")
    both = _both_copies(carried, sample)
    if mode == "X-linked recessive" or both.verdict == "fits":
        return both
    return Fit("possible", "one X of two: some women are affected")


def _reads_one_allele(one: Variant, sample: str) -> bool:
    return set(one.genotypes[sample].alleles) - {None} == {one.allele}
