"""Clinical text before a model reads it: sentences, tokens, sections, abbreviations, units.

Each step says what it changed and where, and leaves alone what it cannot know::

    >>> expand_abbreviations("MS, HTN").text
    'MS, hypertension'
    >>> normalise_units("glucose 110 mg / dl, insulin 10 U").text
    'glucose 110 mg/dL, insulin 10 U'
"""

from medai.preprocess._text_abbreviations import (
    ABBREVIATIONS,
    AMBIGUOUS,
    AmbiguousAbbreviation,
    ExpandedText,
    Expansion,
    expand_abbreviations,
)
from medai.preprocess._text_sections import CANONICAL_SECTIONS, Section, sections
from medai.preprocess._text_split import clinical_tokens, sentence_spans, sentences, token_spans
from medai.preprocess._text_units import (
    NormalisedUnits,
    RefusedUnit,
    UnitChange,
    normalise_units,
)
from medai.preprocess._text_words import NEGATIONS, STOP_WORDS, stop_words

__all__ = [
    "ABBREVIATIONS",
    "AMBIGUOUS",
    "CANONICAL_SECTIONS",
    "NEGATIONS",
    "STOP_WORDS",
    "AmbiguousAbbreviation",
    "ExpandedText",
    "Expansion",
    "NormalisedUnits",
    "RefusedUnit",
    "Section",
    "UnitChange",
    "clinical_tokens",
    "expand_abbreviations",
    "normalise_units",
    "sections",
    "sentence_spans",
    "sentences",
    "stop_words",
    "token_spans",
]
