"""Small requests of fictional patients: for the OpenAPI page, the page at ``/``, and tests."""

from __future__ import annotations

import functools
from typing import Any

from medai.datasets.plan_patients import plan_patients

INSTANCE = "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"  # the specification's own example
PATIENT = "1288992"
USER = "Practitioner/example"


def bundle(*resources: dict[str, Any], kind: str = "searchset") -> dict[str, Any]:
    """Return a Bundle of resources."""
    rows = [{"resource": one} for one in resources]
    return {"resourceType": "Bundle", "type": kind, **({"entry": rows} if rows else {})}


def order(number: int, name: str, patient: str = PATIENT) -> dict[str, Any]:
    """Return a draft order for a medicine."""
    return {
        "resourceType": "MedicationRequest",
        "id": f"order-{number}",
        "status": "draft",
        "intent": "order",
        "medicationCodeableConcept": {"text": name},
        "subject": {"reference": f"Patient/{patient}"},
    }


@functools.lru_cache(maxsize=64)
def _patient(number: int) -> Any:
    return next(one for one in plan_patients() if one.id == number)


def prefetch_of(fields: dict[str, Any], patient: str = PATIENT) -> dict[str, Any]:
    """Return the prefetch of a patient: fields of the plan's patient as FHIR resources.

    Parameters
    ----------
    fields : dict
        Fields of :class:`medai.personalised.plan.Patient`; planned medicines are left out, since
        they come as draft orders.
    patient : str
        The FHIR id to use.
    """
    from medai.personalised.plan import read_patient
    from medai.personalised.plan.fhir_write import to_bundle

    read = read_patient(fields)
    taken = [one for one in read.medicines if one.status != "planned"]
    rows = to_bundle(read.model_copy(update={"medicines": tuple(taken)}))["entry"]
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        one = _renamed(row["resource"], patient)
        genotype = any(c.get("code") == "84413-4" for c in one.get("code", {}).get("coding", ()))
        found.setdefault("genes" if genotype else one["resourceType"], []).append(one)
    keys = {
        "medications": "MedicationRequest",
        "statements": "MedicationStatement",
        "allergies": "AllergyIntolerance",
        "conditions": "Condition",
        "genes": "genes",
        "observations": "Observation",
    }
    sent: dict[str, Any] = {"patient": found["Patient"][0]}
    for key, kind in keys.items():
        sent[key] = bundle(*found[kind]) if kind in found else None
    return sent


def _renamed(one: Any, patient: str) -> Any:
    """Return a resource with the id of the patient in it and in its references."""
    if isinstance(one, dict):
        new = {key: _renamed(value, patient) for key, value in one.items()}
        if one.get("resourceType") == "Patient":
            new["id"] = patient
        return new
    if isinstance(one, list):
        return [_renamed(each, patient) for each in one]
    return f"Patient/{patient}" if one == "Patient/patient" else one


def hook_request(
    hook: str, fields: dict[str, Any], orders: tuple[str, ...] = (), instance: str = INSTANCE
) -> dict[str, Any]:
    """Return the body of a hook call for a patient and orders; order-select selects the last.

    Parameters
    ----------
    hook : str
        ``patient-view``, ``order-select`` or ``order-sign``.
    fields : dict
        Fields of the plan's patient.
    orders : tuple of str
        Names of the ordered medicines.
    instance : str
        ``hookInstance``.

    Examples
    --------
    >>> from medai.serving.examples import hook_request
    >>> call = hook_request("order-select", {"sex": "female"}, ("codeine", "paroxetine"))
    >>> call["context"]["selections"], sorted(call["prefetch"])
    (['MedicationRequest/order-2'], ['allergies', 'conditions', 'genes', 'medications',
    'observations', 'patient', 'statements'])
    """
    context: dict[str, Any] = {"userId": USER, "patientId": PATIENT}
    if hook != "patient-view":
        drafts = [order(number, name) for number, name in enumerate(orders, 1)]
        context["draftOrders"] = bundle(*drafts, kind="collection")
    if hook == "order-select":
        context["selections"] = [f"MedicationRequest/order-{len(orders)}"]
    return {
        "hook": hook,
        "hookInstance": instance,
        "context": context,
        "prefetch": prefetch_of(fields),
    }


def patient_view() -> dict[str, Any]:
    """Return a patient-view call: metformin at an eGFR of 25."""
    return hook_request("patient-view", _patient(22).patient)


def order_select() -> dict[str, Any]:
    r"""Return an order-select call: codeine beside paroxetine, CYP2D6 \\*10/\\*10."""
    return hook_request("order-select", _patient(12).patient, ("codeine",))


def order_sign() -> dict[str, Any]:
    """Return an order-sign call: sildenafil beside a nitrate."""
    return hook_request("order-sign", _patient(17).patient, ("sildenafil",))


def feedback() -> dict[str, Any]:
    """Return feedback in the specification's form: one card accepted, one overridden."""
    return {
        "feedback": [
            {
                "card": "4e0a3a1e-3283-4575-ab82-028d55fe2719",
                "outcome": "accepted",
                "acceptedSuggestions": [{"id": "e56e1945-20b3-4393-8503-a1a20fd73152"}],
                "outcomeTimestamp": "2020-12-11T00:00:00Z",
            },
            {
                "card": "9368d37b-283f-44a0-93ea-547cebab93ed",
                "outcome": "overridden",
                "overrideReason": {
                    "reason": {"code": "monitored", "system": "urn:medai:override-reason"},
                    "userComment": "Potassium is measured daily.",
                },
                "outcomeTimestamp": "2020-12-11T00:00:00Z",
            },
        ]
    }
