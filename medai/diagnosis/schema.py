"""The JSON Schemas (draft 2020-12) of what is returned and printed.

``SCHEMA`` describes :meth:`medai.diagnosis.Assessment.to_dict`, ``OUTPUT`` what ``medai diagnose
--json`` prints, of which it is one field.
"""

from __future__ import annotations

from medai.datasets.common import SETTINGS, SEXES
from medai.diagnosis.flags import URGENCY
from medai.diagnosis.reading import STATUSES


def _object(properties: dict, optional: tuple[str, ...] = (), **more) -> dict:
    required = [name for name in properties if name not in optional]
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
        **more,
    }


def _list(of: dict, words: str = "") -> dict:
    return {"type": "array", "items": of, **({"description": words} if words else {})}


TEXT = {"type": "string"}
NUMBER = {"type": "number"}
PLACE = {"type": "integer", "minimum": 0, "description": "counts characters of the input"}
SHARE = {"type": "number", "minimum": 0, "maximum": 1}
HPO = {"type": "string", "pattern": "^HP:[0-9]{7}$"}
TEXTS, HPOS = _list(TEXT), _list(HPO)
MAYBE_NUMBER = {"type": ["number", "null"]}
ANY_SOURCE = {"enum": ["opened", "listed", "teaching estimate", "annotation"]}

SOURCE = _object({"basis": ANY_SOURCE, "key": TEXT, "title": TEXT, "url": TEXT})
_FINDING = {
    "hpo_id": HPO,
    "name": TEXT,
    "start": PLACE,
    "end": PLACE,
    "text": TEXT,
    "matched": TEXT,
    "method": TEXT,
    "score": NUMBER,
    "status": {"enum": list(STATUSES)},
    "family": {"type": "boolean"},
    "cue": {"type": "string", "description": "the words that decided about the status"},
    "history": {"type": "boolean"},
    "onset": TEXT,
    "days": MAYBE_NUMBER,
    "course": TEXT,
    "degree": TEXT,
}
FINDING = _object(_FINDING)
MEASUREMENT = {"type": "object", "required": ["start", "end", "text", "quantity", "verdict"]}
NOT_UNDERSTOOD = _object(
    {
        "start": PLACE,
        "end": PLACE,
        "text": TEXT,
        "reason": TEXT,
        "suggestions": _list(_list(TEXT), "similar names as [hpo_id, name]; not counted"),
    }
)
STATEMENT = _object(
    {
        "kind": {"enum": ["present", "excluded_by_disease", "absent", "silent"]},
        "hpo_id": HPO,
        "name": TEXT,
        "value": {"type": "number", "description": "nats added to the score"},
        "via": TEXT,
        "frequency": SHARE,
        "sources": _list(SOURCE),
    }
)
RED_FLAG = _object(
    {
        "flag": TEXT,
        "action": TEXT,
        "urgency": {"enum": list(URGENCY), "description": str(URGENCY)},
        "urgency_words": {"enum": list(URGENCY.values())},
        "hpo_ids": HPOS,
        "findings": TEXTS,
        "conditions": TEXTS,
        "source": SOURCE,
    }
)
SUSPECTED_FLAG = _object(
    {
        "flag": TEXT,
        "action": TEXT,
        "urgency": {"enum": list(URGENCY), "description": str(URGENCY)},
        "urgency_words": {"enum": list(URGENCY.values())},
        "chance": SHARE,
        "missing": HPOS,
        "findings": _list(TEXT, "the names of what is missing"),
        "condition": TEXT,
        "source": SOURCE,
    }
)
COMMON = _object(
    {
        "rank": {"type": "integer", "minimum": 1},
        "id": TEXT,
        "name": TEXT,
        "name_zh": TEXT,
        "icd10": TEXT,
        "probability": SHARE,
        "prior": SHARE,
        "score": NUMBER,
        "supporting": _list(STATEMENT),
        "opposing": _list(STATEMENT),
        "missing": _list(STATEMENT, "typical, and nobody mentioned it"),
        "prior_source": SOURCE,
        "label": {"const": "common"},
    }
)
RARE = _object(
    {
        "rank": {"type": "integer", "minimum": 1},
        "id": TEXT,
        "name": TEXT,
        "score": {"type": "number", "description": "no probability"},
        "reranked": MAYBE_NUMBER,
        "supporting": _list(STATEMENT),
        "opposing": _list(STATEMENT),
        "label": {"const": "rare"},
    }
)
TEST = _object({"test": TEXT, "why": TEXT, "conditions": TEXTS, "source": SOURCE})
ANSWER = _object(
    {
        "probability": SHARE,
        "top": _list(_object({"id": TEXT, "probability": SHARE})),
        "other": SHARE,
    }
)
QUESTION = _object(
    {
        "kind": {"enum": ["informative", "safety"]},
        "hpo_id": HPO,
        "name": TEXT,
        "text": TEXT,
        "text_zh": TEXT,
        "gain": {"type": "number", "minimum": 0, "description": "bits"},
        "yes": ANSWER,
        "no": ANSWER,
        "why": _list(_object({"flag": TEXT, "action": TEXT})),
    }
)
SCHEMA = _object(
    {
        "schema": {"const": 1, "description": "changes when a field changes or goes away"},
        "patient": _object(
            {
                "age": MAYBE_NUMBER,
                "sex": {"enum": [*SEXES, None]},
                "setting": {"enum": list(SETTINGS)},
            }
        ),
        "language": {"enum": ["en", "zh", "other", "ids"]},
        "findings": _list(FINDING),
        "measurements": _list(MEASUREMENT),
        "not_understood": _list(NOT_UNDERSTOOD),
        "ignored": _list(
            _object({"start": PLACE, "end": PLACE, "text": TEXT}),
            "words that give orders to a program; they were not read",
        ),
        "used": _object({"present": HPOS, "absent": HPOS, "overruled": HPOS}),
        "unsure": {"type": "string", "description": 'why the answer is "I don\'t know", or ""'},
        "doubts": _list(_object({"code": TEXT, "reason": TEXT, "decisive": {"type": "boolean"}})),
        "red_flags": _list(RED_FLAG, "the most urgent first"),
        "flag_chance": {**SHARE, "description": "that one more urgent flag would be complete"},
        "suspected_flags": _list(SUSPECTED_FLAG, "incomplete flags that may well be complete"),
        "common": _list(COMMON),
        "other": {**SHARE, "description": "the probability of something not in the table"},
        "rare": _list(RARE),
        "tests": _list(TEST),
        "questions": _list(QUESTION),
        "safety_questions": _list(QUESTION),
        "versions": _object({"hpo": TEXT, "rare": TEXT, "common": TEXT}),
        "disclaimer": TEXT,
    },
    **{"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Assessment"},
)

# -- medai diagnose --json ----------------------------------------------------------------------

LINKED = _object({**_FINDING, "status": {"enum": ["present", "excluded", "uncertain"]}})
RANKED = _object(
    {
        "rank": {"type": "integer", "minimum": 1},
        "disease_id": TEXT,
        "name": TEXT,
        "score": {"type": "number", "description": "no probability"},
        "explanation": {"type": "object", "required": ["supporting", "opposing", "silent"]},
    }
)
PART = _object(
    {
        "text": {"type": "string", "description": "one sentence with its citations"},
        "facts": _list({"type": "integer", "minimum": 1}, "the numbers that it cites"),
        "by": {"enum": ["model", "template"]},
        "why": {"type": "string", "description": 'why it is the template\'s, or ""'},
        "said": {"type": "string", "description": 'what the model said, or ""'},
    }
)
COUNT = {"type": "integer", "minimum": 0}
EXPLANATION = {
    **_object(
        {
            "language": {"enum": ["en", "zh"]},
            "model": {"type": ["string", "null"], "description": "null where none is asked"},
            "text": {"type": "string", "description": "the whole: a paragraph for each subject"},
            "parts": _list(PART, "the sentences in order"),
            "sources": _list(TEXT, "one line for each number"),
            "asked": {**COUNT, "description": "sentences that the model was asked for"},
            "fell_back": {**COUNT, "description": "of these, refused by the coverage check"},
        }
    ),
    "type": ["object", "null"],
    "description": "only with --llm; null when nothing is present",
}
OUTPUT = _object(
    {
        "schema": {"const": 1, "description": "changes when a field changes or goes away"},
        "ontology": _object({"hpo": TEXT, "annotations": TEXT}),
        "findings": _object(
            {
                **{name: _list(LINKED) for name in ("present", "excluded", "uncertain")},
                **{name: _list(LINKED) for name in ("family", "history")},
                "measurements": _list(MEASUREMENT),
                "unrecognised": _list(NOT_UNDERSTOOD),
                "contradictory": _list(HPO, "stated both as present and as excluded"),
            }
        ),
        "used": _object(
            {"present": HPOS, "excluded": HPOS, "overruled": HPOS},
            description="by the rare ranking",
        ),
        "ranking": _list(RANKED, "rare diseases, best first"),
        "notes": _list(TEXT, "what a reader must be told"),
        "assessment": {k: v for k, v in SCHEMA.items() if k != "$schema"},
        "explanation": EXPLANATION,
    },
    optional=("explanation",),
    **{
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "medai diagnose --json",
    },
)
