"""FHIR R4 as a client sends it, made ready for :func:`medai.personalised.plan.fhir_read`.

Only the elements that the plan reads are kept, so that an oddity elsewhere in a resource (a
dosage, an extension, the narrative) neither costs time nor stops decision support.  An element
that *is* read and is wrong refuses the request.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from medai.personalised.plan import Patient, read_patient
from medai.personalised.plan.fhir_read import Unread
from medai.personalised.plan.fhir_resources import from_resources
from medai.runtime.errors import MedaiError
from medai.serving.names_in import disagreement, readable, words_of
from medai.serving.prefetch import entries, resources
from medai.serving.problems import Refusal

MEDICINE = ("status", "medicationCodeableConcept", "medicationReference", "subject")
READ = {
    "Patient": ("gender", "birthDate", "name"),
    "Condition": ("verificationStatus", "clinicalStatus", "code", "subject"),
    "Medication": ("code",),
    "MedicationStatement": MEDICINE,
    "MedicationRequest": (*MEDICINE, "intent", "doNotPerform"),
    "AllergyIntolerance": (
        *("verificationStatus", "clinicalStatus", "code", "patient", "reaction"),
    ),
    "Observation": (
        *("status", "code", "subject", "effectiveDateTime", "component"),
        *("effectiveInstant", "effectivePeriod", "issued"),
        *("valueQuantity", "valueCodeableConcept", "valueString", "valueBoolean"),
    ),
    "FamilyMemberHistory": ("status", "patient", "relationship", "condition"),
}
PARTS = {  # elements of elements that are kept
    "reaction": ("manifestation",),
    "component": ("code", "valueQuantity", "valueCodeableConcept", "valueString"),
    "condition": ("code",),
    "name": ("text", "given", "family"),
}
ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
NAMED = {  # where a resource names its medicine
    "Medication": "code",
    "MedicationStatement": "medicationCodeableConcept",
    "MedicationRequest": "medicationCodeableConcept",
}
NO_ORDER = ("cancelled", "entered-in-error", "stopped", "completed")


@dataclass(frozen=True)
class Order:
    """One order for a medicine.

    Attributes
    ----------
    reference
        ``MedicationRequest/103``; "" when the order has no id.
    names
        The medicines as written; several when a product lists its ingredients.
    """

    reference: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Record:
    """What was read of a request.

    Attributes
    ----------
    patient
        With the orders among its medicines, as planned.
    orders
        The orders for medicines.
    unread
        Resources that were not read, and why.
    unnamed
        Orders for medicines that name none.
    unclear
        Orders whose text and coding name different medicines, and what each says.
    """

    patient: Patient
    orders: tuple[Order, ...]
    unread: tuple[Unread, ...]
    unnamed: tuple[str, ...]
    unclear: Mapping[str, str]


def read_record(
    prefetch: Mapping[str, Any],
    patient_id: str,
    drafts: Mapping[str, Any] | None = None,
    server: str | None = None,
) -> Record:
    """Read the prefetched resources and the draft orders as one patient.

    Parameters
    ----------
    prefetch : mapping
        As sent.
    patient_id : str
        ``context.patientId``.
    drafts : mapping, optional
        ``context.draftOrders``, a Bundle.
    server : str, optional
        ``fhirServer``: an absolute reference must point there to be followed.

    Raises
    ------
    Refusal
        422 when a resource cannot be read, or an order or the Patient is another's.

    Examples
    --------
    >>> from medai.serving.examples import PATIENT, order_sign
    >>> from medai.serving.fhir_in import read_record
    >>> call = order_sign()
    >>> record = read_record(call["prefetch"], PATIENT, call["context"]["draftOrders"])
    >>> record.orders
    (Order(reference='MedicationRequest/order-1', names=('sildenafil',)),)
    """
    rows = [slim(url, one, server) for url, one in resources(prefetch)]
    kept = [row for row in rows if not isinstance(row, Unread)]
    unread = [row for row in rows if isinstance(row, Unread)]
    _check_patient(kept, patient_id)
    medications = {
        f"Medication/{one.get('id')}": one.get("code")
        for one in kept
        if one["resourceType"] == "Medication"
    }
    orders, unnamed, refs, unclear = [], [], set(), {}
    for _, draft in entries(drafts, "context.draftOrders") if drafts is not None else ():
        if draft["resourceType"] != "MedicationRequest":
            continue
        refs.add(reference_of(draft))
        one = slim(None, draft, server)
        if isinstance(one, Unread):
            unnamed.append(one.resource)
            continue
        if one.get("status") in NO_ORDER or one.get("doNotPerform") is True:
            continue
        _check_subject(one, patient_id)
        concept = _medicine(one, draft, medications)
        name, reference = words_of(concept), reference_of(draft)
        if said := disagreement(concept):
            unclear[reference or "an order without an id"] = said
        elif name:
            orders.append(Order(reference, readable(name)))
        else:
            unnamed.append(reference or "an order without an id")
    own = []
    for one in kept:
        if reference_of(one) and reference_of(one) in refs:
            continue
        said = disagreement(one.get(NAMED.get(one["resourceType"], "")))
        if said and one.get("status") not in NO_ORDER:
            unread.append(Unread(f"{one['resourceType']}/{one.get('id', '?')}", said))
        else:
            own.append(one)
    try:
        patient, left = from_resources(own)
        medicines = [
            {"name": name, "status": one.status}
            for one in patient.medicines
            for name in readable(one.name)
        ]
        medicines += [{"name": n, "status": "planned"} for one in orders for n in one.names]
        patient = read_patient({**patient.model_dump(), "medicines": medicines})
    except (MedaiError, ValueError) as error:
        raise Refusal(422, "unreadable_fhir", printable(error)) from error
    return Record(patient, tuple(orders), (*unread, *left), tuple(unnamed), unclear)


def slim(url: str | None, one: Mapping[str, Any], server: str | None) -> dict[str, Any] | Unread:
    """Return the elements that are read, with local references; or why nothing is read."""
    kind, name = one["resourceType"], f"{one['resourceType']}/{one.get('id', '?')}"
    if kind not in READ:
        return Unread(name, "this kind of resource is not read")
    if one.get("modifierExtension") or one.get("implicitRules"):
        return Unread(name, "it has an extension that may change its meaning")
    out: dict[str, Any] = {"resourceType": kind}
    if one.get("id") is not None:
        out["id"] = one["id"]
    for field in READ[kind]:
        if one.get(field) is None:
            continue
        value = one[field]
        if field in PARTS and isinstance(value, list):
            value = [_part(each, PARTS[field]) for each in value]
        elif field in ("subject", "patient", "medicationReference"):
            value = _local(value, server)
        out[field] = value
    return out


def _part(value: Any, fields: tuple[str, ...]) -> Any:
    if not isinstance(value, dict):
        return value
    return {field: value[field] for field in fields if value.get(field) is not None}


def _local(value: Any, server: str | None) -> Any:
    """Return a reference without the server's address, if it is the client's own, or a version."""
    text = value.get("reference") if isinstance(value, dict) else None
    if not isinstance(text, str):
        return {}
    base = server.rstrip("/") + "/" if server else None
    if base and text.startswith(base):
        text = text.removeprefix(base)
    if not urlsplit(text).scheme:
        text = text.partition("/_history/")[0]
    return {"reference": text}


def _check_patient(kept: list[dict[str, Any]], patient_id: str) -> None:
    """Refuse a record that is not of the patient in context."""
    found = [one.get("id") for one in kept if one["resourceType"] == "Patient"]
    if found != [patient_id]:
        raise Refusal(
            422,
            "wrong_patient",
            "prefetch.patient must be exactly one Patient, with the id context.patientId.",
        )


def reference_of(resource: Mapping[str, Any]) -> str:
    """Return ``Type/id``; "" when the resource has no id by FHIR's rules."""
    found = resource.get("id")
    if not isinstance(found, str) or not ID.fullmatch(found):
        return ""
    return f"{resource['resourceType']}/{found}"


def printable(error: Exception) -> str:
    """Return an error's words on one line, without signs that cannot be sent."""
    said = re.sub(r"\[type=\w+, input_value=.*", "", str(error)[:600], flags=re.DOTALL)
    text = "".join(c if c.isprintable() else " " for c in said)
    return " ".join(text.split())


def _check_subject(order: Mapping[str, Any], patient_id: str) -> None:
    subject = order.get("subject") or {}
    if subject.get("reference") != f"Patient/{patient_id}":
        raise Refusal(
            422,
            "wrong_patient",
            "An order has another subject than context.patientId. Send the orders of one patient.",
        )


def _medicine(one: Mapping[str, Any], draft: Mapping[str, Any], known: Mapping[str, Any]) -> Any:
    """Return the concept of an ordered medicine: its own, a contained or a prefetched one."""
    if words_of(one.get("medicationCodeableConcept")):
        return one["medicationCodeableConcept"]
    reference = (one.get("medicationReference") or {}).get("reference", "")
    inside = draft.get("contained")
    for each in inside if isinstance(inside, list) else []:
        if isinstance(each, dict) and reference == f"#{each.get('id')}":
            return each.get("code")
    return known.get(reference)
