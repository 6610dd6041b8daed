"""What each service asks the client to fetch before it calls, and what came of it.

This service never calls a FHIR server, not even where the client hands over an address and a
token: what it looks at is exactly what it was sent.  Data it cannot do without and was not sent
is answered by 412, as CDS Hooks 2.0 has it.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import Any

from medai.datasets.plan import quantities
from medai.personalised.plan.fhir_terms import (
    AGE,
    BREASTFEEDING,
    COMPLAINT,
    GENOTYPE,
    GESTATION,
    MOST_ENTRIES,
    PREGNANCY,
    SMOKING,
)
from medai.serving.problems import Refusal

OF = "patient={{context.patientId}}"
REQUIRED = {
    "patient-view": ("patient",),
    "order-select": ("patient", "medications"),
    "order-sign": ("patient", "medications"),
}


@functools.cache
def templates() -> dict[str, str]:
    """Return the prefetch templates, by key: the same for every service."""
    codes = {code for one in quantities().values() for unit in one.units for code in unit.loincs}
    codes |= {SMOKING, PREGNANCY, BREASTFEEDING, GESTATION, AGE, COMPLAINT}
    return {
        "patient": "Patient/{{context.patientId}}",
        "medications": f"MedicationRequest?{OF}&status=active,on-hold",
        "statements": f"MedicationStatement?{OF}&status=active,on-hold",
        "allergies": f"AllergyIntolerance?{OF}",
        "conditions": f"Condition?{OF}&clinical-status=active",
        "genes": f"Observation?{OF}&code={GENOTYPE}",
        "observations": f"Observation?{OF}&code={','.join(sorted(codes))}",
    }


def not_sent(prefetch: Mapping[str, Any]) -> list[str]:
    """Return the keys that the client left out; null counts as sent: there was nothing."""
    return [key for key in templates() if key not in prefetch]


def check_required(hook: str, prefetch: Mapping[str, Any]) -> None:
    """Refuse with 412 when the hook's data were not sent.

    Raises
    ------
    Refusal
        412 when a required key is missing, the patient is null, a search has further pages, or
        the client itself was refused some of it (an OperationOutcome, or fewer than ``total``).

    Examples
    --------
    >>> from medai.serving.prefetch import check_required
    >>> check_required("patient-view", {})
    Traceback (most recent call last):
        ...
    medai.serving.problems.Refusal: Prefetch lacks patient. Send the data of the templates that the
    discovery lists: this service fetches nothing from a FHIR server itself.
    """
    missing = [key for key in REQUIRED[hook] if key not in prefetch]
    if "patient" not in missing and not prefetch["patient"]:
        missing.append("patient")
    if missing:
        raise Refusal(
            412,
            "missing_prefetch",
            f"Prefetch lacks {', '.join(missing)}. Send the data of the templates that the "
            "discovery lists: this service fetches nothing from a FHIR server itself.",
        )
    for key in templates():
        links = (prefetch.get(key) or {}).get("link")
        links = links if isinstance(links, list) else []
        if any(isinstance(one, dict) and one.get("relation") == "next" for one in links):
            raise Refusal(
                412,
                "incomplete_prefetch",
                f"Prefetch {key} is only the first page of a search. Send all of it at once.",
            )
        if prefetch.get(key) and _failed(prefetch[key]):
            raise Refusal(
                412,
                "incomplete_prefetch",
                f"Prefetch {key} is the word of a search that failed, or holds fewer resources "
                "than its total. Send all of it, or null when there is nothing.",
            )


def _failed(value: Mapping[str, Any]) -> bool:
    """Return whether the client's own search failed, or kept something back."""
    if value.get("resourceType") == "OperationOutcome":
        return True
    rows = value.get("entry") or []
    rows = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    found = [row["resource"] for row in rows if isinstance(row.get("resource"), dict)]
    total = value.get("total")
    for one in found:
        issues = one.get("issue")
        levels = [i.get("severity") for i in issues or () if isinstance(i, dict)]
        if one.get("resourceType") == "OperationOutcome" and {"error", "fatal"} & set(levels):
            return True
    matches = sum(one.get("resourceType") != "OperationOutcome" for one in found)
    return isinstance(total, int) and total > matches


def resources(prefetch: Mapping[str, Any]) -> Iterator[tuple[str | None, dict[str, Any]]]:
    """Yield ``(fullUrl, resource)`` of all known keys, in their order, each resource once.

    Raises
    ------
    Refusal
        422 for something that is no FHIR resource, or for too many of them.
    """
    seen: set[tuple[str, str]] = set()
    count = 0
    for key in templates():
        value = prefetch.get(key)
        if value is None:
            continue
        for url, one in entries(value, f"prefetch.{key}"):
            count += 1
            if count > MOST_ENTRIES:
                raise Refusal(
                    422,
                    "too_many_resources",
                    f"More than {MOST_ENTRIES} resources were sent: send fewer.",
                )
            name = (str(one["resourceType"]), str(one.get("id")))
            if one.get("id") is None or name not in seen:
                seen.add(name)
                yield url, one


def entries(value: Any, where: str) -> Iterator[tuple[str | None, dict[str, Any]]]:
    """Yield the resources of a Bundle, or the one resource itself."""
    if not isinstance(value, dict) or not isinstance(value.get("resourceType"), str):
        raise Refusal(422, "no_fhir", f"{where} is no FHIR resource: it has no resourceType.")
    if value["resourceType"] != "Bundle":
        yield None, value
        return
    rows = value.get("entry", [])
    if not isinstance(rows, list):
        raise Refusal(422, "no_fhir", f"{where}.entry must be a list.")
    for number, row in enumerate(rows):
        one = row.get("resource") if isinstance(row, dict) else None
        if not isinstance(one, dict) or not isinstance(one.get("resourceType"), str):
            raise Refusal(
                422, "no_fhir", f"{where}.entry.{number} holds no FHIR resource with its type."
            )
        url = row.get("fullUrl")
        yield (url if isinstance(url, str) else None), one
