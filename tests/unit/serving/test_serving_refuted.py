"""What a second reader broke: each was served, or said wrongly, before it was mended."""

import datetime
import gzip
import json

import pytest
import serving_keys as keys
from fastapi.testclient import TestClient

from medai.serving import examples
from medai.serving.app import create_app
from medai.serving.keysets import Issuer
from medai.serving.settings import Settings

SELECT = "/cds-services/medai-order-select"
PERSON = {"age_years": 60, "sex": "female"}
FAILED = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "forbidden"}]}


@pytest.fixture(scope="module")
def client():
    with TestClient(create_app(Settings.development(chat=False))) as one:
        yield one


@pytest.fixture
def ibuprofen():
    return examples.hook_request("order-select", PERSON, ("ibuprofen",))


def code(answer):
    return answer.status_code, answer.json()["error"]["code"]


def listed(**changes):
    """Return a search for current medicines that found warfarin, with changes to the resource."""
    patient = {"reference": f"Patient/{examples.PATIENT}"}
    one = examples.order(7, "warfarin") | {"id": "m1", "status": "active", "subject": patient}
    return examples.bundle(one | changes)


@pytest.mark.parametrize(
    "sent",
    [
        FAILED,
        examples.bundle(FAILED),
        {"resourceType": "Bundle", "type": "searchset", "total": 7},
        listed() | {"total": 2},
    ],
    ids=["outcome", "outcome in a bundle", "nothing of seven", "one of two"],
)
def test_a_search_that_failed_is_not_an_empty_list(client, ibuprofen, sent):
    ibuprofen["prefetch"]["medications"] = sent
    assert code(client.post(SELECT, json=ibuprofen)) == (412, "incomplete_prefetch")


def test_a_whole_search_with_a_hint_of_the_server_is_served(client, ibuprofen):
    hint = {"resourceType": "OperationOutcome", "issue": [{"severity": "information"}]}
    ibuprofen["prefetch"]["medications"] = listed() | {"total": 1}
    ibuprofen["prefetch"]["medications"]["entry"].append({"resource": hint})
    found = client.post(SELECT, json=ibuprofen).json()["cards"]
    assert found[0]["indicator"] == "warning"
    assert "warfarin" in found[0]["summary"]


def test_only_a_draft_order_stands_for_a_resource_of_the_record(client):
    allergic = {**PERSON, "allergies": [{"substance": "penicillin", "reaction": "anaphylaxis"}]}
    body = examples.hook_request("order-select", allergic, ("amoxicillin",))
    before = client.post(SELECT, json=body).json()["cards"]
    assert before[0]["indicator"] == "critical"
    allergy = body["prefetch"]["allergies"]["entry"][0]["resource"]
    allergy["id"] = "a1"
    hiding = {"resourceType": "AllergyIntolerance", "id": "a1"}
    body["context"]["draftOrders"]["entry"].append({"resource": hiding})
    assert client.post(SELECT, json=body).json()["cards"][0]["indicator"] == "critical"


def test_two_drafts_with_one_id_are_refused(client):
    body = examples.hook_request("order-select", PERSON, ("codeine", "paracetamol"))
    for row in body["context"]["draftOrders"]["entry"]:
        row["resource"]["id"] = "order-2"
    assert code(client.post(SELECT, json=body)) == (422, "doubled_order")


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "unknown"},
        {"resourceType": "MedicationOrder"},
        {"medicationCodeableConcept": None, "medicationReference": {"reference": "Medication/7"}},
        {"subject": {"reference": "Patient/other"}},
    ],
    ids=["status unknown", "another version of FHIR", "unresolved", "another patient"],
)
def test_a_medicine_that_was_not_read_is_said_in_the_summary(client, ibuprofen, changes):
    ibuprofen["prefetch"]["medications"] = listed(**changes)
    last = client.post(SELECT, json=ibuprofen).json()["cards"][-1]
    assert last["summary"].startswith("Part of the record was not read.")
    assert "m1 was not read" in last["detail"]


def test_a_refusal_does_not_repeat_the_resource(client, ibuprofen):
    ibuprofen["prefetch"]["medications"] = listed(note="Secretname")
    del ibuprofen["prefetch"]["medications"]["entry"][0]["resource"]["subject"]
    answer = client.post(SELECT, json=ibuprofen)
    assert code(answer) == (422, "unreadable_fhir")
    assert "subject" in answer.text
    assert "input_value" not in answer.text


@pytest.mark.parametrize("encoding", ["gzip", "br", "gzip, identity"])
def test_a_packed_body_is_refused_by_its_header(client, ibuprofen, encoding):
    data = json.dumps(ibuprofen).encode()
    for body in (data, gzip.compress(data)):
        headers = {"Content-Type": "application/json", "Content-Encoding": encoding}
        assert code(client.post(SELECT, content=body, headers=headers)) == (415, "wrong_encoding")


def test_nothing_is_read_of_a_body_whose_sender_is_not_known(tmp_path):
    issuer = Issuer(keys.ISS, keys=(keys.jwk(keys.HOSPITAL, "k1"),))
    settings = Settings(
        mode="production", audience=keys.BASE, issuers=(issuer,), store=tmp_path / "s.sqlite"
    )
    with TestClient(create_app(settings), base_url=keys.BASE) as client:
        headers = {"Content-Type": "application/json"}
        for path in (SELECT, f"{SELECT}/feedback", "/cds-services/none"):
            assert code(client.post(path, content="{", headers=headers)) == (401, "missing_token")
        signed = headers | {"Authorization": keys.bearer(aud=keys.BASE + SELECT)}
        assert code(client.post(SELECT, content="{", headers=signed)) == (400, "malformed_json")


# --- silences that Chapter 32 once admitted -----------------------------------------------------

KIDNEY = {
    "resourceType": "Observation",
    "id": "o1",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "98979-8"}]},
    "subject": {"reference": f"Patient/{examples.PATIENT}"},
    "valueQuantity": {
        "value": 95,
        "unit": "mL/min/{1.73_m2}",
        "system": "http://unitsofmeasure.org",
        "code": "mL/min/{1.73_m2}",
    },
}


@pytest.mark.parametrize("condition", ["asthma", "哮喘", "J45.9"])
@pytest.mark.parametrize("drug", ["propranolol", "nadolol", "timolol", "carvedilol"])
def test_a_non_selective_beta_blocker_in_asthma_brings_a_card(client, drug, condition):
    fields = {**PERSON, "conditions": [condition]}
    body = examples.hook_request("order-select", fields, (drug,))
    first = client.post(SELECT, json=body).json()["cards"][0]
    assert first["indicator"] == "critical"
    assert first["summary"] == f"Contraindicated: {drug.capitalize()} with asthma"
    assert first["suggestions"][0]["actions"][0]["type"] == "delete"


@pytest.mark.parametrize(
    ("drug", "condition"),
    [("bisoprolol", "asthma"), ("propranolol", "gout"), ("propranolol", "no asthma")],
)
def test_other_beta_blockers_and_other_conditions_bring_none(client, drug, condition):
    fields = {**PERSON, "conditions": [condition]}
    body = examples.hook_request("order-select", fields, (drug,))
    assert not any(
        "asthma" in one["summary"] for one in client.post(SELECT, json=body).json()["cards"]
    )


@pytest.mark.parametrize(
    ("drug", "allergies", "asked"),
    [
        ("amoxicillin", {}, 1),
        ("flucloxacillin", {}, 1),
        ("amoxicillin", {"allergies": []}, 0),
        ("paracetamol", {}, 0),
    ],
)
def test_unknown_allergies_are_asked_about_once_before_a_penicillin(client, drug, allergies, asked):
    body = examples.hook_request("order-select", {**PERSON, **allergies}, (drug,))
    cards = client.post(SELECT, json=body).json()["cards"]
    about = [card for card in cards if "allergies" in card["summary"].lower()]
    assert [card["indicator"] for card in about] == ["info"] * asked


def asked_about_metformin(client, *values):
    body = examples.hook_request("order-select", PERSON, ("metformin",))
    body["prefetch"]["observations"] = examples.bundle(*values)
    return client.post(SELECT, json=body).json()["cards"]


@pytest.mark.parametrize(
    "when",
    [
        {"effectiveDateTime": "2015-11-20"},
        {"effectiveDateTime": "2015-11-20T23:59:00+14:00"},
        {"effectiveDateTime": "2015"},
        {"effectiveDateTime": "2015-11"},
        {"effectiveDateTime": "2015-12"},
        {"effectivePeriod": {"start": "2015-11-20"}},
        {"effectiveInstant": "2015-11-20T08:00:00Z"},
        {"issued": "2015-11-20T08:00:00Z"},
        {"effectiveDateTime": "2099-01-01"},
        {"effectiveDateTime": "2099"},
    ],
)
def test_a_kidney_value_of_another_decade_does_not_count_as_known(client, when):
    [card] = asked_about_metformin(client, KIDNEY | when)
    year = next(iter(when.values()))
    year = (year["start"] if isinstance(year, dict) else year)[:4]
    assert card["indicator"] == "info"
    assert "eGFR" in card["summary"]
    assert year in card["summary"]
    assert f"95 mL/min/{{1.73\\_m2}}: {'its date' if year > '2026' else 'of'}" in card["detail"]


def test_a_value_of_today_and_one_without_a_date_count(client):
    today = datetime.datetime.now(datetime.UTC).date()
    for when in ({"effectiveDateTime": str(today)}, {}):
        assert asked_about_metformin(client, KIDNEY | when) == []


def test_the_latest_value_wins_and_an_old_one_beside_it_is_not_asked_about(client):
    today = datetime.datetime.now(datetime.UTC).date()
    low = KIDNEY["valueQuantity"] | {"value": 25}
    old = KIDNEY | {"id": "o0", "effectiveDateTime": "2015-11-20"}
    new = KIDNEY | {"effectiveDateTime": str(today), "valueQuantity": low}
    for values in ((old, new), (new, old)):
        [card] = asked_about_metformin(client, *values)
        assert card["indicator"] == "critical"


def test_an_old_value_that_the_order_does_not_need_is_not_asked_about(client):
    body = examples.hook_request("order-select", PERSON, ("paracetamol",))
    body["prefetch"]["observations"] = examples.bundle(KIDNEY | {"effectiveDateTime": "2015"})
    assert client.post(SELECT, json=body).json()["cards"] == []


@pytest.mark.parametrize("code", ["98979-8", "33914-3", "62238-1", "77147-7"])
def test_an_egfr_by_each_formula_is_read(client, code):
    named = {"coding": [{"system": "http://loinc.org", "code": code}]}
    low = KIDNEY["valueQuantity"] | {"value": 25}
    [card] = asked_about_metformin(client, KIDNEY | {"code": named, "valueQuantity": low})
    assert card["indicator"] == "critical"


RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"


@pytest.mark.parametrize(
    ("text", "coding", "asked"),
    [
        ("paracetamol", {"display": "Codeine 30 MG Oral Tablet"}, True),
        ("aspirin", {"system": RXNORM, "code": "5640"}, True),  # ibuprofen, says our table
        ("aspirin", {"system": RXNORM, "code": "999999999"}, False),  # unknown: not judged
        ("aspirin", {"system": "urn:local", "code": "5640"}, False),  # a code of another system
        ("paracetamol", {"display": "Acetaminophen 500 MG Oral Tablet"}, False),
        ("paracetamol", {"display": "house mixture no. 7"}, False),
        ("amoxicillin", {"display": "amoxicillin / clavulanate potassium"}, True),
    ],
)
def test_a_text_that_contradicts_its_coding_is_asked_about(client, text, coding, asked):
    body = examples.hook_request("order-select", {**PERSON, "allergies": []}, ("x",))
    draft = body["context"]["draftOrders"]["entry"][0]["resource"]
    draft["medicationCodeableConcept"] = {"text": text, "coding": [coding]}
    cards = client.post(SELECT, json=body).json()["cards"]
    questions = [card for card in cards if "which is meant?" in card["detail"]]
    assert len(questions) == asked
    if asked:
        assert [card["indicator"] for card in questions] == ["info"]
        assert text in questions[0]["detail"]
        assert coding.get("display", "ibuprofen") in questions[0]["detail"]
        assert cards == questions  # and nothing was chosen silently


def test_a_taken_medicine_whose_text_and_coding_disagree_is_not_read(client, ibuprofen):
    concept = {"text": "paracetamol", "coding": [{"display": "Warfarin 5 MG Oral Tablet"}]}
    ibuprofen["prefetch"]["medications"] = listed(medicationCodeableConcept=concept)
    cards = client.post(SELECT, json=ibuprofen).json()["cards"]
    assert cards[-1]["summary"].startswith("Part of the record was not read")
    assert "paracetamol" in cards[-1]["detail"]
    assert "Warfarin 5 MG" in cards[-1]["detail"]
    assert not any("bleed" in card["summary"] for card in cards)


def test_a_contained_product_whose_text_and_coding_disagree_is_asked_about(client):
    body = examples.hook_request("order-select", PERSON, ("x",))
    code = {"text": "aspirin", "coding": [{"display": "warfarin"}]}
    product = {"resourceType": "Medication", "id": "p", "code": code}
    draft = body["context"]["draftOrders"]["entry"][0]["resource"]
    del draft["medicationCodeableConcept"]
    draft |= {"medicationReference": {"reference": "#p"}, "contained": [product]}
    [card] = client.post(SELECT, json=body).json()["cards"]
    assert "aspirin" in card["detail"]
    assert "warfarin" in card["detail"]


@pytest.mark.parametrize("kind", ["MedicationRequest", "MedicationStatement"])
@pytest.mark.parametrize(("status", "warned"), [("on-hold", True), ("stopped", False)])
def test_what_is_on_hold_will_be_taken_again(client, ibuprofen, kind, status, warned):
    # R4: on-hold is "temporarily halted, but expected to continue later"
    ibuprofen["prefetch"]["medications"] = listed(resourceType=kind, status=status)
    cards = client.post(SELECT, json=ibuprofen).json()["cards"]
    assert any("warfarin" in card["summary"] for card in cards) == warned


def production(tmp_path, **changes):
    issuer = Issuer(keys.ISS, keys=(keys.jwk(keys.HOSPITAL, "k1"),))
    store = tmp_path / "s.sqlite"
    settings = Settings("production", audience=keys.BASE, issuers=(issuer,), store=store, **changes)
    return create_app(settings)


@pytest.mark.parametrize(
    ("address", "base", "headers", "status"),
    [
        ("127.0.0.1", "http://127.0.0.1:8032", {}, 200),
        ("::1", "http://localhost:8032", {}, 200),
        ("127.0.0.1", keys.BASE, {}, 404),  # passed on by a proxy on this machine
        ("127.0.0.1", "http://127.0.0.1:8032", {"X-Forwarded-For": "203.0.113.9"}, 404),
        ("203.0.113.9", "http://127.0.0.1:8032", {}, 404),  # anybody can write a Host
        ("203.0.113.9", keys.BASE, {"X-Forwarded-For": "127.0.0.1"}, 404),
    ],
)
def test_metrics_of_production_are_for_this_machine(tmp_path, address, base, headers, status):
    client = TestClient(production(tmp_path), base_url=base, client=(address, 5000))
    assert client.get("/metrics", headers=headers).status_code == status
    assert client.get("/healthz").status_code == 200


def test_metrics_and_openapi_of_production_can_be_opened_by_name(tmp_path):
    for given, status in (({}, 404), ({"metrics": True, "openapi": True}, 200)):
        client = TestClient(production(tmp_path, **given), base_url=keys.BASE)
        assert client.get("/metrics").status_code == status
        assert client.get("/openapi.json").status_code == status
        assert client.get("/docs").status_code == 404
        assert client.get("/readyz").status_code == 200


@pytest.mark.parametrize("deep", [False, True])
def test_a_key_that_comes_twice_is_refused(client, ibuprofen, deep):
    text = json.dumps(ibuprofen)
    old = '"patientId":' if deep else '"hook":'
    new = f'{old} "other", {old}'
    assert text.count(old) == 1
    headers = {"Content-Type": "application/json"}
    assert client.post(SELECT, content=text, headers=headers).status_code == 200
    doubled = client.post(SELECT, content=text.replace(old, new), headers=headers)
    assert code(doubled) == (400, "doubled_key")
    assert "other" not in doubled.text
