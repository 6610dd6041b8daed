"""How the server listens, and what its container file says."""

import contextlib
import json
import re
import shlex
import socket
import threading
from pathlib import Path

import pytest
import uvicorn

import medai.serving
from medai.runtime.errors import MedaiError
from medai.serving.server import listening_socket, options, serve
from medai.serving.settings import Settings

FOLDER = Path(medai.serving.__file__).parent


def test_an_answer_does_not_wait_for_a_packet():
    """TCP_NODELAY holds on each accepted connection; without it an answer takes 40 ms more."""
    listening = listening_socket("127.0.0.1", 0)
    listening.listen()
    with socket.create_connection(listening.getsockname()[:2]):
        accepted, _ = listening.accept()
        assert accepted.proto == socket.IPPROTO_TCP  # what asyncio goes by
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        accepted.close()
    listening.close()


def test_a_taken_port_is_named():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(MedaiError, match=f"port {port}: Address already in use"):
            listening_socket("127.0.0.1", port)


def test_several_workers_need_a_file():
    with pytest.raises(MedaiError, match="need a settings file and a store"):
        serve(Settings.development(), workers=2)


def test_the_server_is_quiet_and_bounded():
    found = options(Settings.development(max_token_bytes=20_000))
    assert found["access_log"] is False
    assert found["log_config"] is None
    assert found["server_header"] is False
    assert found["limit_concurrency"] > 0
    assert found["h11_max_incomplete_event_size"] > 20_000


@pytest.mark.parametrize("http", ["h11", None], ids=["h11", "httptools"])
@pytest.mark.parametrize("start", [b"", b"5\r\nhello\r\n0\r\n"], ids=["head", "trailer"])
def test_a_head_without_an_end_is_cut_off(http, start):
    """Of 100 MB of headers, or of what may follow a chunked body, little is taken."""
    if http is None:
        pytest.importorskip("httptools")
    settings = Settings.development()

    async def app(scope, receive, send):
        while (await receive()).get("more_body"):
            pass

    found = options(settings) | ({"http": http} if http else {}) | {"lifespan": "off"}
    if http is None:
        assert isinstance(found["http"], type)
    server = uvicorn.Server(uvicorn.Config(app, **found))
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        taken = 0
        with socket.create_connection(listening.getsockname(), timeout=20) as line:
            line.sendall(b"POST / HTTP/1.1\r\nHost: a\r\n")
            if start:
                line.sendall(b"Transfer-Encoding: chunked\r\n\r\n" + start)
            with contextlib.suppress(OSError):  # the server has closed the connection
                for _ in range(100):
                    line.sendall(b"X-More: " + b"a" * 1_000_000 + b"\r\n")
                    taken += 1
        assert taken < 50
        server.should_exit = True
        thread.join(20)


@pytest.fixture(scope="module")
def steps():
    """Return the instructions of the container file: (name, arguments)."""
    text = (FOLDER / "Containerfile").read_text()
    text = re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE)
    text = re.sub(r"\\\n\s*", " ", text)
    return [tuple(line.split(maxsplit=1)) for line in text.splitlines() if line.strip()]


def of(steps, name):
    return [rest for step, rest in steps if step == name]


def test_only_known_instructions_stand_there(steps):
    known = {"FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "VOLUME", "EXPOSE"}
    known |= {"STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD"}
    assert {name for name, _ in steps} <= known
    assert steps[0][0] == "FROM"


def test_the_base_has_a_full_address_and_version(steps):
    for base in of(steps, "FROM"):
        assert re.match(r"docker\.io/library/python:3\.1[12]\.\d+-slim-\w+( AS build)?$", base)


def test_it_does_not_run_as_root(steps):
    (user,) = of(steps, "USER")
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", user)
    after = steps[steps.index(("USER", user)) :]
    assert not [rest for name, rest in after if name in ("RUN", "COPY")]


def test_it_never_starts_in_development(steps):
    words = [word for name in ("ENTRYPOINT", "CMD") for word in json.loads(of(steps, name)[0])]
    assert words[:2] == ["medai", "serve"]
    assert "--settings" in words
    assert not [word for word in words if "dev" in word]
    assert "--dev" not in (FOLDER / "Containerfile").read_text()


def test_its_health_is_asked_on_the_port_that_it_opens(steps):
    (port,) = of(steps, "EXPOSE")
    (check,) = of(steps, "HEALTHCHECK")
    command = json.loads(check[check.index("CMD ") + 4 :])
    assert command[:2] == ["python", "-c"]
    compile(command[2], "healthcheck", "exec")
    assert f"127.0.0.1:{port}/healthz" in command[2]
    assert port == str(Settings.development().port)


def test_what_it_copies_is_there_and_no_secret(steps):
    root = FOLDER.parents[1]
    copied = [shlex.split(rest) for rest in of(steps, "COPY") if not rest.startswith("--from")]
    sources = [one for words in copied for one in words[:-1]]
    assert {"pyproject.toml", "medai", "data"} <= set(sources)
    if (root / "pyproject.toml").exists():  # a checkout, not an installed package
        assert [one for one in sources if not (root / one).exists()] == []
    text = (FOLDER / "Containerfile").read_text().lower()
    assert not re.search(r"password|secret|token=|curl|wget|chmod 777|:latest", text)


def test_versions_are_those_of_the_requirements(steps):
    install = next(rest for rest in of(steps, "RUN") if "pip install" in rest)
    assert "--constraint requirements.txt" in install
    assert '".[serve,fhir]"' in install
