"""A word tokeniser for English medical text, small enough to read in one minute.

A token is a number with its decimals, a word with its inner hyphens and
apostrophes, or one punctuation mark::

    >>> word_tokens("A 2.5-fold rise in beta-hydroxybutyrate (Crohn's disease).")
    ['a', '2.5', '-', 'fold', 'rise', 'in', 'beta-hydroxybutyrate', '(',
     "crohn's", 'disease', ')', '.']
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from medai.runtime import MedaiError

_TOKEN = re.compile(
    r"""
      \d+(?:[.,]\d+)*                       # 4   2.5   1,000
    | [^\W\d_]\w*(?:[-'’]\w+)*              # fever   beta-thalassemia   crohn's
    | \w+                                   # what is left of a word: _x
    | [^\w\s]                               # one punctuation mark or symbol
    """,
    re.VERBOSE,
)
_NO_SPACE_BEFORE = set(".,;:!?)]}%")
_NO_SPACE_AFTER = set("([{")


def word_tokens(text: str, lower: bool = True) -> list[str]:
    """Split a text into words, numbers and punctuation marks.

    Parameters
    ----------
    text : str
        Any text. White space separates tokens and is dropped.
    lower : bool
        Fold to lower case (default), so that "The" and "the" are one word.

    Returns
    -------
    list of str
        The tokens in order; empty for an empty text.

    Raises
    ------
    MedaiError
        If ``text`` is not a string.
    """
    if not isinstance(text, str):
        raise MedaiError(
            f"word_tokens got {type(text).__name__}, but a text must be a str; "
            "decode bytes first, and pass the texts of a list one by one"
        )
    return _TOKEN.findall(text.lower() if lower else text)


def join_tokens(tokens: Iterable[str]) -> str:
    """Write word tokens as a readable line (the exact spacing of the source is lost).

    Parameters
    ----------
    tokens : iterable of str
        Tokens as :func:`word_tokens` gives them.

    Returns
    -------
    str
        The tokens with spaces where English puts them.
    """
    out: list[str] = []
    previous = ""
    for token in tokens:
        glued = token in _NO_SPACE_BEFORE or previous in _NO_SPACE_AFTER or previous == ""
        out.append(token if glued else " " + token)
        previous = token
    return "".join(out)
