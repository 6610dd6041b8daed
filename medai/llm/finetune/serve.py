"""A first endpoint for a classifier: standard library, loopback, limits, clear refusals.

It shows what any service needs before a model is worth serving: a size limit that is checked
before reading, a schema, one lock around the model, no text of a patient in the log, no door
for somebody else's web page, an answer that says when the model abstains.  The service of
chapter 32 adds identity, audit and CDS Hooks.
"""

from __future__ import annotations

import contextlib
import json
import math
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from medai.llm.finetune.checks import number
from medai.llm.finetune.classifier import TextClassifier
from medai.runtime import MedaiError

NOTE = "For teaching; not medical advice."


class Refusal(Exception):
    """A request that is answered with a status and a reason."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


class ClassifierServer:
    """Serve ``POST /predict`` and ``GET /health`` on loopback, in a thread of its own.

    Use it as a context; `url` is where it listens.

    Parameters
    ----------
    classifier : TextClassifier
        What answers; used by one request at a time.
    port : int
        0 takes a free one.
    abstain_below : float
        Below this probability the answer's label is null.
    max_bytes, max_texts, max_characters : int
        Largest body, most texts, longest text.
    timeout : float
        Seconds that a client may take to send its request.

    Examples
    --------
    >>> import urllib.request
    >>> class Guess:
    ...     classes = ("heart", "lungs")
    ...     def predict_proba(self, texts):
    ...         return [[0.5, 0.5] for _ in texts]
    >>> with ClassifierServer(Guess()) as server:
    ...     with urllib.request.urlopen(server.url + "/health") as reply:
    ...         reply.status, reply.read().decode()
    (200, '{"status": "ok", "classes": ["heart", "lungs"]}')
    """

    def __init__(
        self,
        classifier: TextClassifier,
        *,
        port: int = 0,
        abstain_below: float = 0.0,
        max_bytes: int = 20_000,
        max_texts: int = 32,
        max_characters: int = 500,
        timeout: float = 5.0,
    ) -> None:
        self.classifier, self.port = classifier, number("port", port, 0, 65535, whole=True)
        self.abstain_below = number("abstain_below", abstain_below, 0, 1)
        self.max_bytes = number("max_bytes", max_bytes, 1, whole=True)
        self.max_texts = number("max_texts", max_texts, 1, whole=True)
        self.max_characters = number("max_characters", max_characters, 1, whole=True)
        self.timeout = number("timeout", timeout, 0, above=True)
        self.url, self._lock = "", threading.Lock()

    def __enter__(self) -> ClassifierServer:
        try:
            self._server = ThreadingHTTPServer(("127.0.0.1", self.port), _handler(self))
        except OSError as error:
            raise MedaiError(f"port={self.port}: {error}; port=0 takes a free one") from None
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True
        )
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def texts_of(self, body: bytes) -> list[str]:
        """Return the texts of a request's body.

        Raises
        ------
        Refusal
            For anything but ``{"texts": [str, ...]}`` within the limits.
        """
        try:
            asked = json.loads(body)
        except (ValueError, RecursionError):
            raise Refusal(400, "the body is not JSON in UTF-8") from None
        if not isinstance(asked, dict) or set(asked) != {"texts"}:
            raise Refusal(422, 'the body must be {"texts": [...]} and nothing else')
        texts = asked["texts"]
        if not isinstance(texts, list) or not 1 <= len(texts) <= self.max_texts:
            raise Refusal(422, f"texts must be a list of 1 to {self.max_texts}")
        for i, text in enumerate(texts):
            if not isinstance(text, str) or not text.strip():
                raise Refusal(422, f"texts[{i}] must be a text that is not empty")
            if len(text) > self.max_characters:
                raise Refusal(422, f"texts[{i}] is longer than {self.max_characters} characters")
        return texts

    def answer(self, texts: list[str]) -> dict[str, Any]:
        """Return labels (null where the model abstains) and probabilities."""
        with self._lock:
            p = self.classifier.predict_proba(texts)
        found = []
        for row in p:
            value = float(row.max())
            if not math.isfinite(value):
                raise Refusal(500, "the model gave no number")
            label = self.classifier.classes[row.argmax()] if value >= self.abstain_below else None
            found.append({"label": label, "probability": round(value, 4)})
        return {"predictions": found, "note": NOTE}


def _handler(owner: ClassifierServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = owner.timeout
        server_version, sys_version = "medai", ""

        def do_GET(self) -> None:
            try:
                self.check_host()
                if self.path != "/health":
                    raise Refusal(404, "there are GET /health and POST /predict")
                self.reply(200, {"status": "ok", "classes": owner.classifier.classes})
            except Refusal as refusal:
                self.reply(refusal.status, {"error": refusal.reason})

        def do_POST(self) -> None:
            try:
                self.check_host()
                self.reply(200, owner.answer(owner.texts_of(self.body())))
            except Refusal as refusal:
                self.close_connection = True
                self.reply(refusal.status, {"error": refusal.reason})
            except TimeoutError:
                self.close_connection = True
                self.reply(408, {"error": "the body did not arrive in time"})
            except Exception:  # what went wrong inside is nobody's business outside
                self.close_connection = True
                self.reply(500, {"error": "the model failed on this request"})

        def check_host(self) -> None:
            """Refuse a web page whose own name was made to point here (DNS rebinding)."""
            port = self.server.server_address[1]
            known = {f"127.0.0.1:{port}", f"localhost:{port}", None}  # a browser always says one
            if self.headers.get("Host") not in known:
                raise Refusal(403, "the Host is not this machine")

        def body(self) -> bytes:
            if self.path != "/predict":
                raise Refusal(404, "there are GET /health and POST /predict")
            if self.headers.get_content_type() != "application/json":
                raise Refusal(415, "Content-Type must be application/json")
            length = self.headers.get("Content-Length", "")
            if not (length.isascii() and length.isdigit()):
                raise Refusal(411, "Content-Length is missing")
            if len(length) > 12 or int(length) > owner.max_bytes:
                raise Refusal(413, f"the body is larger than {owner.max_bytes} bytes")
            body = self.rfile.read(int(length))
            if len(body) < int(length):
                raise Refusal(400, "the body is shorter than its Content-Length")
            return body

        def reply(self, status: int, found: dict[str, Any]) -> None:
            data = json.dumps(found).encode()
            with contextlib.suppress(OSError):  # the client has gone
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Log nothing: a request may name a patient."""

    return Handler
