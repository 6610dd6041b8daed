"""The lines about genes and medicines: what each genotype means for each medicine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from medai.datasets.pgx_advice import pgx_advice
from medai.diagnosis.sources import Source
from medai.personalised.pgx import Call
from medai.personalised.pgx.advice import Advice, advise, covered_drugs
from medai.personalised.plan.line import Line
from medai.personalised.plan.medicines_part import Understood, ingredients
from medai.runtime.errors import MedaiError

LEVELS = {"avoid": "major", "alternative": "major", "adjust": "moderate"}
ACTIONS_ZH = {
    "standard": "按常规用药",
    "adjust": "调整剂量",
    "alternative": "换用其他药物",
    "avoid": "避免使用",
    "no recommendation": "指南未给出建议",
}


def advices(
    medicines: Sequence[Understood], calls: Mapping[str, Call]
) -> tuple[list[Advice], list[Line]]:
    """Return the advice for every medicine that has a guideline, taken or planned.

    Other medicines that are taken or planned count for phenoconversion.
    """
    taking = ingredients(medicines, "taking", "planned")
    stopped = ingredients(medicines, "stopped")
    genes = {gene: one.diplotype for gene, one in calls.items()}
    covered, modifying = set(covered_drugs()), set(pgx_advice().modifying)
    found, asked = [], []
    for drug in dict.fromkeys(taking):
        if drug not in covered:
            continue
        others = [name for name in taking if name != drug and name in modifying]
        try:
            found.append(advise(drug, genes, others, stopped=stopped))
        except MedaiError as error:
            asked.append(Line("ask", str(error), data={"drug": drug}))
    return found, asked


def lines(found: Sequence[Advice], planned: Sequence[str]) -> list[Line]:
    """Return one line for each medicine with advice, and one for each gene worth testing."""
    out = [_line(one) for one in found if one.genes and one.action]
    untested = [one for one in found if not one.genes or not one.action]
    for one in untested:
        out.append(_missing(one, one.drug in planned))
    return out


def _line(one: Advice) -> Line:
    genes = "; ".join(_gene(gene) for gene in one.genes)
    missing = f" Not known: {', '.join(one.missing)}." if one.missing else ""
    notes = " ".join(one.notes)
    why = f" {one.implication}" if one.implication else ""
    strength = f", {one.strength}" if one.strength else ""
    text = f"{one.drug}: {one.action}{strength}. {one.text}{why} [{genes}]{missing} {notes}"
    zh = ""
    if one.text_zh:
        action = ACTIONS_ZH.get(one.action or "", "")
        lacking = f"（缺少：{'、'.join(one.missing)}）" if one.missing else ""
        changed = "".join(
            f"（合用药物使 {gene.gene} 由 {gene.phenotype} 变为 {gene.phenotype_used}）"
            for gene in one.genes
            if gene.converted
        )
        zh = f"{_name_zh(one.drug)}：{action}。{one.text_zh}{one.implication_zh}{changed}{lacking}"
    return Line(
        "advice",
        text.strip(),
        zh,
        level=LEVELS.get(one.action or "", ""),
        sources=tuple(_sources(one)),
        data=one.to_dict(),
    )


def _name_zh(drug: str) -> str:
    return pgx_advice().drugs[drug].name_zh or drug


def _gene(gene) -> str:
    used = f", used as {gene.phenotype_used}" if gene.converted else ""
    return f"{gene.gene} {gene.diplotype} {gene.phenotype}{used}".replace("  ", " ")


def _missing(one: Advice, planned: bool) -> Line:
    when = "before it is started" if planned else "if it is not known already"
    genes = " and ".join(one.missing) or "the gene"
    text = f"{one.drug}: a guideline exists; a result for {genes} would decide, {when}."
    zh = f"{_name_zh(one.drug)}：有基因用药指南，尚缺 {'、'.join(one.missing)} 检测结果。"
    section = "ask" if planned or one.genes else "tests"
    return Line(section, text, zh, sources=tuple(_sources(one)),
                data={"drug": one.drug, "missing": list(one.missing)})  # fmt: skip


def _sources(one: Advice) -> list[Source]:
    return [Source(row["basis"], row["key"], row["title"], row["url"]) for row in one.sources]
