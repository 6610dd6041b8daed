"""Measuring plans: which of a plan's lines are those that a writer wanted beforehand."""

from __future__ import annotations

from medai.datasets.plan_patients import Wanted
from medai.personalised.plan.line import Line
from medai.personalised.plan.make import Plan

ALARMS = ("contraindicated", "major")


def fits(line: Line, wanted: Wanted) -> bool:
    """Say whether a line is what was wanted.

    Examples
    --------
    >>> line = Line("ask", "CYP2D6 '*10' is one allele.")
    >>> fits(line, Wanted("ask", words="cyp2d6")), fits(line, Wanted("alerts"))
    (True, False)
    """
    drugs = line.data.get("drugs") or [line.data.get("drug")]
    return (
        wanted.section in ("any", line.section)
        and set(wanted.drugs) <= set(drugs)
        and (not wanted.actions or line.data.get("action") in wanted.actions)
        and (not wanted.levels or line.level in wanted.levels)
        and (not wanted.kind or line.data.get("kind") == wanted.kind)
        and wanted.words.casefold() in line.text.casefold()
    )


def found(plan: Plan, wanted: Wanted) -> tuple[Line, ...]:
    """Return the plan's lines that are what was wanted."""
    return tuple(line for line in plan.lines if fits(line, wanted))


def alarms(plan: Plan) -> tuple[Line, ...]:
    """Return the lines that are marked as major or contraindicated."""
    return tuple(line for line in plan.lines if line.level in ALARMS)
