"""The card of the risk scores' coefficients.  Standard library only."""

from __future__ import annotations

from medai.datasets.datacard import Card

CARDS: tuple[Card, ...] = (
    Card(
        name="risk",
        title="Coefficients of risk scores",
        what="326 coefficients of the pooled cohort equations, PREVENT (base model, 10 and 30 "
        "years), SCORE2 and SCORE2-OP, the recalibration to four regions of Europe, and the "
        "sources of every risk score of medai.personalised.risk.",
        kind="embedded",
        source="written for this book (data/risk/) from tables and programs that others, in part "
        "the authors of the scores, made from the papers",
        licence="CC BY 4.0",
        licence_url="https://creativecommons.org/licenses/by/4.0/",
        version="22 November 2026",
        citation="Goff et al. 2014, Khan et al. 2024, SCORE2 and SCORE2-OP working groups 2021; "
        "data/risk/sources.csv says what of each was opened",
        flaws=(
            "The supplements of the papers could not be opened; copies were read and checked by "
            "published examples and by other programs.",
            "SCORE2 in the regions moderate and high and all of SCORE2-OP rest on one program.",
            "Made in cohorts of the USA and Europe: elsewhere calibration must be shown first.",
            "The pooled cohort equations know two races and exist for no other.",
            "No physician has reviewed the table.",
        ),
    ),
)
