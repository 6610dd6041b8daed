"""The whole service, in production: what a client may rely on, and what nobody gets past.

The status of each refusal is the contract; how a token is judged is in test_serving_auth.
"""

import json

import pytest
from fastapi.testclient import TestClient
from serving_keys import BASE, HOSPITAL, ISS, JKU, STRANGER, bearer, by_hand, claims, jwk

from medai.serving import examples
from medai.serving.app import create_app
from medai.serving.hooks import IDS
from medai.serving.keysets import Issuer
from medai.serving.settings import Settings

SELECT = f"/cds-services/{IDS['order-select']}"
CALLS = {
    "/cds-services": ("GET", None),
    SELECT: ("POST", examples.order_select()),
    f"/cds-services/{IDS['order-sign']}": ("POST", examples.order_sign()),
    f"/cds-services/{IDS['patient-view']}": ("POST", examples.patient_view()),
    f"{SELECT}/feedback": ("POST", examples.feedback()),
}


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    settings = Settings(
        mode="production",
        audience=BASE,
        hosts=("testserver",),
        issuers=(Issuer(ISS, (jwk(HOSPITAL, "k1"),), (JKU,)),),
        store=tmp_path_factory.mktemp("store") / "feedback.sqlite",
        rate_per_minute=1_000_000,
        rate_burst=100_000,
        max_body_bytes=200_000,
        metrics=True,
        openapi=True,
    )
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client


def send(service, path, token=..., **changes):
    """Call an endpoint, with a good token unless told otherwise."""
    method, body = CALLS[path]
    headers = {} if body is None else {"Content-Type": "application/json"}
    token = bearer(aud=BASE + path) if token is ... else token
    if token is not None:
        headers["Authorization"] = token
    sent = {"headers": headers | changes.pop("headers", {})}
    if body is not None:
        sent["content"] = json.dumps(body)
    return service.request(method, path, **(sent | changes))


@pytest.mark.parametrize("path", CALLS)
def test_a_good_call_is_answered(service, path):
    found = send(service, path)
    assert found.status_code == 200, found.text
    assert found.headers["content-type"] == "application/json"


def now():
    """Return the second in which a test runs: the file may have been read long before."""
    return claims()["iat"]


ABUSE = {
    "no token": lambda url: None,
    "basic": lambda url: "Basic dXNlcjpwYXNz",
    "garbage": lambda url: "Bearer x.y.z",
    "alg none": lambda url: by_hand({"alg": "none", "typ": "JWT", "kid": "k1"}, claims(aud=url)),
    "hmac": lambda url: bearer("s" * 64, "HS512", aud=url),
    "a stranger": lambda url: bearer(STRANGER, aud=url),
    "expired": lambda url: bearer(aud=url, iat=now() - 200, exp=now() - 100),
    "not yet": lambda url: bearer(aud=url, nbf=now() + 1_000),
    "another audience": lambda url: bearer(aud="https://other.example/cds-services"),
    "another endpoint": lambda url: bearer(aud=url + "/more"),
    "another issuer": lambda url: bearer(aud=url, iss="https://other.example"),
    "another jku": lambda url: bearer(aud=url, headers={"jku": "https://evil.example/jwks"}),
    "no jti": lambda url: bearer(aud=url, jti=None),
    "for a year": lambda url: bearer(aud=url, exp=now() + 31_536_000),
}


@pytest.mark.parametrize("path", CALLS)
@pytest.mark.parametrize("token", ABUSE.values(), ids=ABUSE)
def test_no_endpoint_serves_a_wrong_token(service, path, token):
    found = send(service, path, token(BASE + path))
    assert found.status_code == 401
    assert found.headers["www-authenticate"].startswith("Bearer")
    assert set(found.json()) == {"error"}


@pytest.mark.parametrize("path", CALLS)
def test_no_endpoint_serves_a_token_twice(service, path):
    token = bearer(aud=BASE + path)
    assert send(service, path, token).status_code == 200
    found = send(service, path, token)
    assert (found.status_code, found.json()["error"]["code"]) == (401, "replayed")


def test_the_tables_are_kept_from_the_garbage_collector_while_it_serves(collector):
    """What is no garbage is told apart first: frozen garbage would stay for ever."""
    before = len(collector.asked)
    with TestClient(create_app(Settings.development())):
        assert collector.asked[before:] == ["collect", "freeze"]
    assert collector.asked[before:] == ["collect", "freeze", "unfreeze"]


def test_a_wrong_token_is_refused_before_the_body_is_judged(service):
    found = send(service, SELECT, None, content=b"{")
    assert found.status_code in (400, 401)
    assert "www-authenticate" in found.headers or found.status_code == 400


POSTS = [path for path, (method, _) in CALLS.items() if method == "POST"]


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    ("body", "statuses"),
    [
        (b"", {400, 422}),
        (b"{", {400}),
        (b"\xff\xfe\x00", {400}),
        (b"[]", {422}),
        (b"null", {422}),
        (b"7", {422}),
        (b"{}", {422}),
        (b"[" * 50_000, {400}),
        (b'{"a":' * 30_000 + b"1" + b"}" * 30_000, {400, 422}),
        (b'{"hook": NaN}', {400, 422}),
        (b'{"n": ' + b"9" * 10_000 + b"}", {400, 422}),
        (b'{"hook": "\\ud800"}', {400, 422}),
        (b'{"x": "' + b"a" * 200_000 + b'"}', {413}),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_a_malformed_or_oversized_body_is_refused(service, path, body, statuses):
    found = send(service, path, content=body)
    assert found.status_code in statuses, found.text
    assert set(found.json()) == {"error"}


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("kind", ["text/plain", "application/xml", ""])
def test_another_content_type_is_refused(service, path, kind):
    assert send(service, path, headers={"Content-Type": kind}).status_code == 415


def test_an_oversized_header_is_refused(service):
    found = send(service, "/cds-services", "Bearer " + "a" * 10_000)
    assert found.status_code == 431


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_another_method_is_refused(service, method):
    found = service.request(method, SELECT, headers={"Content-Type": "application/json"})
    assert found.status_code == 405


def test_unknown_services_do_not_exist(service):
    path = "/cds-services/absent"
    headers = {"Authorization": bearer(aud=BASE + path)}
    assert service.post(path, json=examples.order_select(), headers=headers).status_code == 404


def test_health_needs_no_token_and_says_little(service):
    assert service.get("/healthz").json() == {"status": "alive"}
    ready = service.get("/readyz")
    assert ready.status_code == 200
    assert all(ready.json()["checks"].values())
    assert "medai_requests_total" in service.get("/metrics").text


def test_production_has_no_page_to_try_and_no_chat(service):
    assert service.get("/").status_code == 404
    assert service.get("/chat").status_code == 404
    assert service.get("/docs").status_code == 404


def test_the_openapi_page_names_every_status(service):
    """What may come back is written down: 401, 413, 415, 422, 429 and 503 among it."""
    paths = service.get("/openapi.json").json()["paths"]
    for path in POSTS:
        template = "/cds-services/{service_id}/feedback" if "feedback" in path else path
        assert {"200", "401", "413", "415", "422", "429", "503"} <= set(
            paths[template]["post"]["responses"]
        )
