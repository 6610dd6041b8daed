"""The JSON Schema (draft 2020-12) of a plan: what ``medai plan --json`` prints."""

from __future__ import annotations

from medai.personalised.plan.line import LEVELS, SECTIONS
from medai.personalised.plan.make import SCHEMA as VERSION
from medai.personalised.plan.patient import Patient

TEXT = {"type": "string"}
SOURCE = {
    "type": "object",
    "properties": dict.fromkeys(("basis", "key", "title", "url"), TEXT),
    "required": ["basis", "key", "title", "url"],
}
LINE = {
    "type": "object",
    "properties": {
        "section": {"enum": list(SECTIONS)},
        "level": {"enum": list(LEVELS)},
        "text": {"type": "string", "minLength": 1},
        "text_zh": TEXT,
        "sources": {"type": "array", "items": SOURCE},
        "data": {"type": "object", "description": "what the line was made from"},
    },
    "required": ["section", "level", "text", "text_zh", "sources", "data"],
    "additionalProperties": False,
}
MEDICINE = {
    "type": "object",
    "properties": {
        "stated": TEXT,
        "status": {"enum": ["taking", "planned", "stopped"]},
        "ingredients": {"type": "array", "items": TEXT, "minItems": 1},
    },
    "required": ["stated", "status", "ingredients"],
    "additionalProperties": False,
}


def _patient() -> dict:
    """Return the schema of the model, without definitions of its own."""
    fields = Patient.model_fields
    return {
        "type": "object",
        "properties": {name: {} for name in fields},
        "required": sorted(fields),
        "additionalProperties": False,
        "description": "as read; medai.personalised.plan.Patient says what each field holds",
    }


SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "A personalised plan",
    "type": "object",
    "properties": {
        "schema": {"const": VERSION},
        "patient": _patient(),
        "medicines": {"type": "array", "items": MEDICINE},
        "sections": {
            "type": "object",
            "properties": {name: {"type": "array", "items": LINE} for name in SECTIONS},
            "required": list(SECTIONS),
            "additionalProperties": False,
        },
        "disclaimer": TEXT,
    },
    "required": ["schema", "patient", "medicines", "sections", "disclaimer"],
    "additionalProperties": False,
}
