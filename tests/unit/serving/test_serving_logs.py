"""Logs: one JSON line a request, and no word of a patient, a token or a question in any."""

import io
import json
import logging
import uuid

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import BaseModel
from serving_keys import BASE, DISCOVERY, HOSPITAL, ISS, STRANGER, bearer, jwk
from starlette.requests import Request

from medai.serving import logs
from medai.serving.auth import Verifier
from medai.serving.guards import add_guards
from medai.serving.keysets import Issuer
from medai.serving.settings import Settings
from medai.serving.store import FeedbackStore

#: What must never stand in a line: it is sent in every place where a request can hold text.
SECRET = "WangFang1951"


class Body(BaseModel):
    name: str


@pytest.fixture
def written():
    """Collect what every logger of the process writes, at every level, in our form."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.JsonLines())
    root = logging.getLogger()
    level, ours = root.level, logs.LOGGER.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    logs.LOGGER.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)
    logs.LOGGER.setLevel(ours)


@pytest.fixture
def client(tmp_path):
    settings = Settings(
        mode="production",
        audience=BASE,
        hosts=("testserver",),
        issuers=(Issuer(ISS, (jwk(HOSPITAL, "k1"),)),),
        store=tmp_path / f"{SECRET}.sqlite",
    )
    verifier, store = Verifier(settings), FeedbackStore(settings.store)
    app = FastAPI()

    @app.get("/cds-services")
    async def discover(request: Request):
        verifier.check(request.headers.get("authorization"), url=str(request.url))
        return {"services": []}

    @app.post("/patients/{patient}")
    async def patient(patient: str, body: Body):
        store.add("pgx", [{"card": body.name, "outcome": "overridden", "outcomeTimestamp": "t"}])
        return {"patient": patient}

    @app.get("/broken/{patient}")
    async def broken(patient: str):
        raise KeyError(patient)

    add_guards(app, settings)
    with TestClient(app, raise_server_exceptions=False) as client:
        client.store = store
        yield client
    store.close()
    verifier.close()


def lines_of(written):
    return [json.loads(line) for line in written.getvalue().splitlines()]


def requests_in(written):
    return [line for line in lines_of(written) if line.get("event") == "request"]


def test_a_line_says_what_happened_and_not_to_whom(client, written):
    name = str(uuid.uuid4())
    client.post(f"/patients/{SECRET}", json={"name": SECRET}, headers={"X-Request-ID": name})
    (line,) = requests_in(written)
    assert set(line) == {
        *("time", "level", "logger", "event", "method", "route", "status", "ms", "request_id")
    }
    assert (line["method"], line["route"], line["status"]) == ("POST", "/patients/{patient}", 200)
    assert line["request_id"] == name
    assert line["ms"] >= 0


GOOD_AND_BAD = {
    "good": lambda c: c.post(f"/patients/{SECRET}", json={"name": SECRET}),
    "query": lambda c: c.post(f"/patients/1?name={SECRET}", json={"name": SECRET}),
    "unknown path": lambda c: c.get(f"/{SECRET}/{SECRET}"),
    "unknown method": lambda c: c.request(SECRET, "/patients/1"),
    "malformed": lambda c: c.post(
        "/patients/1", content=f"{{{SECRET}", headers={"Content-Type": "application/json"}
    ),
    "wrong shape": lambda c: c.post("/patients/1", json={"name": {SECRET: SECRET}}),
    "wrong type": lambda c: c.post("/patients/1", content=SECRET),
    "too long": lambda c: c.post("/patients/1", json={"name": SECRET * 200_000}),
    "failure": lambda c: c.get(f"/broken/{SECRET}"),
    "headers": lambda c: c.get(
        "/x", headers={"X-Request-ID": SECRET, "User-Agent": SECRET, "Cookie": SECRET}
    ),
    "host": lambda c: c.get("/x", headers={"Host": SECRET}),
    "origin": lambda c: c.get("/x", headers={"Origin": f"https://{SECRET}"}),
    "good token": lambda c: c.get("/cds-services", headers={"Authorization": bearer(jti=SECRET)}),
    "forged token": lambda c: c.get(
        "/cds-services", headers={"Authorization": bearer(STRANGER, jti=SECRET, iss=SECRET)}
    ),
    "garbage token": lambda c: c.get(
        "/cds-services", headers={"Authorization": f"Bearer {SECRET}"}
    ),
    "store fails": lambda c: (c.store.close(), c.post("/patients/1", json={"name": SECRET}))[1],
}


@pytest.mark.parametrize("send", GOOD_AND_BAD.values(), ids=GOOD_AND_BAD)
def test_no_line_names_a_patient_or_a_token(client, written, send):
    token = bearer()
    found = send(client)
    client.get("/cds-services", headers={"Authorization": token})
    text = written.getvalue()
    assert SECRET not in text
    assert "eyJ" not in text  # how every JSON Web Token begins
    assert "Traceback" not in text
    ours = requests_in(written)
    assert ours[0]["status"] == found.status_code
    assert len(ours) == 2


def test_a_failure_is_found_by_its_request_id_and_place(client, written):
    found = client.get(f"/broken/{SECRET}")
    (line,) = [line for line in lines_of(written) if line.get("event") == "failure"]
    assert line["request_id"] == found.headers["x-request-id"]
    assert line["kind"] == "KeyError"
    assert line["at"][-1].startswith("test_serving_logs.py:")


def test_what_other_libraries_say_is_not_repeated(written):
    logging.getLogger("asyncio").error("Task failed for %s", SECRET)
    logging.getLogger("uvicorn.error").error(
        "Exception in ASGI application", exc_info=KeyError(SECRET)
    )
    assert SECRET not in written.getvalue()
    assert [line["level"] for line in lines_of(written)] == ["error", "error"]


def test_setup_switches_the_access_log_off(monkeypatch):
    """In a process of its own, so that pytest's own handlers stay."""
    import subprocess
    import sys

    code = f"""
import logging, sys
from medai.serving.logs import setup_logs
setup_logs(stream=sys.stdout)
logging.getLogger("uvicorn.access").info("GET /patients/{SECRET}?q={SECRET} 200")
logging.getLogger("uvicorn.error").info("Application startup complete.")
logging.getLogger("medai.serving").info("x", extra={{"fields": {{"event": "request"}}}})
logging.getLogger("urllib3").info("{SECRET}")
"""
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in found.stdout.splitlines()]
    assert [line["event"] for line in lines] == ["Application startup complete.", "request"]
    assert found.stderr == ""


def test_a_token_for_discovery_is_accepted_here(client):
    """Guards the tests above: their good token is a good one."""
    assert client.get("/cds-services", headers={"Authorization": bearer(aud=DISCOVERY)}).is_success
