"""Clinical text: sentences, tokens, sections, abbreviations, stop words, units."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medai.preprocess.text import (
    ABBREVIATIONS,
    AMBIGUOUS,
    CANONICAL_SECTIONS,
    NEGATIONS,
    STOP_WORDS,
    clinical_tokens,
    expand_abbreviations,
    normalise_units,
    sections,
    sentence_spans,
    sentences,
    stop_words,
    token_spans,
)
from medai.runtime import MedaiError

# Pieces that make the rules work, mixed with any characters at all.
PIECES = [
    *("Dr.", "b.i.d.", "i.v.", "39.5", "150/95", "mg/dL", "mg / dl", "10 U", "5 μg", "HPI:"),
    *("MS", "pt", "HTN", "\n", "\n\n", " ", ". ", "1. ", "- ", "PLAN:", "No", "fever", "?", "。"),
    *("3 l/min", "5cc", "PE: ", "Medications", "\r\n", "\t", "CYP2D6*4", "U/L", "mmHg", "²", "٣"),
]
notes = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=4)), max_size=12).map("".join)
many = settings(max_examples=300, deadline=None)


# ---- sentences ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Seen by Dr. Roy. Temp. 39.5 at 6 p.m. No cough.", 3),
        ("Metformin 500 mg b.i.d. She is well.", 2),
        ("Given i.v. Vancomycin 1.5 g. BP 150/95.", 2),
        ("Fever? No. Cough? Yes.", 4),
        ("Bed No. 5, approx. 70 kg vs. 68.5 before.", 1),
        ("1. Aspirin 81 mg\n2. Metoprolol", 2),
        ("- fever\n- cough\nand sputum", 2),
        ("wrapped\nline", 1),
        ("Assessment: stable\n\nPlan: home", 2),
        ("E. coli in urine. J. Smith informed.", 2),
        ("Vitamin D. The dose was doubled.", 2),
        ("无发热。有咳嗽！", 2),
        ("He said “stop.” Then he left...", 2),
        ("", 0),
        (" \n ", 0),
    ],
    ids=range(15),
)
def test_sentences(text, expected):
    assert len(sentences(text)) == expected


@many
@given(notes)
def test_sentences_lose_nothing(text):
    spans = sentence_spans(text)
    gaps, last = [], 0
    for start, end in spans:
        gaps.append(text[last:start])
        assert start < end
        assert not text[start].isspace()
        assert not text[end - 1].isspace()
        last = end
    assert "".join([*gaps, text[last:]]).strip() == ""
    assert [text[a:b] for a, b in spans] == sentences(text)


# ---- tokens ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "whole",
    [
        *("39.5", "150/95", "mg/dL", "mmol/L", "mcg/kg/min", "U/L", "beta-blocker", "CYP2D6*4"),
        *("CYP2D6*4/*10", "HLA-B*57:01", "HbA1c", "T2DM", "COVID-19", "IL-6", "5-HT", "b.i.d."),
        *("c/o", "w/o", "n/v", "1,000", "3rd", "2026-11-22", "don't", "Crohn's", ">=", "mL/min"),
    ],
)
def test_tokens_stay_whole(whole):
    assert clinical_tokens(f"on {whole}, then") == ["on", whole, ",", "then"]


def test_tokens_that_are_taken_apart():
    assert clinical_tokens("500mg fever/chills 39.5%") == [
        *("500", "mg", "fever", "/", "chills", "39.5", "%"),
    ]
    assert clinical_tokens("HbA1c HIGH", lower=True) == ["hba1c", "high"]


@many
@given(notes)
def test_tokens_lose_nothing_but_space(text):
    assert "".join(clinical_tokens(text)) == "".join(text.split())
    assert [text[a:b] for a, b in token_spans(text)] == clinical_tokens(text)


# ---- sections ----------------------------------------------------------------------------

NOTE = """Seen today.
HPI: three days of fever.
PE: ruled out by CT.
PAST MEDICAL HISTORY:
HTN
  Medications : aspirin
WOUND CARE:
dry
Plan
home
plan was discussed: yes
"""


def test_sections():
    found = sections(NOTE)
    assert [(s.heading, s.name) for s in found] == [
        ("", ""),
        ("HPI", "history of present illness"),
        ("PAST MEDICAL HISTORY", "past medical history"),
        ("Medications", "medications"),
        ("WOUND CARE", ""),
        ("Plan", "plan"),
    ]
    assert "PE: ruled out" in found[1].body  # an embolism, not the physical examination
    assert found[3].body.strip() == "aspirin"
    assert found[-1].body.strip() == "home\nplan was discussed: yes"
    assert sections("no headings")[0].body == "no headings"
    assert "pe" not in CANONICAL_SECTIONS


@many
@given(notes)
def test_sections_are_the_whole_text(text):
    found = sections(text)
    assert "".join(text[s.start : s.end] for s in found) == text
    for s in found:
        assert s.start <= s.body_start <= s.end
        assert text[s.body_start : s.end] == s.body
        assert s.heading in text[s.start : s.body_start]


# ---- abbreviations -----------------------------------------------------------------------


def test_expansion():
    out = expand_abbreviations("71F h/o HTN c/o CP, SOB; r/o DVT. MS stable, pt on RA.")
    assert out.text == (
        "71F history of hypertension complains of CP, shortness of breath; "
        "rule out deep vein thrombosis. MS stable, pt on RA."
    )
    assert [a.short for a in out.ambiguous] == ["CP", "MS", "pt", "RA"]
    assert "multiple sclerosis" in out.ambiguous[1].meanings
    assert len(out.ambiguous[1].meanings) > 2


def test_words_are_not_abbreviations():
    text = "Ms Lee bid 5, as ever: or, OAK, RAs, post-MS, CHF/X"
    assert expand_abbreviations(text).text == text
    assert expand_abbreviations(text).ambiguous == []


def test_a_clinic_may_say_what_it_means():
    out = expand_abbreviations("RA since 2019, HTN", {"RA": "rheumatoid arthritis", "HTN": "x"})
    assert out.text == "rheumatoid arthritis since 2019, x"
    assert not out.ambiguous
    with pytest.raises(MedaiError, match="non-empty"):
        expand_abbreviations("RA", {"RA": ""})


def test_no_abbreviation_stands_in_both_tables():
    assert not set(ABBREVIATIONS) & set(AMBIGUOUS)
    assert all(len(set(meanings)) > 1 for meanings in AMBIGUOUS.values())
    for short in AMBIGUOUS:
        out = expand_abbreviations(f"has {short} today")
        assert out.text == f"has {short} today"
        assert [a.short for a in out.ambiguous] == [short]


@many
@given(notes)
def test_expansion_can_be_undone(text):
    out = expand_abbreviations(text)
    rebuilt, last = [], 0
    for e in out.expanded:
        assert text[e.start : e.end] == e.short
        rebuilt += [text[last : e.start], e.meaning]
        last = e.end
    assert "".join([*rebuilt, text[last:]]) == out.text
    assert all(text[a.start : a.end] == a.short for a in out.ambiguous)


# ---- stop words --------------------------------------------------------------------------


def test_negations_are_never_dropped_by_default():
    assert not STOP_WORDS & NEGATIONS
    assert {"no", "not", "without", "denies", "don't"} <= NEGATIONS
    assert stop_words() == STOP_WORDS
    assert {"up", "down", "above", "below", "off", "more", "less"}.isdisjoint(STOP_WORDS)
    left = [t for t in clinical_tokens("there is no fever") if t not in stop_words()]
    assert left == ["no", "fever"]
    harm = stop_words(keep_negations=False)
    assert [t for t in clinical_tokens("there is no fever") if t not in harm] == ["fever"]


# ---- units -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("110 mg / dl", "110 mg/dL"),
        ("110 MG/DL", "110 mg/dL"),
        ("5 mcg, 5μg, 5 µg", "5 ug, 5ug, 5 ug"),  # U+03BC and U+00B5
        ("3 µmol/l in mmol / L", "3 umol/L in mmol/L"),
        ("BP 120/80 mm Hg", "BP 120/80 mm[Hg]"),
        ("37.2 °C", "37.2 Cel"),
        ("5cc q 6 hrs for 3 days", "5mL q 6 h for 3 days"),
        ("2 mg/kg/day", "2 mg/kg/d"),
        ("TSH 4 uIU / mL, ALT 40 U/l", "TSH 4 u[iU]/mL, ALT 40 U/L"),
        ("rate 80/min, 1/2 tablet, vitamin l", "rate 80/min, 1/2 tablet, vitamin l"),
        ("gms of sugar, mcg", "gms of sugar, mcg"),  # no number before: left alone
    ],
    ids=range(11),
)
def test_units(text, expected):
    out = normalise_units(text)
    assert out.text == expected
    assert not out.refused
    assert normalise_units(expected).text == expected


@pytest.mark.parametrize("text", ["10 U insulin", "10u", "5 gr", "2 Mg", "3 µ"])
def test_ambiguous_units_are_refused(text):
    out = normalise_units(text)
    assert out.text == text
    (refused,) = out.refused
    assert text[refused.start : refused.end] == refused.text
    assert refused.reason


@many
@given(notes)
def test_units_change_no_number(text):
    out = normalise_units(text)
    assert re.findall(r"\d", out.text) == re.findall(r"\d", text)
    rebuilt, last = [], 0
    for c in out.changes:
        assert text[c.start : c.end] == c.before != c.after
        rebuilt += [text[last : c.start], c.after]
        last = c.end
    assert "".join([*rebuilt, text[last:]]) == out.text
    assert all(text[r.start : r.end] == r.text for r in out.refused)


@pytest.mark.parametrize(
    "call",
    [
        *(sentences, sentence_spans, clinical_tokens, token_spans, sections),
        *(expand_abbreviations, normalise_units),
    ],
    ids=lambda f: f.__name__,
)
def test_only_text(call):
    with pytest.raises(MedaiError, match=f"{call.__name__} got bytes"):
        call(b"HPI: fever")
