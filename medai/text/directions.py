"""Turn "increased" into "decreased" and back: a false twin of a true sentence.

The twin differs in one fact and in nothing else, so a language model that finds it likelier
has been misled by how often words occur.  The article before the word is mended as well:
"a increased" would betray the false sentence by its grammar.
"""

from __future__ import annotations

import re

from medai.runtime import MedaiError

UP = ("increased", "elevated", "high", "above")
DOWN = ("decreased", "reduced", "low", "below")
_OTHER = dict(zip(UP + DOWN, DOWN + UP, strict=True))
_WORD = re.compile(rf"\b({'|'.join(_OTHER)})\b", re.IGNORECASE)
_ARTICLE = re.compile(rf"\b(an?)(?=\s+({'|'.join(_OTHER)})\b)", re.IGNORECASE)


def direction_words(text: str) -> list[str]:
    """Return the words of `text` that say a direction, in lower case and in their order.

    Parameters
    ----------
    text : str
        Any text.  Only whole words of :data:`UP` and :data:`DOWN` count, not "hypo-",
        "raised" or "highly".

    Returns
    -------
    list of str
        Empty if the text says none.

    Raises
    ------
    MedaiError
        If `text` is not a str.
    """
    return [found.lower() for found in _WORD.findall(_checked(text))]


def turn_directions(text: str) -> str:
    """Exchange every word of direction with its opposite, and mend "a" and "an" before it.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        The same text if it says no direction.  Turning twice gives the text back if its
        articles were right.

    Raises
    ------
    MedaiError
        If `text` is not a str.
    """
    turned = _WORD.sub(lambda found: _as(found[0], _OTHER[found[0].lower()]), _checked(text))
    return _ARTICLE.sub(lambda found: found[1][0] + _ending(found[2]), turned)


def _as(pattern: str, word: str) -> str:
    """Return `word` with a capital or in capitals, as `pattern` is."""
    if pattern.isupper():
        return word.upper()
    return word.capitalize() if pattern[0].isupper() else word


def _ending(word: str) -> str:
    vowel = word[0].lower() in "aeiou"
    return ("N" if word.isupper() else "n") if vowel else ""


def _checked(text: object) -> str:
    if not isinstance(text, str):
        raise MedaiError(f"text is a {type(text).__name__}, {text!r:.60}; pass one str")
    return text
