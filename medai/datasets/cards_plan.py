"""The card of the table of measurements that a plan reads.  Standard library only."""

from __future__ import annotations

from medai.datasets.datacard import Card

CARDS: tuple[Card, ...] = (
    Card(
        name="plan-measurements",
        title="Measurements that a plan reads",
        what="Names in English and Chinese, units with their conversion, LOINC codes, and limits "
        "that catch slips of units.",
        kind="embedded",
        source="written for this book (data/plan/); conversions and codes from the pages in its "
        "sources.csv",
        licence="CC BY 4.0; LOINC codes under the LOINC licence",
        licence_url="https://creativecommons.org/licenses/by/4.0/",
        version="changes with the book",
        citation="this book",
        flaws=(
            "The limits are the authors' own; no laboratory physician has read them.",
            "LOINC codes were read in public programs that agree, not at loinc.org.",
        ),
    ),
    Card(
        name="plan-patients",
        title="Patients that plans are measured on",
        what="Thirty fictional patients, each with the lines that a plan must hold and may not.",
        kind="embedded",
        source="written for this book from general knowledge of guidelines, before any of their "
        "plans was looked at (data/plan_patients/)",
        licence="CC BY 4.0",
        licence_url="https://creativecommons.org/licenses/by/4.0/",
        version="22 November 2026",
        citation="this book",
        flaws=(
            "One danger for each patient, and a textbook one; real lists are longer and vaguer.",
            "No physician or pharmacist wrote or read them.",
            "Three ordinary patients say little about false alarms.",
        ),
    ),
)
