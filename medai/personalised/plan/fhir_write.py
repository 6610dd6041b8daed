"""A :class:`~medai.personalised.plan.patient.Patient` as a FHIR R4 Bundle.

What :func:`~medai.personalised.plan.fhir_read.from_bundle` reads back, field by field; only
``answers`` have no place: they are inputs of scores, not facts to hand on.
"""

from __future__ import annotations

import json
from typing import Any

from medai.personalised.plan.fhir_terms import (
    AGE,
    BREASTFEEDING,
    COMPLAINT,
    GENE_STUDIED,
    GENOTYPE,
    GESTATION,
    LOINC,
    NO_ALLERGY,
    PREGNANCY,
    SMOKING,
    SNOMED,
    load_resources,
)
from medai.personalised.plan.measures import find_quantity, find_unit
from medai.personalised.plan.patient import Measurement, Patient

ME = {"reference": "Patient/patient"}
UCUM = "http://unitsofmeasure.org"
CLINICAL = "http://terminology.hl7.org/CodeSystem/"
STATUS = {"taking": "active", "planned": "intended", "stopped": "stopped"}


def to_bundle(patient: Patient) -> dict[str, Any]:
    """Return the patient as a valid FHIR R4 Bundle of type ``collection``, JSON-ready.

    Raises
    ------
    MedaiError
        When ``fhir.resources`` is not installed.

    Examples
    --------
    >>> from medai.personalised.plan.fhir_write import to_bundle
    >>> from medai.personalised.plan.patient import read_patient
    >>> bundle = to_bundle(read_patient({"age_years": 71, "medicines": "codeine"}))
    >>> [one["resource"]["resourceType"] for one in bundle["entry"]]
    ['Patient', 'MedicationStatement', 'Observation']
    """
    bundle_class = load_resources()
    resources = [_person(patient), *_lists(patient), *_observations(patient)]
    counts: dict[str, int] = {}
    for one in resources:
        name = one["resourceType"]
        counts[name] = counts.get(name, 0) + 1
        one.setdefault("id", f"{name.lower()}-{counts[name]}")
    entries = [{"resource": one} for one in resources]
    bundle = bundle_class.model_validate(
        {"resourceType": "Bundle", "type": "collection", "entry": entries}
    )
    return json.loads(bundle.model_dump_json(exclude_none=True))


def _person(patient: Patient) -> dict[str, Any]:
    found: dict[str, Any] = {"resourceType": "Patient", "id": "patient"}
    if patient.sex:
        found["gender"] = patient.sex
    if patient.name:
        found["name"] = [{"text": patient.name}]
    return found


def _lists(patient: Patient) -> list[dict[str, Any]]:
    """Return conditions, medicines, allergies and the family's conditions."""
    active = {"coding": [{"system": CLINICAL + "condition-clinical", "code": "active"}]}
    found: list[dict[str, Any]] = [
        {"resourceType": "Condition", "subject": ME, "clinicalStatus": active,
         "code": {"text": text}}
        for text in patient.conditions
    ]  # fmt: skip
    found += [
        {"resourceType": "MedicationStatement", "subject": ME, "status": STATUS[one.status],
         "medicationCodeableConcept": {"text": one.name}}
        for one in patient.medicines
    ]  # fmt: skip
    if patient.allergies == ():
        none = {"coding": [{"system": SNOMED, "code": NO_ALLERGY}], "text": "No known allergy"}
        found.append({"resourceType": "AllergyIntolerance", "patient": ME, "code": none})
    for one in patient.allergies or ():
        row: dict[str, Any] = {
            "resourceType": "AllergyIntolerance", "patient": ME, "code": {"text": one.substance}
        }  # fmt: skip
        if one.reaction:
            row["reaction"] = [{"manifestation": [{"text": one.reaction}]}]
        found.append(row)
    relation = {"coding": [{"system": CLINICAL + "v3-RoleCode", "code": "FAMMEMB"}]}
    found += [
        {"resourceType": "FamilyMemberHistory", "patient": ME, "status": "completed",
         "relationship": relation, "condition": [{"code": {"text": text}}]}
        for text in patient.family_history
    ]  # fmt: skip
    return found


def _coded(code: str, text: str = "") -> dict[str, Any]:
    concept: dict[str, Any] = {"coding": [{"system": LOINC, "code": code}]} if code else {}
    return {**concept, "text": text} if text else concept


def _observation(code: dict[str, Any], **values: Any) -> dict[str, Any]:
    return {"resourceType": "Observation", "status": "final", "subject": ME, "code": code,
            **values}  # fmt: skip


def _observations(patient: Patient) -> list[dict[str, Any]]:
    """Return measurements, genotypes, states and complaints."""
    found = [_measured(one) for one in patient.measurements]
    for gene, diplotype in patient.genes.items():
        studied = {"code": _coded(GENE_STUDIED), "valueCodeableConcept": {"text": gene}}
        found.append(_observation(_coded(GENOTYPE), valueString=diplotype, component=[studied]))
    states = ((SMOKING, patient.smoker), (PREGNANCY, patient.pregnant),
              (BREASTFEEDING, patient.breastfeeding))  # fmt: skip
    found += [
        _observation(_coded(code), valueBoolean=value) for code, value in states
        if value is not None
    ]  # fmt: skip
    amounts = ((AGE, patient.age_years, "a"), (GESTATION, patient.pregnancy_weeks, "wk"))
    found += [
        _observation(_coded(code), valueQuantity={"value": value, "system": UCUM, "code": unit})
        for code, value, unit in amounts
        if value is not None
    ]
    if patient.complaints:
        found.append(_observation(_coded(COMPLAINT), valueString=patient.complaints))
    return found


def _measured(one: Measurement) -> dict[str, Any]:
    """Return a measurement, with the LOINC code of its quantity and unit if it is known."""
    quantity = find_quantity(one.name)
    unit = find_unit(quantity, one.unit) if quantity else None
    found = _observation(
        _coded(unit.loinc if unit else "", one.name),
        valueQuantity={"value": one.value, "unit": one.unit},
    )
    if one.date is not None:
        found["effectiveDateTime"] = one.date.isoformat()
    return found
