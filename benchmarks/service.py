"""The decision-support service: how fast with twenty callers, and what a hundred kills lose.

    python benchmarks/service.py [--requests 4000] [--kills 100] [--workers 2] [--no-write]

Latency: `order-select` with prefetch (the example of ``medai.serving.examples``), 20 callers at
a time, each sending its next request when it has its answer, over loopback, keep-alive, from a
process that shares the two cores with the server.  Measured for

production
    a signed token in every request (RS384), checked and remembered; the store on the disk;
development
    the same without tokens;
feedback
    one item a request, each on the disk before it is acknowledged;
hello
    a FastAPI application of three lines on the same server, with as many workers: what the
    framework and this client cost by themselves.

The figures come from one run, so that they can be compared; the order is shuffled and repeated.
Tokens are signed before the clock starts.  An answer that is not 200 stops the benchmark.

Kills: eight callers send feedback of five items a request; the process is killed (SIGKILL) at a
random moment; the next one starts on the same file.  Lost: a request that was answered with 200
and is not complete in the store in the end.  Torn: a request of which some items are there.

Writes data/results/service.json.  Run it on an idle machine.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import datetime
import json
import os
import platform
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from importlib.metadata import version
from pathlib import Path

TARGET = Path(__file__).resolve().parents[1] / "data" / "results" / "service.json"
BASE, ISS = "https://cds.example.org", "https://ehr.example.org"
CALLERS, ROUNDS, SEED = 20, 3, 0
HELLO = """
from fastapi import FastAPI
def create(settings):
    app = FastAPI()
    @app.post("/hello")
    async def hello() -> dict:
        return {"hello": "world"}
    return app
"""
SERVE = """
import sys
from pathlib import Path
if __name__ == "__main__":
    from medai.serving.server import serve
    from medai.serving.settings import Settings
    file, workers, create = Path(sys.argv[1]), int(sys.argv[2]), None
    if sys.argv[3] == "hello":
        from hello_app import create
    serve(Settings.from_file(file), workers=workers, file=file, create=create)
"""


def key_pair():
    """Return a fresh private key and the settings' row of its issuer."""
    from cryptography.hazmat.primitives.asymmetric import rsa
    from jwt.algorithms import RSAAlgorithm

    private = rsa.generate_private_key(65537, 3_072)
    public = json.loads(RSAAlgorithm.to_jwk(private.public_key())) | {"kid": "k1", "use": "sig"}
    return private, {"iss": ISS, "keys": [public]}


def bearer(private, path: str) -> str:
    """Return a good token for one call."""
    import jwt

    now = int(time.time())
    claims = {"iss": ISS, "aud": BASE + path, "iat": now, "exp": now + 3_000,
              "jti": str(uuid.uuid4())}  # fmt: skip
    return jwt.encode(claims, private, algorithm="RS384", headers={"kid": "k1"})


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def settings_file(folder: Path, issuer: dict, mode: str) -> Path:
    """Write the settings of a service, and return their path."""
    values: dict = {"mode": mode, "store": "feedback.sqlite", "port": free_port()}
    if mode == "production":
        values |= {
            "audience": BASE,
            "hosts": ["127.0.0.1"],
            "issuers": [issuer],
            "rate_per_minute": 1_000_000,
            "rate_burst": 100_000,
            "max_token_lifetime_s": 3_600,
        }
    path = folder / f"{mode}.json"
    path.write_text(json.dumps(values))
    return path


@contextlib.contextmanager
def served(folder: Path, app: str, path: str, settings: Path, workers: int):
    """Run a server until the block ends; gives its process and port."""
    port = json.loads(settings.read_text())["port"]
    (folder / "hello_app.py").write_text(HELLO)
    (folder / "serve.py").write_text(SERVE)
    root = Path(__file__).resolve().parents[1]
    environment = os.environ | {"PYTHONPATH": f"{folder}{os.pathsep}{root}"}
    command = [sys.executable, str(folder / "serve.py"), str(settings), str(workers), app]
    lines = (folder / "log").open("ab")
    with subprocess.Popen(
        command, env=environment, start_new_session=True, stderr=lines
    ) as process:
        try:
            for _ in range(3_000):
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5):
                        break
                except OSError as error:
                    if process.poll() is not None:
                        raise RuntimeError("the server did not start") from error
                    time.sleep(0.02)
            yield process, port
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            lines.close()


async def exchange(streams, request: bytes) -> tuple[int, bytes]:
    """Send one request on an open connection; return the status and the body."""
    reader, writer = streams
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    length = int(head.split("content-length:")[1].split("\r\n")[0])
    return int(head[9:12]), await reader.readexactly(length)


def request_bytes(path: str, body: dict, token: str | None) -> bytes:
    """Return an HTTP request, ready to be sent."""
    data = json.dumps(body).encode()
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: 127.0.0.1",
        "Content-Type: application/json",
        f"Content-Length: {len(data)}",
    ]
    if token is not None:
        lines.append(f"Authorization: Bearer {token}")
    return "\r\n".join([*lines, "", ""]).encode() + data


async def hammer(port: int, requests: list[bytes], callers: int) -> tuple[list[float], float]:
    """Send all requests, `callers` at a time; return their seconds and the whole time."""
    waiting, seconds = iter(requests), []

    async def call() -> None:
        streams = await asyncio.open_connection("127.0.0.1", port)
        for request in waiting:
            begun = time.perf_counter()
            status, body = await exchange(streams, request)
            seconds.append(time.perf_counter() - begun)
            if status != 200:
                raise RuntimeError(f"{status}: {body[:300]!r}")
        streams[1].close()

    begun = time.perf_counter()
    await asyncio.gather(*(call() for _ in range(callers)))
    return seconds, time.perf_counter() - begun


def summary(rounds: list[tuple[list[float], float]]) -> dict:
    """Return percentiles over all rounds, and the p95 of each round."""
    every = sorted(one for seconds, _ in rounds for one in seconds)

    def at(values: list[float], share: float) -> float:
        return round(
            1_000 * sorted(values)[max(0, -(-int(share * 100) * len(values) // 100) - 1)], 2
        )

    return {
        "requests": len(every),
        "p50 ms": at(every, 0.5),
        "p95 ms": at(every, 0.95),
        "p99 ms": at(every, 0.99),
        "max ms": round(1_000 * every[-1], 2),
        "p95 ms of each round": [at(seconds, 0.95) for seconds, _ in rounds],
        "requests per second": round(len(every) / sum(whole for _, whole in rounds), 1),
        "errors": 0,
    }


def latency(folder: Path, requests: int, workers: int) -> dict:
    """Measure the four ways, in rounds of shuffled order."""
    from medai.serving import examples
    from medai.serving.hooks import IDS

    private, issuer = key_pair()
    select = f"/cds-services/{IDS['order-select']}"
    example = examples.order_select()

    def item() -> dict:
        return {"feedback": [{"card": str(uuid.uuid4()), "outcome": "overridden",
                              "outcomeTimestamp": "2026-11-23T08:00:00Z"}]}  # fmt: skip

    ways = {
        "production": ("service", "production", select, lambda: example),
        "development": ("service", "development", select, lambda: example),
        "feedback": ("service", "production", f"{select}/feedback", item),
        "hello": ("hello", "development", "/hello", lambda: {}),
    }
    rounds: dict[str, list] = {name: [] for name in ways}
    order = random.Random(SEED)
    for _ in range(ROUNDS):
        for name in order.sample(list(ways), len(ways)):
            app, mode, path, body = ways[name]
            settings = settings_file(folder, issuer, mode)
            ready = "/openapi.json" if app == "hello" else "/readyz"
            with served(folder, app, ready, settings, workers) as (_, port):

                def made(count, path=path, body=body, signed=mode == "production"):
                    return [
                        request_bytes(path, body(), bearer(private, path) if signed else None)
                        for _ in range(count)
                    ]

                asyncio.run(hammer(port, made(10 * CALLERS), CALLERS))  # warm
                rounds[name].append(asyncio.run(hammer(port, made(requests // ROUNDS), CALLERS)))
            print(f"{name:12} p95 {summary(rounds[name][-1:])['p95 ms']:.1f} ms", flush=True)
    return {name: summary(found) for name, found in rounds.items()}


async def write_until_killed(port: int, made, process, seconds: float) -> tuple[set, set]:
    """Let eight callers write feedback until the server is killed; return sent and kept."""
    sent: set[str] = set()
    acknowledged: set[str] = set()

    async def call() -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            streams = await asyncio.open_connection("127.0.0.1", port)
            while True:
                number, request = made()
                sent.add(number)
                status, body = await exchange(streams, request)
                if status != 200:
                    raise RuntimeError(f"{status}: {body[:300]!r}")
                acknowledged.add(number)

    callers = [asyncio.create_task(call()) for _ in range(8)]
    await asyncio.sleep(seconds)
    os.killpg(process.pid, signal.SIGKILL)
    await asyncio.gather(*callers)
    return sent, acknowledged


def kills(folder: Path, count: int) -> dict:
    """Kill a writing server `count` times and count what is missing in the end."""
    from medai.serving.hooks import IDS
    from medai.serving.store import FeedbackStore

    private, issuer = key_pair()
    path = f"/cds-services/{IDS['order-select']}/feedback"
    settings = settings_file(folder, issuer, "production")
    moments = random.Random(SEED)

    def made() -> tuple[str, bytes]:
        number = uuid.uuid4().hex
        items = [{"card": f"{number}-{i}", "outcome": "overridden",
                  "outcomeTimestamp": "2026-11-23T08:00:00Z",
                  "overrideReason": {"userComment": "x" * 1_000}} for i in range(5)]  # fmt: skip
        return number, request_bytes(path, {"feedback": items}, bearer(private, path))

    sent, acknowledged = set(), set()
    for kill in range(count):
        with served(folder, "service", "/readyz", settings, 1) as (process, port):
            pair = asyncio.run(write_until_killed(port, made, process, moments.uniform(0.05, 0.5)))
        sent |= pair[0]
        acknowledged |= pair[1]
        if kill % 10 == 9:
            print(f"{kill + 1} kills, {len(acknowledged)} requests acknowledged", flush=True)
    store = FeedbackStore(folder / "feedback.sqlite")
    kept: dict[str, int] = {}
    for row in store.all():
        number = row["card"].rpartition("-")[0]
        if number in sent:
            kept[number] = kept.get(number, 0) + 1
    store.close()
    return {
        "kills": count,
        "requests sent": len(sent),
        "requests acknowledged": len(acknowledged),
        "cut off by a kill": len(sent - acknowledged),
        "of these kept whole": len((sent - acknowledged) & set(kept)),
        "acknowledged and lost": len(acknowledged - set(kept)),
        "torn": sum(number != 5 for number in kept.values()),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=4_000, help="of each way, in all rounds")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--workers", type=int, default=2, help="server processes")
    parser.add_argument("--no-write", action="store_true", help="print only")
    args = parser.parse_args()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        found = {
            "date": datetime.date.today().isoformat(),
            "command": " ".join(["python benchmarks/service.py", *sys.argv[1:]]),
            "python": platform.python_version(),
            "versions": {
                name: version(name) for name in ("fastapi", "starlette", "uvicorn", "pyjwt")
            },
            "cores": os.cpu_count(),
            "load before": round(load, 2),
            "callers": CALLERS,
            "workers": args.workers,
            "latency": latency(Path(one), args.requests, args.workers),
            "kills": kills(Path(other), args.kills),
        }
    print(json.dumps(found, indent=1))
    if not args.no_write:
        TARGET.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
