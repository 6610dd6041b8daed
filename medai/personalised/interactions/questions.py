"""What is missing and would change the alerts."""

from __future__ import annotations

from medai.datasets.interactions import interactions
from medai.personalised.interactions.alert import Question
from medai.personalised.interactions.allergies import Allergy, groups_of, known
from medai.personalised.interactions.organs import MEASURES
from medai.personalised.interactions.patient import Patient
from medai.personalised.interactions.pregnancy import weeks_matter
from medai.personalised.interactions.qt import qt_drugs

_START = {"creatinine clearance": "Creatinine clearance"}  # eGFR keeps its small e


def _listed(drugs: set[str]) -> tuple[tuple[str, ...], str]:
    names = tuple(sorted(drugs))
    return names, f"{', '.join(names)} {'depends' if len(names) == 1 else 'depend'} on it"


def open_questions(
    drugs: frozenset[str], patient: Patient, allergies: tuple[Allergy, ...] | None
) -> list[Question]:
    """Return the questions whose answer a rule about these drugs needs.

    Parameters
    ----------
    drugs
        Ingredients.
    patient
        What is known.
    allergies
        The list; None when nobody asked, which is itself a question.
    """
    table, asked = interactions(), []

    def ask(argument: str, words: str, concerned: set[str]) -> None:
        if concerned:
            names, tail = _listed(concerned)
            asked.append(Question(argument, f"{words}: {tail}.", names))

    for measure, (argument, title, _) in MEASURES.items():
        if getattr(patient, argument) is None:
            rules = [r for r in table.rules["renal"] if r["measure"] == measure]
            ask(argument, f"{_START.get(title, title)} is not known", _of(rules, drugs))
    if patient.child_pugh is None:
        words = "Whether the liver is diseased (Child-Pugh class) is not known"
        ask("child_pugh", words, _of(table.rules["hepatic"], drugs))
    if patient.may_be_pregnant:
        rules = [r for r in table.rules["pregnancy"] if r["state"] == "pregnant"]
        ask(
            "pregnant",
            "Whether there is or may soon be a pregnancy is not known",
            _of(rules, drugs),
        )
    if patient.pregnant and patient.weeks is None:
        rules = [r for r in table.rules["pregnancy"] if weeks_matter(r)]
        ask("weeks", "The week of pregnancy is not known", _of(rules, drugs))
    if patient.breastfeeding is None and patient.sex != "male" and patient.may_be_pregnant:
        rules = [r for r in table.rules["pregnancy"] if r["state"] == "breastfeeding"]
        ask("breastfeeding", "Whether a child is breast-fed is not known", _of(rules, drugs))
    prolonging = set(drugs & qt_drugs().keys())
    for argument, words in (
        ("qtc_ms", "The QTc is not known"),
        ("potassium_mmol_l", "Potassium is not known"),
    ):
        if getattr(patient, argument) is None:
            ask(argument, words, prolonging)
    asked += _about_allergies(drugs, allergies)
    return asked


def _of(rules, drugs: frozenset[str]) -> set[str]:
    return {drug for rule in rules for drug in rule.sides[0] & drugs}


def _about_allergies(
    drugs: frozenset[str], allergies: tuple[Allergy, ...] | None
) -> list[Question]:
    if allergies is None:
        return [Question("allergies", "Allergies are not known.", ())]
    asked = []
    for allergy in allergies:
        if not known(allergy.name):
            text = f"{allergy.name!r} is in no table of allergies: which drug is meant?"
            asked.append(Question("allergies", text, ()))
        elif allergy.kind == "unknown":
            named, groups = groups_of(allergy.name)
            rules = [
                rule
                for rule in interactions().rules["cross_allergy"]
                if rule["from"] in groups and rule["outcome"] == "alert"
            ]
            concerned = tuple(sorted((named & drugs) | _of(rules, drugs)))
            if concerned:
                text = f"What happened with {allergy.name}? The reaction decides."
                asked.append(Question("allergies", text, concerned))
    return asked
