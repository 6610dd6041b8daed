"""The hooks over HTTP: discovery, prefetch, selections, and the specification's own shapes."""

import copy
import json
import time
import uuid

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medai.datasets.plan_patients import plan_patients
from medai.serving import examples
from medai.serving.app import create_app
from medai.serving.fhir_in import READ
from medai.serving.keysets import Issuer
from medai.serving.prefetch import templates
from medai.serving.settings import Settings

SELECT, SIGN, VIEW = (
    f"/cds-services/medai-{name}" for name in ("order-select", "order-sign", "patient-view")
)


FIELDS = sorted({name for names in READ.values() for name in names} | {"id", "resourceType"})
FIELDS += ["entry", "link", "contained", "coding", "text", "reference", "modifierExtension"]


@pytest.fixture(scope="module")
def client():
    with TestClient(create_app(Settings.development(chat=False))) as one:
        yield one


@pytest.fixture
def codeine():
    return examples.order_select()


def cards(client, url, body):
    answer = client.post(url, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()["cards"]


def refused(client, url, body, status, code):
    answer = client.post(url, json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code), answer.text
    return answer.json()["error"]["message"]


# --- discovery --------------------------------------------------------------------------------


def test_discovery_names_three_services_with_the_fields_of_the_specification(client):
    found = client.get("/cds-services").json()["services"]
    assert [one["hook"] for one in found] == ["patient-view", "order-select", "order-sign"]
    for one in found:
        assert set(one) == {"hook", "title", "description", "id", "prefetch", "usageRequirements"}
        assert all(one.values())
        assert client.post(f"/cds-services/{one['id']}", json={}).status_code == 422


def test_prefetch_templates_use_tokens_and_parameters_that_clients_must_know():
    # The recommended subset: reads by id, searches by patient and token, by equality.
    for text in templates().values():
        assert text.count("{{") == text.count("{{context.patientId}}") == 1
        _, _, query = text.partition("?")
        assert {part.partition("=")[0] for part in query.split("&") if part} <= {
            *("patient", "status", "clinical-status", "code"),
        }


def test_an_unknown_service_is_404(client, codeine):
    refused(client, "/cds-services/none", codeine, 404, "unknown_service")
    refused(client, "/cds-services/none/feedback", examples.feedback(), 404, "unknown_service")


# --- the specification's own examples, in our words -------------------------------------------


def nutrition(patient):
    return {
        "resourceType": "NutritionOrder",
        "id": "pureed",
        "status": "draft",
        "patient": {"reference": f"Patient/{patient}"},
        "oralDiet": {"type": [{"text": "Pureed diet"}]},
    }


def suspension(patient):
    """An order as the specification writes it: RxNorm's long name, and doseAndRate as an object,
    which R4 has as a list; the service reads neither dose nor rate."""
    product = "Amoxicillin 120 MG/ML / clavulanate potassium 8.58 MG/ML Oral Suspension"
    coding = {"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "617993"}
    return {
        "resourceType": "MedicationRequest",
        "id": "smart-MedicationRequest-103",
        "meta": {"lastUpdated": "2018-04-30T13:25:40.845-04:00"},
        "status": "draft",
        "intent": "order",
        "medicationCodeableConcept": {"coding": [{**coding, "display": product}]},
        "subject": {"reference": f"Patient/{patient}"},
        "dosageInstruction": [{"text": "5 mL bid", "doseAndRate": {"doseQuantity": {"value": 5}}}],
    }


def spec_request(hook, **context):
    return {
        "hook": hook,
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "fhirServer": "http://hooks.smarthealthit.org:9080",
        "fhirAuthorization": {
            "access_token": "some-opaque-fhir-access-token",
            "token_type": "Bearer",
            "expires_in": 300,
            "scope": "patient/Patient.read patient/Observation.read",
            "subject": "cds-service4",
        },
        "context": {"userId": "PractitionerRole/123", "patientId": "1288992", **context},
        "prefetch": {
            "patient": {
                "resourceType": "Patient",
                "gender": "male",
                "birthDate": "1925-12-23",
                "id": "1288992",
                "active": True,
            },
            "medications": None,
        },
        "extension": {"com.example.timestamp": "2017-11-27T22:13:25Z"},
    }


def test_the_example_of_patient_view(client):
    found = cards(client, VIEW, spec_request("patient-view", encounterId="89284"))
    assert [one["indicator"] for one in found] == ["info"]
    assert "Not sent, so not looked at: statements, allergies" in found[0]["detail"]


def test_the_example_of_order_select_with_a_penicillin_allergy(client):
    drafts = examples.bundle(nutrition("1288992"), suspension("1288992"))
    body = spec_request(
        "order-select",
        selections=["NutritionOrder/pureed", "MedicationRequest/smart-MedicationRequest-103"],
        draftOrders=drafts,
    )
    allergy = {
        "resourceType": "AllergyIntolerance",
        "id": "a",
        "code": {"text": "penicillin"},
        "patient": {"reference": "http://hooks.smarthealthit.org:9080/Patient/1288992"},
        "reaction": [{"manifestation": [{"text": "anaphylaxis"}]}],
    }
    body["prefetch"]["allergies"] = examples.bundle(allergy)
    first = cards(client, SELECT, body)[0]
    assert first["indicator"] == "critical"
    assert "penicillin" in first["summary"]
    action = first["suggestions"][0]["actions"][0]
    assert action["resourceId"] == "MedicationRequest/smart-MedicationRequest-103"
    # Without the allergy nothing is said against amoxicillin, and the drug was understood.
    del body["prefetch"]["allergies"]
    found = cards(client, SELECT, body)
    assert [one["indicator"] for one in found] == ["info"]
    assert "Not sent, so not looked at: statements, allergies" in found[0]["detail"]
    assert "which is it" not in found[0]["detail"]


def test_orders_that_are_no_medicines_get_no_cards(client):
    body = spec_request(
        "order-select",
        selections=["NutritionOrder/pureed"],
        draftOrders=examples.bundle(nutrition("1288992")),
    )
    assert cards(client, SELECT, body) == []


# --- what the service needs -------------------------------------------------------------------


@pytest.mark.parametrize("key", ["patient", "medications"])
def test_412_when_required_data_were_not_sent_even_with_a_fhir_server(client, codeine, key):
    del codeine["prefetch"][key]
    codeine["fhirServer"] = "https://ehr.example/fhir"
    assert key in refused(client, SELECT, codeine, 412, "missing_prefetch")


def test_412_when_there_is_no_prefetch_at_all(client, codeine):
    del codeine["prefetch"]
    message = refused(client, SELECT, codeine, 412, "missing_prefetch")
    assert "patient, medications" in message


def test_null_is_an_answer_except_for_the_patient(client, codeine):
    codeine["prefetch"] |= {"medications": None, "statements": None}
    assert cards(client, SELECT, codeine)
    codeine["prefetch"]["patient"] = None
    refused(client, SELECT, codeine, 412, "missing_prefetch")


def test_412_for_the_first_page_of_several(client, codeine):
    codeine["prefetch"]["statements"]["link"] = [{"relation": "next", "url": "https://x/2"}]
    refused(client, SELECT, codeine, 412, "incomplete_prefetch")


def test_a_patient_may_come_as_a_searchset(client, codeine):
    before = cards(client, SELECT, codeine)
    codeine["prefetch"]["patient"] = examples.bundle(codeine["prefetch"]["patient"])
    assert cards(client, SELECT, codeine) == before


def test_another_patient_is_refused(client, codeine):
    other = copy.deepcopy(codeine)
    other["prefetch"]["patient"]["id"] = "other"
    refused(client, SELECT, other, 422, "wrong_patient")
    draft = codeine["context"]["draftOrders"]["entry"][0]["resource"]
    draft["subject"]["reference"] = "Patient/other"
    refused(client, SELECT, codeine, 422, "wrong_patient")


def test_resources_of_another_patient_or_server_are_not_read_and_that_is_said(client, codeine):
    taken = codeine["prefetch"]["statements"]["entry"][2]["resource"]
    assert taken["medicationCodeableConcept"]["text"] == "paroxetine"
    for foreign in ("Patient/other", "https://elsewhere.example/fhir/Patient/1288992"):
        taken["subject"]["reference"] = foreign
        found = cards(client, SELECT, codeine)
        # Without paroxetine *10/*10 is an intermediate metaboliser: nothing is critical.
        assert "critical" not in [one["indicator"] for one in found]
        assert "was not read: it does not refer to this patient" in found[-1]["detail"]


def test_a_modifier_extension_is_not_understood_and_not_ignored(client, codeine):
    taken = codeine["prefetch"]["statements"]["entry"][2]["resource"]
    taken["modifierExtension"] = [{"url": "https://x/not-taken", "valueBoolean": True}]
    found = cards(client, SELECT, codeine)
    assert "extension that may change its meaning" in found[-1]["detail"].replace("\\", "")


# --- which orders -----------------------------------------------------------------------------


def two_orders(hook):
    mine = next(one for one in plan_patients() if one.id == 17).patient
    body = examples.hook_request(hook, mine, ("sildenafil", "paracetamol"))
    return body


def test_order_select_looks_at_selections_only_and_order_sign_at_all(client):
    found = cards(client, SELECT, two_orders("order-select"))
    assert not any("sildenafil" in one["summary"] for one in found)
    found = cards(client, SIGN, two_orders("order-sign"))
    assert "sildenafil" in found[0]["summary"]
    assert found[0]["indicator"] == "critical"


def test_a_selected_order_is_checked_against_the_other_drafts(client):
    body = examples.hook_request("order-select", {"sex": "male"}, ("warfarin", "ibuprofen"))
    found = cards(client, SELECT, body)
    assert found[0]["summary"] == "Major: Warfarin with an NSAID (ibuprofen, warfarin)"
    labels = [one["label"] for one in found[0]["suggestions"]]
    assert labels == ["Remove the draft order for warfarin", "Remove the draft order for ibuprofen"]
    assert found[0]["selectionBehavior"] == "at-most-one"


def test_a_selection_that_is_no_draft_is_refused(client, codeine):
    codeine["context"]["selections"] = ["MedicationRequest/order-1", "MedicationRequest/nothing"]
    assert "number 2" in refused(client, SELECT, codeine, 422, "unknown_selection")


def test_a_medicine_that_runs_is_never_suggested_for_removal(client):
    mine = {"medicines": ["sildenafil", "isosorbide mononitrate"]}
    body = examples.hook_request("order-sign", mine, ("sildenafil",))
    first = cards(client, SIGN, body)[0]
    assert first["indicator"] == "critical"
    assert "suggestions" not in first


def test_a_draft_that_the_server_also_returned_counts_once(client, codeine):
    twice = copy.deepcopy(codeine["context"]["draftOrders"]["entry"][0]["resource"])
    twice["status"] = "active"
    codeine["prefetch"]["medications"] = examples.bundle(twice)
    found = cards(client, SELECT, codeine)
    assert not any("same ingredient" in one["detail"] for one in found)
    assert "suggestions" in found[0]


def test_contained_and_prefetched_medications_are_followed(client, codeine):
    draft = codeine["context"]["draftOrders"]["entry"][0]["resource"]
    before = cards(client, SELECT, codeine)
    del draft["medicationCodeableConcept"]
    draft["medicationReference"] = {"reference": "#m"}
    draft["contained"] = [{"resourceType": "Medication", "id": "m", "code": {"text": "codeine"}}]
    assert cards(client, SELECT, codeine) == before
    draft["medicationReference"] = {"reference": "Medication/9"}
    found = cards(client, SELECT, codeine)
    assert "names no medicine" in found[0]["summary"]


def test_an_order_by_code_alone_is_asked_about(client, codeine):
    draft = codeine["context"]["draftOrders"]["entry"][0]["resource"]
    draft["medicationCodeableConcept"] = {"coding": [{"code": "2670"}]}
    found = cards(client, SELECT, codeine)
    assert found[0]["indicator"] == "info"
    assert "which is it?" in found[0]["summary"]
    assert not any(one["indicator"] == "critical" for one in found)


@pytest.mark.parametrize("change", [{"status": "entered-in-error"}, {"doNotPerform": True}])
def test_an_order_that_gives_nothing_gets_no_cards(client, codeine, change):
    codeine["context"]["draftOrders"]["entry"][0]["resource"] |= change
    assert cards(client, SELECT, codeine) == []


# --- wrong requests ---------------------------------------------------------------------------


def wrong_requests():
    yield "hook of another service", {"hook": "order-sign"}
    yield "hookInstance no UUID", {"hookInstance": "1"}
    yield "a token without a server", {"fhirAuthorization": spec_request("x")["fhirAuthorization"]}
    yield "prefetch no object", {"prefetch": []}
    yield "context missing", {"context": None}
    yield "patientId with a slash", {"context": {"userId": "u", "patientId": "a/b"}}
    yield "no FHIR", {"prefetch": {"patient": {"name": "x"}, "medications": None}}
    yield "no entry", {"prefetch": {"patient": {"resourceType": "Bundle"}, "medications": None}}


@pytest.mark.parametrize("change", [pytest.param(c, id=n) for n, c in wrong_requests()])
def test_wrong_requests_are_422(client, codeine, change):
    assert client.post(SELECT, json=codeine | change).status_code == 422


def test_what_is_no_json_is_400_and_says_so(client):
    answer = client.post(SELECT, content=b"{", headers={"Content-Type": "application/json"})
    assert answer.status_code == 400


def test_wrong_fhir_where_it_is_read_is_refused(client, codeine):
    codeine["prefetch"]["genes"]["entry"][0]["resource"]["status"] = {"no": "text"}
    assert "R4" in refused(client, SELECT, codeine, 422, "unreadable_fhir")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
    | st.sampled_from(["Patient/1288992", "codeine", "draft", "active", "\ud800", "x" * 400]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from([*FIELDS, "other"]), inner, max_size=4),
    max_leaves=8,
)  # fmt: skip


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    where=st.sampled_from(["draft", "drafts", *sorted(READ), "link"]),
    fields=st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=4),
)
def test_no_json_whatever_breaks_the_service(client, where, fields):
    body = examples.order_select()
    draft = body["context"]["draftOrders"]["entry"][0]["resource"]
    if where == "draft":
        draft |= fields
    elif where == "drafts":
        body["context"]["draftOrders"] |= fields
    elif where == "link":
        body["prefetch"]["statements"] |= {"link": fields, **fields}
    elif where == "Patient":
        body["prefetch"]["patient"] |= fields
    else:
        one = {"resourceType": where, "id": "f", "status": "final", **fields}
        body["prefetch"]["observations"] = examples.bundle(one)
    content = json.dumps(body).encode()  # lone surrogates stay escaped
    headers = {"Content-Type": "application/json"}
    answer = client.post(SELECT, content=content, headers=headers)
    assert answer.status_code in (200, 412, 422), answer.text
    for card in answer.json().get("cards", ()):
        assert 0 < len(card["summary"]) < 140


# --- order and identity -----------------------------------------------------------------------


def test_the_same_call_gets_the_same_cards_and_another_call_other_uuids(client, codeine):
    one, two = (cards(client, SELECT, codeine) for _ in range(2))
    assert one == two
    codeine["hookInstance"] = str(uuid.UUID(int=1))
    other = cards(client, SELECT, codeine)
    assert [c["summary"] for c in other] == [c["summary"] for c in one]
    assert not {c["uuid"] for c in other} & {c["uuid"] for c in one}


def test_phenoconversion_reaches_a_medicine_that_was_not_ordered(client):
    mine = next(one for one in plan_patients() if one.id == 13).patient
    found = cards(client, SELECT, examples.hook_request("order-select", mine, ("bupropion",)))
    assert found[0]["summary"].startswith("metoprolol: adjust")


# --- feedback ---------------------------------------------------------------------------------


def test_feedback_is_kept_as_it_was_sent(client):
    url = f"{SELECT}/feedback"
    sent = examples.feedback()
    sent["feedback"][0]["card"] = str(uuid.UUID(int=7))
    assert client.post(url, json=sent).json() == {"kept": 2}
    kept = client.app.state.store.all()[-2:]
    for item, row in zip(sent["feedback"], kept, strict=True):
        assert row["service"] == "medai-order-select"
        assert item.items() <= row.items()
    assert client.post(url, json=sent).json() == {"kept": 0}  # sent again: not kept twice


def wrong_feedback():
    good = {"card": "c", "outcome": "overridden", "outcomeTimestamp": "2020-12-11T00:00:00Z"}
    yield "no items", []
    yield "accepted without a suggestion", [good | {"outcome": "accepted"}]
    yield "overridden with a suggestion", [good | {"acceptedSuggestions": [{"id": "s"}]}]
    yield "unknown outcome", [good | {"outcome": "ignored"}]
    yield "local time", [good | {"outcomeTimestamp": "2020-12-11T00:00:00"}]
    yield "another zone", [good | {"outcomeTimestamp": "2020-12-11T00:00:00+01:00"}]
    yield "no card", [{k: v for k, v in good.items() if k != "card"}]
    yield "one good, one wrong", [good, good | {"outcome": "?"}]


@pytest.mark.parametrize("items", [pytest.param(c, id=n) for n, c in wrong_feedback()])
def test_wrong_feedback_is_422_and_nothing_is_kept(client, items):
    before = len(client.app.state.store.all())
    assert client.post(f"{SELECT}/feedback", json={"feedback": items}).status_code == 422
    assert len(client.app.state.store.all()) == before


# --- every call is asked for its token --------------------------------------------------------


@pytest.fixture(scope="module")
def production(tmp_path_factory):
    """A service with one caller, and a function that signs a fresh token for a path."""
    key = ec.generate_private_key(ec.SECP384R1())
    public = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(key.public_key()))
    issuer = Issuer("https://ehr.example", keys=(public | {"kid": "k1"},))
    chosen = Settings(
        mode="production",
        audience="https://cds.example",
        issuers=(issuer,),
        store=tmp_path_factory.mktemp("store") / "cds.sqlite",
        rate_per_minute=100_000,
        rate_burst=10_000,
    )

    def bearer(path):
        now = int(time.time())
        claims = {"iss": "https://ehr.example", "aud": f"https://cds.example{path}", "iat": now}
        claims |= {"exp": now + 60, "jti": str(uuid.uuid4())}
        token = jwt.encode(claims, key, "ES384", {"kid": "k1"})
        return {"Authorization": f"Bearer {token}"}

    with TestClient(create_app(chosen), base_url="https://cds.example") as one:
        yield one, bearer


def test_every_call_needs_a_token_of_its_own(production, codeine):
    client, bearer = production
    for method, url, body, status in (
        ("GET", "/cds-services", None, 200),
        ("POST", SELECT, codeine, 200),
        ("POST", f"{SELECT}/feedback", examples.feedback(), 200),
        ("POST", "/cds-services/none", {}, 404),
    ):
        assert client.request(method, url, json=body).status_code == 401, url
        headers = bearer(url)
        assert client.request(method, url, json=body, headers=headers).status_code == status, url
        assert client.request(method, url, json=body, headers=headers).status_code == 401, url
        wrong = bearer("/elsewhere")
        assert client.request(method, url, json=body, headers=wrong).status_code == 401, url


def test_the_page_to_try_it_is_for_development_only(production, client):
    assert production[0].get("/").status_code == 404
    assert client.get("/").status_code == 200


def test_openapi_lists_what_is_answered(client):
    paths = client.get("/openapi.json").json()["paths"]
    answers = paths["/cds-services/medai-order-select"]["post"]["responses"]
    assert {"200", "400", "401", "412", "413", "422", "429", "503"} <= set(answers)
    schema = paths["/cds-services/medai-order-select"]["post"]["requestBody"]["content"]
    assert schema["application/json"]["schema"]["examples"] or schema["application/json"]
