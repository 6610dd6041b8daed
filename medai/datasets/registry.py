"""The cards of every data set and model that the book uses.

Standard library only.  "Opened" in a citation means that an author of the book read the
source itself; "not opened" means that it was taken from somebody else's reference.
"""

from __future__ import annotations

import difflib

from medai.datasets import (
    cards_book,
    cards_education,
    cards_fairness,
    cards_genes,
    cards_glossary,
    cards_images,
    cards_judging,
    cards_knowledge,
    cards_literature,
    cards_medicines,
    cards_molecules,
    cards_patients,
    cards_plan,
    cards_privacy,
    cards_records,
    cards_regulation,
    cards_risk,
    cards_signals,
    cards_summaries,
    cards_tables,
)
from medai.datasets.datacard import KINDS, Card
from medai.runtime.errors import MedaiError

CARDS: tuple[Card, ...] = (
    *cards_knowledge.CARDS,
    *cards_book.CARDS,
    *cards_medicines.CARDS,
    *cards_tables.CARDS,
    *cards_images.CARDS,
    *cards_records.CARDS,
    *cards_patients.CARDS,
    *cards_molecules.CARDS,
    *cards_plan.CARDS,
    *cards_risk.CARDS,
    *cards_signals.CARDS,
    *cards_genes.CARDS,
    *cards_summaries.CARDS,
    *cards_education.CARDS,
    *cards_literature.CARDS,
    *cards_fairness.CARDS,
    *cards_regulation.CARDS,
    *cards_privacy.CARDS,
    *cards_glossary.CARDS,
    *cards_judging.CARDS,
)


def cards() -> tuple[Card, ...]:
    """Return every card, in the order of the book."""
    return CARDS


def card(name: str) -> Card:
    """Return the card called `name`.

    Raises
    ------
    MedaiError
        When there is none; the message names close matches.
    """
    by_name = {one.name: one for one in CARDS}
    if name in by_name:
        return by_name[name]
    close = difflib.get_close_matches(str(name).lower(), by_name, n=3, cutoff=0.4)
    hint = f"Did you mean {' or '.join(map(repr, close))}?" if close else "No name is close."
    raise MedaiError(f"There is no data card {name!r}. {hint} All cards: {', '.join(by_name)}.")


def cards_markdown() -> str:
    """Return the page of all cards as MyST Markdown, grouped by how the data get here."""
    parts = []
    for kind, words in KINDS.items():
        group = [one for one in CARDS if one.kind == kind]
        if not group:
            continue
        parts.append(f"## {words[0].upper()}{words[1:]}\n")
        for one in group:
            parts.append(f"(card-{one.name})=\n### {one.title}\n\n{one.to_markdown()}")
    return "\n".join(parts)
