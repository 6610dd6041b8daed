"""How the truth table of recommendations is read, apart from our own table.

The classes come from CPIC's words by rules that were written here; each of the texts was then
read, and what was read is kept in ``pgx_truth_classes.csv``.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import re
from pathlib import Path

from medai.personalised.pgx import Phenotype

FILE = "truth/pharmcat_recommendations_dev.csv.gz"
CLASSES = Path(__file__).with_name("pgx_truth_classes.csv")
NONE = "no recommendation"
NAMES = {
    "glyburide": "glibenclamide",
    "succinylcholine": "suxamethonium",
    "vitamin c": "ascorbic acid",
    "sulfamethoxazole / trimethoprim": "sulfamethoxazole + trimethoprim",
}

# The first rule that fits counts.  Several classes stand where the text itself offers several.
RULES = [
    (r"^(no recommendation|n/a$)", {NONE}),
    (r"enzyme activity must be measured|Clinical findings, family history", {NONE}),
    (r"^(Neither TPMT|\w+ phenotype could not be assigned)", {NONE}),
    (r"^(Based on \w+ status, )?for non-malignant conditions, consider", {"alternative", "adjust"}),
    (r"^Avoid moderate and strong CYP2D6 inhibitors. Initiate", {"standard"}),
    (r"^Avoid|relatively contraindicated", {"avoid"}),
    (r"^No reason to avoid", {"standard"}),
    (r"^Use drug cautiously", {"standard", "adjust"}),
    (r"^Consider hormonal therapy|^Recommend alternative", {"alternative"}),
    (r"^(Select|Prescribe) an alternative|^Select alternative", {"alternative"}),
    (r"^Consider (a clinically appropriate )?(alternative|antidepressant)", {"alternative"}),
    (r"^Consider a .*(lower|reduction).* or (select|consider) a", {"adjust", "alternative"}),
    (r"^Consider a .*(lower|reduction)", {"adjust"}),
    (r"^Initiate therapy with (25-50% of the )?lowest", {"adjust"}),
    (r"^Initiate standard starting daily dose", {"standard", "adjust"}),
    (r"^Initiate .*dose\. If patient does not adequately respond", {"standard", "adjust"}),
    (r"^Initiate .*dose\. Consider a slower titration", {"adjust"}),
    (r"^Initiate therapy with recommended starting dose", {"standard"}),
    (r"^(Increase|Reduce) starting", {"adjust"}),
    (r"start with reduced", {"adjust"}),
    (r"start with normal starting dose", {"standard"}),
    (r"prescribe ≤", {"adjust"}),
    (r"prescribe desired starting dose", {"standard"}),
    (r"label.recommended|at standard doses", {"standard"}),
]


def rows(shared: Path) -> list[dict[str, str]]:
    """Return the rows of the truth table."""
    with gzip.open(shared / FILE, "rt", encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def by_rule(text: str) -> set[str]:
    """Return the classes that CPIC's words allow."""
    for pattern, classes in RULES:
        if re.search(pattern, text, re.IGNORECASE | re.DOTALL):
            return classes
    raise AssertionError(f"no rule reads {text!r}")


def key_of(text: str) -> str:
    """Return the short hash that names a text in the list."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def by_hand() -> dict[str, set[str]]:
    """Return the list that was read by hand: hash of the text to its classes."""
    with CLASSES.open(encoding="utf-8", newline="") as handle:
        return {row["key"]: set(row["classes"].split("|")) for row in csv.DictReader(handle)}


def phenotypes(lookup: str) -> dict[str, Phenotype]:
    """Read ``CYP2C19=Poor Metabolizer;CYP2D6=0.25``; a gene without result is left out."""
    found = {}
    for part in lookup.split(";"):
        gene, _, value = part.partition("=")
        if value == "n/a":
            found[gene] = Phenotype("Indeterminate")
        elif re.match(r"[≥\d]", value):
            score = float(value.lstrip("≥"))
            found[gene] = Phenotype(_named(gene, score), score)
        elif value != "No Result":
            found[gene] = Phenotype(value)
    return found


def _named(gene: str, score: float) -> str:
    """Name the phenotype of a score, as CPIC's tables of each gene do."""
    if gene == "CYP2D6":
        names = [(0, "Poor"), (1, "Intermediate"), (2.25, "Normal"), (99, "Ultrarapid")]
    else:
        names = [(0.5, "Poor"), (1.5, "Intermediate"), (2, "Normal")]
    return next(f"{name} Metabolizer" for top, name in names if score <= top)
