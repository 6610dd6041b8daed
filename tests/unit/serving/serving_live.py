"""A real server on loopback for the tests of the service: in a thread, or as a process."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
import time

import httpx
import uvicorn
from serving_keys import BASE, HOSPITAL, ISS, jwk


@contextlib.contextmanager
def serve_in_thread(app):
    """Serve an application by uvicorn on a free port; gives its address and a client."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        base = f"http://127.0.0.1:{listening.getsockname()[1]}"
        try:
            with httpx.Client(base_url=base, timeout=30, trust_env=False) as client:
                until_it_answers(client)
                yield base, client
        finally:
            server.should_exit = True
            thread.join(20)


def until_it_answers(client, path="/", process=None):
    """Ask until the server answers at all; give up after minutes, or when it has ended."""
    end = time.monotonic() + 300
    while True:
        try:
            return client.get(path)
        except httpx.TransportError:
            ended = process is not None and process.poll() is not None
            if ended or time.monotonic() > end:
                raise
            time.sleep(0.02)


def free_port():
    """Return a port that was free a moment ago."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def settings_file(folder, **changes):
    """Write settings of a service in production, and return their path."""
    values = {
        "mode": "production",
        "port": free_port(),
        "audience": BASE,
        "hosts": ["127.0.0.1"],
        "store": "feedback.sqlite",
        "rate_per_minute": 1_000_000,
        "rate_burst": 100_000,
        "issuers": [{"iss": ISS, "keys": [jwk(HOSPITAL, "k1")]}],
    }
    path = folder / "settings.json"
    path.write_text(json.dumps(values | changes))
    return path


SERVER = """
import sys
from pathlib import Path
from medai.serving.server import serve
from medai.serving.settings import Settings
if __name__ == "__main__":
    file = Path(sys.argv[1])
    serve(Settings.from_file(file), workers=int(sys.argv[2]), file=file)
"""


@contextlib.contextmanager
def serve_as_process(settings, log, workers=1):
    """Serve the real service as a process of its own; gives the process and a client."""
    port = json.loads(settings.read_text())["port"]
    script = settings.with_name("serve.py")  # a file: further workers import it again
    script.write_text(SERVER)
    with open(log, "ab") as lines:
        process = subprocess.Popen(
            [sys.executable, str(script), str(settings), str(workers)],
            stdout=lines,
            stderr=lines,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
    try:
        limits = httpx.Limits(max_connections=50)
        with httpx.Client(
            base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False, limits=limits
        ) as client:
            until_it_answers(client, "/readyz", process)
            yield process, client
    finally:
        process.kill()
        process.wait()
