"""The card of the retellings that judges of text are measured on.  Standard library only."""

from __future__ import annotations

from medai.datasets.datacard import Card

CARDS: tuple[Card, ...] = (
    Card(
        name="judging",
        title="True and false retellings",
        what="64 sentences of invented records, each retold eight times: in other words, with one "
        "harmless change, and with one planted error (dose, unit, negation, side, drug, "
        "omission).",
        kind="embedded",
        source="written for this book (data/judging/), before the checks that are measured on it",
        licence="CC BY 4.0",
        licence_url="https://creativecommons.org/licenses/by/4.0/",
        version="23 November 2026",
        citation="this book",
        flaws=(
            "Every patient is invented, and no dose in it is advice.",
            "The paraphrases were made to share few words and the errors to share many: how often "
            "a metric is wrong here is no estimate for texts that models write.",
            "One hand wrote sentences, errors and the fact check on one day.",
            "No physician has read any of it, and no second reader has confirmed that the "
            "paraphrases say the same.",
        ),
    ),
)
