"""Many questions to one server: in order, several at a time, repeated where it is busy."""

import http.server
import json
import threading

import pytest

import medai.llm
from medai.llm import _http
from medai.scale.ask import generate_many
from medai.scale.parts import read_parts

pytestmark = pytest.mark.once


class Server:
    """Answer a prompt with its last word; wait until `together` questions are open at once."""

    def __init__(self):
        self.together, self.fail, self.asked, self.most = 1, {}, [], 0
        self.open, self.lock = 0, threading.Condition()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status, answer = outer.answer(body["prompt"])
                data = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        threading.Thread(target=self.http.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.http.server_port}/v1"

    def answer(self, prompt):
        with self.lock:
            self.asked.append(prompt)
            self.open += 1
            self.most = max(self.most, self.open)
            self.lock.notify_all()
            # All of a round must have arrived before any is answered.
            assert self.lock.wait_for(lambda: self.most >= self.together, timeout=60)
            self.open -= 1
            status = self.fail.get(prompt, []).pop(0) if self.fail.get(prompt) else 200
        if status != 200:
            return status, {"error": {"message": "no", "type": "x", "code": None}}
        text = " " + prompt.split()[-1]
        return 200, {"choices": [{"index": 0, "text": text, "finish_reason": "stop"}]}


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(_http.ask, "__defaults__", (lambda seconds: None,))  # no waits
    one = Server()
    yield one
    one.http.shutdown()
    one.http.server_close()


def test_answers_come_in_order_with_several_questions_open(server):
    server.together = 4
    model = medai.llm.load(f"openai:small@{server.url}", timeout=60)
    prompts = [f"say w{n}" for n in range(12)]
    rows = list(generate_many(model, prompts, concurrency=4, max_new_tokens=3))
    assert [row.value.strip() for row in rows] == [f"w{n}" for n in range(12)]
    assert sorted(server.asked) == sorted(prompts)
    assert server.most == 4  # never more than were allowed


def test_a_busy_server_is_asked_again_and_a_refused_question_costs_only_its_row(server, tmp_path):
    server.fail = {"say b": [429, 503], "say c": [400]}
    model = medai.llm.load(f"openai:small@{server.url}", timeout=60)
    prompts = ["say a", "say b", "say c", "say d"]
    rows = list(generate_many(model, prompts, concurrency=2, out=tmp_path, job="words"))
    assert [row.value and row.value.strip() for row in rows] == ["a", "b", None, "d"]
    assert rows[2].error
    assert server.asked.count("say b") == 3
    before = len(server.asked)
    again = list(generate_many(model, prompts, concurrency=2, out=tmp_path, job="words"))
    assert again == rows
    assert len(server.asked) == before  # nothing was asked twice
    assert [error is None for _, error in read_parts(tmp_path)] == [True, True, False, True]
