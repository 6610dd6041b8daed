"""What the headings of a note make of findings: history, a relative's, or of today."""

import pytest

from medai.knowledge import link, load_graph
from medai.knowledge.headings import headings


@pytest.fixture(scope="module")
def graph():
    return load_graph()


def said(found):
    groups = ("present", "excluded", "family", "history")
    return {g: [f.name for f in getattr(found, g)] for g in groups if getattr(found, g)}


NOTE = (
    "PC: chest pain\nHPC: 2 hours, sweating\nPMH: asthma\nhypertension\nFH: migraine\nO/E: wheeze"
)
ALL = "Chest pain, Hyperhidrosis, Wheezing / Migraine / Asthma, Hypertension"
CASES = {
    NOTE: ALL,
    NOTE.replace("\n", ". "): ALL,
    NOTE.replace(":", " -"): ALL,
    "PMH: asthma\nNow presents with cough.": "Cough / / Asthma",
    "PMH: asthma\nhypertension\n\nCough.": "Cough / / Asthma, Hypertension",
    "Past Medical History\nasthma\nhypertension\n\nExamination\nwheeze":
        "Wheezing / / Asthma, Hypertension",
    "FAMILY HISTORY:\nmigraine\n\nHISTORY OF PRESENT ILLNESS:\nCough": "Cough / Migraine /",
    # a complaint is never taken away by a heading with nothing behind it, or far above
    "FH: nil of note. Cough.": "Cough / /",
    "FH: nil. Cough. O/E: wheeze.": "Cough, Wheezing / /",
    "FH: mother gout\nCough": "Cough / Gout /",
    "PMH: none\nCough": "Cough / /",
    "PMH: asthma. Cough today.": "Cough / / Asthma",
    "History: cough for 3 days": "Cough / /",
}  # fmt: skip


@pytest.mark.parametrize(("note", "expected"), CASES.items())
def test_headings(graph, note, expected):
    found = said(link(note, graph))
    shown = (", ".join(found.get(g, [])) for g in ("present", "family", "history"))
    assert " / ".join(shown).replace("  ", " ").strip() == expected


def test_the_heading_itself_is_no_unknown_word(graph):
    assert link(NOTE, graph).unrecognised == ()


def test_a_denial_below_a_heading_stays_a_denial(graph):
    found = link("PMH: no asthma, hypertension\nFH: no migraine", graph)
    assert [f.name for f in found.excluded] == ["Asthma"]
    assert [(f.name, f.status) for f in found.family] == [("Migraine", "excluded")]


@pytest.mark.parametrize(
    "text",
    [
        "no history of asthma",
        "the examination was normal",
        "PE: ruled out",
        "a history",
        "history",
        "",
    ],
)
def test_no_heading(text):
    assert headings(text) == []
