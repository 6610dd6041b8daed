"""Card of the short answers of Chapter 26.  Standard library only."""

from __future__ import annotations

from medai.datasets.datacard import Card

CARDS: tuple[Card, ...] = (
    Card(
        name="short-answers",
        title="Short answers with grades",
        what="Twelve questions with two required points each, and twelve answers to each with a "
        "grade from 0 to 2: full, terse, in second-language English, paraphrased, partial, "
        "negated, reversed, fluent but wrong, orders to the grader, echoes of the question.",
        kind="embedded",
        source="written for this book; the statements follow the book's own tables of drug "
        "safety, pharmacogenetics and red flags (data/short_answers/)",
        licence="CC BY 4.0",
        licence_url="https://creativecommons.org/licenses/by/4.0/",
        version="23 November 2026",
        citation="this book",
        flaws=(
            "One writer made up questions, rubric, answers and grades: agreement with the grades "
            "is agreement with that writer. A language model graded 60 a second time; nobody else.",
            "No student wrote any of the answers, and no teacher or physician has read them.",
            "The second-language answers imitate; they are not the English of any real group.",
            "Each style stands equally often; in a real class good answers are commoner.",
        ),
    ),
)
