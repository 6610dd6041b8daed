"""Downloads against a server on loopback: resume, damage, retries, two processes at once."""

import dataclasses
import hashlib
import os
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from medai.datasets import Card, DataFile, DownloadError, download, fetch

CONTENT = bytes(range(256)) * 4096  # 1 MiB
SHA256 = hashlib.sha256(CONTENT).hexdigest()
CHUNK = download.CHUNK


class Server(ThreadingHTTPServer):
    """Serves CONTENT; each request takes the next behaviour from ``plan``, then ``full``."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.plan = []
        self.requests = []  # (path, Range header)
        self.sent = 0

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def do_GET(self):
        server = self.server
        wanted = self.headers.get("Range")
        server.requests.append((self.path, wanted))
        what = server.plan.pop(0) if server.plan else "full"
        if isinstance(what, int):
            self.send_response(what)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
        if what == "no range":
            start, wanted = 0, None
        body = CONTENT[start:]
        if what == "damaged":
            body = body[:-1] + bytes([body[-1] ^ 1])
        if what == "too long":
            body += b"more"
        if what == "truncated, says so":  # the file on the server is short
            body = body[:-1000]
        self.send_response(206 if wanted else 200)
        if wanted:
            shown = start + 1 if what == "wrong start" else start
            self.send_header("Content-Range", f"bytes {shown}-{len(CONTENT) - 1}/{len(CONTENT)}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if what == "breaks off":  # the connection dies after two pieces
            body = body[: 2 * CHUNK]
        # Counted before it is sent: with the last byte the client, and its test, go on.
        server.sent += len(body)
        if what == "slow":
            for i in range(0, len(body), 100_000):
                time.sleep(0.1)
                self.wfile.write(body[i : i + 100_000])
        else:
            self.wfile.write(body)


@pytest.fixture
def server(monkeypatch, tmp_path):
    monkeypatch.setenv("MEDAI_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.delenv("MEDAI_OFFLINE", raising=False)
    monkeypatch.delenv("MEDAI_MIRROR", raising=False)
    monkeypatch.setattr(download, "BACKOFF", 0.01)
    server = Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def a_card(*urls):
    return Card(
        name="toy",
        title="A toy table",
        what="Bytes.",
        kind="download",
        source="a test server",
        licence="CC0-1.0",
        version="1",
        citation="none",
        flaws=(),
        files=(DataFile("toy.bin", len(CONTENT), SHA256, tuple(urls)),),
    )


def cached(tmp_path):
    return tmp_path / "home" / "downloads" / "toy" / "toy.bin"


def test_download_then_cache(server, tmp_path, capsys):
    path = fetch(a_card(server.url + "/toy.bin"))
    assert path == cached(tmp_path)
    assert path.read_bytes() == CONTENT
    assert "Licence: CC0-1.0" in capsys.readouterr().err
    assert fetch(a_card(server.url + "/toy.bin")) == path
    assert len(server.requests) == 1, "the second call must not ask the server"
    assert capsys.readouterr().err == "", "the licence is shown on the first download only"


def an_md5_card(url):
    md5 = hashlib.md5(CONTENT).hexdigest()
    return dataclasses.replace(a_card(), files=(DataFile("toy.bin", None, "", (url,), md5=md5),))


def test_a_file_known_by_its_md5_only(server, tmp_path, capsys):
    one = an_md5_card(server.url + "/toy.bin")
    server.plan = ["damaged", "breaks off"]
    assert fetch(one).read_bytes() == CONTENT
    said = capsys.readouterr().err
    assert "a file from a test server" in said
    assert "sent damaged content (MD5 is" in said
    assert [wanted for _, wanted in server.requests] == [None, None, f"bytes={2 * CHUNK}-"]
    cached(tmp_path).write_bytes(CONTENT[:-1])
    assert fetch(one).read_bytes() == CONTENT
    assert "its MD5 does not agree" in capsys.readouterr().err


def test_offline_names_the_md5(server, monkeypatch):
    monkeypatch.setenv("MEDAI_OFFLINE", "1")
    with pytest.raises(DownloadError, match=f"MD5 {hashlib.md5(CONTENT).hexdigest()}"):
        fetch(an_md5_card(server.url + "/toy.bin"))


def test_an_interrupted_download_goes_on(server):
    server.plan = ["breaks off", "breaks off"]
    assert fetch(a_card(server.url + "/toy.bin")).read_bytes() == CONTENT
    assert [wanted for _, wanted in server.requests] == [
        None,
        f"bytes={2 * CHUNK}-",
        f"bytes={4 * CHUNK}-",
    ]
    assert server.sent == len(CONTENT), "no byte was sent twice"


def test_a_later_call_goes_on_too(server, tmp_path, monkeypatch):
    monkeypatch.setattr(download, "ATTEMPTS", 1)
    server.plan = ["breaks off"]
    with pytest.raises(DownloadError, match="broke off"):
        fetch(a_card(server.url + "/toy.bin"))
    assert not cached(tmp_path).exists()
    assert fetch(a_card(server.url + "/toy.bin")).read_bytes() == CONTENT
    assert server.requests[1][1] == f"bytes={2 * CHUNK}-"


def test_a_server_without_ranges_sends_everything_again(server):
    server.plan = ["breaks off", "no range"]
    assert fetch(a_card(server.url + "/toy.bin")).read_bytes() == CONTENT
    assert server.sent == len(CONTENT) + 2 * CHUNK


@pytest.mark.parametrize("what", ["wrong start", 416])
def test_a_part_that_cannot_be_continued_is_dropped(server, what):
    server.plan = ["breaks off", what]
    assert fetch(a_card(server.url + "/toy.bin")).read_bytes() == CONTENT
    assert server.requests[2][1] is None, "the third attempt starts afresh"


@pytest.mark.parametrize("what", ["damaged", "too long", "truncated, says so"])
def test_damaged_content_is_fetched_again_and_never_used(server, what):
    server.plan = [what]
    assert fetch(a_card(server.url + "/toy.bin")).read_bytes() == CONTENT
    assert len(server.requests) == 2


def test_a_server_with_the_wrong_file_is_named(server, tmp_path):
    server.plan = ["damaged"] * 9
    with pytest.raises(DownloadError, match=rf"{server.url}/toy.bin: SHA-256 is .* instead of"):
        fetch(a_card(server.url + "/toy.bin"))
    assert len(server.requests) == 2
    assert not cached(tmp_path).exists()


@pytest.mark.parametrize("damage", ["flip a bit", "truncate"])
def test_a_damaged_file_in_the_cache_is_named_and_replaced(server, tmp_path, capsys, damage):
    fetch(a_card(server.url + "/toy.bin"))
    bad = CONTENT[:-1] if damage == "truncate" else b"\xff" + CONTENT[1:]
    cached(tmp_path).write_bytes(bad)
    capsys.readouterr()
    assert fetch(a_card(server.url + "/toy.bin")).read_bytes() == CONTENT
    assert "toy.bin is damaged" in capsys.readouterr().err
    assert len(server.requests) == 2


def test_a_damaged_file_is_not_used_offline_either(server, tmp_path, monkeypatch):
    fetch(a_card(server.url + "/toy.bin"))
    cached(tmp_path).write_bytes(CONTENT[:-1])
    monkeypatch.setenv("MEDAI_OFFLINE", "1")
    with pytest.raises(DownloadError, match="Unset MEDAI_OFFLINE"):
        fetch(a_card(server.url + "/toy.bin"))


def test_a_damaged_part_starts_afresh(server, tmp_path):
    part = cached(tmp_path).with_name("toy.bin.part")
    part.parent.mkdir(parents=True)
    part.write_bytes(b"rubbish")
    assert fetch(a_card(server.url + "/toy.bin")).read_bytes() == CONTENT
    assert [wanted for _, wanted in server.requests] == ["bytes=7-", None]


def test_server_errors_are_retried(server):
    server.plan = [500, 503, 429]
    assert fetch(a_card(server.url + "/toy.bin")).read_bytes() == CONTENT
    assert len(server.requests) == 4


def test_waiting_grows(server, monkeypatch):
    waits = []
    monkeypatch.setattr(download.time, "sleep", waits.append)
    monkeypatch.setattr(download, "BACKOFF", 0.5)
    server.plan = [500] * 9
    with pytest.raises(DownloadError, match="500 Internal Server Error"):
        fetch(a_card(server.url + "/toy.bin"))
    assert [w for w in waits if w] == [0.5, 1.0, 2.0, 4.0]


def test_not_found_is_not_retried(server):
    server.plan = [404]
    with pytest.raises(DownloadError, match="404 Not Found"):
        fetch(a_card(server.url + "/gone.bin"))
    assert len(server.requests) == 1


def test_the_second_address_is_tried(server):
    server.plan = [404]
    fetch(a_card(server.url + "/gone.bin", server.url + "/toy.bin"))
    assert [path for path, _ in server.requests] == ["/gone.bin", "/toy.bin"]


def test_no_server(server):
    with pytest.raises(DownloadError, match="Check the connection"):
        fetch(a_card("http://127.0.0.1:9/toy.bin"))


def test_mirror_replaces_the_addresses(server, monkeypatch):
    monkeypatch.setenv("MEDAI_MIRROR", server.url + "/mirror/")
    fetch(a_card("http://example.org/toy.bin"))
    assert [path for path, _ in server.requests] == ["/mirror/toy/toy.bin"]


def test_a_mirror_that_fails_is_named(server, monkeypatch):
    monkeypatch.setenv("MEDAI_MIRROR", server.url)
    server.plan = [404]
    with pytest.raises(DownloadError, match="Unset MEDAI_MIRROR"):
        fetch(a_card("http://example.org/toy.bin"))


def test_offline_never_tries(server, monkeypatch):
    monkeypatch.setenv("MEDAI_OFFLINE", "1")
    with pytest.raises(DownloadError, match=f"copy toy.bin .SHA-256 {SHA256}"):
        fetch(a_card(server.url + "/toy.bin"))
    assert server.requests == []


def test_offline_uses_what_is_there(server, monkeypatch):
    path = fetch(a_card(server.url + "/toy.bin"))
    monkeypatch.setenv("MEDAI_OFFLINE", "1")
    assert fetch(a_card(server.url + "/toy.bin")) == path


def test_the_block_of_the_suite_shows_in_the_message(server):
    with pytest.raises(DownloadError, match="blocked by the test suite"):
        fetch(a_card("http://example.org/toy.bin"))


def test_two_processes_at_once_download_once(server, tmp_path):
    server.plan = ["slow"]
    code = (
        "from tests.unit.test_datasets_download import a_card; from medai.datasets import fetch\n"
        f"print(fetch(a_card('{server.url}/toy.bin')))"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([os.getcwd(), os.environ["PYTHONPATH"]])}
    children = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=env)
        for _ in range(2)
    ]
    answers = [child.communicate(timeout=300)[0].strip() for child in children]
    assert answers == [str(cached(tmp_path))] * 2
    assert len(server.requests) == 1
    assert cached(tmp_path).read_bytes() == CONTENT
