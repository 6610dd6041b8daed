"""The cards of what Chapter 33 measures privacy on.  Standard library only."""

from __future__ import annotations

from medai.datasets.datacard import Card

_MADE = {
    "kind": "embedded",
    "licence": "MIT (code)",
    "licence_url": "https://opensource.org/license/mit",
    "version": "changes with the book; a seed gives the same data on every machine",
    "citation": "this book",
}

CARDS: tuple[Card, ...] = (
    Card(
        name="hospital-register",
        title="A town, its register, and a hospital table without names",
        what="A generator: 40,000 inhabitants with name, birth date, sex and one of twelve "
        "districts; a register of most adults; 2,000 admissions without names; who is who.",
        source="written for this book (medai.datasets.hospital_register)",
        flaws=(
            "Nobody lived; ages, districts, diagnoses and the share registered are teaching "
            "values without a source.",
            "Columns are independent but for age, and free of errors; real registers have "
            "misspellings, moves and twins, which help and hinder an attacker.",
            "One admission a person, drawn once: how often a real release can be linked is not "
            "what it shows.",
        ),
        **_MADE,
    ),
    Card(
        name="hospitals",
        title="Patients of four hospitals that differ",
        what="A generator: six measured columns, fourteen that say nothing, a rare group (6 %), "
        "an outcome by a known logistic model; four hospitals of different size, frequency of "
        "the outcome and age, one with another assay.",
        source="written for this book (medai.datasets.hospitals)",
        flaws=(
            "Nobody lived; every weight is a teaching value without a source.",
            "The assay that runs the other way, and the rare group whose marker does, were built "
            "in to be found again: their harm is as large as we made it.",
            "Columns are independent and normal, one row a patient, nothing is missing.",
        ),
        **_MADE,
    ),
    Card(
        name="identified-notes",
        title="Notes with planted identifiers",
        what="Thirty templates of short notes with ten kinds of identifiers and with words of "
        "medicine that look like them; names and streets that fill them; split into dev and test.",
        kind="embedded",
        source="written for this book (data/identified_notes/), before the patterns that are "
        "measured on them",
        licence="CC BY 4.0",
        licence_url="https://creativecommons.org/licenses/by/4.0/",
        version="23 November 2026",
        citation="this book; data/identified_notes/sources.csv",
        flaws=(
            "One hand wrote templates, patterns and the list of eponyms, and knew the test half "
            "while writing the list: look-alikes are spared too well.",
            "Numbers, dates and postcodes have the same forms in both halves: full recall there "
            "says that these forms are covered, not that others are.",
            "Short, tidy English notes; no misspellings, headers, tables or scans. First names "
            "are combined with roles and dates at random, so some notes make no sense.",
            "No physician has read any of it; postcode areas and telephone ranges are not in use "
            "as far as we know.",
        ),
    ),
)
