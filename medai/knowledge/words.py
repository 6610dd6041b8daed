"""Words of free text and of the ontology, made comparable.

``anaemia``, ``Anemia`` and ``anemias`` become the same word; each word remembers where it
stood in the original text, so that a finding can always be shown in the patient's own words.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import NamedTuple

# Letters and digits, with invisible characters (soft hyphen, zero-width, direction marks)
# allowed inside.
_INVISIBLE = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
_WORD = re.compile(rf"[^\W_ʼ](?:[{_INVISIBLE}]*[^\W_ʼ])*")  # ʼ is an apostrophe here
APOSTROPHES = "'’‘ʼ`´′＇"
# "cant", "dont" as they are typed: the same two words as "can't", "don't"
_NO_APOSTROPHE = re.compile(
    r"(?:ca|do|does|did|is|was|are|were|has|have|had|could|would|should|wo)nt", re.I
)
_DROP_INVISIBLE = re.compile(f"[{_INVISIBLE}]")

# Words that carry no meaning inside the name of a finding.
FILLERS = frozenset(
    {"a", "an", "the", "of", "his", "her", "their", "its", "my", "our", "your", "s"}
)

_IRREGULAR = {
    "lens": "lens",
    "teeth": "tooth",
    "feet": "foot",
    "children": "child",
    "nevi": "nevus",
    "bronchi": "bronchus",
    "calculi": "calculus",
    "emboli": "embolus",
    "thrombi": "thrombus",
    "humeri": "humerus",
    "femora": "femur",
    "testes": "testis",
    "indices": "index",
    "vertices": "vertex",
    "digiti": "digit",
    "greying": "graying",
    "grey": "gray",
    "mould": "mold",
}
# British to American, in the order of application.  Both sides go through the same rules, so
# a rule that makes an odd word of an odd word does no harm.
_SPELLING = (
    (re.compile(r"ae$"), "a"),  # vertebrae, fibulae
    (re.compile(r"[ao]e(?!$|s$)"), "e"),  # anaemia, oedema, diarrhoea
    (re.compile(r"(?<=[a-z]{3})our(?=$|s$|[eila])"), "or"),  # tumour, behavioural
    (re.compile(r"(?<=[a-z]{2}[tb])re(?=$|s$)"), "er"),  # centre, fibre
    (re.compile(r"is(?=e$|es$|ed$|ing$|ation)"), "iz"),  # normalise
    (re.compile(r"ys(?=e$|ed$|ing$)"), "yz"),  # paralysed
    (re.compile(r"sulph"), "sulf"),
    (re.compile(r"(?<=[a-z]{3})ll(?=ed$|ing$)"), "l"),  # swelled stays close to swell
)
_PLURAL = (
    (re.compile(r"(?<=[a-z]{3})ies$"), "y"),
    (re.compile(r"(?<=[a-z]{3}o)ses$"), "sis"),  # stenoses
    (re.compile(r"(?<=[a-z]{2}st[ae])ses$"), "sis"),  # metastases
    (re.compile(r"(?<=[a-z][ey])ses$"), "sis"),  # pareses, paralyses
    (re.compile(r"(?<=ss|sh|ch|us)es$"), ""),
    (re.compile(r"(?<=[xz])es$"), ""),
    (re.compile(r"(?<=[a-z]{2})(?<![sui])s$"), ""),
)


class Word(NamedTuple):
    """One word of a text: its comparable form, and where it stands."""

    norm: str
    start: int
    end: int


@functools.lru_cache(maxsize=1 << 16)
def normalise_word(word: str) -> str:
    """Return the comparable form of one word: plain lower-case, American, singular."""
    text = unicodedata.normalize("NFKD", _DROP_INVISIBLE.sub("", word).casefold())
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    if text in _IRREGULAR:
        return _IRREGULAR[text]
    if len(text) > 40 or not text.isascii():
        return text
    for pattern, replacement in _SPELLING:
        text = pattern.sub(replacement, text)
    for pattern, replacement in _PLURAL:
        text, changed = pattern.subn(replacement, text)
        if changed:
            break
    return _IRREGULAR.get(text, text)


def words_of(text: str) -> list[Word]:
    """Return the words of a text in order; ``text[w.start:w.end]`` is the original word.

    "dont" is two words, as "don't" is.
    """
    words = []
    for match in _WORD.finditer(text):
        start, end = match.span()
        if end - start <= 8 and text[end - 1] in "tT" and _NO_APOSTROPHE.fullmatch(match[0]):
            cut = end - 1
            words.append(Word(normalise_word(text[start:cut]), start, cut))
            start = cut
        words.append(Word(normalise_word(text[start:end]), start, end))
    return words


def content(words: list[str]) -> list[str]:
    """Return the words without fillers such as "of" and "the"."""
    return [word for word in words if word not in FILLERS]


def normalise(text: str) -> str:
    """Return a phrase in comparable form, fillers dropped, joined by single spaces."""
    return " ".join(content([word.norm for word in words_of(text)]))
