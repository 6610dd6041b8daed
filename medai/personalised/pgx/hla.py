"""HLA: is the risk allele carried or not?  One copy is enough."""

from __future__ import annotations

import re

from medai.personalised.pgx.genes import Book, clean, squash
from medai.personalised.pgx.phenotypes import INDETERMINATE
from medai.runtime.errors import MedaiError

_YES = {"positive", "pos", "+", "present", "detected", "carrier", "阳性"}
_NO = {"negative", "neg", "-", "absent", "notdetected", "non-carrier", "noncarrier", "阴性"}
_RESULT = re.compile(r"(?:hla-?[ab])?(?:\*?(\d{2,3}):?(\d{2}))?(?:allele)?[:=(]*(.*?)\)?", re.ASCII)
_TYPE = re.compile(r"(?:hla-?)?([ab])?\*?(\d{2,3})(?::(\d{2,3}))?(?::\d{2,3})*([a-z]?)", re.ASCII)


def read_markers(text: str, books: Book, asked: str) -> tuple[dict[str, str], str]:
    """Read a result: ``positive``, ``*57:01 negative``, ``*57:01/*07:02``.

    Parameters
    ----------
    text
        As a laboratory writes it.
    books
        What the tables say of HLA-A or HLA-B.
    asked
        The allele that the gene's name asks for, such as ``*57:01``, or "" for all of the gene.

    Returns
    -------
    tuple
        For each allele of the table that the text decides ``positive``, ``negative`` or
        ``Indeterminate``; and the result as we write it.

    Raises
    ------
    MedaiError
        When the text is neither a result nor two types, or is about another allele.
    """
    gene, key = books.gene.name, squash(clean(text))
    example = asked or next(iter(books.order))
    found = _RESULT.fullmatch(key)
    if found and found[3] in _YES | _NO:
        allele = f"*{found[1]}:{found[2]}" if found[1] else asked
        if not allele:
            raise MedaiError(f"{gene} {text!r}: which allele? Write '{example} {found[3]}'.")
        if (asked and allele != asked) or allele not in books.order:
            known = ", ".join(books.order)
            raise MedaiError(
                f"{text!r} is about {gene}{allele}; asked was {gene}{asked} (known: {known})."
            )
        _other_gene(key, gene, text)
        word = "positive" if found[3] in _YES else "negative"
        return {allele: word}, f"{allele} {word}"
    types = [_TYPE.fullmatch(piece) for piece in key.split("/")]
    if None in types or len(types) > 2:
        raise MedaiError(
            f"{gene} {text!r} is no HLA result. Write '{example} positive', '{example} negative' "
            f"or both types as in '{example}/*07:02'."
        )
    _other_gene(key, gene, text)
    names = [f"*{t[2]}" + (f":{t[3]}" if t[3] else "") + t[4].upper() for t in types]
    if len(names) == 1:
        one = names[0]
        raise MedaiError(
            f"{gene} {text!r} names one type, and it may be no more than the name of the test: "
            f"write '{one} positive', '{one} negative', or both types ('{one}/*07:02')."
        )
    wanted = [asked] if asked else list(books.order)
    return {allele: _carried(allele, names) for allele in wanted}, "/".join(names)


def _other_gene(key: str, gene: str, text: str) -> None:
    """Refuse a result that names the other HLA gene."""
    named = set(re.findall(r"hla-?([ab])|(?:^|/)([ab])\*", key))
    letters = {one or two for one, two in named}
    if letters - {gene[-1].lower()}:
        raise MedaiError(f"{text!r} names another gene than {gene}.")


def _carried(allele: str, names: list[str]) -> str:
    """Say whether two types hold an allele; a type of one field leaves it open."""
    if allele in names:
        return "positive"
    if allele.partition(":")[0] in names:
        return INDETERMINATE
    return "negative"
