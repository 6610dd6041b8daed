"""FHIR R4 resources of one patient that come without a Bundle around them."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Mapping, Sequence
from typing import Any

from medai.personalised.plan.fhir_read import Unread, from_bundle, read_entries
from medai.personalised.plan.fhir_terms import load_resources
from medai.personalised.plan.patient import Patient


@functools.cache
def resource_class(name: str) -> type:
    """Return the class of a resource of R4; ValueError for a name that FHIR has not."""
    load_resources()
    from fhir.resources.R4B import get_fhir_model_class

    return get_fhir_model_class(name)


def from_resources(
    resources: Sequence[Mapping[str, Any]], on: datetime.date | None = None
) -> tuple[Patient, tuple[Unread, ...]]:
    """Read a patient from resources, as from a Bundle that holds them and nothing else.

    Each resource is validated by its own class.  In a Bundle fhir.resources would look for the
    class of each entry anew, and validate the entry too: that takes half as long again.

    Parameters
    ----------
    resources : sequence of mapping
        FHIR R4 resources as parsed JSON, among them exactly one Patient.
    on : date, optional
        The day on which the age counts; by default today.

    Returns
    -------
    Patient, tuple of Unread
        As :func:`~medai.personalised.plan.fhir_read.from_bundle` returns them.

    Raises
    ------
    MedaiError
        When one is no valid resource, or there are no or several patients.
    """
    try:
        valid = [
            (None, resource_class(one["resourceType"]).model_validate(dict(one)))
            for one in resources
        ]
    except (ValueError, TypeError, LookupError):  # pydantic's errors are ValueErrors
        rows = [{"resource": one} for one in resources]
        bundle = {"resourceType": "Bundle", "type": "collection", "entry": rows}
        return from_bundle(bundle, on)  # refuses it too, and says in which entry and where
    return read_entries(valid, on)
