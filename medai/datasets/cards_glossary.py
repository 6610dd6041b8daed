"""Card of the glossary.  Standard library only."""

from __future__ import annotations

from medai.datasets.datacard import Card

CARDS: tuple[Card, ...] = (
    Card(
        name="glossary",
        title="Glossary, English and Chinese",
        what="The terms of this book with synonyms, a Chinese name, a definition of at most 40 "
        "words and the chapter that explains each.",
        kind="embedded",
        source="written for this book (data/glossary/)",
        licence="CC BY 4.0",
        licence_url="https://creativecommons.org/licenses/by/4.0/",
        version="23 November 2026",
        citation="this book",
        flaws=(
            "No physician and no translator has read it.",
            "Some terms have several Chinese names; one stands here.",
            "A definition of 40 words leaves out conditions that the chapter states.",
        ),
    ),
)
