"""Cards of the generators for side effects, links between drugs, and alerts."""

from __future__ import annotations

from medai.datasets.datacard import Card

_CODE = {
    "kind": "embedded",
    "licence": "MIT (code)",
    "licence_url": "https://opensource.org/license/mit",
    "version": "changes with the book; a seed gives the same data on every machine",
    "citation": "this book",
}

CARDS: tuple[Card, ...] = (
    Card(
        name="spontaneous-reports",
        title="Spontaneous reports of side effects",
        what="A generator: a population with diseases, 36 drugs called by letter and number, and "
        "50 events, of which a part is reported. Some 45 pairs are causal; confounding by "
        "indication, a bystander, a masked pair, publicity, copies and an interaction of two "
        "drugs are planted. The truth comes with it, the number of users included.",
        source="written for this book (medai.datasets.reports)",
        flaws=(
            "Far smaller and cleaner than a real database: no wrong drug, no free text, no "
            "hierarchy of event names, no follow-up.",
            "How often events happen and are reported is drawn at random, not estimated.",
            "A report lists every drug taken; real ones name suspects and forget the rest.",
            "Every patient has at most two diseases, and the disease is always recorded.",
        ),
        **_CODE,
    ),
    Card(
        name="drug-graph",
        title="A graph of made-up drug interactions",
        what="A generator: drugs with hidden mechanisms, the interactions that follow from them, "
        "noisy visible features, and the part of the interactions that is recorded, more of it "
        "for drugs that are studied more.",
        source="written for this book (medai.datasets.drug_graph)",
        flaws=(
            "Three kinds of mechanism; real drugs have many, with strengths and doses.",
            "Nothing false is recorded, which no real database can say.",
            "The features hint at the mechanisms by construction, so how well they predict says "
            "nothing about real structures.",
        ),
        **_CODE,
    ),
    Card(
        name="ward-orders",
        title="Orders on a ward, with their harm",
        what="A generator: orders written in sittings, each with the severity of its worst "
        "interaction, an estimated risk, and whether it would harm the patient.",
        source="written for this book (medai.datasets.ward)",
        flaws=(
            "All shares and risks are teaching estimates and describe no real ward.",
            "Harm is yes or no; a fall and a death count alike.",
            "Orders of one sitting share the patient's risk, but are drawn independently else.",
        ),
        **_CODE,
    ),
)
