"""From a genotype as a laboratory writes it to a phenotype, with what the call cannot know."""

from __future__ import annotations

import functools

from medai.datasets.pgx import MARKER, SCORED, SINGLE, Source, pgx_tables
from medai.personalised.pgx.chromosomes import look_up
from medai.personalised.pgx.genes import Book, book, find_gene
from medai.personalised.pgx.hla import read_markers
from medai.personalised.pgx.notation import Chromosome, Genotype, Part, read, written
from medai.personalised.pgx.phenotypes import INDETERMINATE, Score, by_functions, by_one, by_score
from medai.personalised.pgx.refusals import one_allele
from medai.personalised.pgx.results import Call, CalledAllele
from medai.personalised.pgx.snp import read_bases
from medai.personalised.pgx.totals import arrangements
from medai.runtime.errors import MedaiError


def call(gene: str, diplotype: str) -> Call:
    """Return the phenotype of a genotype.

    Parameters
    ----------
    gene
        One of :func:`medai.personalised.pgx.gene_names`, in any spelling.
    diplotype
        Both alleles as a laboratory writes them: ``*1/*4``, ``*1x2/*4``, ``*36+*10/*1``,
        ``rs9923231 GA``, ``*57:01 positive``, ``Mahidol/Y`` for a man's G6PD.

    Returns
    -------
    Call
        ``Indeterminate`` when an allele is unknown or its function is not settled, or when the
        copies are open and would change the phenotype.

    Raises
    ------
    MedaiError
        For an unknown gene, a text that is no genotype, and a single allele: the message then
        says what the second one would change.

    Examples
    --------
    >>> call("cyp2d6", "CYP2D6*10 / *10").phenotype
    'Intermediate Metabolizer'
    """
    name, asked = find_gene(gene)
    if not isinstance(diplotype, str):
        raise MedaiError(f"{name}: the genotype is {diplotype!r}; it must be text like '*1/*4'.")
    return _call(name, asked, diplotype)


@functools.lru_cache(maxsize=8192)
def _call(name: str, asked: str, diplotype: str) -> Call:
    """Do what :func:`call` says, once for every text."""
    books = book(name)
    if books.gene.rule == MARKER:
        return _call_marker(books, diplotype, asked)
    genotype, notes = _understood(diplotype, books)
    genotype, hemizygous = _ploidy(genotype, diplotype, books)
    if genotype.total is not None:
        genotype, options = _with_total(genotype, diplotype, books)
        if len(options) > 1:
            return _call_open(books, options, notes)
    return _call_two(books, genotype.chromosomes, notes, hemizygous)


def _understood(text: str, books: Book) -> tuple[Genotype, tuple[str, ...]]:
    """Read bases or names."""
    bases = read_bases(text, books)
    if bases is None:
        return read(text, books), ()
    names, notes = bases
    return Genotype(tuple((Part(name),) for name in names)), notes


def _ploidy(genotype: Genotype, text: str, books: Book) -> tuple[Genotype, bool]:
    """Check that the number of alleles fits the gene; ask when it does not."""
    count, copies, name = len(genotype.chromosomes), books.gene.copies, books.gene.name
    if copies == "1":
        if count == 2 and genotype.chromosomes[0] != genotype.chromosomes[1]:
            raise MedaiError(
                f"{name} {text!r}: this gene is mitochondrial and has one result; write the "
                "change that was found, such as 'm.1555A>G', or 'Reference'."
            )
        return Genotype(genotype.chromosomes[:1]), True
    if copies == "x" and count == 2:
        named = tuple(c for c in genotype.chromosomes if written(c).upper() != "Y")
        if not named:
            raise MedaiError(f"{name} {text!r} names no allele. Write one, as in 'Mahidol/Y'.")
        return Genotype(named), len(named) == 1
    if count == 1:
        raise one_allele(text, written(genotype.chromosomes[0]), books, call)
    return genotype, False


def _with_total(
    genotype: Genotype, text: str, books: Book
) -> tuple[Genotype, list[tuple[Chromosome, Chromosome]]]:
    """Spread the copies of the whole genotype over the two chromosomes."""
    options = arrangements(genotype, text)
    first = Genotype(options[0]) if options else genotype
    return first, options


def _call_two(
    books: Book, chromosomes: tuple[Chromosome, ...], notes: tuple[str, ...], hemizygous: bool
) -> Call:
    """Call chromosomes whose copies are known."""
    gene = books.gene
    found = [look_up(gene.name, chromosome) for chromosome in chromosomes]
    found.sort(key=lambda one: one.place)
    alleles = tuple(one.allele for one in found)
    text, value = "", None
    if gene.rule == SCORED:
        values = [one.score.value for one in found]
        total = None if None in values else sum(values)
        score = Score(total, total is not None and any(one.score.at_least for one in found))
        phenotype, rule = by_score(gene.name, score)
        text, value = str(score), score.value
        if score.at_least and phenotype == INDETERMINATE:
            value = None
            notes += (_range_note(gene.name, score),)
    elif hemizygous or gene.rule == SINGLE:
        phenotype, rule = by_one(gene.name, alleles[0].function)
    else:
        phenotype, rule = by_functions(gene.name, alleles[0].function, alleles[1].function)
    diplotype = "/".join(allele.name for allele in alleles)
    if hemizygous and gene.copies == "x":
        diplotype += "/Y"
    told = [note for one in found for note in one.notes]
    notes += tuple(dict.fromkeys([*told, gene.limit] if gene.limit else told))
    sources = _sources(*(allele.source for allele in alleles), rule, gene.source)
    return Call(gene.name, diplotype, value, phenotype, alleles, notes, text, sources)


def _call_open(
    books: Book, options: list[tuple[Chromosome, Chromosome]], notes: tuple[str, ...]
) -> Call:
    """Call a genotype whose copies are counted but not placed: agree, or stay open."""
    calls = [_call_two(books, option, (), False) for option in options]
    shown = "; ".join(f"{c.diplotype} ({c.score}, {c.phenotype})" for c in calls)
    phenotypes, scores = {c.phenotype for c in calls}, {c.score for c in calls}
    phenotype = phenotypes.pop() if len(phenotypes) == 1 else INDETERMINATE
    same = len(scores) == 1
    note = (
        f"The copies were counted together, and the report does not say which allele has more: "
        f"{shown}. "
    )
    note += (
        "Every arrangement gives the same phenotype."
        if phenotype != INDETERMINATE
        else "Ask the laboratory which allele is duplicated."
    )
    rest = [n for c in calls for n in c.notes]
    notes += (note, *dict.fromkeys(rest))
    diplotype = " or ".join(c.diplotype for c in calls)
    alleles = tuple(dict.fromkeys(a for c in calls for a in c.alleles))
    sources = tuple(dict.fromkeys(s for c in calls for s in c.sources))
    value = calls[0].activity_score if same and phenotype != INDETERMINATE else None
    score = calls[0].score if same else "n/a"
    return Call(books.gene.name, diplotype, value, phenotype, alleles, notes, score, sources)


def _call_marker(books: Book, text: str, asked: str) -> Call:
    """Call an HLA gene."""
    results, diplotype = read_markers(text, books, asked)
    words = [f"{allele} {word}" for allele, word in results.items()]
    notes = []
    if INDETERMINATE in results.values():
        opened = [allele for allele, word in results.items() if word == INDETERMINATE]
        notes.append(
            f"The typing has one field only: {', '.join(opened)} can be neither confirmed nor "
            "excluded. Ask for four digits."
        )
    only = next(iter(results.values())) if len(results) == 1 else ""
    phenotype = INDETERMINATE if only == INDETERMINATE else "; ".join(words)
    alleles = tuple(
        CalledAllele(name, "Risk allele", None, books.alleles[name].source)
        for name, word in results.items()
        if word == "positive"
    )
    notes.append(books.gene.limit)
    gene = books.gene
    sources = _sources(gene.source)
    return Call(gene.name + asked, diplotype, None, phenotype, alleles, tuple(notes), "", sources)


def _range_note(gene: str, score: Score) -> str:
    """Say what more copies would change."""
    least = by_score(gene, Score(score.value))[0]
    return (
        f"The copies are a lower bound: with the fewest the score is {score.value} ({least}), and "
        "every further copy adds to it. Ask the laboratory for the number of copies."
    )


@functools.cache
def _sources(*keys: str) -> tuple[Source, ...]:
    """Return the sources of these keys (several may be joined by blanks), each once."""
    known = pgx_tables().sources
    return tuple(known[key] for key in dict.fromkeys(" ".join(keys).split()))
