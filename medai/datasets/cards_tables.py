"""Cards of the tables and the trial.  Standard library only."""

from __future__ import annotations

from medai.datasets.datacard import Card, DataFile

_SKLEARN_LICENCE = "BSD-3-Clause, as part of scikit-learn (licence file of the package opened)"
_SKLEARN_URL = "https://github.com/scikit-learn/scikit-learn/blob/main/COPYING"

CARDS: tuple[Card, ...] = (
    Card(
        name="breast-cancer",
        title="Breast Cancer Wisconsin (Diagnostic)",
        what="569 fine-needle aspirates of breast masses, 212 malignant: thirty measurements of "
        "the cell nuclei in a digitised image of each.",
        kind="package",
        source="scikit-learn's copy of the UCI data set, donated in November 1995",
        licence=_SKLEARN_LICENCE,
        licence_url=_SKLEARN_URL,
        version="as in scikit-learn 1.9.1",
        citation="Street, Wolberg and Mangasarian, Nuclear feature extraction for breast tumor "
        "diagnosis, IS&T/SPIE 1993, volume 1905, 861-870 (not opened; the description shipped "
        "with scikit-learn opened)",
        flaws=(
            "One hospital, before 1996, nuclei outlined with the help of software: today's "
            "aspirates and images differ.",
            "No age, no history, no identifiers: two aspirates of one patient could not be told.",
            "Units of length and area are not stated.",
            "Easy: a logistic regression is almost always right, so methods hardly differ.",
            "scikit-learn codes malignant as 0; medai.datasets.tables codes it as 1.",
        ),
        files=(
            DataFile(
                "datasets/data/breast_cancer.csv",
                119_913,
                "fed3eb72d0575ef6192293f5093c6e801b1476b577d0386bf4455504522172ed",
            ),
        ),
        package=("scikit-learn", "1.9.1"),
        module="sklearn",
    ),
    Card(
        name="diabetes",
        title="Diabetes progression",
        what="442 people with diabetes: age, sex, body mass index, blood pressure, six serum "
        "measurements, and a measure of progression one year later.",
        kind="package",
        source="the table of Efron et al. 2004, as shipped in scikit-learn",
        licence=_SKLEARN_LICENCE,
        licence_url=_SKLEARN_URL,
        version="as in scikit-learn 1.9.1",
        citation="Efron, Hastie, Johnstone and Tibshirani, Least Angle Regression, Annals of "
        "Statistics 2004, 407-499 (not opened; the description shipped with scikit-learn opened)",
        flaws=(
            "Units are not stated. Those of the lipids can be worked out (mg/dL: LDL was computed "
            "with Friedewald's formula); blood pressure and glucose only look like mmHg, mg/dL.",
            "What the progression score measures is not described, nor which code is which sex.",
            "Where and when the patients were seen, and with which type of diabetes, is not said.",
            "LDL is computed from the other lipids in every row, so the columns are not "
            "independent.",
        ),
        files=(
            DataFile(
                "datasets/data/diabetes_data_raw.csv.gz",
                7_073,
                "7fc0ded571454b1982210d3bb43f0aca44eae01a0b8654a3b24022bdb6b38009",
            ),
            DataFile(
                "datasets/data/diabetes_target.csv.gz",
                1_050,
                "8e53f65eb811df43c206f3534bb3af0e5fed213bc37ed6ba36310157d6023803",
            ),
        ),
        package=("scikit-learn", "1.9.1"),
        module="sklearn",
    ),
    Card(
        name="actg175",
        title="ACTG 175, a randomised trial of four HIV treatments",
        what="2,139 participants of the 1991-95 trial: baseline, treatment arm, CD4 counts at "
        "weeks 20 and 96, and time to progression.",
        kind="package",
        source="ACTG175.csv of the pip package lifelines 0.30.3 (earlier versions do not have "
        "it; 0.30.3 asks for pandas below 3, so install it with `--no-deps`: only the file is "
        "used); first published in the R package speff2trial",
        licence="MIT, as part of lifelines (licence field of the package opened); speff2trial "
        "itself is GPL-2",
        licence_url="https://github.com/CamDavidsonPilon/lifelines/blob/master/LICENSE",
        version="as in lifelines 0.30.3",
        citation="Hammer et al., N Engl J Med 1996;335:1081-90, "
        "doi:10.1056/NEJM199610103351501 (not opened; its summary in ACP Journal Club "
        "1997;126:64 and the speff2trial documentation opened)",
        flaws=(
            "2,139 of the 2,467 randomised participants; why the others are missing is not said.",
            "CD4 at week 96 is missing in 797 rows, not at random: who stops coming differs.",
            "The column zprior is 1 in every row.",
            "Treatments of the early 1990s: nobody is treated like this today.",
        ),
        files=(
            DataFile(
                "datasets/ACTG175.csv",
                185_144,
                "56fba31fa0d7bfbff9667b7149fd96a97c352e72aa582871a62a935e812f0e07",
            ),
        ),
        package=("lifelines", "0.30.3"),
        module="lifelines",
    ),
)
