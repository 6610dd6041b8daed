"""Connections are dealt out in turn, and nothing hangs when a worker does."""

import contextlib
import os
import socket
import subprocess
import sys
import time

import httpx
import pytest
from serving_live import free_port, until_it_answers

from medai.serving.workers import deal

TOY = """
import os, socket, sys
import uvicorn
from medai.serving.server import listening_socket
from medai.serving.workers import Dealt, share

async def app(scope, receive, send):
    if scope["path"] == "/end":
        os._exit(3)
    head = {"type": "http.response.start", "status": 200, "headers": []}
    await send(head)
    await send({"type": "http.response.body", "body": str(os.getpid()).encode()})

def work(file, channel, create):
    config = uvicorn.Config(app, log_config=None, lifespan="off", access_log=False)
    Dealt(config, channel).run()

if __name__ == "__main__":
    share(work, "no file", listening_socket("127.0.0.1", int(sys.argv[1])), int(sys.argv[2]))
"""


@pytest.fixture
def two():
    """Return a listening socket and two pairs of channels: ours and the workers'."""
    with contextlib.ExitStack() as stack:
        listening = stack.enter_context(socket.socket())
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.setblocking(False)
        pairs = [socket.socketpair() for _ in range(2)]
        for ours, theirs in pairs:
            stack.callback(ours.close)
            stack.callback(theirs.close)
            ours.setblocking(False)
            theirs.setblocking(False)
        yield listening, [ours for ours, _ in pairs], [theirs for _, theirs in pairs]


def taken(channel):
    """Return the connections that wait in a channel."""
    found = []
    with contextlib.suppress(BlockingIOError):
        while True:
            found += [socket.socket(fileno=one) for one in socket.recv_fds(channel, 1, 1)[1]]
    return found


def call(listening):
    """Connect, and wait until the connection can be accepted."""
    made = socket.create_connection(listening.getsockname())
    made.settimeout(20)
    return made


def test_callers_go_to_the_workers_in_turn(two):
    listening, ours, theirs = two
    turn, callers = 0, [call(listening) for _ in range(6)]
    for _ in callers:
        turn += deal(listening, ours, turn)
    got = [taken(one) for one in theirs]
    assert [len(one) for one in got] == [3, 3]
    got[1][0].sendall(b"hello")  # the second caller's line
    assert callers[1].recv(5) == b"hello"
    for one in [*callers, *got[0], *got[1]]:
        one.close()


def test_nobody_there_is_no_turn(two):
    listening, ours, _ = two
    assert deal(listening, ours, 5) == 0


def test_the_turn_of_a_worker_that_has_hung_goes_to_the_next(two):
    listening, ours, theirs = two
    with contextlib.suppress(BlockingIOError):
        while True:
            ours[0].send(b"x" * 65_536)
    caller = call(listening)
    assert deal(listening, ours, 0) == 2
    (line,) = taken(theirs[1])
    line.close()
    caller.close()


def test_without_a_worker_a_caller_is_sent_away(two):
    listening, ours, theirs = two
    for one in theirs:
        one.close()
    caller = call(listening)
    assert deal(listening, ours, 0) == 0
    assert caller.recv(1) == b""
    caller.close()


@contextlib.contextmanager
def toy(tmp_path, workers):
    """Serve the toy as a process of its own; gives the process and its address."""
    script, port = tmp_path / "toy.py", free_port()
    script.write_text(TOY)
    paths = os.pathsep.join(filter(None, sys.path))
    process = subprocess.Popen(
        [sys.executable, str(script), str(port), str(workers)],
        env=os.environ | {"PYTHONPATH": paths},
        stderr=subprocess.PIPE,
        text=True,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        with httpx.Client(base_url=url, trust_env=False, timeout=30) as client:
            until_it_answers(client, "/", process)
        yield process, url
    finally:
        process.kill()
        process.communicate()


def who_answers(url):
    """Return who answers on a new connection."""
    return int(httpx.get(url, trust_env=False, timeout=30).text)


def test_each_of_two_workers_answers_every_other_connection(tmp_path):
    with toy(tmp_path, 2) as (process, url):
        found = [who_answers(url) for _ in range(8)]
        assert len(set(found)) == 2
        assert found[::2] == found[:1] * 4
        assert found[1::2] == found[1:2] * 4
        process.terminate()
        assert process.wait(30) == 0


def test_when_a_worker_ends_all_end_and_say_so(tmp_path):
    with toy(tmp_path, 2) as (process, url):
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{url}/end", trust_env=False, timeout=30)
        assert process.wait(30) != 0
        assert "A worker ended by itself" in process.stderr.read()


def test_workers_do_not_outlive_the_first_process(tmp_path):
    """Killed without a chance to say goodbye; the closed channel tells them."""
    with toy(tmp_path, 2) as (process, url):
        workers = {who_answers(url), who_answers(url)}
        assert len(workers) == 2
        process.kill()
        for one in workers:
            until_gone(one)
        with pytest.raises(httpx.ConnectError):
            who_answers(url)


def until_gone(pid):
    """Wait until no process has this number."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            os.kill(pid, 0)
            with open(f"/proc/{pid}/stat") as state:
                if state.read().rpartition(")")[2].split()[0] == "Z":
                    return  # ended; nobody has asked for its code yet
        except OSError:
            return
        time.sleep(0.02)
    raise AssertionError(f"process {pid} is still there")
