"""The card of the abstracts written for Chapter 23.  Standard library only."""

from __future__ import annotations

from medai.datasets.datacard import Card

CARDS: tuple[Card, ...] = (
    Card(
        name="literature",
        title="Abstracts for literature mining (fictional)",
        what="120 short abstracts written for teaching, with a dictionary of terms, a label for "
        "each relation that a sentence states, and 59 reference summaries.",
        kind="embedded",
        source="written for this book (data/literature/); no such papers exist; what the "
        "groups rest on is in its sources.csv",
        licence="CC BY 4.0",
        licence_url="https://creativecommons.org/licenses/by/4.0/",
        version="23 November 2026",
        citation="this book",
        flaws=(
            "Not evidence: findings are retold or invented for teaching, and short.",
            "One hand wrote sentences, labels and rules, so precision and recall are flattered.",
            "Of Swanson's own papers only the first pages were opened.",
            "No physician has read them.",
        ),
    ),
)
