"""Codes of FHIR and LOINC that a plan reads and writes, and small helpers.

The codes were read in the sources of ``data/plan/sources.csv``.
"""

from __future__ import annotations

from typing import Any

from medai.datasets.plan import quantities
from medai.runtime.errors import MedaiError

LOINC, SNOMED = "http://loinc.org", "http://snomed.info/sct"
NO_ALLERGY = "716186003"
GENOTYPE, GENE_STUDIED = "84413-4", "48018-6"  # Genomics Reporting guide, STU 2
SMOKING, PREGNANCY, BREASTFEEDING = "72166-2", "82810-3", "63895-7"
AGE, GESTATION, COMPLAINT = "30525-0", "18185-9", "10154-3"
STATUSES = {SMOKING: "smoker", PREGNANCY: "pregnant", BREASTFEEDING: "breastfeeding"}
YEARS, WEEKS = {"a", "yr", "years", "year"}, {"wk", "weeks", "week"}
ANSWERS = {  # SNOMED CT and LOINC answers: what means yes, what means no
    "smoker": ({"449868002", "428041000124106", "77176002"}, {"266919005", "8517006"}),
    "pregnant": ({"LA15173-0", "77386006"}, {"LA26683-5", "60001007"}),
}
#: R4 on a prescription and on a statement of a medicine: what is on-hold is halted for the time
#: being and *expected to continue*, what is stopped is not.  So it counts as planned: it is
#: checked against a new order as a medicine that is about to be given again.  (Code systems
#: medicationrequest-status and medication-statement-status, hl7.org, excerpts, 2026-11-23.)
MEDICINE_STATUS = {
    "active": "taking",
    "intended": "planned",
    "draft": "planned",
    "on-hold": "planned",
    "stopped": "stopped",
    "completed": "stopped",
}
GONE = {"resolved", "remission", "inactive"}
NOT_SO = {"refuted", "entered-in-error"}
RESULTS = {"final", "amended", "corrected", "preliminary"}
MOST_ENTRIES = 5_000


def load_resources() -> type:
    """Return the Bundle class of ``fhir.resources`` for R4.

    Raises
    ------
    MedaiError
        When the package is not installed.
    """
    try:
        from fhir.resources.R4B.bundle import Bundle
    except ImportError:
        raise MedaiError(
            "FHIR needs the package fhir.resources: pip install 'medai[fhir]'."
        ) from None
    return Bundle


def kind(resource: Any) -> str:
    """Return the type of a resource, e.g. ``Observation``."""
    return resource.get_resource_type()


def codes(concept: Any, system: str = "") -> set[str]:
    """Return the codes of a CodeableConcept, of one system if it is named."""
    found = (concept.coding or ()) if concept is not None else ()
    return {one.code for one in found if one.code and system in ("", one.system)}


def words(concept: Any) -> str:
    """Return the text of a CodeableConcept: its text, else a display, else a code."""
    if concept is None:
        return ""
    named = [one.display for one in concept.coding or () if one.display]
    return (concept.text or (named or sorted(codes(concept)) or [""])[0]).strip()[:300]


def quantity_of(found: set[str]) -> str:
    """Return the key of the quantity with one of these codes, or ""."""
    for key, one in quantities().items():
        if any(found.intersection(unit.loincs) for unit in one.units):
            return key
    return ""
