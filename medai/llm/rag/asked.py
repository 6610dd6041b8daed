"""Make a question fit to read: its language, its length, and no letters that hide something."""

from __future__ import annotations

import functools
import re
import unicodedata

from medai.knowledge.chinese_text import plain
from medai.runtime.errors import MedaiError

LONGEST = 2_000  # letters of a question; a longer one is refused
_CHINESE = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_LATIN_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)?")
_SPACES = re.compile(r"\s+")
_APOSTROPHES = str.maketrans("’‘ʼ`´", "'''''")


def checked(question: str) -> str:
    """Return a question without control characters, in one line.

    Raises
    ------
    MedaiError
        When it is no text, is empty, has more than 2,000 letters, or no letter at all.  The
        message never repeats the question.
    """
    if not isinstance(question, str):
        raise MedaiError(f"The question is {type(question).__name__}: it must be a text.")
    if len(question) > LONGEST:
        raise MedaiError(
            f"The question has {len(question):,} letters; at most {LONGEST:,} are read. "
            "Ask one thing at a time. In an emergency call your emergency number now."
        )
    seen = unicodedata.normalize("NFC", question).translate(_APOSTROPHES)
    seen = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in seen)
    seen = "".join(c for c in seen if unicodedata.category(c) not in ("Cf", "Cs", "Co", "Cn"))
    seen = _SPACES.sub(" ", seen).strip()
    if not any(c.isalpha() for c in seen):
        raise MedaiError("The question has no words: write what you would like to know.")
    return seen


def language_of(question: str) -> str:
    """Return ``zh`` or ``en``: whichever the question has more words of, a character for a word.

    Examples
    --------
    >>> language_of("什么是 blood pressure？"), language_of("what does 发烧 mean here?")
    ('zh', 'en')
    """
    chinese = len(_CHINESE.findall(question))
    return "zh" if chinese and chinese >= len(_LATIN_WORD.findall(question)) else "en"


@functools.lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """Return a text for comparing: lower case, half width, simplified characters."""
    return plain(text).text.translate(_APOSTROPHES).casefold()


_EN_END = re.compile(r"(?<=[.!?])[\"')\]]*\s+(?=[\"'(\[]?[A-Z0-9])|\n+")
_ZH_END = re.compile(r"(?<=[。！？；])|\n+")
_NO_END = re.compile(r"\b(?:e\.g|i\.e|Dr|Mr|Mrs|Ms|St|vs|approx|No)\.$")


def sentences(text: str, lang: str) -> list[str]:
    """Cut a passage into sentences; each stands in the passage word for word."""
    found: list[str] = []
    pieces = (_ZH_END if lang == "zh" else _EN_END).split(text)
    for piece in (one.strip() for one in pieces):
        if not piece:
            continue
        if found and lang == "en" and _NO_END.search(found[-1]):
            found[-1] = f"{found[-1]} {piece}"
        else:
            found.append(piece)
    return found
