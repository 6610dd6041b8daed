"""The lines about genes: each genotype with its phenotype, or the question that is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from medai.diagnosis.sources import Source
from medai.personalised.pgx import Call, call
from medai.personalised.plan.line import Line
from medai.runtime.errors import MedaiError

PHENOTYPES_ZH = {
    "Poor Metabolizer": "慢代谢型",
    "Likely Poor Metabolizer": "可能的慢代谢型",
    "Intermediate Metabolizer": "中间代谢型",
    "Likely Intermediate Metabolizer": "可能的中间代谢型",
    "Possible Intermediate Metabolizer": "可能的中间代谢型",
    "Normal Metabolizer": "正常代谢型",
    "Rapid Metabolizer": "快代谢型",
    "Ultrarapid Metabolizer": "超快代谢型",
    "Indeterminate": "无法判定",
    "Normal Function": "功能正常",
    "Decreased Function": "功能降低",
    "Possible Decreased Function": "功能可能降低",
    "Poor Function": "功能差",
    "Increased Function": "功能增强",
}


def calls(genes: Mapping[str, str]) -> tuple[dict[str, Call], list[Line]]:
    """Call each genotype; what cannot be called becomes a question."""
    found: dict[str, Call] = {}
    twice: set[str] = set()  # genes with two results: a third one decides nothing
    lines: list[Line] = []
    for gene, diplotype in genes.items():
        try:
            one = call(gene, diplotype)
        except MedaiError as error:
            lines.append(
                Line("ask", str(error), _question_zh(gene, diplotype),
                     data={"gene": gene, "diplotype": diplotype})
            )  # fmt: skip
            continue
        if one.gene in twice:
            continue
        if one.gene in found and found[one.gene].diplotype != one.diplotype:
            both = f"{found[one.gene].diplotype} and {one.diplotype}"
            del found[one.gene]
            twice.add(one.gene)
            lines.append(Line("ask", f"{one.gene} is given twice, {both}: which one is right?"))
            continue
        found[one.gene] = one
    return found, lines


def _question_zh(gene: str, diplotype: str) -> str:
    return (
        f"{gene} 的结果“{diplotype}”无法判定：每人有两个等位基因，请向检验室确认第二个等位基因，"
        "并写成 *10/*10 的形式。不要默认另一个是 *1。"
    )


def lines(found: Mapping[str, Call]) -> list[Line]:
    """Return one line for each gene."""
    return [_line(one) for one in found.values()]


def _line(one: Call) -> Line:
    score = "" if one.activity_score is None else f", activity score {one.activity_score:g}"
    score_zh = "" if one.activity_score is None else f"，活性评分 {one.activity_score:g}"
    notes = " ".join(one.notes)
    name_zh = PHENOTYPES_ZH.get(one.phenotype, one.phenotype)
    return Line(
        "genes",
        f"{one.gene} {one.diplotype}: {one.phenotype}{score}. {notes}".strip(),
        f"{one.gene} {one.diplotype}：{name_zh}（{one.phenotype}）{score_zh}。",
        sources=tuple(as_sources(one.sources)),
        data={"gene": one.gene, "diplotype": one.diplotype, "phenotype": one.phenotype,
              "activity_score": one.activity_score},
    )  # fmt: skip


def as_sources(sources: Sequence[object]) -> list[Source]:
    """Return the sources of any of the book's tables as :class:`Source`."""
    found = []
    for one in sources:
        if isinstance(one, Source):
            found.append(one)
        else:
            basis = "opened" if one.opened == "yes" else "listed"
            found.append(Source(basis, one.key, one.title, one.url))
    return found
