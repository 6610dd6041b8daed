"""The grounding check: a sentence may say only what the sentence that it cites says.

Three questions are asked of a sentence, and the first that it fails is the reason:

1. does it cite a passage that was found?
2. are its numbers with their units, its medicines, and its hinges (*not*, *unless*, *only*,
   *before*, *more*, *children* …) those of one sentence of that passage, in the same order?
3. are its other words those of that sentence, in the same order?  Small words may come and go,
   a listed synonym may replace a word, and two clauses may change places.

The check is meant to refuse too much: where it does, the passage's own sentence stands.

Its source is one sentence that a patient may read as it stands, in English or Chinese, so unlike
:mod:`medai.diagnosis.grounding` (facts and a grammar) it needs no grammar, and unlike
:mod:`medai.literature.checks` (a text made shorter) it may forbid every word that is new, missing
or moved: a number is a token in its place here, not a quantity with a unit.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass

from medai.knowledge.words import normalise_word
from medai.llm.rag.asked import folded, sentences
from medai.llm.rag.records import Citation, Passage

CITED = re.compile(r"\[(\d{1,2})\]")
# words whose presence or place changes what a sentence says
_HINGES = (
    "no not never none nobody nothing neither nor without cannot unless except until only if "
    "when while whether because before after during since within between every each all any "
    "some most few many several both either or and but than more less fewer least over under "
    "above below up down increase decrease raise lower high higher low stop start avoid "
    "continue should must may might can could will would need always often usually sometimes "
    "rarely seldom adult adults child children baby babies infant pregnant breastfeeding older "
    "elderly men women man woman people person emergency immediately now urgently doctor "
    "pharmacist nurse ambulance once twice daily hourly half quarter double first second "
    "third one two three four five six seven eight nine ten twelve hundred"
)
HINGES = frozenset(normalise_word(word) for word in _HINGES.split())
# small words that may come and go
_SMALL = (
    "a an the of is are be being it its this that these those there you your yourself they "
    "them their also please do does have has s"
)
SMALL = frozenset(normalise_word(word) for word in _SMALL.split())
_SYNONYMS = (
    ("doctor", "physician", "clinician"),
    ("medicine", "medication", "drug"),
    ("begin", "start", "commence"),
    ("usually", "normally", "generally", "typically"),
    ("often", "frequently"),
    ("quickly", "rapidly", "fast"),
    ("help", "assist"),
    ("stop", "cease"),
    ("buy", "purchase"),
    ("ask", "consult"),
    ("tummy", "belly", "abdomen"),
    ("illness", "disease", "sickness"),
    ("cause", "produce"),
    ("happen", "occur"),
    ("need", "require"),
    ("immediately", "straightaway"),
)
_SAME = {normalise_word(one): normalise_word(same[0]) for same in _SYNONYMS for one in same}
_TOKEN = re.compile(
    r"\d+(?:[.,]\d+)*|%|°\s?[CFcf]|[^\W\d_]+(?:'[^\W\d_]+)?|[<>=≤≥±/]|[,;:]", re.UNICODE
)
_NEGATED = re.compile(r"(?:n't|nt)$")
_SPLIT = frozenset({"if", "when", "because", "unless", "until", "while", "after", "before"})


@dataclass(frozen=True)
class Grounding:
    """What the check found.

    Attributes
    ----------
    ok
        Whether every sentence is supported.
    why
        One reason for each sentence that is not.
    """

    ok: bool
    why: tuple[str, ...] = ()


def check(
    text: str, citations: Iterable[Citation], passages: Iterable[Passage], lang: str = "en"
) -> Grounding:
    """Check a text sentence by sentence.

    Parameters
    ----------
    text
        Sentences, each with its citation before or after its full stop.
    citations
        What the numbers stand for.
    passages
        The passages that were found; a citation of any other is refused.
    lang
        Of the text.  Chinese must be word for word.

    Returns
    -------
    Grounding
        With a reason for each unsupported sentence.
    """
    of_number = {one.number: one.id for one in citations}
    of_id = {one.id: one for one in passages}
    why = []
    inside = re.sub(r"([.!?。！？])\s*((?:\[\d{1,2}\]\s?)+)", r" \2\1 ", text)  # "a. [1]": "a [1]."
    for sentence in sentences(inside, lang):
        numbers = [int(n) for n in CITED.findall(sentence)]
        if not numbers:
            why.append("it cites nothing")
        elif unknown := [n for n in numbers if of_id.get(of_number.get(n, "")) is None]:
            why.append(f"[{unknown[0]}] is no passage that was found")
        else:
            bare = CITED.sub("", sentence).strip()
            cited = [of_id[of_number[n]] for n in numbers]
            why.append(supported(bare, cited, lang))
    if not why:
        why.append("it says nothing")
    left = tuple(one for one in why if one)
    return Grounding(not left, left)


def supported(sentence: str, cited: Iterable[Passage], lang: str = "en") -> str:
    """Return why no sentence of the cited passages says this; "" when one does."""
    sources = [one for passage in cited for one in sentences(passage.text, lang)]
    if lang == "zh":
        said = _bare(sentence)
        if said and any(said == _bare(one) for one in sources):
            return ""
        return "it is not word for word in the passage"
    if not sources:
        return "it cites nothing"
    said = set(_flat(_read(sentence)))
    nearest = max(sources, key=lambda one: len(said & set(_flat(_read(one)))))
    return "" if any(not differs(sentence, one) for one in sources) else differs(sentence, nearest)


def differs(sentence: str, source: str) -> str:
    """Return how an English sentence differs from the one it should say; "" when it agrees.

    Examples
    --------
    >>> differs('Take it twice a day.', 'Take it once a day.')
    'a word decides the meaning and differs: once, twice'
    """
    if sentence.rstrip().endswith("?") != source.rstrip().endswith("?"):
        return "a word decides the meaning and differs: ?"
    said, told = _read(sentence), _read(source)
    if said == told or _swapped(said, told):
        return ""
    a, b = _flat(said), _flat(told)
    if [t for t in a if _is_number(t)] != [t for t in b if _is_number(t)]:
        return "the numbers differ"
    names = medicines()
    if sorted(t for t in a if t in names) != sorted(t for t in b if t in names):
        return "the medicines differ"
    hinges = [t for t in a if t in HINGES]
    others = [t for t in b if t in HINGES]
    if sorted(hinges) != sorted(others):
        odd = sorted(set(hinges) ^ set(others)) or sorted(set(hinges))
        return f"a word decides the meaning and differs: {', '.join(odd[:3])}"
    if new := sorted(set(a) - set(b)):
        return f"it has words of its own: {', '.join(new[:3])}"
    if left := sorted(set(b) - set(a)):
        return f"it leaves words out: {', '.join(left[:3])}"
    return "the words stand in another order"


def _is_number(token: str) -> bool:
    return token[0].isdigit() or token in ("%", "<", ">", "=", "≤", "≥", "±", "/")


def _bare(text: str) -> str:
    """Return Chinese without spaces, in half width and simplified."""
    return re.sub(r"\s", "", folded(text)).rstrip("。.!?！？；;")


@functools.lru_cache(maxsize=4096)
def _read(sentence: str) -> tuple[tuple[str, ...], ...]:
    """Return the clauses of a sentence, each as its words that count."""
    clauses: list[list[str]] = [[]]
    for match in _TOKEN.finditer(folded(sentence)):
        token = match[0]
        if token in (",", ";", ":"):
            if clauses[-1] and clauses[-1][-1] in ("no", "not", "never"):
                clauses[-1][-1] += ","  # "no, it helps" is not "no it helps"
            clauses.append([])
            continue
        if _is_number(token):
            clauses[-1].append(token.replace(",", ""))
            continue
        for word in _parts(token):
            if word in _SPLIT and clauses[-1]:
                clauses.append([])
            if word not in SMALL:
                clauses[-1].append(word)
    return tuple(tuple(one) for one in clauses if one)


def _parts(token: str) -> list[str]:
    """Return a word in comparable form; "don't" and "cannot" hold a "not"."""
    if token in ("cannot", "can't", "cant"):
        return ["can", "not"]
    if token in ("won't", "wont"):
        return ["will", "not"]
    if "'" in token:
        head, tail = token.split("'", 1)
        if _NEGATED.search(token):
            return [normalise_word(head.removesuffix("n")), "not"]
        return [normalise_word(head)] + (
            [] if tail in ("s", "re", "ll", "ve", "d", "m") else [tail]
        )
    word = normalise_word(token)
    return [_SAME.get(word, word)]


def _flat(clauses: tuple[tuple[str, ...], ...]) -> list[str]:
    return [word for clause in clauses for word in clause]


def _swapped(said: tuple, told: tuple) -> bool:
    """Tell whether the same words follow each other, once in two clauses that changed places."""
    if _flat(said) == _flat(told):
        return True
    return len(said) == len(told) == 2 and said == told[::-1]


@functools.lru_cache(maxsize=1)
def medicines() -> frozenset[str]:
    """Return the names of medicines in one word, in comparable form."""
    from medai.datasets.drugs import drug_tables

    tables = drug_tables()
    names = {name for drug in tables.drugs.values() for name in (drug.name, *drug.english)}
    names |= set(tables.brands)
    return frozenset(normalise_word(n) for n in names if " " not in n and len(n) > 3)
