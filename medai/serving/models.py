"""The messages of CDS Hooks 2.0 as pydantic models; FastAPI makes the OpenAPI page of them.

Field names are the specification's (https://cds-hooks.hl7.org/2.0/).  Requests may hold more
than is named here (extensions, fields of later versions); what leaves the service holds nothing
else, and nothing empty.
"""

from __future__ import annotations

import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Hook = Literal["patient-view", "order-select", "order-sign"]
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9\-.]{1,64}$")]  # FHIR's id
Short = Annotated[str, Field(min_length=1, max_length=300)]
MOST = 100  # prefetch keys, selections, feedback items in one request


class Incoming(BaseModel):
    """What a request holds; unknown fields are left alone."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Outgoing(BaseModel):
    """What a response holds; a field without a value is left out when it is sent."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def sent(self) -> dict[str, Any]:
        """Return the JSON-ready object without empty fields."""
        return self.model_dump(mode="json", exclude_none=True)


class Coding(BaseModel):
    """A code, its system, and words for people."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    code: Short
    system: Short | None = None
    display: Short | None = None


# --- what comes in ----------------------------------------------------------------------------


class PatientViewContext(Incoming):
    """Whose record was opened, and by whom."""

    userId: Short = Field(examples=["Practitioner/example"])
    patientId: Id = Field(examples=["1288992"])
    encounterId: Id | None = None


class OrderSignContext(PatientViewContext):
    """The orders that are about to be signed."""

    draftOrders: dict[str, Any] = Field(description="A FHIR R4 Bundle of the unsigned orders.")


class OrderSelectContext(OrderSignContext):
    """The orders that were just selected, among all unsigned ones."""

    selections: Annotated[list[Short], Field(min_length=1, max_length=MOST)] = Field(
        description="References into draftOrders, such as MedicationRequest/103."
    )


class FhirAuthorization(Incoming):
    """Accepted because the specification has it; never used, kept or logged."""

    access_token: Annotated[str, Field(min_length=1, max_length=16_384, repr=False)]
    token_type: Literal["Bearer"]
    expires_in: Annotated[int, Field(strict=True)]
    scope: str
    subject: str


class HookRequest(Incoming):
    """What every hook call holds."""

    hookInstance: UUID = Field(description="A UUID of this one call.")
    fhirServer: Annotated[str, Field(max_length=2_000, pattern=r"^https?://")] | None = None
    fhirAuthorization: FhirAuthorization | None = None
    prefetch: Annotated[dict[str, dict[str, Any] | None], Field(max_length=MOST)] = Field(
        default={}, description="FHIR R4 resources or Bundles by key; null means: none found."
    )

    @model_validator(mode="after")
    def _server_with_token(self) -> HookRequest:
        if self.fhirAuthorization is not None and self.fhirServer is None:
            raise ValueError("fhirAuthorization needs fhirServer")
        return self


class PatientViewRequest(HookRequest):
    """A call of the hook patient-view."""

    hook: Literal["patient-view"]
    context: PatientViewContext


class OrderSelectRequest(HookRequest):
    """A call of the hook order-select."""

    hook: Literal["order-select"]
    context: OrderSelectContext


class OrderSignRequest(HookRequest):
    """A call of the hook order-sign."""

    hook: Literal["order-sign"]
    context: OrderSignContext


class AcceptedSuggestion(Incoming):
    """The uuid of a suggestion that was accepted."""

    id: Short


class OverrideReason(Incoming):
    """Why a card was overridden."""

    reason: Coding | None = None
    userComment: Annotated[str, Field(max_length=4_000)] | None = None


class Feedback(Incoming):
    """What a clinician did with one card."""

    card: Short = Field(description="The uuid of the card.")
    outcome: Literal["accepted", "overridden"]
    acceptedSuggestions: Annotated[list[AcceptedSuggestion], Field(max_length=MOST)] | None = None
    overrideReason: OverrideReason | None = None
    outcomeTimestamp: Annotated[str, Field(max_length=40)] = Field(
        examples=["2020-12-11T00:00:00Z"], description="ISO 8601, in UTC."
    )

    @field_validator("outcomeTimestamp")
    @classmethod
    def _utc(cls, text: str) -> str:
        try:
            when = datetime.datetime.fromisoformat(text)
        except ValueError:
            when = None
        if when is None or when.utcoffset() != datetime.timedelta(0):
            raise ValueError("a time in UTC is needed, such as 2020-12-11T00:00:00Z")
        return text

    @model_validator(mode="after")
    def _fits_its_outcome(self) -> Feedback:
        if self.outcome == "accepted" and not self.acceptedSuggestions:
            raise ValueError("an accepted card needs acceptedSuggestions")
        if self.outcome == "accepted" and self.overrideReason is not None:
            raise ValueError("an accepted card has no overrideReason")
        if self.outcome == "overridden" and self.acceptedSuggestions:
            raise ValueError("an overridden card has no acceptedSuggestions")
        return self


class FeedbackRequest(Incoming):
    """Feedback on one or more cards."""

    feedback: Annotated[list[Feedback], Field(min_length=1, max_length=MOST)]


# --- what goes out ----------------------------------------------------------------------------


class Service(Outgoing):
    """One service, as the discovery describes it."""

    hook: Hook
    title: str
    description: str
    id: str
    prefetch: dict[str, str]
    usageRequirements: str


class Discovery(Outgoing):
    """All services."""

    services: list[Service]


class CardSource(Outgoing):
    """What a card rests on."""

    label: Short
    url: str | None = None


class Action(Outgoing):
    """What a suggestion does to the orders; this service removes drafts, and nothing else."""

    type: Literal["delete"]
    description: str
    resourceId: str


class Suggestion(Outgoing):
    """A change that the clinician may accept with a click."""

    label: Short
    uuid: str
    actions: list[Action]


class Link(Outgoing):
    """A further source."""

    label: Short
    url: str
    type: Literal["absolute"] = "absolute"


class Card(Outgoing):
    """One card."""

    uuid: str
    summary: Annotated[str, Field(min_length=1, max_length=139)]
    detail: str
    indicator: Literal["info", "warning", "critical"]
    source: CardSource
    suggestions: list[Suggestion] | None = None
    selectionBehavior: Literal["at-most-one"] | None = None
    overrideReasons: list[Coding] | None = None
    links: list[Link] | None = None

    @model_validator(mode="after")
    def _suggestions_with_behaviour(self) -> Card:
        if bool(self.suggestions) != (self.selectionBehavior is not None):
            raise ValueError("suggestions and selectionBehavior go together")
        return self


class Cards(Outgoing):
    """The answer to a hook call."""

    cards: list[Card]


class Kept(Outgoing):
    """The answer to feedback."""

    kept: int = Field(description="How many items were new.")


class ProblemBody(BaseModel):
    """What went wrong: a short name for programs, a sentence for people."""

    code: str = Field(examples=["missing_prefetch"])
    message: str
    request_id: str
    where: list[dict[str, str]] | None = None


class Problem(BaseModel):
    """Why a request was not served."""

    error: ProblemBody
