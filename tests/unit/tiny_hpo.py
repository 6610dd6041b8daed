"""A tiny, hand-made ontology, random ones, and the score as a literal transcription.

Nothing here uses :mod:`medai`: it is the second opinion that the package is compared with.
"""

import math
import random
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

ROOT = "HP:0000118"


class Row(NamedTuple):
    disease: str
    term: str
    frequency: str = ""
    reference: str = "PMID:1"
    negated: bool = False
    aspect: str = "P"


def hp(number: int) -> str:
    return f"HP:{number:07d}"


# HP:1 all - HP:118 phenotypic abnormality - 10 nervous system - 11 seizure - 12 febrile seizure
#                                         \ 20 growth - 21 short stature (also below 10, oddly)
#          \ HP:5 mode of inheritance - HP:6 dominant
TINY_PARENTS = {
    hp(1): [],
    ROOT: [hp(1)],
    hp(5): [hp(1)],
    hp(6): [hp(5)],
    hp(10): [ROOT],
    hp(11): [hp(10)],
    hp(12): [hp(11)],
    hp(20): [ROOT],
    hp(21): [hp(20), hp(10)],
}
TINY_ROWS = [
    Row("OMIM:1", hp(12), "3/7"),
    Row("OMIM:1", hp(21), "", "OMIM:1"),
    Row("OMIM:1", hp(6), "", "PMID:1", aspect="I"),
    Row("OMIM:2", hp(11), "HP:0040282", "PMID:2"),
    Row("OMIM:2", hp(21), "", "PMID:3", negated=True),
    Row("OMIM:3", hp(21), "45%", "PMID:2;PMID:3"),
    Row("OMIM:3", hp(20), "1/2", "PMID:2"),
    Row("OMIM:3", hp(20), "2/4", "PMID:4"),
    Row("ORPHA:4", hp(12), "HP:0040281", "ORPHA:4"),
    Row("OMIM:5", hp(6), "", "PMID:9", aspect="I"),  # no finding: not a candidate
    Row("DECIPHER:6", hp(12), "", "PMID:9"),  # another vocabulary: left out
]
EXTRA_STANZAS = """
[Term]
id: HP:0000090
name: obsolete Fits
is_obsolete: true
replaced_by: HP:0000011

[Term]
id: HP:0000091
name: obsolete Nothing like it
is_obsolete: true

[Typedef]
id: part_of
name: part of
"""


def write_obo(path: Path, parents: dict[str, list[str]], extra: str = "") -> None:
    lines = ["format-version: 1.2", "data-version: hp/releases/2025-01-01", ""]
    for term, above in parents.items():
        lines += ["[Term]", f"id: {term}", f"name: term {int(term[3:])}"]
        if term == hp(11):
            lines += [
                "alt_id: HP:0000099",
                'def: "A \\"fit\\"." [HPO:x]',
                'synonym: "Fit" EXACT layperson [HPO:x]',
                'synonym: "SZ" RELATED abbreviation []',
                'synonym: "Convulsion" BROAD []',
            ]
        lines += [f"is_a: {p} ! term {int(p[3:])}" for p in above]
        lines.append("")
    path.write_text("\n".join(lines) + extra, encoding="utf-8")


def write_hpoa(path: Path, rows: list[Row]) -> None:
    header = "database_id disease_name qualifier hpo_id reference evidence onset frequency sex"
    lines = ["#version: 2025-01-02", "\t".join([*header.split(), "modifier", "aspect", "by"])]
    for r in rows:
        qualifier = "NOT" if r.negated else ""
        cells = [r.disease, f"disease {r.disease}", qualifier, r.term, r.reference, "PCS"]
        lines.append("\t".join([*cells, "", r.frequency, "", "", r.aspect, "HPO:x[2025-01-01]"]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def ancestors(parents: dict[str, list[str]], term: str) -> set[str]:
    """The ancestors of a term, itself included."""
    return {term}.union(*(ancestors(parents, p) for p in parents[term]))


def literal_scores(
    parents: dict[str, list[str]], rows: list[Row], present: list[str], excluded: list[str] = ()
) -> dict[str, float]:
    """The score of every disease, transcribed from the formula, with plain dictionaries."""
    middle = {"0": 1.0, "1": 0.895, "2": 0.545, "3": 0.17, "4": 0.025}
    stated, negated = defaultdict(lambda: defaultdict(list)), defaultdict(set)
    for r in rows:
        finding = r.aspect == "P" and ROOT in ancestors(parents, r.term)
        if not finding or not r.disease.startswith(("OMIM", "ORPHA")):
            continue
        if r.negated:
            negated[r.disease].add(r.term)
        else:
            stated[r.disease][r.term].append(r.frequency)
    for d in list(stated):  # what was looked for and never seen is no finding
        for t in list(stated[d]):
            if all(x.startswith("0/") or x == "HP:0040285" for x in stated[d][t]):
                del stated[d][t]
        if not stated[d]:
            del stated[d]
    f = {d: defaultdict(float) for d in stated}
    for d, findings in stated.items():
        for t, texts in findings.items():
            counts = [tuple(map(int, x.split("/"))) for x in texts if "/" in x]
            if counts:
                value = (sum(n for n, _ in counts) + 0.25) / (sum(m for _, m in counts) + 0.5)
            else:
                values = []
                for x in texts:
                    if x.startswith("HP:004028"):
                        values.append(middle[x[-1]])
                    elif x.endswith("%"):
                        values.append(float(x[:-1]) / 100)
                    else:
                        values.append(1.0)
                value = sum(values) / len(values)
            value = min(max(value, 0.01), 0.98)
            for a in ancestors(parents, t):
                f[d][a] = max(f[d][a], value)
    bg = {t: (sum(f[d].get(t, 0) for d in f) + 0.3) / (len(f) + 1) for t in parents}
    ic = {t: -math.log(bg[t]) for t in parents}
    closure = set().union(*(ancestors(parents, h) for h in present))
    scores = {}
    for d in f:
        total = 0.0
        for h in present:
            options = []
            if f[d].get(h):
                options.append(math.log(f[d][h]) + ic[h])
            for a in ancestors(parents, h) - {h}:
                if f[d].get(a):
                    options.append(math.log(f[d][a]) + ic[a] - 1.2 - 0.3 * (ic[h] - ic[a]))
            s = max(options, default=-math.inf)
            total += math.log(0.05 + 0.95 * math.exp(s))
            if ancestors(parents, h) & negated[d]:
                total -= 2
        for t in stated[d]:
            if t not in closure:
                total += math.log(1 - 0.1 * f[d][t])
        for x in excluded:
            total += min(0.0, math.log((1 - f[d].get(x, 0)) / (1 - bg[x])))
        scores[d] = total
    return scores


def random_world(seed: int) -> tuple[dict[str, list[str]], list[Row]]:
    """A random ontology of 40 findings and random annotations of up to 25 diseases."""
    rng = random.Random(seed)
    parents = {hp(1): [], ROOT: [hp(1)], hp(5): [hp(1)]}
    terms = [ROOT]
    for number in range(200, 240):
        parents[hp(number)] = rng.sample(terms, min(len(terms), rng.choice([1, 1, 1, 2, 3])))
        terms.append(hp(number))
    rows = []
    for number in range(rng.randint(2, 25)):
        disease = f"{rng.choice(['OMIM', 'OMIM', 'ORPHA'])}:{number}"
        for _ in range(rng.randint(1, 9)):
            m = rng.randint(1, 30)
            kind = rng.choice(["", f"{rng.randint(0, m)}/{m}", "HP:004028", "%"])
            kind = kind + str(rng.randint(0, 4)) if kind.startswith("HP") else kind
            kind = f"{rng.randint(0, 100)}%" if kind == "%" else kind
            papers = rng.sample([f"PMID:{i}" for i in range(8)], rng.choice([1, 1, 1, 2]))
            negated = rng.random() < 0.1
            rows.append(Row(disease, rng.choice(terms), kind, ";".join(papers), negated))
    rows.append(Row("OMIM:999", hp(239), "1/1", "PMID:0"))  # described by one paper only
    rows.append(Row("OMIM:998", hp(238), "2/3", "OMIM:998"))
    return parents, rows
