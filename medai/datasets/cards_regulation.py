"""The cards of the table of law and of the risk file.  Standard library only."""

from __future__ import annotations

from medai.datasets.datacard import Card

CARDS: tuple[Card, ...] = (
    Card(
        name="regulation",
        title="Law and guidance on medical software, as read",
        what="Passages of the MDR, the AI Act, the GDPR, HIPAA, FDA and WHO guidance in our "
        "words, dates of application, and who answers for what, each with the source that was "
        "opened.",
        kind="embedded",
        source="written for this book (data/regulation/); sources.csv lists what was read",
        licence="CC BY 4.0",
        licence_url="https://creativecommons.org/licenses/by/4.0/",
        version="23 November 2026",
        citation="this book",
        flaws=(
            "No lawyer and no notified body has read it; it is no advice.",
            "EUR-Lex, FDA and WHO could not be reached: most passages were read as excerpts in "
            "copies and commentaries.",
            "An outline: most duties of each law are left out.",
        ),
    ),
    Card(
        name="risk-files",
        title="Risk file of the diagnosis assistant",
        what="Hazards of the assistant of Chapter 24, with sequence of events, harm, severity, "
        "probability before and after control, and the test that shows the control.",
        kind="embedded",
        source="written for this book (data/risk_files/), in the manner of ISO 14971",
        licence="CC BY 4.0",
        licence_url="https://creativecommons.org/licenses/by/4.0/",
        version="23 November 2026",
        citation="this book",
        flaws=(
            "Severities and probabilities are teaching estimates of the authors.",
            "A test shows that a control works on the cases of the test, not in a clinic.",
            "No clinician took part, and the standard itself was not opened.",
        ),
    ),
)
