"""The JSON Schema (draft 2020-12) of what :meth:`Assessment.to_dict` returns."""

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
FINDING = _object(
    {
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
)
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
