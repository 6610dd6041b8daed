"""The three services: what a hook call answers.

``patient-view`` looks at the record, ``order-select`` at the selected drafts, ``order-sign`` at
all drafts.  The work is a plan (:func:`medai.personalised.plan.make_plan`): tables and formulas,
no language model, about a millisecond.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from medai.personalised.plan import Line, Plan, make_plan
from medai.runtime.errors import MedaiError
from medai.serving.cards import finding_card, shared_card
from medai.serving.fhir_in import Record, printable, read_record, reference_of
from medai.serving.findings import Finding, about_order, findings, questions
from medai.serving.models import (
    Card,
    OrderSelectRequest,
    OrderSignRequest,
    PatientViewRequest,
    Service,
)
from medai.serving.prefetch import check_required, entries, not_sent, templates
from medai.serving.problems import Refusal

USAGE = (
    "FHIR R4. Everything is read from prefetch and draftOrders; a FHIR server is never called, "
    "and fhirAuthorization is not used. Keys without data are sent as null; patient (for orders "
    "also medications) must be there. For teaching; not medical advice."
)
TEXTS = {
    "patient-view": (
        "Risks and findings of the record",
        "Red flags in recorded complaints, safety alerts and gene-based advice on current "
        "medicines, risk scores that can be computed, and what is missing.",
    ),
    "order-select": (
        "Genes and interactions of the selected orders",
        "Pharmacogenomic advice and safety alerts on the selected draft orders for medicines, "
        "with the other drafts and the record in view.",
    ),
    "order-sign": (
        "Genes and interactions of all orders to be signed",
        "Pharmacogenomic advice and safety alerts on every draft order for a medicine.",
    ),
}
IDS = {hook: f"medai-{hook}" for hook in TEXTS}
SILENT = ("its status", "refuted", "no longer", "it says that the medicine", "not confirmed")
TOLD = ("Medication", "AllergyIntolerance", "Observation", "Condition")


def services() -> list[Service]:
    """Return the services as the discovery lists them."""
    return [
        Service(
            hook=hook,
            id=IDS[hook],
            title=title,
            description=description,
            prefetch=dict(templates()),
            usageRequirements=USAGE,
        )
        for hook, (title, description) in TEXTS.items()
    ]


def patient_view(request: PatientViewRequest) -> list[Card]:
    """Return the cards of an opened record.

    Raises
    ------
    Refusal
        412 when the patient was not sent, 422 when something cannot be read.
    """
    check_required(request.hook, request.prefetch)
    record = read_record(request.prefetch, request.context.patientId, server=request.fhirServer)
    plan = planned(record)
    lines = [one for one in plan.lines if _of_record(one)]
    alone, shared = questions(plan, None)
    return _cards(request, record, findings(lines), alone, shared, ())


def _of_record(line: Line) -> bool:
    if line.section == "genes":
        return "Normal" not in line.data["phenotype"]
    return line.section in ("urgent", "risks") or (
        line.section in ("alerts", "advice") and bool(line.level)
    )


def order_hook(request: OrderSelectRequest | OrderSignRequest) -> list[Card]:
    """Return the cards of draft orders: the selected ones, or all.

    Raises
    ------
    Refusal
        412 when the patient or the medicines were not sent, 422 when something cannot be read or
        a selection is not among the drafts.

    Examples
    --------
    >>> from medai.serving.examples import order_select
    >>> from medai.serving.hooks import order_hook
    >>> from medai.serving.models import OrderSelectRequest
    >>> for card in order_hook(OrderSelectRequest.model_validate(order_select())):
    ...     print(card.indicator, "|", card.summary)
    critical | codeine: avoid (strong recommendation). CYP2D6: Poor Metabolizer with the other
    medicines
    info | Not known, and it may change the advice on codeine: eGFR
    """
    check_required(request.hook, request.prefetch)
    context = request.context
    listed = entries(context.draftOrders, "context.draftOrders")
    drafts = [reference for _, one in listed if (reference := reference_of(one))]
    if len(set(drafts)) < len(drafts):
        raise Refusal(
            422, "doubled_order", "draftOrders holds two orders with one id. Send each once."
        )
    chosen = list(getattr(context, "selections", drafts))
    lost = [one for one in chosen if one not in drafts]
    if lost:
        raise Refusal(
            422,
            "unknown_selection",
            f"selections names {len(lost)} order(s) that are not in draftOrders: the first is "
            f"number {chosen.index(lost[0]) + 1}. Write Type/id, such as MedicationRequest/103.",
        )
    record = read_record(
        request.prefetch, context.patientId, context.draftOrders, request.fhirServer
    )
    every = request.hook == "order-sign"
    orders = [one for one in record.orders if every or one.reference in chosen]
    unnamed = [one for one in record.unnamed if every or one in chosen]
    unclear = {ref: said for ref, said in record.unclear.items() if every or ref in chosen}
    stated = {name for one in orders for name in one.names}
    if not orders and not unnamed and not unclear:
        return []
    plan = planned(record)
    by_name = {one.stated: one.ingredients for one in plan.medicines}
    focus = sorted({drug for name in stated for drug in by_name.get(name, ())})
    found = findings(about_order(plan, focus))
    alone, shared = questions(plan, focus, stated)
    alone += [
        Line("ask", f"The order {one} names no medicine that can be read: which is it? "
             "Until then it is not checked.", data={"order": one})
        for one in unnamed
    ]  # fmt: skip
    alone += [
        Line("ask", f"The order {ref}: {said} Until then it is not checked.", data={"order": ref})
        for ref, said in unclear.items()
    ]
    taking = {drug for one in plan.medicines if one.status == "taking" for drug in one.ingredients}
    removable = {}
    for one in record.orders:
        names = frozenset(drug for name in one.names for drug in by_name.get(name, ()))
        if one.reference and names and not names & taking:  # a running medicine is not stopped
            removable[one.reference] = names
    return _cards(request, record, found, alone, shared, focus, removable)


def planned(record: Record) -> Plan:
    """Return the plan of a record, today: values of another decade do not count.

    Raises
    ------
    Refusal
        422 when the record contradicts itself.
    """
    try:
        return make_plan(record.patient, datetime.datetime.now(datetime.UTC).date())
    except MedaiError as error:
        raise Refusal(422, "contradiction", printable(error)) from error


def _cards(
    request: PatientViewRequest | OrderSelectRequest | OrderSignRequest,
    record: Record,
    found: Sequence[Finding],
    alone: Sequence[Line],
    shared: Sequence[Line],
    about: Sequence[str],
    removable: dict[str, frozenset[str]] | None = None,
) -> list[Card]:
    instance = request.hookInstance
    cards = [finding_card(one, instance, removable or {}) for one in found]
    cards += [finding_card(Finding((one,), "info"), instance, {}) for one in alone]
    last = shared_card(shared, _notes(request.prefetch, record), instance, about)
    return cards + ([last] if last else [])


def _notes(prefetch: dict, record: Record) -> list[str]:
    """Return what was not sent, and what of it was not read although it could matter."""
    notes = []
    keys = not_sent(prefetch)
    if keys:
        notes.append(f"Not sent, so not looked at: {', '.join(keys)}.")
    for one in record.unread:
        known = one.reason.startswith(SILENT) and one.reason != "its status is unknown"
        if one.resource.startswith(TOLD) and not known:
            notes.append(f"{one.resource} was not read: {one.reason}.")
    return notes
