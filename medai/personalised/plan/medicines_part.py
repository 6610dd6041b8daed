"""The medicines of a patient, as ingredients: what was understood, and what must be asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from medai.personalised.drugs import match
from medai.personalised.plan.line import Line
from medai.personalised.plan.patient import Medicine


@dataclass(frozen=True)
class Understood:
    """A medicine whose ingredients are known.

    Attributes
    ----------
    stated
        As it was written.
    status
        ``taking``, ``planned`` or ``stopped``.
    ingredients
        International names, in lower case.
    """

    stated: str
    status: str
    ingredients: tuple[str, ...]


def understand(medicines: Sequence[Medicine]) -> tuple[list[Understood], list[Line]]:
    """Resolve each name; what cannot be resolved for sure becomes a question.

    A name that was understood by its spelling is used, and said.
    """
    found: list[Understood] = []
    lines: list[Line] = []
    for one in medicines:
        known = match(one.name)
        if known.asked or not known.drugs:
            question = known.question or f"{one.name!r} is not a known medicine: which is it?"
            text = f"{question} Until then it is not checked for anything."
            zh = f"无法确定药名“{one.name}”，请确认；在此之前不会对它做任何检查。"
            lines.append(Line("ask", text, zh, data={"medicine": one.name}))
            continue
        names = tuple(drug.name for drug in known.drugs)
        found.append(Understood(one.name, one.status, names))
        if known.how == "spelling":
            read = " + ".join(names)
            lines.append(
                Line(
                    "ask",
                    f"{one.name!r} was read as {read}: is that right?",
                    f"“{one.name}”被理解为 {read}，请确认。",
                    data={"medicine": one.name, "read": list(names)},
                )
            )
    return found, lines


def ingredients(medicines: Sequence[Understood], *statuses: str) -> list[str]:
    """Return the ingredients of medicines with one of these statuses, duplicates included."""
    return [name for one in medicines if one.status in statuses for name in one.ingredients]
