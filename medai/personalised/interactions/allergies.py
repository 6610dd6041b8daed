"""Allergy and cross-allergy: what a reaction to one drug says about another."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass

from medai.datasets.interactions import interactions
from medai.personalised.interactions.alert import Alert, Note
from medai.personalised.interactions.names import ingredients_of
from medai.runtime.errors import MedaiError

KINDS = ("severe", "allergic", "intolerance", "expected")


@dataclass(frozen=True)
class Allergy:
    """An entry of an allergy list.

    Attributes
    ----------
    name
        A drug or a group (``penicillin``, ``sulfa``), as it stands in the record.
    reaction
        What happened, in words; "" when the record does not say.
    """

    name: str
    reaction: str = ""

    @property
    def kind(self) -> str:
        """``severe``, ``allergic``, ``intolerance``, ``expected`` or ``unknown``.

        Each word between commas must be known; one unknown word makes the whole unknown,
        unless another is severe.
        """
        table = {row["word"]: row["kind"] for row in interactions().raw["reactions"]}
        words = [w.strip() for w in re.split(r"[,;]| and |\+", self.reaction.lower())]
        kinds = {table.get(word, "unknown") for word in words if word}
        order = ("severe", "unknown", *KINDS[1:])
        return next((kind for kind in order if kind in kinds), "unknown")


def read_allergies(entries: Iterable) -> tuple[Allergy, ...]:
    """Return a list of allergies from texts, pairs or :class:`Allergy`.

    ``"penicillin"``, ``"penicillin: anaphylaxis"`` and ``("penicillin", "anaphylaxis")`` are
    all understood.

    Raises
    ------
    MedaiError
        For anything else.
    """
    if isinstance(entries, str):
        raise MedaiError(
            f"The allergies are given as one text, {entries!r}. "
            "They must be a list: ['penicillin: anaphylaxis']."
        )
    found = []
    for one in entries:
        if isinstance(one, str):
            name, _, reaction = one.partition(":")
            one = Allergy(name.strip(), reaction.strip())
        elif (
            isinstance(one, tuple | list)
            and len(one) == 2
            and all(isinstance(part, str) for part in one)
        ):
            one = Allergy(*(part.strip() for part in one))
        if not isinstance(one, Allergy) or not one.name.strip():
            raise MedaiError(
                f"{one!r} is no allergy. Write 'penicillin', 'penicillin: anaphylaxis' or "
                "('penicillin', 'anaphylaxis')."
            )
        found.append(one)
    return tuple(sorted(set(found), key=lambda a: (a.name.lower(), a.reaction.lower())))


@functools.lru_cache(maxsize=1)
def _named() -> dict[str, tuple[str, ...]]:
    """Return the groups that a word of an allergy list means."""
    names: dict[str, list[str]] = {}
    for row in interactions().raw["allergy"]:
        names.setdefault(row["name"], []).append(row["group"])
    return {name: tuple(groups) for name, groups in names.items()}


def groups_of(name: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """Return the drugs that a name means, and the groups with a rule that hold it."""
    table = interactions()
    text = " ".join(name.lower().split())
    groups = list(_named().get(text, ()))
    drugs = frozenset().union(*(table.classes[group] for group in groups))
    if not groups:
        drugs = frozenset(ingredients_of(name))
        starts = {row["from"] for row in table.raw["cross_allergy"]}
        groups = [group for group in sorted(starts) if drugs & table.classes[group]]
    return drugs, tuple(groups)


def known(name: str) -> bool:
    """Whether an allergy's name means anything here."""
    drugs, groups = groups_of(name)
    return bool(drugs or groups)


def allergy_alerts(
    drugs: frozenset[str], allergies: tuple[Allergy, ...]
) -> tuple[list[Alert], list[Note]]:
    """Return the alerts, and what is feared without reason."""
    alerts: dict[tuple[str, str, str], Alert] = {}
    notes: dict[tuple[str, str], Note] = {}
    for allergy in allergies:
        named, groups = groups_of(allergy.name)
        for drug in sorted(named & drugs):
            one = _same(drug, allergy)
            _keep(alerts, (allergy.name.lower(), drug, "allergy"), one)
        for rule in interactions().rules["cross_allergy"]:
            if rule["from"] not in groups:
                continue
            for drug in sorted(rule.sides[0] & drugs - named):
                if rule["outcome"] == "note":
                    text = f"{allergy.name} allergy and {drug}: {rule['action']}"
                    notes[rule.id, drug] = Note(text, (drug,), rule.sources)
                else:
                    key = (allergy.name.lower(), drug, "cross-allergy")
                    _keep(alerts, key, _cross(rule, drug, allergy))
    return list(alerts.values()), [notes[key] for key in sorted(notes)]


def _keep(alerts: dict, key: tuple, one: Alert) -> None:
    if key not in alerts or one.order() < alerts[key].order():
        alerts[key] = one


_REACTION = {
    "severe": ("contraindicated", "The reaction was severe. Do not give it."),
    "unknown": ("major", "Do not give it until the reaction has been clarified: ask what happened,"
                " after how long, and how long ago."),
    "allergic": ("major", "Choose another drug, or have the allergy tested."),
    "intolerance": ("minor", "What was described is a side effect, no allergy. It may be given if "
                    "it is needed; write the entry down as an intolerance."),
    "expected": ("minor", "What was described is an expected effect of the drug, no allergy."),
}  # fmt: skip


def _same(drug: str, allergy: Allergy) -> Alert:
    severity, action = _REACTION[allergy.kind]
    told = allergy.reaction or "reaction not recorded"
    return Alert(
        kind="allergy",
        severity=severity,
        title=f"{drug[0].upper()}{drug[1:]}: recorded allergy to {allergy.name} ({told})",
        mechanism="The drug, or one of its closest group, is on the allergy list.",
        action=action,
        drugs=(drug,),
        sources=(interactions().sources["aaaai-2022"],),
        rule="allergy/same",
        title_zh="对该药或同类药有过敏记录",
        action_zh="弄清当时的反应之前不要使用；如为严重反应则禁用。",
    )


def _cross(rule, drug: str, allergy: Allergy) -> Alert:
    kind = allergy.kind
    severity = rule["severe"] if kind == "severe" and rule["severe"] else rule["severity"]
    more = ""
    if kind in ("intolerance", "expected"):
        severity, more = "minor", " The recorded reaction is a side effect, no allergy."
    elif kind == "unknown":
        more = " Ask what the reaction was."
    return Alert(
        kind="cross-allergy",
        severity=severity,
        title=f"{drug[0].upper()}{drug[1:]} after a reaction to {allergy.name}",
        mechanism=rule["mechanism"],
        action=rule["action"] + more,
        drugs=(drug,),
        sources=rule.sources,
        rule=f"cross_allergy/{rule.id}",
        action_zh=rule["action_zh"],
    )
