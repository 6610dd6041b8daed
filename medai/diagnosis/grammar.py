"""The sentences that the coverage check understands: a small grammar, and nothing besides.

A sentence whose names were replaced by letters must match one of these patterns from its first
word to its last.  So a word that is not listed here (a drug, an advice, a "not", a "severe", a
"more") makes the whole sentence one that is not understood, and what is not understood is not
said.

=====  ========================================================================
``C``  a condition            ``F``  a finding
``T``  a test                 ``S``  a setting
``A``  how often, as adverb ("very often"); ``J`` as adjective ("very common"); ``Q`` of
       people ("most")
``N``  a share of people ("93 %", "3 of 7"); ``M`` one in how many
=====  ========================================================================
"""

from __future__ import annotations

import re
from typing import NamedTuple

CLASSES = ("obligate", "very frequent", "frequent", "occasional", "very rare")
_PEOPLE = "people|patients|persons|individuals|those|a person|a patient|person|patient"

# Words for the frequency classes; what is not listed ("generally", "uncommon") is refused.
_HOW = {
    "A": {
        "obligate": "always|invariably",
        "very frequent": "very often|very frequently|very commonly|usually|almost always|"
        "nearly always",
        "frequent": "often|frequently|commonly",
        "occasional": "sometimes|occasionally|at times|now and then|from time to time",
        "very rare": "very rarely|rarely|seldom",
    },
    "J": {
        "very frequent": "very common|very frequent",
        "frequent": "common|frequent",
        "occasional": "occasional",
        "very rare": "very rare|rare",
    },
    "Q": {
        "obligate": "all|every",
        "very frequent": "most|almost all|nearly all",
        "frequent": "many",
        "occasional": "some",
        "very rare": "very few|few",
    },
}
_HOW_OFTEN = [
    (
        re.compile(
            rf"\b(?:{words})\b" + (rf"(?: of the)?(?= (?:{_PEOPLE})\b)" if letter == "Q" else "")
        ),
        letter,
        name,
    )
    for letter, classes in _HOW.items()
    for name, words in sorted(classes.items(), key=lambda item: -max(map(len, item[1].split("|"))))
]

_ONES = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
fifteen sixteen seventeen eighteen nineteen"""
_DECADES = "twenty thirty forty fifty sixty seventy eighty ninety"
_UNITS, _TENS = _ONES.split(), _DECADES.split()
_NUMBER = {word: k for k, word in enumerate(_UNITS)} | {
    word: 10 * k for k, word in enumerate(_TENS, 2)
}
_TENS_UNITS = re.compile(rf"\b({'|'.join(_TENS)})(?: ?- ?| )({'|'.join(_UNITS[1:10])})\b")
_WORD_NUMBER = re.compile(rf"\b({'|'.join(_NUMBER)})\b")
_FIGURE = r"\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?"
_NUMBERS = [
    (re.compile(rf"\b1 (?:in|out of) (?:every )?({_FIGURE})(?![\d.,]* ?%)"), "M", "{0}"),
    (re.compile(rf"(?<![\d.,])({_FIGURE}) ?(?:%|percent|per cent)"), "N", "{0} %"),
    (re.compile(rf"\b({_FIGURE}) (?:of|out of) (?:the )?({_FIGURE})(?!\.?\d)"), "N", "{0} of {1}"),
    (re.compile(r"\bhalf (?=of )"), "N", "50 %"),
]


class Form(NamedTuple):
    """A pattern of the grammar.

    Attributes
    ----------
    relation
        What a sentence of this form says, a key of ``medai.diagnosis.facts.RELATIONS``.
    bare
        Of which frequency classes it is true when it names none: ``weak`` forms ("can cause",
        "is a symptom of") of every class, the others of the classes listed.
    pattern
        Matches the whole sentence.
    """

    relation: str
    bare: tuple[str, ...]
    pattern: re.Pattern


def _forms() -> list[Form]:
    d = r"(?:(?:a|an|the|their) )?"
    item = rf"{d}F"
    fl = rf"{item}(?: , (?:and )?{item}| (?:and|as well as) {item})*"
    # "no fever and vomiting" may be read as vomiting: after "and" the "no" must be said again
    nl = rf"{item}(?: , (?:no )?{item})*(?:(?: ,)? (?:(?:or|nor)(?: no)?|and no) {item})?"
    c = r"(?:(?:a|an|the) )?C"
    people = rf"(?:{_PEOPLE})"
    wp = rf"(?:{people} (?:with|who have|who has|suffering from|affected by) {c}|C patients)"
    about = r"(?:about |around |roughly |approximately )?"
    of = rf"{about}(?:N|M)(?: of)?(?: (?:the|all))?"
    many = rf"(?:Q|{of})"
    x = rf"(?:(?:{many} )?{wp}|{c})"
    be = r"(?:is|are|was|were)"
    can = r"(?:can|may|might)"
    a = r"(?:A )?"
    have = (
        r"(?:have|has|had|experience|experiences|report|reports|feel|feels|develop|develops|get|"
        r"gets|show|shows|suffer from|suffers from|complain of|complains of|present with|"
        r"presents with|describe|describes|mention|mentions|notice|notices)"
    )
    cause = (
        r"(?:causes?|brings? on|brings?|produces?|presents? with|comes? with|leads? to|"
        r"gives? rise to|involves?|goes with|goes along with|results? in)"
    )
    with_ = r"(?:accompanied by|associated with)"
    seen = r"(?:seen|found|present|reported|noted|observed|experienced|felt|described)"
    occurs = r"(?:occurs?|appears?|happens?)"
    sign = r"(?:symptoms?|signs?|findings?|features?|complaints?|manifestations?)"
    in_ = r"(?:in|among|with)"
    one = r"(?:(?:a|an|the|one of the|among the) )?"
    patient = r"(?:the|this) (?:patient|person)"
    setting = rf"{d}S"
    no, must, often = CLASSES, ("obligate",), ("obligate", "very frequent")
    finding = [
        (must, rf"{wp} {a}{have} {fl}"),
        (no, rf"{wp} {can} {a}{have} {fl}"),
        ((), rf"{many} {wp} {a}{have} {fl}"),
        (often, rf"{c} {a}{cause} {fl}"),
        (no, rf"{c} {can} {a}{cause} {fl}"),
        (often, rf"{c} {be} {a}{with_} {fl}"),
        (no, rf"{c} {can} {a}be {with_} {fl}"),
        ((), rf"{fl} {be} J {in_} {x}"),
        (no, rf"{fl} {be} {a}{seen} {in_} {x}"),
        (no, rf"{fl} {be} {a}{seen} by (?:{many} )?{wp}"),
        (no, rf"{fl} {can} {a}be {seen} {in_} {x}"),
        (no, rf"{fl} {a}{occurs} {a}{in_} {x}"),
        (no, rf"{fl} {can} {a}{occurs} {in_} {x}"),
        ((), rf"{fl} {a}accompan(?:y|ies) {c}"),
        ((), rf"{fl} affects? {many} {wp}"),
        (no, rf"{fl} {be} {one}(?:J |possible |known )?{sign} (?:of|in|for|with) {x}"),
        (no, rf"{one}(?:J |possible |known ){sign} (?:of|in|for|with) {x} (?:{be}|include) {fl}"),
        ((), rf"(?:in|with) {x}(?: ,)? {fl} {be} J"),
        (no, rf"(?:in|with) {x}(?: ,)? {fl} {be} {a}{seen}"),
        (no, rf"(?:in|with) {x}(?: ,)? {fl} {a}{occurs}"),
        ((), rf"in {c}(?: ,)? {many} (?:{people}) {have} {fl}"),
    ]
    other = {
        "has": [
            rf"{patient} {have} {fl}",
            rf"{patient} (?:has reported|has described|is experiencing) {fl}",
            rf"{fl} {be} (?:present|reported|described|mentioned) (?:in|by) {patient}",
        ],
        "has not": [
            rf"{patient} (?:has no|reports no|describes no|mentions no|does not have|"
            rf"does not report|doesn't have) {nl}",
            rf"{patient} (?:denies|is free of) (?:{fl}|{item}(?: , {item})*(?: ,)? or {item})",
            rf"{fl} {be} (?:absent|not present|not reported)(?: (?:in|by) {patient})?",
            rf"there (?:is|are) no {nl}",
        ],
        "against": [
            rf"{fl} (?:speaks?|argues?|counts?) against {c}",
            rf"{fl} makes? {c} less likely",
        ],
        "prior": [
            rf"in {setting}(?: ,)? {about}M (?:of )?new complaints {be} (?:due to )?{c}",
            rf"in {setting}(?: ,)? {c} accounts for {about}M (?:of )?new complaints",
            rf"{c} accounts for {about}M (?:of )?new complaints in {setting}",
            rf"{about}M new complaints in {setting} (?:{be} (?:due to )?|turns out to be ){c}",
        ],
        "first test": [
            rf"(?:the |a |one of the )?first tests? (?:for|in) {c} (?:is|are|includes?) {d}T",
            rf"{d}T {be} (?:the |a |one of the |among the )?first tests? (?:for|in) {c}",
        ],
    }
    forms = [Form("finding", bare, re.compile(text)) for bare, text in finding]
    forms += [Form(name, no, re.compile(text)) for name, many in other.items() for text in many]
    return forms


FORMS = _forms()
_PATTERNS = " ".join(form.pattern.pattern for form in FORMS)
VOCABULARY = frozenset(
    re.findall(r"[a-z]+", _PATTERNS)
    + re.findall(r"([a-z]+)s\?", _PATTERNS)
    + [w for c in _HOW.values() for words in c.values() for w in re.findall(r"[a-z]+", words)]
    + [
        *_NUMBER,
        "percent",
        "per",
        "cent",
        "half",
        "every",
        "out",
        "this",
        "against",
        "accompany",
        "accompanies",
    ]
)


def with_quantities(text: str) -> tuple[str, list[tuple[str, str]]]:
    """Replace the words for frequencies and numbers by letters.

    Parameters
    ----------
    text : str
        Lower-case words; names are capital letters already.

    Returns
    -------
    str, list of (str, str)
        The text with the letters, and for each letter what stood there: a class of
        :data:`CLASSES`, a share, one in how many.  The order is that of finding.
    """
    found: list[tuple[str, str]] = []
    text = _TENS_UNITS.sub(lambda m: str(_NUMBER[m[1]] + _NUMBER[m[2]]), text)
    text = _WORD_NUMBER.sub(
        lambda m: "one" if m[1] == "one" and not _one_in(text, m) else str(_NUMBER[m[1]]), text
    )
    for pattern, letter, shape in _NUMBERS:

        def take(match: re.Match, letter: str = letter, shape: str = shape) -> str:
            found.append((letter, shape.format(*match.groups())))
            return letter + (" " if match[0].endswith(" ") else "")

        text = pattern.sub(take, text)
    for pattern, letter, name in _HOW_OFTEN:
        text, count = pattern.subn(letter, text)
        found += [(letter, name)] * count
    return text, found


def _one_in(text: str, match: re.Match) -> bool:
    """Tell whether "one" begins "one in ten", not "one of the"."""
    return bool(re.match(r" (?:in|out of) (?:every )?[\w\d]", text[match.end() :]))
