"""Guards: limits, time, rate, origins, headers, errors; on a small application of the test."""

import asyncio
import threading
import uuid

import anyio
import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from fastapi.testclient import TestClient
from pydantic import BaseModel
from starlette.staticfiles import StaticFiles

from medai.runtime.errors import MedaiError
from medai.serving import health
from medai.serving.auth import Refused
from medai.serving.guards import add_guards
from medai.serving.limits import RateLimit, client_of, name_of
from medai.serving.settings import Settings
from medai.serving.store import StoreError

JSON = {"Content-Type": "application/json"}
STUCK = threading.Event()


class Order(BaseModel):
    drug: str
    milligrams: float = 1.0


def application(tmp_path, **changes):
    app = FastAPI()
    app.include_router(health.router)

    @app.post("/orders/{patient}")
    async def order(patient: str, order: Order):
        return {"patient": patient, "drug": order.drug}

    @app.post("/raw")
    async def raw(body: dict):
        return {"n": len(body["x"])}

    @app.get("/broken")
    async def broken():
        raise RuntimeError("Wang Fang, born 1951")

    @app.get("/broken-stream")
    async def broken_stream():
        async def pieces():
            yield b"begun"
            raise RuntimeError("Wang Fang, born 1951")

        return StreamingResponse(pieces())

    @app.get("/sleeps")
    async def sleeps():
        await anyio.sleep_forever()

    @app.get("/stuck")
    def stuck():
        STUCK.wait(10)

    @app.get("/slow-stream")
    async def slow_stream():
        async def pieces():
            for _ in range(4):
                yield b"x"
                await anyio.sleep(0.05)

        return StreamingResponse(pieces())

    @app.get("/refused")
    async def refused():
        raise Refused(401, "expired", "The token has expired")

    @app.get("/store")
    async def store():
        raise StoreError("The store /var/lib/secret.sqlite is full.")

    @app.get("/wrong")
    async def wrong():
        raise MedaiError("Age is 200, but must be below 120.")

    (tmp_path / "static").mkdir(exist_ok=True)
    (tmp_path / "static" / "a.txt").write_text("a")
    app.mount("/static", StaticFiles(directory=tmp_path / "static"))
    add_guards(app, Settings.development(**changes))
    return app


@pytest.fixture
def client(tmp_path):
    with TestClient(application(tmp_path, max_body_bytes=1_024)) as client:
        yield client


def error_of(response):
    """Return the error, which has the one form that every error has."""
    assert response.headers["content-type"] == "application/json"
    error = response.json()["error"]
    assert {"code", "message", "request_id"} <= set(error)
    assert error["request_id"] == response.headers["x-request-id"]
    return error


def body_of(size):
    """Return a JSON body of exactly `size` bytes."""
    return b'{"x":"' + b"a" * (size - 8) + b'"}'


def test_a_body_at_the_limit_passes_and_one_byte_more_does_not(client):
    assert client.post("/raw", content=body_of(1_024), headers=JSON).json() == {"n": 1_016}
    found = client.post("/raw", content=body_of(1_025), headers=JSON)
    assert (found.status_code, error_of(found)["code"]) == (413, "body_too_long")


@pytest.mark.parametrize("size", [1_024, 1_025, 3_000, 100_000])
def test_a_chunked_body_without_length_has_the_same_limit(client, size):
    whole = body_of(size)
    chunks = (whole[at : at + 100] for at in range(0, size, 100))
    found = client.post("/raw", content=chunks, headers=JSON)
    assert "content-length" not in found.request.headers
    assert found.status_code == (200 if size <= 1_024 else 413)


def call(app, messages, headers=((b"content-type", b"application/json"),), path="/raw"):
    """Send ASGI messages by hand; a missing end means that the sender goes silent."""
    sent, pieces = [], list(messages)

    async def receive():
        if pieces:
            return pieces.pop(0)
        return await anyio.sleep_forever()

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"host", b"localhost"), *headers],
        "client": ("127.0.0.1", 1),
        "scheme": "http",
        "server": ("127.0.0.1", 80),
        "http_version": "1.1",
        "root_path": "",
    }
    asyncio.run(app(scope, receive, send))
    return sent[0]["status"] if sent else None


def piece(body=b"", more=False):
    return {"type": "http.request", "body": body, "more_body": more}


@pytest.mark.parametrize("length", [b"-1", b"1e3", b"ten", b" 5", b"0x10", b"9" * 30])
def test_a_nonsense_length_is_refused(tmp_path, length):
    headers = [(b"content-type", b"application/json"), (b"content-length", length)]
    assert call(application(tmp_path), [piece(b"{}")], headers) == 400


def test_a_body_declared_far_too_long_is_refused_unread(tmp_path):
    headers = [(b"content-type", b"application/json"), (b"content-length", b"100000000")]
    assert call(application(tmp_path), [], headers) == 413


def test_a_body_that_never_ends_is_cut_off(tmp_path):
    app = application(tmp_path, max_body_bytes=1_024)
    endless = [piece(b"a" * 512, True)] * 100
    assert call(app, endless) == 413


def test_a_body_that_drips_is_given_up(tmp_path):
    app = application(tmp_path, timeout_s=0.05)
    assert call(app, [piece(b'{"x":', True)]) == 408


def test_a_sender_who_hangs_up_gets_no_answer(tmp_path):
    app = application(tmp_path)
    assert call(app, [piece(b'{"x":', True), {"type": "http.disconnect"}]) is None


@pytest.mark.parametrize("name", [b"authorization", b"content-type", b"content-length", b"host"])
def test_a_doubled_header_is_refused(tmp_path, name):
    """Two proxies may each believe another one of the two."""
    values = [(name, b"2"), (name, b"2")] if name != b"host" else [(name, b"localhost")]
    headers = [*values, *([(b"content-type", b"application/json")] if b"type" not in name else [])]
    assert call(application(tmp_path), [piece(b"{}")], headers) == 400


@pytest.mark.parametrize(
    "kind",
    [
        *("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"),
        *("application/xml", "application/jsonp", "text/json", "", None),
    ],
)
def test_a_body_of_another_type_is_refused(client, kind):
    headers = {} if kind is None else {"Content-Type": kind}
    found = client.post("/raw", content=b'{"x": ""}', headers=headers)
    assert (found.status_code, error_of(found)["code"]) == (415, "wrong_content_type")


@pytest.mark.parametrize("kind", ["application/json", "application/JSON; charset=utf-8"])
def test_json_is_json_however_it_is_written(client, kind):
    assert client.post("/raw", content=b'{"x": ""}', headers={"Content-Type": kind}).is_success


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe", b"{'x': 1}", b"[" * 900, b'{"x": NaN,}', b"\x00"]
)
def test_a_malformed_body_is_the_callers_error(client, body):
    found = client.post("/orders/7", content=body, headers=JSON)
    assert found.status_code in (400, 422)
    error_of(found)


def test_a_body_of_the_wrong_shape_is_not_echoed(client):
    wrong = {"drug": {"Wang Fang": "secret"}, "milligrams": "Wang"}
    found = client.post("/orders/7", json=wrong)
    assert found.status_code == 422
    assert error_of(found)["where"] == [
        {"at": "body.drug", "kind": "string_type"},
        {"at": "body.milligrams", "kind": "float_parsing"},
    ]
    assert "Wang" not in found.text


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/absent/Wang", 404, "not_found"),
        ("/raw", 405, "method_not_allowed"),
        ("/refused", 401, "expired"),
        ("/store", 503, "store_unavailable"),
        ("/wrong", 422, "wrong_request"),
        ("/broken", 500, "internal"),
    ],
)
def test_every_error_has_the_one_form(client, path, status, code):
    found = client.get(path)
    assert (found.status_code, error_of(found)["code"]) == (status, code)
    assert "Traceback" not in found.text
    assert "Wang" not in found.text
    assert "/var/lib" not in found.text


def test_a_refusal_and_a_store_error_say_what_to_do(client):
    assert 'error="invalid_token"' in client.get("/refused").headers["www-authenticate"]
    assert client.get("/store").headers["retry-after"] == "5"


def test_a_failure_in_mid_stream_cuts_the_answer_off(client):
    """The caller must not take half an answer for a whole one."""
    with pytest.raises(RuntimeError, match="cut off") as caught:
        client.get("/broken-stream")
    assert "Wang" not in str(caught.getrepr(chain=True))


def test_a_route_that_sleeps_is_given_up(tmp_path):
    with TestClient(application(tmp_path, timeout_s=0.05)) as client:
        found = client.get("/sleeps")
        assert (found.status_code, error_of(found)["code"]) == (503, "timeout")
        assert found.headers["retry-after"] == "5"


def test_a_thread_that_hangs_does_not_keep_the_caller(tmp_path):
    with TestClient(application(tmp_path, timeout_s=0.05)) as client:
        assert client.get("/stuck").status_code == 503  # the thread still waits
        assert client.get("/healthz").status_code == 200
        STUCK.set()


def test_a_stream_that_has_begun_may_take_longer(tmp_path):
    with TestClient(application(tmp_path, timeout_s=0.1)) as client:
        assert client.get("/slow-stream").text == "xxxx"  # 0.2 s


def test_a_client_that_asks_too_often_is_told_to_wait(tmp_path):
    app = application(tmp_path, rate_per_minute=6, rate_burst=3)
    with TestClient(app) as client:
        codes = [client.get("/absent").status_code for _ in range(4)]
        assert codes == [404, 404, 404, 429]
        found = client.get("/absent")
        assert error_of(found)["code"] == "too_many_requests"
        assert 1 <= int(found.headers["retry-after"]) <= 11  # one in ten seconds
        assert client.get("/healthz").status_code == 200
    with TestClient(app, client=("10.0.0.9", 1)) as other:
        assert other.get("/absent").status_code == 404


def test_the_bucket_fills_as_computed_by_hand():
    """Two at once, then one every half second (120 a minute)."""
    limit = RateLimit(None, per_minute=120, burst=2)
    assert [limit.take("a", 0.0), limit.take("a", 0.0)] == [0, 0]
    assert limit.take("a", 0.0) == pytest.approx(0.5)
    assert limit.take("a", 0.25) == pytest.approx(0.25)
    assert limit.take("a", 0.5) == 0
    assert limit.take("a", 100.0) == 0
    assert limit.take("a", 100.0) == 0
    assert limit.take("a", 100.0) > 0  # a long pause fills it to two, not to two hundred


def test_a_million_clients_do_not_fill_the_memory():
    limit = RateLimit(None, per_minute=60, burst=1, most=100)
    for n in range(10_000):
        limit.take(f"client {n}", float(n))
    assert len(limit.clients) == 100


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("10.0.0.1", "10.0.0.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("testclient", "local"),
    ],
)
def test_clients_are_told_apart_by_address(address, name):
    assert client_of({"client": (address, 1)}) == name
    assert client_of({"client": None}) == "local"


ORIGIN = "https://ehr.example.org"
PREFLIGHT = {
    "Origin": ORIGIN,
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization, content-type",
}


def test_a_page_on_the_list_may_call(tmp_path):
    with TestClient(application(tmp_path, origins=(ORIGIN,))) as client:
        asked = client.options("/raw", headers=PREFLIGHT)  # without a token, as browsers do
        assert asked.status_code == 200
        assert asked.headers["access-control-allow-origin"] == ORIGIN
        assert "Authorization" in asked.headers["access-control-allow-headers"]
        failed = client.get("/refused", headers={"Origin": ORIGIN})
        assert failed.headers["access-control-allow-origin"] == ORIGIN  # so it can read why
        assert "access-control-allow-credentials" not in failed.headers


@pytest.mark.parametrize("origin", ["https://evil.example", "null", ORIGIN + ".evil.example"])
def test_a_page_that_is_not_on_the_list_may_not(tmp_path, origin):
    with TestClient(application(tmp_path, origins=(ORIGIN,))) as client:
        asked = client.options("/raw", headers=PREFLIGHT | {"Origin": origin})
        assert asked.status_code == 400
        assert "access-control-allow-origin" not in asked.headers
        found = client.get("/healthz", headers={"Origin": origin})
        assert "access-control-allow-origin" not in found.headers


@pytest.mark.parametrize("path", ["/healthz", "/absent", "/broken", "/static/a.txt", "/refused"])
def test_every_answer_carries_the_security_headers(client, path):
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert "strict-transport-security" not in headers  # plain http on loopback


def test_a_request_keeps_its_id_only_if_it_is_one(client):
    mine = str(uuid.uuid4())
    assert client.get("/healthz", headers={"X-Request-ID": mine}).headers["x-request-id"] == mine
    for other in ("Wang Fang", mine + "x", "1"):
        given = client.get("/healthz", headers={"X-Request-ID": other}).headers["x-request-id"]
        assert given != other
        assert uuid.UUID(given).version == 4


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "localhost@x"])
def test_another_host_name_is_refused(client, host):
    found = client.get("/absent", headers={"Host": host})
    assert (found.status_code, error_of(found)["code"]) == (421, "wrong_host")


@pytest.mark.parametrize(
    ("host", "name"),
    [("a.example", "a.example"), ("a.example:80", "a.example"), ("[::1]:80", "::1"), ("", "")],
)
def test_the_name_in_a_host_header(host, name):
    assert name_of(host) == name


def test_ready_means_that_every_check_holds(tmp_path):
    app = application(tmp_path)
    with TestClient(app) as client:
        assert client.get("/readyz").status_code == 503  # nothing has been checked
        holds = {"store": True}
        health.add_check(app, "tables", lambda: True)
        health.add_check(app, "store", lambda: holds["store"])
        assert client.get("/readyz").json() == {
            "status": "ready",
            "checks": {"tables": True, "store": True},
        }
        holds["store"] = False
        found = client.get("/readyz")
        assert (found.status_code, found.json()["checks"]["store"]) == (503, False)
        health.add_check(app, "store", lambda: 1 / 0)
        assert client.get("/readyz").status_code == 503


def test_metrics_count_templates_and_not_paths(tmp_path):
    app = application(tmp_path)
    with TestClient(app) as client:
        for n in range(20):
            client.post(f"/orders/patient-{n}", json={"drug": "codeine"})
            client.get(f"/absent/{n}")
            client.request(f"METHOD{n}", "/absent")
        client.get("/static/a.txt")
        text = client.get("/metrics").text
    lines = [line for line in text.splitlines() if line.startswith("medai_requests_total")]
    assert sorted(lines) == [
        'medai_requests_total{method="GET",route="static",status="200"} 1.0',
        'medai_requests_total{method="GET",route="unmatched",status="404"} 20.0',
        'medai_requests_total{method="OTHER",route="unmatched",status="404"} 20.0',
        'medai_requests_total{method="POST",route="/orders/{patient}",status="200"} 20.0',
    ]
    assert 'medai_request_seconds_count{route="/orders/{patient}"} 20.0' in text
    assert "patient-" not in text


def test_two_applications_count_apart(tmp_path):
    one, two = application(tmp_path), application(tmp_path)
    TestClient(one).get("/healthz")
    assert 'route="/healthz"' in TestClient(one).get("/metrics").text
    assert 'route="/healthz"' not in TestClient(two).get("/metrics").text
