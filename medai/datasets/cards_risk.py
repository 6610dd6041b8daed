"""The cards of the risk scores and of the patients of Chapter 22.  Standard library only."""

from __future__ import annotations

from medai.datasets.datacard import Card, DataFile

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
    Card(
        name="risk-cohort",
        title="Two sites of invented patients, followed for ten years",
        what="A generator: what the pooled cohort equations ask for, deprivation and a blood "
        "marker; times of a first cardiovascular event, of death without it, and of being lost. "
        "The true ten-year risk of every patient is known. Site B has fewer events in like "
        "patients, is older and smokes less.",
        kind="embedded",
        source="written for this book (medai.datasets.riskcohort)",
        licence="MIT (code)",
        licence_url="https://opensource.org/license/mit",
        version="changes with the book; a seed gives the same data on every machine",
        citation="this book",
        flaws=(
            "Nobody lived: says nothing about how good a published score is among real people.",
            "Rates, effects and the two sites are teaching values without a source.",
            "Being lost has nothing to do with risk, and the time course is one Weibull shape; "
            "real losses and rates are not so well behaved.",
            "Measurements outside the ranges of the equations are set to their ends.",
            "Race shifts deprivation, and deprivation acts: a sketch of a cause, not a model of "
            "society. Nothing else of race is in it.",
            "Nobody starts or stops a treatment during follow-up.",
        ),
    ),
    Card(
        name="gbsg2",
        title="GBSG2, a trial of hormone therapy after breast cancer",
        what="686 women with node-positive breast cancer of the German Breast Cancer Study "
        "Group: age, menopause, tumour, nodes, receptors, hormone therapy, and "
        "recurrence-free survival time (299 events).",
        kind="package",
        source="gbsg2.csv of the pip package lifelines 0.30.3; widely known from the R package "
        "TH.data",
        licence="MIT, as part of lifelines (licence field of the package opened)",
        licence_url="https://github.com/CamDavidsonPilon/lifelines/blob/master/LICENSE",
        version="as in lifelines 0.30.3",
        citation="Schumacher et al., J Clin Oncol 1994;12:2086-2093 (not opened; the "
        "documentation of the R package TH.data opened)",
        flaws=(
            "Who of the trial is among the 686, and who of them was randomised, is not said in "
            "what was opened.",
            "Treatments of the 1980s: nobody is treated like this today.",
            "No site and no patient number: it cannot be split by hospital.",
        ),
        files=(
            DataFile(
                "datasets/gbsg2.csv",
                21_819,
                "695954dbed9eaa619f9854f6c945bdccf5b21b12ea3fb46bd28797b9e8284d49",
            ),
        ),
        package=("lifelines", "0.30.3"),
        module="lifelines",
    ),
)
