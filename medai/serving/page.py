"""The page at ``/`` that lets a person try the service; it is there in development only.

A browser has no key to sign with, so in production the page could call nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse, JSONResponse

from medai.datasets.plan_patients import plan_patients
from medai.serving import examples
from medai.serving.problems import Refusal

STATIC = Path(__file__).with_name("static")
SHOWN = (12, 14, 25, 24, 17, 21, 15, 13, 22, 30)  # of data/plan_patients
MORE = ("codeine", "ibuprofen", "clarithromycin", "amoxicillin", "simvastatin", "paracetamol")
MOST_ORDERS = 10

router = APIRouter(tags=["page"], include_in_schema=False)


@router.get("/")
async def page() -> FileResponse:
    """Return the page."""
    return FileResponse(STATIC / "try.html", media_type="text/html; charset=utf-8")


@router.get("/try.{kind}")
async def part(kind: Literal["css", "js"]) -> FileResponse:
    """Return its style or its script."""
    media = {"css": "text/css", "js": "text/javascript"}[kind]
    return FileResponse(STATIC / f"try.{kind}", media_type=f"{media}; charset=utf-8")


@router.get("/try/patients")
async def patients() -> JSONResponse:
    """Return the fictional patients, what their record holds, and medicines to order."""
    people = []
    for number in SHOWN:
        one = _patient(number)
        planned = _planned(one)
        age, sex = one.get("age_years"), one.get("sex")
        people.append(
            {
                "id": number,
                "label": f"{one['name']}, {age:g} years, {sex}",
                "facts": facts(one),
                "order": "; ".join(planned) or MORE[0],
            }
        )
    orders = sorted({*MORE, *(name for n in SHOWN for name in _planned(_patient(n)))})
    return JSONResponse({"patients": people, "orders": orders})


@router.get("/try/request")
async def request(
    patient: int,
    hook: Literal["patient-view", "order-select", "order-sign"],
    orders: Annotated[str, Query(max_length=500)] = "",
) -> JSONResponse:
    """Return the body of a hook call, with the patient's record as FHIR resources."""
    if patient not in SHOWN:
        raise Refusal(404, "unknown_patient", "There is no such patient on this page.")
    names = tuple(part.strip() for part in orders.split(";") if part.strip())
    if hook != "patient-view" and not names:
        raise Refusal(422, "no_order", "Write the medicine that is ordered.")
    if len(names) > MOST_ORDERS:
        raise Refusal(422, "too_many_orders", f"Write at most {MOST_ORDERS} medicines.")
    fields = {key: value for key, value in _patient(patient).items() if key != "answers"}
    return JSONResponse(examples.hook_request(hook, fields, names))


def facts(one: dict[str, Any]) -> str:
    """Return what a record holds, in a line."""
    taken = [m if isinstance(m, str) else m["name"] for m in one.get("medicines", [])]
    planned = _planned(one)
    genes = [f"{gene} {alleles}" for gene, alleles in one.get("genes", {}).items()]
    values = [f"{m['name']} {m['value']:g} {m['unit']}" for m in one.get("measurements", [])]
    listed = one.get("allergies")
    parts = {
        "Takes": [name for name in taken if name not in planned],
        "Genes": genes,
        "Values": values,
        "Allergies": [a if isinstance(a, str) else a["substance"] for a in listed or []],
    }
    known = [f"{title}: {', '.join(rows)}." for title, rows in parts.items() if rows]
    return " ".join(known) or "Nothing else is recorded."


def _patient(number: int) -> dict[str, Any]:
    return dict(next(one.patient for one in plan_patients() if one.id == number))


def _planned(one: dict[str, Any]) -> list[str]:
    listed = one.get("medicines", [])
    return [m["name"] for m in listed if isinstance(m, dict) and m.get("status") == "planned"]
