"""The book's glossary: terms with synonyms, Chinese names, a definition and their chapter.

The page ``book/glossary.md`` and the dotted first mentions in the chapters are made from it
(``book/_ext/glossary.py``).
Standard library only.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from medai.datasets.checked_tables import Row, anything, filled, read_tables, refusal
from medai.datasets.paths import data_path

BOOK = "glossary"
WORDS = 40  # a definition that needs more is an article
CHAPTERS = 39


@dataclass(frozen=True)
class Term:
    """One entry.

    Attributes
    ----------
    term
        The name under which it stands.
    also
        Synonyms and abbreviations.
    zh
        The Chinese name, simplified characters.
    definition
        At most 40 words.
    chapter
        The number of the chapter that explains it.
    link
        Where to read more: an address or a page, often empty.
    """

    term: str
    also: tuple[str, ...]
    zh: str
    definition: str
    chapter: int
    link: str = ""

    @property
    def slug(self) -> str:
        """The end of the entry's anchor, ``term-<slug>``."""
        plain = unicodedata.normalize("NFKD", self.term.casefold())
        for letter, name in GREEK.items():
            plain = plain.replace(letter, name)
        plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
        return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")

    @property
    def names(self) -> tuple[str, ...]:
        """The term and its synonyms."""
        return (self.term, *self.also)


GREEK = {"α": "alpha", "β": "beta", "δ": "delta", "ε": "epsilon", "κ": "kappa", "χ": "chi"}


def _chinese(value: str) -> str:
    return "" if re.search(r"[\u3400-\u9fff]", value) else "it must hold a Chinese name"


def _short(value: str) -> str:
    if not value:
        return "it must not be empty"
    count = len(value.split())
    return "" if count <= WORDS else f"{count} words, at most {WORDS} are allowed"


def _chapter(value: str) -> str:
    known = re.fullmatch(r"\d{1,2}", value) and 1 <= int(value) <= CHAPTERS
    return "" if known else f"it must be a chapter's number, 1 to {CHAPTERS}"


def _place(value: str) -> str:
    return "it must be one address or page, without blanks" if re.search(r"\s", value) else ""


COLUMNS = {
    "terms": {
        "term": filled,
        "also": anything,
        "zh": _chinese,
        "definition": _short,
        "chapter": _chapter,
        "link": _place,
    }
}


@functools.cache
def glossary(folder: Path | None = None) -> tuple[Term, ...]:
    """Return the glossary in alphabetical order.

    Parameters
    ----------
    folder
        Where ``terms.csv`` stands; by default the book's own.

    Raises
    ------
    MedaiError
        For a term or synonym that stands twice, a missing Chinese name, a definition of more
        than 40 words, or a chapter that the book has not.
    """
    where = folder if folder is not None else data_path(BOOK)
    tables = read_tables(where, BOOK, COLUMNS, {"terms": ("term",)}, fold=str.casefold)
    found, owner, slugs = [], {}, {}
    for line, row in enumerate(tables["terms"], 2):
        term = _term(row)
        for name in term.names:
            key = _key(name)
            if key in owner:
                rule = f"{owner[key]!r} has this name already; a name leads to one entry"
                raise refusal(BOOK, "terms", line, f"{name!r} of {term.term!r}", rule)
            owner[key] = term.term
        if not term.slug or term.slug in slugs:
            rule = f"its anchor {term.slug!r} is that of {slugs.get(term.slug, 'nothing')!r}"
            raise refusal(BOOK, "terms", line, repr(term.term), f"{rule}; reword the term")
        slugs[term.slug] = term.term
        found.append(term)
    return tuple(sorted(found, key=lambda term: term.slug))


def _key(name: str) -> str:
    """Fold the case of words, and keep that of abbreviations."""
    return name if is_abbreviation(name) else name.casefold()


def is_abbreviation(name: str) -> bool:
    """Say whether the case of a name matters: AUC, mRNA, GloVe, eGFR, DP-SGD; not Bayes.

    Examples
    --------
    >>> is_abbreviation('AUC'), is_abbreviation('recall')
    (True, False)
    """
    return any(re.search(r"\w[A-Z]", word) for word in re.split(r"[\s\-–/]+", name)) or (
        len(name) <= 2
    )


def _term(row: Row) -> Term:
    also = tuple(name.strip() for name in row["also"].split(";") if name.strip())
    return Term(row["term"], also, row["zh"], row["definition"], int(row["chapter"]), row["link"])
