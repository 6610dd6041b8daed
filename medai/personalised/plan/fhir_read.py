"""A FHIR R4 Bundle of one patient, read into :class:`~medai.personalised.plan.patient.Patient`.

Read are Patient, Condition, MedicationStatement, MedicationRequest, AllergyIntolerance,
Observation (measurements, genotypes, smoking, pregnancy) and FamilyMemberHistory.  What is
refuted, entered in error, resolved or belongs to somebody else is never read, and everything that
was not read is listed with its reason.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from medai.personalised.plan.dates import day_of
from medai.personalised.plan.fhir_terms import (
    AGE,
    ANSWERS,
    COMPLAINT,
    GENE_STUDIED,
    GENOTYPE,
    GESTATION,
    GONE,
    LOINC,
    MEDICINE_STATUS,
    MOST_ENTRIES,
    NO_ALLERGY,
    NOT_SO,
    RESULTS,
    STATUSES,
    WEEKS,
    YEARS,
    codes,
    kind,
    load_resources,
    quantity_of,
    words,
)
from medai.personalised.plan.patient import LONGEST, Patient, read_patient
from medai.runtime.errors import MedaiError


@dataclass(frozen=True)
class Unread:
    """A resource that was not read, and why."""

    resource: str
    reason: str


def from_bundle(
    data: Mapping[str, Any], on: datetime.date | None = None
) -> tuple[Patient, tuple[Unread, ...]]:
    """Read a patient from a Bundle; return with it what was left out.

    Parameters
    ----------
    data : mapping
        A FHIR R4 Bundle with exactly one Patient, as parsed JSON.
    on : date, optional
        The day on which the age counts; by default the Bundle's timestamp, else today.

    Raises
    ------
    MedaiError
        When it is no valid Bundle, or holds no or several patients.

    Examples
    --------
    >>> from medai.personalised.plan.fhir_write import to_bundle
    >>> from_bundle(to_bundle(read_patient({"medicines": "codeine"})))[0].medicines
    (Medicine(name='codeine', status='taking'),)
    """
    bundle_class = load_resources()
    from pydantic import ValidationError

    try:
        bundle = bundle_class.model_validate(dict(data))
    except (ValidationError, ValueError, TypeError) as error:
        first = str(error).splitlines()
        raise MedaiError(
            "This is no valid FHIR R4 Bundle: " + " ".join(first[:3])[:300] + ". "
            "Validate it where it was made, and send it again."
        ) from None
    stamp = bundle.timestamp.date() if bundle.timestamp else None
    entries = [(one.fullUrl, one.resource) for one in bundle.entry or () if one.resource]
    return read_entries(entries, on or stamp)


def read_entries(
    entries: list[tuple[str | None, Any]], on: datetime.date | None
) -> tuple[Patient, tuple[Unread, ...]]:
    """Read a patient from validated resources, each with its address or None."""
    if len(entries) > MOST_ENTRIES:
        raise MedaiError(
            f"The Bundle has {len(entries)} entries; at most {MOST_ENTRIES} are read. "
            "Send the part of the record that the plan is about."
        )
    patients = [pair for pair in entries if kind(pair[1]) == "Patient"]
    if len(patients) != 1:
        raise MedaiError(
            f"The Bundle holds {len(patients)} patients: a plan is for exactly one. "
            "Send one Bundle for each patient."
        )
    reader = _Reader(*patients[0], on or datetime.date.today())
    reader.medicines_by_id(entries)
    for _, resource in entries:
        reader.read(resource)
    patient = reader.patient()
    return patient, tuple(reader.unread)


class _Reader:
    """Collects the fields of one patient."""

    def __init__(self, url: str | None, person: Any, on: datetime.date) -> None:
        self.person, self.on = person, on
        self.fields: dict[str, Any] = {
            name: [] for name in
            ("medicines", "conditions", "measurements", "family_history")
        }  # fmt: skip
        self.fields["genes"], self.fields["notes"] = {}, []
        self.unread: list[Unread] = []
        self.names = {name for name in (url, f"Patient/{person.id}") if name}
        self.medications: dict[str, str] = {}
        self._who()

    def medicines_by_id(self, entries: list[tuple[str | None, Any]]) -> None:
        """Remember Medication resources, which statements refer to."""
        for url, resource in entries:
            if kind(resource) == "Medication":
                for name in (url, f"Medication/{resource.id}"):
                    self.medications[str(name)] = words(resource.code)

    def leave(self, resource: Any, reason: str) -> None:
        self.unread.append(Unread(f"{kind(resource)}/{resource.id or '?'}", reason))

    def _who(self) -> None:
        person = self.person
        if person.gender in ("female", "male"):
            self.fields["sex"] = person.gender
        elif person.gender:
            self.leave(person, f"gender is {person.gender}: rules that need a sex are not used")
        born = person.birthDate
        if born is not None and not isinstance(born, datetime.date):
            self.leave(person, f"birthDate {born} is no whole date: the age is not known")
            born = None
        if born is not None and born > self.on:
            raise MedaiError(f"birthDate {born} is after {self.on}: correct one of the two.")
        if born is not None:
            before = (self.on.month, self.on.day) < (born.month, born.day)
            self.fields["age_years"] = self.on.year - born.year - before
        for name in person.name or ():
            parts = [*(name.given or ()), name.family or ""]
            self.fields["name"] = (name.text or " ".join(parts)).strip()[:100] or None
            break

    def read(self, resource: Any) -> None:
        """Read one resource, or note why not."""
        name = kind(resource)
        if name in ("Patient", "Medication"):
            return
        method = getattr(self, f"_{name.lower()}", None)
        if method is None:
            return self.leave(resource, "this kind of resource is not read")
        about = getattr(resource, "subject", None) or getattr(resource, "patient", None)
        if about is None or about.reference not in self.names:
            return self.leave(resource, "it does not refer to this patient")
        reason = method(resource)
        if reason:
            self.leave(resource, reason)

    def _condition(self, one: Any) -> str:
        if codes(one.verificationStatus) & NOT_SO:
            return "refuted or entered in error"
        if codes(one.verificationStatus) & {"unconfirmed", "provisional", "differential"}:
            return "not confirmed"
        if codes(one.clinicalStatus) & GONE:
            return "no longer active"
        return self._add("conditions", words(one.code))

    def _add(self, field: str, text: str, value: Any = None) -> str:
        if not text:
            return "it has neither text nor display"
        self.fields[field].append(text if value is None else value)
        return ""

    def _medicine(self, one: Any, status: str) -> str:
        name = words(one.medicationCodeableConcept)
        reference = one.medicationReference
        if not name and reference is not None:
            name = self.medications.get(str(reference.reference), "")
        return self._add("medicines", name, {"name": name, "status": status})

    def _medicationstatement(self, one: Any) -> str:
        status = MEDICINE_STATUS.get(one.status)
        return self._medicine(one, status) if status else f"its status is {one.status}"

    def _medicationrequest(self, one: Any) -> str:
        status = MEDICINE_STATUS.get(one.status)
        if status == "taking" and one.intent in ("proposal", "plan"):
            status = "planned"
        if one.doNotPerform:
            return "it says that the medicine is not to be given"
        return self._medicine(one, status) if status else f"its status is {one.status}"

    def _allergyintolerance(self, one: Any) -> str:
        if codes(one.verificationStatus) & NOT_SO:
            return "refuted or entered in error"
        if codes(one.clinicalStatus) & GONE:
            return "no longer active"
        rows = self.fields.setdefault("allergies", [])
        if NO_ALLERGY in codes(one.code):
            return "no known allergy, beside an allergy" if rows else ""
        found = [words(what) for each in one.reaction or () for what in each.manifestation]
        text = words(one.code)
        reaction = "; ".join(part for part in found if part)[:300] or None
        return self._add("allergies", text, {"substance": text, "reaction": reaction})

    def _familymemberhistory(self, one: Any) -> str:
        found = [words(each.code) for each in one.condition or ()]
        for text in found:
            self._add("family_history", text)
        return "" if any(found) else "it names no condition"

    def _observation(self, one: Any) -> str:
        if one.status not in RESULTS:
            return f"its status is {one.status}"
        loinc = codes(one.code, LOINC)
        if GENOTYPE in loinc:
            return self._genotype(one)
        if COMPLAINT in loinc:
            return self._add("notes", one.valueString or "")
        for code in loinc & set(STATUSES):
            return self._status(one, STATUSES[code])
        if AGE in loinc:
            return self._amount(one, "age_years", YEARS)
        if GESTATION in loinc:
            return self._amount(one, "pregnancy_weeks", WEEKS)
        parts = [each for each in one.component or () if each.valueQuantity is not None]
        if one.valueQuantity is None and not parts:
            return "it has no number"
        reasons = [self._measured(each, one) for each in (parts if parts else [one])]
        return "; ".join(reason for reason in reasons if reason)

    def _measured(self, one: Any, whole: Any) -> str:
        quantity = one.valueQuantity
        unit = quantity.code or quantity.unit
        if quantity.value is None or not unit:
            return "its number or its unit is missing"
        if quantity.comparator:
            return f"its value is given as {quantity.comparator} {quantity.value}, no number"
        name = quantity_of(codes(one.code, LOINC)) or words(one.code)
        when = day_of(whole, self.on)
        value = {"name": name, "value": float(quantity.value), "unit": unit, "date": when}
        return self._add("measurements", name, value)

    def _genotype(self, one: Any) -> str:
        text = one.valueString or words(one.valueCodeableConcept)
        genes = [
            words(part.valueCodeableConcept)
            for part in one.component or ()
            if GENE_STUDIED in codes(part.code, LOINC)
        ]
        if not text or len(genes) != 1 or not genes[0]:
            return "a genotype needs its text and exactly one gene studied"
        if self.fields["genes"].get(genes[0], text) != text:
            raise MedaiError(
                f"{genes[0]} has two genotypes, {self.fields['genes'][genes[0]]} and {text}: "
                "say which one is right."
            )
        self.fields["genes"][genes[0]] = text
        return ""

    def _amount(self, one: Any, field: str, units: set[str]) -> str:
        quantity = one.valueQuantity
        if quantity is None or quantity.value is None or quantity.comparator:
            return "it has no number"
        if (quantity.code or quantity.unit) not in units:
            return f"its unit is {quantity.code or quantity.unit}, not {sorted(units)[0]}"
        self.fields.setdefault(field, float(quantity.value))
        return ""

    def _status(self, one: Any, field: str) -> str:
        answer = codes(one.valueCodeableConcept)
        true, false = ANSWERS.get(field, (set(), set()))
        yes = bool(answer & true) or one.valueBoolean is True
        no = bool(answer & false) or one.valueBoolean is False
        if yes == no:
            return f"{field}: its answer is not known here"
        if self.fields.get(field, yes) != yes:
            self.fields[field] = None  # stays: a third answer does not decide either
            return f"{field}: two answers contradict each other, none is used"
        self.fields[field] = yes
        return ""

    def patient(self) -> Patient:
        """Return what was collected."""
        notes = self.fields.pop("notes")
        if len("\n".join(notes)) > LONGEST:
            self.leave(self.person, f"complaints are cut after {LONGEST} characters")
        return read_patient({**self.fields, "complaints": "\n".join(notes)[:LONGEST]})
