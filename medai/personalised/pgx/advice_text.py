"""An advice as plain lines, in English or with the Chinese text of the table."""

from __future__ import annotations

from medai.datasets.pgx_advice import pgx_advice
from medai.personalised.pgx._advice_records import Advice, GeneUsed

__all__ = ["lines"]

SAID = {
    "adjust": "adjust (another dose, slower steps, or closer watch)",
    "alternative": "alternative (choose another drug)",
    "no recommendation": "none; the guideline makes no recommendation",
    None: "none",
}


def lines(advice: Advice, lang: str = "en") -> list[str]:
    """Return the lines of an advice.

    Parameters
    ----------
    advice
        What :func:`~medai.personalised.pgx.advise` returned.
    lang
        ``en`` or ``zh``: the language of the recommendation and its reason.
    """
    out = [f"Drug: {advice.drug}"]
    for one in advice.genes:
        out += _gene(one)
    out += [f"Missing: {gene}" for gene in advice.missing]
    if not advice.choices:
        out.append(f"Action: {SAID.get(advice.action, advice.action)}")
    zh = lang == "zh"
    for one in advice.choices:
        out += [
            "",
            f"For: {one.population}",
            f"Action: {SAID.get(one.action, one.action)}",
            f"Strength: {one.strength}",
            (one.text_zh if zh else "") or one.text,
            "Why: " + ((one.implication_zh if zh else "") or one.implication),
            f"Guideline: {one.guideline} ({one.year})",
        ]
        if zh and not one.text_zh:
            out.append("(No Chinese text in the table for this row.)")
    out.append("")
    other = {note.text: note.text_zh for note in pgx_advice().notes} if zh else {}
    out += [f"- {other.get(note, note)}" for note in advice.notes]
    for one in advice.genes:
        out += [f"- {one.gene}: {note}" for note in one.notes]
    out += [f"Source: {one['title']}, {one['url']}".rstrip(", ") for one in advice.sources]
    out.append("For teaching. Not medical advice.")
    return [line for i, line in enumerate(out) if line or (i and out[i - 1])]


def _gene(one: GeneUsed) -> list[str]:
    known = "" if one.diplotype == one.phenotype else one.diplotype
    name = f"{one.gene} {known}".rstrip()
    score = "" if one.activity_score is None else f", activity score {one.activity_score:g}"
    found = [f"{name}: {one.phenotype}{score}"]
    if one.converted:
        score = one.activity_score_used
        used = "" if score is None else f", activity score {score:g}"
        found.append(f"  used here: {one.phenotype_used}{used}, because of the other drugs taken")
    return found
