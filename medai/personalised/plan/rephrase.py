"""The plan in plainer words for the patient: a template, or a language model behind a check.

The model may say a sentence of the template in other words.  Its sentence is shown only if it
says no more and no less: the same medicines and genes, the same numbers, the same direction, and
otherwise nothing but words of the template's sentence and a short list of plain ones.  Anything
else falls back to the template, so a false sentence cannot reach a patient, and most sentences of
a small model fall back.  What is urgent, alerts and questions are never reworded.

The words of the patient are in no prompt.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from medai.datasets.drugs import drug_tables
from medai.llm.model import Writer
from medai.personalised.pgx.genes import gene_names
from medai.personalised.plan.line import Line
from medai.personalised.plan.make import Plan

TOKENS = 40
TEMPLATES = {  # by the action of the advice
    "avoid": "You should not take {drug}, because your test shows {meaning}.",
    "alternative": "Another medicine may suit you better than {drug}, because your test shows "
    "{meaning}.",
    "adjust": "Your dose of {drug} may need to be different, because your test shows {meaning}.",
    "standard": "You can take the usual dose of {drug}; your test shows {meaning}.",
}
DIRECTIONS = {  # what the sentence has to say of the medicine
    "avoid": r"(?:(?:should|must|do) not (?:take|use)|avoid(?: taking)?) {drug}\b",
    "alternative": r"(?:another|other|a different) medicine\b.*\b(?:than|of|for) {drug}\b",
    "adjust": r"dose of {drug}\b.*\bdifferent\b|different dose of {drug}\b",
    "standard": r"(?:usual|normal) dose of {drug}\b",
}
NEGATIONS = {"avoid": 1}  # how many words of negation a sentence may hold
NEGATION = re.compile(r"\b(?:not|never|no|avoid)\b|n't")
KINDS = frozenset(
    ("poor", "intermediate", "normal", "rapid", "ultrarapid", "likely", "possible", "decreased",
     "increased", "indeterminate", "deficient", "variable", "positive", "negative")
)  # fmt: skip
PLAIN = frozenset(
    """a an and are as at be because but by for from has have in is it its may of on or show
    shows so than that the this to was we which will with you your should must do can dose test
    result medicine take taking use not avoid usual normal another other different better suit
    need needed due since according""".split()  # noqa: SIM905
)
WORD = re.compile(r"[a-z][a-z0-9]*|\*?\d+(?:\.\d+)?")
PROMPT = """Say the same in other words. Add nothing and leave nothing out.

Sentence: You should not take digoxin, because your test shows a slow enzyme P1.
Other words: Avoid digoxin, because your test shows a slow enzyme P1.

Sentence: {sentence}
Other words:"""


@dataclass(frozen=True)
class Said:
    """One sentence for the patient.

    Attributes
    ----------
    text
        As it is shown.
    template
        What the book says.
    by
        ``model`` or ``template``.
    why
        Why the template stands, "" if the model's sentence is shown.
    model
        What the model said, shown or not.
    """

    text: str
    template: str
    by: str
    why: str = ""
    model: str = ""


def sentences(plan: Plan) -> list[tuple[str, Line]]:
    """Return the template's sentence for each line of advice that a patient can be told."""
    found = []
    warned = {
        drug
        for line in plan.of("alerts")
        if line.level in ("contraindicated", "major")
        for drug in line.data["drugs"]
    }
    for line in plan.of("advice"):
        action = line.data.get("action")
        if action in ("standard", "adjust") and line.data["drug"] in warned:
            continue  # "take the usual dose" beside "do not give it" would be false
        if action in TEMPLATES and line.data["genes"]:
            meaning = " and ".join(_meaning(gene) for gene in line.data["genes"])
            text = TEMPLATES[action].format(drug=line.data["drug"], meaning=meaning)
            found.append((text, line))
    return found


def _meaning(gene: dict[str, Any]) -> str:
    """Return what a gene means in plain words; another medicine's effect is said too."""
    name = gene["gene"]
    if gene["converted"]:
        return f"that with your other medicines {name} works like {gene['phenotype_used']}"
    return f"{name} {gene['phenotype']}"


def rephrase(plan: Plan, model: Writer | None = None) -> list[Said]:
    """Return the advice in sentences for the patient.

    Parameters
    ----------
    plan : Plan
    model : medai.llm.model.Writer, optional
        A language model; without one the template is used.

    Returns
    -------
    list of Said
        One for each line of advice; each says whose words it is in.
    """
    out = []
    for template, line in sentences(plan):
        if model is None:
            out.append(Said(template, template, "template", "no model"))
            continue
        said = model.generate(PROMPT.format(sentence=template), max_new_tokens=TOKENS, stop="\n")
        said = str(said).strip()
        why = fault(said, template, line.data["action"], line.data["drug"])
        text = template if why else said
        out.append(Said(text, template, "template" if why else "model", why, said))
    return out


def fault(said: str, template: str, action: str, drug: str) -> str:
    """Return why a sentence must not stand for the template, "" if it may.

    Examples
    --------
    >>> template = "You should not take codeine, because your test shows CYP2D6 Poor Metabolizer."
    >>> fault("Avoid codeine, because your test shows CYP2D6 Poor Metabolizer.",
    ...       template, "avoid", "codeine")
    ''
    >>> fault("Codeine is safe.", template, "avoid", "codeine")
    'not in the facts: safe'
    """
    words, known = WORD.findall(said.lower()), set(WORD.findall(template.lower()))
    more = [one for one in words if one not in known and one not in PLAIN]
    if more:
        return f"not in the facts: {', '.join(dict.fromkeys(more))}"
    if _names(said) != _names(template):
        return "names, phenotypes or numbers are missing, added or in another order"
    if not re.search(DIRECTIONS[action].format(drug=re.escape(drug)), said.lower()):
        return f"does not say plainly: {action}"
    if len(NEGATION.findall(said.lower())) > NEGATIONS.get(action, 0):
        return "a negation too many"
    return ""


def _names(text: str) -> list[str]:
    """Return medicines, genes, kinds of metaboliser and numbers in their order."""
    genes = {part for gene in gene_names() for part in WORD.findall(gene.lower()) if len(part) > 1}
    drugs = {part for name in drug_tables().drugs for part in WORD.findall(name) if len(part) > 3}
    keep = genes | drugs | KINDS
    usual = text.lower().replace("normal dose", "usual dose")  # of a dose, no phenotype
    return [one for one in WORD.findall(usual) if one in keep or one[0] in "*0123456789"]
