"""Cards of the passages and questions of Chapter 25.  Standard library only."""

from __future__ import annotations

from medai.datasets.datacard import Card

CARDS: tuple[Card, ...] = (
    Card(
        name="patient-passages",
        title="Short passages for patients",
        what="Passages of 40 to 120 words on what patients ask about (medicines, warning signs, "
        "vaccines, screening, test results), with parallel passages in Chinese; each rests on "
        "an opened page, and doses name the country.",
        kind="embedded",
        source="written for this book (data/patient_passages/) from the pages in its sources.csv",
        licence="CC BY 4.0",
        licence_url="https://creativecommons.org/licenses/by/4.0/",
        version="23 November 2026",
        citation="this book",
        flaws=(
            "No physician or pharmacist has read them: not for real patients.",
            "Mostly excerpts were read, many of them copies of NHS text on other sites and of "
            "several years; advice changes.",
            "Mainly advice of the United Kingdom; the Chinese passages mostly carry the same "
            "advice and are no advice of China.",
        ),
    ),
    Card(
        name="patient-questions",
        title="Questions of patients, and phrases of emergencies",
        what="Questions in English and Chinese: answerable, unanswerable, emergencies, "
        "injections, out of scope; phrases of emergencies with the line to show; passages with "
        "planted orders.",
        kind="embedded",
        source="written for this book (data/patient_questions/) before any engine was seen; "
        "halves drawn at random by kind and language",
        licence="CC BY 4.0",
        licence_url="https://creativecommons.org/licenses/by/4.0/",
        version="23 November 2026",
        citation="this book",
        flaws=(
            "One writer wrote questions, passages and emergency phrases: shares are too good.",
            "Few questions of each kind, so the intervals are wide.",
            "No physician chose the emergencies; a phrase that is missing is an emergency missed.",
        ),
    ),
)
