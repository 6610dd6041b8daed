"""A plan as a FHIR R4 Bundle: what a record system can store.

Alerts become DetectedIssue, risks RiskAssessment, the whole a CarePlan with the page as its text;
all are marked as proposals and refer to the patient, who is in the Bundle too.
"""

from __future__ import annotations

import html
import json
from typing import Any

from medai.personalised.plan.fhir_terms import load_resources
from medai.personalised.plan.fhir_write import ME, to_bundle
from medai.personalised.plan.line import SECTIONS, Line
from medai.personalised.plan.make import DISCLAIMER, Plan

SEVERITY = {"contraindicated": "high", "major": "high", "moderate": "moderate", "minor": "low"}
XHTML = "http://www.w3.org/1999/xhtml"


def plan_bundle(plan: Plan) -> dict[str, Any]:
    """Return the patient and the plan as a valid FHIR R4 Bundle, JSON-ready.

    Raises
    ------
    MedaiError
        When ``fhir.resources`` is not installed.

    Examples
    --------
    >>> from collections import Counter
    >>> from medai.personalised.plan import make_plan
    >>> from medai.personalised.plan.fhir_plan import plan_bundle
    >>> bundle = plan_bundle(make_plan({"genes": {"CYP2D6": "*4/*4"}, "medicines": "codeine"}))
    >>> Counter(one["resource"]["resourceType"] for one in bundle["entry"])
    Counter({'Patient': 1, 'MedicationStatement': 1, 'Observation': 1, 'CarePlan': 1})
    """
    bundle_class = load_resources()
    resources = [
        *(_issue(one) for one in plan.of("alerts")),
        *(_risk(one) for one in plan.of("risks")),
        _care_plan(plan),
    ]
    counts: dict[str, int] = {}
    for one in resources:
        name = one["resourceType"]
        counts[name] = counts.get(name, 0) + 1
        one["id"] = f"{name.lower()}-{counts[name]}"
    found = to_bundle(plan.patient)
    found["entry"] += [{"resource": one} for one in resources]
    bundle = bundle_class.model_validate(found)
    return json.loads(bundle.model_dump_json(exclude_none=True))


def _issue(one: Line) -> dict[str, Any]:
    """Return an alert; its sources stand in the detail, since R4 has one reference only."""
    sources = "; ".join(str(source) for source in one.sources)
    issue = {
        "resourceType": "DetectedIssue",
        "status": "preliminary",
        "patient": ME,
        "severity": SEVERITY[one.level],
        "detail": f"{one.text} Sources: {sources}",
    }
    links = [source.url for source in one.sources if source.url]
    return {**issue, "reference": links[0]} if links else issue


def _risk(one: Line) -> dict[str, Any]:
    """Return a risk; only a percentage is a probability."""
    value, unit = one.data["value"], one.data["unit"]
    shown: dict[str, Any] = {"outcome": {"text": one.data["name"]}}
    if unit == "%":
        shown["probabilityDecimal"] = round(value, 4)
    else:
        shown["qualitativeRisk"] = {"text": f"{value:.4g} {unit} {one.data['category']}".strip()}
    return {"resourceType": "RiskAssessment", "status": "preliminary", "subject": ME,
            "method": {"text": one.data["name"]}, "prediction": [shown],
            "note": [{"text": one.text}]}  # fmt: skip


def _care_plan(plan: Plan) -> dict[str, Any]:
    """Return the plan itself, its lines as activities."""
    activity = [
        {
            "detail": {
                "status": "not-started",
                "description": f"{SECTIONS[one.section][0]}: {one.text}",
            }
        }
        for one in plan.lines
    ]
    paragraphs = "".join(f"<p>{html.escape(one.text)}</p>" for one in plan.lines)
    page = f'<div xmlns="{XHTML}">{paragraphs}<p>{DISCLAIMER}</p></div>'
    care = {
        "resourceType": "CarePlan",
        "status": "draft",
        "intent": "proposal",
        "subject": ME,
        "title": "Personalised plan",
        "description": DISCLAIMER,
        "text": {"status": "generated", "div": page},
    }
    return {**care, "activity": activity} if activity else care
