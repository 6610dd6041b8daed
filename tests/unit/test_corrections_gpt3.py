"""``pipeline(model="gpt3")`` does not exist (book/corrections.md): there are no such weights."""

import http.server
import json
import os
import subprocess
import sys
import threading

import pytest

import medai.llm
from medai.runtime import MedaiError

pytestmark = pytest.mark.once

ASK = """
from transformers import AutoConfig, pipeline
print(AutoConfig.from_pretrained("gpt2").model_type)
try:
    pipeline("text-generation", model="gpt3")
except OSError as error:
    print(error)
"""


class Hub(http.server.BaseHTTPRequestHandler):
    """Answer as the hub does: it has a model called gpt2, and none called gpt3."""

    def do_GET(self):
        known = self.path == "/gpt2/resolve/main/config.json"
        body = json.dumps({"model_type": "gpt2"}).encode() if known else b""
        self.send_response(200 if known else 404)
        if known:
            self.send_header("ETag", '"1"')
            self.send_header("X-Repo-Commit", "0" * 40)
        else:
            missing = "EntryNotFound" if "/gpt2/" in self.path else "RepoNotFound"
            self.send_header("X-Error-Code", missing)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, *_args):
        """Say nothing."""


def test_a_hub_without_gpt3_is_not_a_missing_network(tmp_path):
    """Without a network gpt2 fails as well, which would prove nothing: so a hub answers here."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    env = os.environ | {
        "HF_ENDPOINT": f"http://127.0.0.1:{server.server_port}",
        "HF_HOME": str(tmp_path),
        "HF_HUB_OFFLINE": "0",
        "TRANSFORMERS_OFFLINE": "0",
    }
    try:
        said = subprocess.run(
            [sys.executable, "-c", ASK], env=env, capture_output=True, text=True, timeout=600
        )
    finally:
        server.shutdown()
        server.server_close()
    assert said.stdout.startswith("gpt2\n"), said.stderr
    assert "gpt3 is not a local folder and is not a valid model identifier" in said.stdout


@pytest.mark.parametrize("name", ["gpt3", "gpt-3", "GPT3.5-turbo", "gpt-4o", "openai/gpt-3"])
def test_medai_says_why_and_what_to_do_instead(name):
    with pytest.raises(MedaiError, match=r"not published.*openai:MODEL@https.*smollm2"):
        medai.llm.load(name)


@pytest.mark.parametrize("name", ["nomic-ai/gpt4all-j", "TurkuNLP/gpt3-finnish-small"])
def test_open_weights_with_a_like_name_are_not_called_closed(name, monkeypatch):
    monkeypatch.setenv("MEDAI_OFFLINE", "1")
    with pytest.raises(MedaiError) as told:
        medai.llm.load(name)
    assert "not published" not in str(told.value)
