"""Every failure of a server gives one sentence; retries only where they help; no key is shown."""

import contextlib
import datetime
import email.utils
import http.server
import json
import logging
import pickle
import threading
import time

import pytest

import medai.llm
from medai.llm import _http
from medai.llm._http import retry_after
from medai.runtime import MedaiError

pytestmark = pytest.mark.once
KEY = "sk-secret-1234567890"
HANG = 60  # seconds; only for what would never come, on however busy a machine
HELLO = [{"role": "user", "content": "Hello"}]


def chat(text, finish="stop"):
    message = {"role": "assistant", "content": text}
    return {"choices": [{"index": 0, "message": message, "finish_reason": finish}]}


def error(message, code=None, kind="x"):
    return {"error": {"message": message, "code": code, "type": kind}}


class Server:
    """A server on loopback that plays a list of answers, and remembers what it was asked."""

    def __init__(self):
        self.script, self.seen, self.asked = [], [], threading.Semaphore(0)
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                self.reply(200, {"data": [{"id": "small"}, {"id": "large"}], "object": "list"})

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.seen.append(
                    (self.path, {k.lower(): v for k, v in self.headers.items()}, json.loads(body))
                )
                outer.asked.release()
                step = outer.script.pop(0) if len(outer.script) > 1 else outer.script[0]
                step(self) if callable(step) else self.reply(*step)

            def reply(self, status, body, headers=None, kind="application/json"):
                data = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(data)))
                for name, value in (headers or {}).items():
                    self.send_header(name, value)
                self.end_headers()
                with contextlib.suppress(OSError):
                    self.wfile.write(data)

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        threading.Thread(target=self.http.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.http.server_port}/v1"

    def model(self, *script, **options):
        self.script, self.seen, self.asked = list(script), [], threading.Semaphore(0)
        options = {"api_key": KEY, "timeout": HANG} | options
        return medai.llm.load(f"openai:small@{self.url}", **options)


@pytest.fixture(scope="module")
def server():
    one = Server()
    yield one
    one.http.shutdown()
    one.http.server_close()


@pytest.fixture(autouse=True)
def waits(monkeypatch):
    """Note the waits instead of waiting."""
    found = []
    monkeypatch.setattr(_http.ask, "__defaults__", (found.append,))
    return found


def stream_of(*events, kind="text/event-stream"):
    data = b"".join(b"data: " + (e if isinstance(e, bytes) else json.dumps(e).encode()) + b"\n\n"
                    for e in events)  # fmt: skip
    return lambda handler: handler.reply(200, data, kind=kind)


def piece(text, finish=None):
    return {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": finish}]}


# ---- what is sent and what comes back ----------------------------------------------


def test_messages_go_to_chat_and_a_text_to_completions(server):
    model = server.model((200, chat("Hi.")))
    assert model.generate(HELLO, max_new_tokens=7, temperature=0.5, top_p=0.9, seed=3) == "Hi."
    path, headers, body = server.seen[0]
    assert path == "/v1/chat/completions"
    assert headers["authorization"] == f"Bearer {KEY}"
    assert body == {"model": "small", "messages": HELLO, "max_tokens": 7, "temperature": 0.5,
                    "top_p": 0.9, "seed": 3}  # fmt: skip
    model = server.model((200, {"choices": [{"text": " there", "finish_reason": "stop"}]}))
    assert model.generate("Hello", stop=["\n"]) == " there"
    assert server.seen[0][0] == "/v1/completions"
    assert server.seen[0][2]["stop"] == ["\n"]


def test_a_stop_that_the_server_ignored_is_cut_off(server):
    assert server.model((200, chat("one STOP two"))).generate(HELLO, stop="STOP") == "one "
    pieces = [piece("one S"), piece("TO"), piece("P two", "stop"), b"[DONE]"]
    model = server.model(stream_of(*pieces))
    assert "".join(model.generate(HELLO, stop="STOP", stream=True)) == "one "


def test_no_more_stops_are_sent_than_the_protocol_allows(server):
    model = server.model((200, chat("a1b2c3d4e5f")))
    assert model.generate(HELLO, stop=["1x", "2x", "3x", "4x", "5"]) == "a1b2c3d4e"
    assert len(server.seen[0][2]["stop"]) == 4


def test_bad_input_is_refused_before_anything_is_sent(server):
    model = server.model((200, chat("no")))
    for bad in ("", [], [{"role": "doctor", "content": "x"}], [{"role": "user"}], 3):
        with pytest.raises(MedaiError):
            model.generate(bad)
        with pytest.raises(MedaiError):
            model.generate(bad, stream=True)
    assert server.seen == []


# ---- failures -----------------------------------------------------------------------

FAILURES = {
    "401": ((401, error("bad key")), "refuses the key.*OPENAI_API_KEY", 1),
    "403": ((403, error("no")), "forbids", 1),
    "404": ((404, error("no model")), "no model 'small'.*small, large.*/v1", 1),
    "400": ((400, error("temperature too hot")), "refused the request.*too hot", 1),
    "context": ((400, error("maximum context length is 5")), "does not fit its context", 1),
    "413": ((413, error("")), "does not fit its context", 1),
    "429": ((429, error("slow")), "busy or your quota.*slow.*Asked 3 times", 3),
    "quota": ((429, error("pay", "insufficient_quota")), "quota is used up.*pay", 1),
    "500": ((500, error("oops")), "failed .500.: oops.*Asked 3 times", 3),
    "503": ((503, b"<html>", {}, "text/html"), "failed .503.", 3),
    "307": ((307, b"", {"Location": "http://127.0.0.1:9/"}), "redirects.*not followed", 1),
    "no json": ((200, b"{oops"), "not .*(format|be used)|no text", 1),
    "web page": ((200, b"<html>", {}, "text/html"), "format|no text", 1),
    "no choices": ((200, {"hello": 1}), "no text", 1),
    "empty": ((200, {"choices": []}), "no text", 1),
    "list": ((200, [1, 2]), "no text|format", 1),
    "number": ((200, chat(3)), "no text", 1),
}


@pytest.mark.parametrize("name", FAILURES)
def test_each_failure_is_one_sentence_and_retried_only_if_that_helps(server, name):
    answer, words, times = FAILURES[name]
    model = server.model(answer, retries=2)
    with pytest.raises(MedaiError, match=words) as caught:
        model.generate(HELLO)
    assert len(server.seen) == times
    assert server.url in str(caught.value)
    assert caught.value.__cause__ is None
    assert not hasattr(caught.value.__context__, "request")  # it would hold the key


def test_a_failing_server_that_recovers_is_no_failure(server, waits):
    model = server.model((503, error("x")), (429, error("x")), (200, chat("Well.")))
    assert model.generate(HELLO) == "Well."
    assert 0.25 <= waits[0] <= 0.5 <= waits[1] <= 1.0  # half to whole of 0.5 s, then of 1 s


def test_retry_after_is_kept_to_up_to_a_minute(server, waits):
    busy = (429, error("x"), {"Retry-After": "7"})
    assert server.model(busy, (200, chat("Well."))).generate(HELLO) == "Well."
    assert waits == [7.0]
    with pytest.raises(MedaiError, match="wait 3600 s"):
        server.model((429, error("x"), {"Retry-After": "3600"})).generate(HELLO)
    assert len(server.seen) == 1


def test_retry_after_may_be_a_date():
    then = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    then += datetime.timedelta(seconds=20)
    before = (then - datetime.datetime.now(datetime.UTC)).total_seconds()
    found = retry_after(email.utils.format_datetime(then))
    assert max((then - datetime.datetime.now(datetime.UTC)).total_seconds(), 0) <= found <= before
    assert retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0
    for odd in ("", "soon", "nan"):
        assert retry_after(odd) is None


def test_a_server_that_is_down(waits):
    model = medai.llm.load("openai:small@http://127.0.0.1:9/v1", api_key=KEY, retries=2)
    with pytest.raises(MedaiError, match=r"cannot be reached.*Start it.*Asked 3 times"):
        model.generate(HELLO)
    assert len(waits) == 2


def test_a_time_out_is_not_asked_again(server, waits):
    done = threading.Event()
    model = server.model(lambda handler: done.wait(HANG), timeout=0.2, retries=2)
    try:
        with pytest.raises(MedaiError, match=r"did not answer within 0\.2 s") as caught:
            model.generate(HELLO)
        assert server.asked.acquire(timeout=HANG)  # the time may be up before it is read
    finally:
        done.set()
    assert waits == []
    assert "Asked" not in str(caught.value)
    assert len(server.seen) == 1


# ---- streams -------------------------------------------------------------------------


def test_a_stream_gives_pieces(server):
    usage = {"choices": [], "usage": {"total_tokens": 3}}
    model = server.model(
        stream_of(piece("Hel"), piece("lo"), piece(None, "stop"), usage, b"[DONE]")
    )
    assert list(model.generate(HELLO, stream=True)) == ["Hel", "lo"]


@pytest.mark.parametrize(
    ("events", "words"),
    [
        ([piece("Do not")], "broke off"),
        ([piece("Do"), b'{"oops'], "format"),
        ([piece("Do"), {"choices": [{"nothing": 1}]}], "format"),
        ([piece("Do"), error("out of memory")], "out of memory"),
    ],
)
def test_a_stream_that_breaks_off_is_an_error_not_a_short_answer(server, events, words):
    model = server.model(stream_of(*events))
    got = []
    with pytest.raises(MedaiError, match=words):
        got.extend(model.generate(HELLO, stream=True))
    assert len(server.seen) == 1  # a broken stream is not started again


def test_a_dropped_connection_in_a_stream(server):
    def drop(handler):
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.send_header("Content-Length", "9999")
        handler.end_headers()
        handler.wfile.write(b"data: " + json.dumps(piece("Do not")).encode() + b"\n\n")
        handler.close_connection = True

    stream = server.model(drop).generate(HELLO, stream=True)
    assert next(stream) == "Do not"
    with pytest.raises(MedaiError, match=server.url):
        next(stream)


def test_a_stream_is_retried_before_its_first_piece(server):
    model = server.model((503, error("x")), stream_of(piece("Hi", "stop")))
    assert list(model.generate(HELLO, stream=True)) == ["Hi"]


def test_closing_a_stream_closes_the_connection(server):
    gone = threading.Event()

    def endless(handler):
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(b"data: " + json.dumps(piece("la ")).encode() + b"\n\n")
                time.sleep(0.01)
        except OSError:
            gone.set()
        handler.close_connection = True

    stream = server.model(endless).generate(HELLO, stream=True)
    assert next(stream) == "la "
    stream.close()
    assert gone.wait(HANG)


# ---- the key --------------------------------------------------------------------------


def test_the_key_is_never_shown(server, caplog, monkeypatch):
    monkeypatch.setenv("OPENAI_LOG", "debug")
    with caplog.at_level(logging.DEBUG):
        model = server.model((401, error(f"Incorrect API key provided: {KEY}")))
        with pytest.raises(MedaiError) as caught:
            model.generate(HELLO)
        model = server.model((500, error(f"key {KEY[:10]}***")), retries=1)
        with pytest.raises(MedaiError) as again:
            model.generate(HELLO)
    for text in (str(caught.value), str(again.value), repr(model), str(vars(model)), caplog.text):
        assert "secret" not in text
    assert "[key]" in str(caught.value)
    with pytest.raises(TypeError):
        pickle.dumps(model)


def test_where_the_key_comes_from(server, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    assert server.model((200, chat("x")), api_key=None).has_key
    assert not medai.llm.load("openai:m@http://hospital.example/v1").has_key  # not unencrypted
    assert medai.llm.load("openai:m@https://hospital.example/v1").has_key
    assert medai.llm.load("openai:m@http://hospital.example/v1", api_key="given").has_key
    monkeypatch.delenv("OPENAI_API_KEY")
    model = server.model((401, error("")), api_key=None)
    with pytest.raises(MedaiError, match=r"asks for a key.*OPENAI_API_KEY"):
        model.generate(HELLO)


@pytest.mark.parametrize(
    "name",
    ["openai:", "openai:m", "openai:@http://h/v1", "openai:m@ftp://h/v1", "openai:m@http://",
     "openai:m@http://h:port/v1", f"openai:m@http://me:{KEY}@h/v1", f"openai:m@http://h/v1?k={KEY}"],
)  # fmt: skip
def test_a_bad_address_is_refused_without_repeating_it(name):
    with pytest.raises(MedaiError) as caught:
        medai.llm.load(name)
    assert "secret" not in str(caught.value)


def test_model_names_may_hold_an_at_sign():
    model = medai.llm.load("openai:org/m@v2@http://127.0.0.1:1/v1")
    assert (model.model, model.url) == ("org/m@v2", "http://127.0.0.1:1/v1")
    assert "this machine" in repr(model)
    assert "leave" in repr(medai.llm.load("openai:m@https://hospital.example/v1"))


def test_offline_allows_this_machine_only(monkeypatch):
    monkeypatch.setenv("MEDAI_OFFLINE", "1")
    medai.llm.load("openai:m@http://[::1]:8000/v1")
    with pytest.raises(MedaiError, match="another machine"):
        medai.llm.load("openai:m@https://hospital.example/v1")


@pytest.mark.parametrize("options", [{"timeout": 0}, {"timeout": "5"}, {"retries": -1},
                                     {"retries": 2.5}])  # fmt: skip
def test_bad_options(options):
    with pytest.raises(MedaiError, match=next(iter(options))):
        medai.llm.load("openai:m@http://127.0.0.1:1/v1", **options)


# ---- score ----------------------------------------------------------------------------


def echo(handler_text, tokens, values):
    logprobs = {"tokens": tokens, "token_logprobs": values}
    return 200, {"choices": [{"text": handler_text, "logprobs": logprobs, "finish_reason": "stop"}]}


def test_score_adds_the_tokens_after_the_seam(server):
    script = [
        echo("", ["It", " is", " go", "ut", "!"], [None, -1.0, -2.0, -0.5, -9.0]),
        echo("", ["<s>", "It", " is", " asthma", "?"], [None, -1.0, -1.0, -3.0, -9.0]),
    ]
    model = server.model(*script)
    assert model.score("It is ", ["gout", "asthma"]).tolist() == [-2.5, -3.0]
    assert [seen[2]["prompt"] for seen in server.seen] == ["It is gout", "It is asthma"]
    model = server.model(*script)
    assert model.score("It is", [" gout", " asthma"], "length").tolist() == [-1.25, -3.0]


def test_a_token_over_the_seam_is_counted_for_all(server):
    """'is' + 'land' became one token: all are scored from before it."""
    model = server.model(
        echo("", ["It ", "island"], [-4.0, -2.0]), echo("", ["It ", "is", " a"], [-4.0, -1.0, -0.5])
    )
    assert model.score("It is", ["land", " a"]).tolist() == [-2.0, -1.5]


def test_pmi_takes_the_neutral_score_away(server):
    model = server.model(
        echo("", ["P", " a"], [None, -1.0]),
        echo("", ["P", " b"], [None, -2.0]),
        echo("", ["N", " a"], [None, -3.0]),
        echo("", ["N", " b"], [None, -2.5]),
    )
    assert model.score("P", [" a", " b"], "pmi", neutral="N").tolist() == [2.0, 0.5]


def test_a_server_that_cannot_score_says_so(server):
    for answer in (
        (200, {"choices": [{"text": "x", "logprobs": None, "finish_reason": "stop"}]}),
        (200, {"choices": [{"text": "x", "logprobs": {"content": [{"token": "x"}]}}]}),
        echo("", ["other"], [-1.0]),
    ):
        with pytest.raises(MedaiError, match=r"cannot score.*load\('smollm2'\)"):
            server.model(answer).score("It is", [" gout"])
