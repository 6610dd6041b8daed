"""A plan as a dialogue: the next question, and the patient after the answer.

The order is that of what the plan loses without the answer: a genotype that cannot be read, the
medicines, a medicine that was not understood, what the safety rules need, then the scores.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from medai.datasets.plan import questions_zh
from medai.personalised.plan.make import Plan
from medai.personalised.plan.patient import Patient, parted, read_patient
from medai.personalised.risk.arguments import Argument
from medai.personalised.risk.catalogue import SCORES
from medai.runtime.errors import MedaiError

YES = {"y", "yes", "true", "是", "是的", "有", "對", "对"}
NO = {"n", "no", "false", "否", "没有", "没", "无", "不是", "沒有", "無"}
NONE = NO | {"none", "nkda", "no known allergies", "无过敏"}
ALLELE = re.compile(r"\*\w+(?:x\d+)?")
FIELDS = {  # a question of the safety rules -> field of the patient, its Chinese
    "pregnant": ("pregnant", "是否怀孕？"),
    "weeks": ("pregnancy_weeks", "孕多少周？"),
    "breastfeeding": ("breastfeeding", "是否在哺乳？"),
    "age_years": ("age_years", "年龄（岁）？"),
    "allergies": ("allergies", "对哪些药物过敏，反应如何？"),
    "egfr_ml_min_1_73m2": ("egfr", "eGFR 是多少（mL/min/1.73m²）？"),
}
UNITS = {"egfr": "(mL/min/1.73m²)", "allergies": "(substance: reaction, or none)"}
MEDICINES = (
    "Which medicines does the patient take?",
    "病人正在服用哪些药物？",
)


@dataclass(frozen=True)
class Asked:
    """A question of the dialogue; `key` says what an answer changes."""

    key: str
    text: str
    text_zh: str

    def words(self, lang: str = "en") -> str:
        """Return the question in a language."""
        return self.text_zh if lang == "zh" and self.text_zh else self.text


def arguments() -> dict[str, Argument]:
    """Return what risk scores ask for, by name."""
    every = [one for score in SCORES.values() for one in score.arguments]
    every += [one.argument for score in SCORES.values() for one in score.conditions]
    return {one.name: one for one in every}


def questions(plan: Plan) -> Iterator[Asked]:
    """Yield the questions of a plan that an answer can settle, the most important first."""
    lines = plan.questions
    for line in lines:
        if "diplotype" in line.data:
            yield Asked(f"gene:{line.data['gene']}", line.text, line.text_zh)
    if not any(one.status == "taking" for one in plan.patient.medicines):
        yield Asked("medicines:", *MEDICINES)
    for line in lines:
        if "medicine" in line.data:
            yield Asked(f"medicine:{line.data['medicine']}", line.text, line.text_zh)
    for line in lines:
        field = FIELDS.get(line.data.get("argument", ""))
        if field:
            text = f"{line.text} {UNITS.get(field[0], '')}".strip()
            yield Asked(f"field:{field[0]}", text, field[1])
    known, zh = arguments(), questions_zh()
    for line in lines:
        for name in line.data.get("needs", ()):
            one = known[name]
            yield Asked(f"answer:{name}", f"{one.question} ({one.range})", zh[name])


def next_question(plan: Plan, asked: Collection[str] = ()) -> Asked | None:
    """Return the first question whose key was not asked yet."""
    return next((one for one in questions(plan) if one.key not in asked), None)


def answer(patient: Patient, asked: Asked, words: str) -> Patient:
    """Return the patient after an answer.

    Raises
    ------
    MedaiError
        When the answer cannot be read; the message says how to answer.
    """
    kind, _, name = asked.key.partition(":")
    words = words.strip()
    if not words:
        raise MedaiError("The answer is empty: write it, or leave the question open.")
    fields = patient.model_dump(mode="json")
    if kind == "gene":
        fields["genes"][name] = second_allele(patient.genes[name], words)
    elif kind == "medicines":
        none = words.casefold() in NONE
        fields["medicines"] += [] if none else [{"name": one} for one in parted(words)]
    elif kind == "medicine":
        rows = fields["medicines"]
        fields["medicines"] = [{**r, "name": words} if r["name"] == name else r for r in rows]
    elif kind == "field" and name == "allergies":
        given = [] if words.casefold() in NONE else parted(words.replace("：", ":"))
        rows = [one.partition(":") for one in given]
        fields["allergies"] = [{"substance": a, "reaction": b.strip() or None} for a, _, b in rows]
    elif kind == "field" and name == "egfr":
        value = {"name": name, "value": _number(words), "unit": "mL/min/1.73m²"}
        fields["measurements"] = [*fields["measurements"], value]
    elif kind == "field":
        logical = name in ("pregnant", "breastfeeding")
        fields[name] = yes_or_no(words) if logical else _number(words)
    else:
        fields["answers"][name] = _argument(arguments()[name], words)
    return read_patient(fields)


def second_allele(first: str, words: str) -> str:
    """Join the allele of the record with the one that was answered.

    Examples
    --------
    >>> second_allele("CYP2D6*10", "*10"), second_allele("*10", "*1/*10")
    ('*10/*10', '*1/*10')
    """
    alleles, more = ALLELE.findall(first), ALLELE.findall(words)
    if "/" not in words and len(alleles) == len(more) == 1 and "/" not in first:
        return f"{alleles[0]}/{more[0]}"
    return words


def yes_or_no(words: str) -> bool:
    """Read yes or no, in English or Chinese."""
    word = words.strip().casefold()
    if word in YES or word in NO:
        return word in YES
    raise MedaiError(f"{words!r}: answer yes or no.")


def _number(words: str) -> float:
    try:
        return float(words)
    except ValueError:
        raise MedaiError(f"{words!r}: answer with a number.") from None


def _argument(one: Argument, words: str) -> bool | float | str:
    """Read the answer to a question of a score."""
    if one.kind == "yes/no":
        return yes_or_no(words)
    value = _number(words) if one.kind == "number" else words.casefold()
    return one.check(value)
