"""Drafts of questions about medicines: interactions, and what a genotype changes."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import numpy as np

from medai.datasets.drugs import drug_tables
from medai.datasets.interactions import Rule, interactions
from medai.datasets.pgx_advice import Recommendation, pgx_advice
from medai.education._graph_items import Draft
from medai.education.guards import gives_away

SEVERE = ("contraindicated", "major")
# The only wrong options on interactions: medicines with few interactions of their own.  A table
# is never complete, so "no row" alone made falsehoods (efavirenz beside ergotamine, azithromycin
# beside warfarin).  Chosen by a model from general knowledge; no pharmacist has read the list.
ANTIBIOTICS = frozenset(
    {"amoxicillin", "aztreonam", "cefaclor", "cefadroxil", "cefalexin", "cefdinir", "cefixime",
     "cefprozil", "cefradine", "phenoxymethylpenicillin", "pivmecillinam"}
)  # fmt: skip
QUIET = ANTIBIOTICS | {
    "alendronic acid", "finasteride", "ibandronic acid", "misoprostol", "risedronic acid",
}  # fmt: skip
# Where even these are doubtful: vitamin K and gut bacteria, the kidney's tubule, the rash of
# allopurinol, carnitine and valproate, the womb.
NO_ANTIBIOTIC = frozenset(
    {"acenocoumarol", "allopurinol", "dalteparin", "desogestrel", "digoxin", "drospirenone",
     "enoxaparin", "ethinylestradiol", "etonogestrel", "fondaparinux", "heparin",
     "levonorgestrel", "methotrexate", "norethisterone", "phenprocoumon", "valproic acid",
     "warfarin"}
)  # fmt: skip
NO_MISOPROSTOL = frozenset({"dihydroergotamine", "ergometrine", "ergotamine", "methylergometrine"})


@functools.lru_cache(maxsize=1)
def _classes() -> dict[str, frozenset[str]]:
    """Return the classes of each drug."""
    found: dict[str, set[str]] = {}
    for name, members in drug_tables().members.items():
        for drug in members:
            found.setdefault(drug, set()).add(name)
    for name, members in interactions().classes.items():
        for drug in members:
            found.setdefault(drug, set()).add(f"@{name}")
    return {drug: frozenset(names) for drug, names in found.items()}


def kinship(one: str, two: str) -> float:
    """Return how alike two drugs are by the classes they share (Jaccard), in [0, 1]."""
    a, b = _classes().get(one, frozenset()), _classes().get(two, frozenset())
    return len(a & b) / len(a | b) if a | b else 0.0


@functools.lru_cache(maxsize=1)
def _pair_rules() -> tuple[Rule, ...]:
    tables = interactions()
    return tuple(r for kind in ("pairs", "duplicates") for r in tables.rules[kind] if r.sides)


@functools.lru_cache(maxsize=1)
def _qt() -> frozenset[str]:
    return frozenset(row["drug"] for row in interactions().raw["qt"])


@functools.lru_cache(maxsize=1024)
def _sides(drug: str) -> dict[int, frozenset[int]]:
    """Return for each rule (by its number) that names a drug the sides it stands on."""
    found = {}
    for number, rule in enumerate(_pair_rules()):
        on = frozenset(i for i, side in enumerate(rule.sides) if drug in side)
        if on:
            found[number] = on
    return found


def may_interact(one: str, two: str) -> bool:
    """Tell whether any rule of any severity could concern two drugs together."""
    if one in _qt() and two in _qt():
        return True
    first, second = _sides(one), _sides(two)
    for number in first.keys() & second.keys():
        if len(_pair_rules()[number].sides) == 1 or len(first[number] | second[number]) > 1:
            return True
    return any(
        not name.startswith("@")
        for name in _classes().get(one, frozenset()) & _classes().get(two, frozenset())
    )


@functools.lru_cache(maxsize=1)
def _effects() -> dict[str, frozenset[str]]:
    """Return for each drug the enzymes that it inhibits or induces, by our tables."""
    found: dict[str, set[str]] = {}
    for row in (*pgx_advice().inhibitors, *pgx_advice().inducers):
        found.setdefault(row.drug, set()).add(row.enzyme)
    return {drug: frozenset(enzymes) for drug, enzymes in found.items()}


def acts_alike(one: str, two: str) -> bool:
    """Tell whether two drugs could interact in the same way, although only one has a rule.

    A table of interactions is never complete: posaconazole does what itraconazole does, whether
    or not somebody wrote the row.  So drugs of the same class of an interaction rule, of the
    same smallest therapeutic class, or that change the same enzyme, never stand against each
    other as right and wrong.
    """
    shared = _classes().get(one, frozenset()) & _classes().get(two, frozenset())
    if any(name.startswith("@") for name in shared):
        return True
    if _effects().get(one, frozenset()) & _effects().get(two, frozenset()):
        return True
    members = drug_tables().members
    own = [name for name in _classes().get(one, ()) if name in members]
    smallest = min(own, key=lambda name: (len(members[name]), name), default=None)
    return smallest in shared


def quiet(taken: str) -> frozenset[str]:
    """Return the medicines that may stand as wrong options beside a medicine that is taken."""
    found = QUIET
    if taken in NO_ANTIBIOTIC:
        found = found - ANTIBIOTICS
    if taken in NO_MISOPROSTOL:
        found = found - {"misoprostol"}
    return found


def which_interacts(rng: np.random.Generator) -> Iterator[Draft]:
    """Yield drafts "a patient takes A: which medicine must not be added?"."""
    tables = interactions()
    rules = [
        r for r in tables.rules["pairs"]
        if r["kind"] == "interaction" and len(r.sides) == 2 and r["severity"] in SEVERE
    ]  # fmt: skip
    for number in rng.permutation(len(rules)):
        rule = rules[number]
        taken = sorted(rule.sides[0])[rng.integers(len(rule.sides[0]))]
        added = sorted(rule.sides[1])[rng.integers(len(rule.sides[1]))]
        if taken == added:
            continue
        level = rule["severity"]
        stem = (
            f"A patient takes {taken}. Which of these medicines, if added, is a "
            f"{level} interaction by the table?"
        )
        if gives_away(stem, added):
            continue
        others = tuple(
            (drug, f"No rule of the table joins {drug} and {taken}. That is no proof of safety.",
             drug, 0.01 + kinship(drug, added))
            for drug in sorted(quiet(taken) & set(tables.drugs))
            if drug not in (taken, added) and not may_interact(taken, drug)
            and not acts_alike(added, drug)
            and not gives_away(stem, drug) and drug in _classes()
        )  # fmt: skip
        sources = tuple(f"{s.title}, {s.url}" for s in rule.sources)
        yield Draft("interactions", stem, (added, rule["mechanism"], added), others, sources)


def _results(row: Recommendation) -> dict[str, tuple[str, ...]]:
    return dict(row.when)


def which_by_gene(rng: np.random.Generator) -> Iterator[Draft]:
    """Yield drafts "this result of a gene: which medicine should be avoided?"."""
    table = pgx_advice()
    simple = [
        r for r in table.recommendations
        if r.action == "avoid" and r.population == "general" and len(r.when) == 1
        and len(r.when[0][1]) == 1 and r.strength in ("strong", "moderate")
        and not r.when[0][1][0].startswith(("score", "diplotype", "any", "no result"))
    ]  # fmt: skip
    for number in rng.permutation(len(simple)):
        row = simple[number]
        gene, (result,) = row.when[0]
        key = row.drugs[rng.integers(len(row.drugs))]
        stem = (
            f"A patient's result for {gene} is: {result}. Which of these medicines does the "
            f"guideline advise to avoid for it?"
        )
        others = []
        for drug in sorted(table.drugs):
            rows = table.rows_of(drug)
            about = [r for r in rows if gene in _results(r)]
            steered = any(r.action in ("avoid", "alternative") for r in about)
            if drug in row.drugs or (about and not _stays(about, gene, result)):
                continue
            if about:
                why = f"{gene} matters for {drug}, but this result does not rule it out."
            elif not steered:
                why = (
                    f"The tables steer {drug} by {', '.join(table.drugs[drug].genes)}, not {gene}."
                )
            nearness = (0.5 if about else 0.0) + 0.5 * kinship(drug, key)
            others.append((drug, why, drug, nearness))
        source = f"{row.guideline.title} ({row.guideline.year}), {row.guideline.url}"
        why = f"{row.text} {row.implication}".strip()
        yield Draft("genes", stem, (key, why, key), tuple(others), (source,))


def _stays(rows: list[Recommendation], gene: str, result: str) -> bool:
    """Tell whether no row for this gene steers away from the drug for this result.

    Rows that speak of scores, diplotypes or any result could overlap, so they count too.
    """
    for row in rows:
        if row.action not in ("avoid", "alternative"):
            continue
        for wanted in _results(row)[gene]:
            if wanted == result or wanted.startswith(("score", "diplotype", "any")):
                return False
    return any(result in _results(row)[gene] for row in rows)
