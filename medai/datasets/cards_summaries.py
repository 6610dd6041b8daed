"""The cards of the texts that summaries are measured on.  Standard library only."""

from __future__ import annotations

from medai.datasets.datacard import Card

CARDS: tuple[Card, ...] = (
    Card(
        name="summaries",
        title="Faithful and corrupted summaries",
        what="Sources with sentences about them, faithful or corrupted in one place (number, unit, "
        "direction, negation, name, statistic, comparison); abstracts with reference summaries; "
        "sentences of the embedded language model, judged by a reader.",
        kind="embedded",
        source="written for this book (data/summaries/), before the check that is measured on them",
        licence="CC BY 4.0",
        licence_url="https://creativecommons.org/licenses/by/4.0/",
        version="23 November 2026",
        citation="this book",
        flaws=(
            "Every study is invented, and its results mean nothing.",
            "One hand wrote the sentences and the check, so recall is higher than it will be "
            "on other people's texts.",
            "Errors made on purpose differ from those that models make.",
            "One reader judged the model's sentences, unblinded; no physician read any of it.",
        ),
    ),
)
