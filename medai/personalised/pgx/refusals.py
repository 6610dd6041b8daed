"""What to say when one allele is given: why the second matters, with both outcomes."""

from __future__ import annotations

from collections.abc import Callable

from medai.personalised.pgx.genes import Book
from medai.personalised.pgx.notation import COUNTED
from medai.runtime.errors import MedaiError


def one_allele(text: str, name: str, books: Book, call: Callable) -> MedaiError:
    """Return the refusal of a single allele, which asks for the second.

    Parameters
    ----------
    text
        What was given.
    name
        The allele that was read, such as ``*10``.
    books
        What the tables say of the gene.
    call
        What calls two alleles, for the outcomes.
    """
    gene = books.gene
    if gene.copies == "x":
        return MedaiError(
            f"{gene.name} {text!r} is one allele, and the gene is on the X chromosome. Is the "
            f"patient a man? Write '{name}/Y' ({_outcome(call, gene.name, f'{name}/Y')}). A woman "
            f"has two: '{name}/{name}' ({_outcome(call, gene.name, f'{name}/{name}')}) or "
            f"'{gene.reference}/{name}' "
            f"({_outcome(call, gene.name, f'{gene.reference}/{name}')})."
        )
    pairs = [f"{name}/{name}", f"{gene.reference}/{name}"]
    if name == gene.reference:
        pairs = [f"{name}/{name}", f"{name}/{_unlike(books, name, call)}"]
    shown = ", ".join(f"{pair} gives {_outcome(call, gene.name, pair)}" for pair in pairs)
    message = (
        f"{gene.name} {text!r} is one allele, and everyone carries two. Which is the second? "
        f"{shown}. Ask the laboratory, do not assume {gene.reference}; then write both, as in "
        f"'{pairs[0]}'."
    )
    if gene.name == COUNTED and "+" in name:
        apart = name.replace("+", "/", 1)
        message += (
            f" A plus sign joins genes on one chromosome. If the two are on different ones, "
            f"write '{apart}' ({_outcome(call, gene.name, apart)})."
        )
    return MedaiError(message)


def _outcome(call: Callable, gene: str, pair: str) -> str:
    """Return the phenotype of a pair, with its score."""
    result = call(gene, pair)
    return f"{result.phenotype} ({result.score})" if result.score else result.phenotype


def _unlike(books: Book, name: str, call: Callable) -> str:
    """Return the first allele that would change the phenotype."""
    gene = books.gene.name
    usual = call(gene, f"{name}/{name}").phenotype
    others = (other for other in books.order if other != name)
    fits = (o for o in others if call(gene, f"{name}/{o}").phenotype != usual)
    return next(fits, name)
