"""A language model behind a server that speaks OpenAI's protocol.

vLLM, llama.cpp, Ollama, TGI, ``transformers serve`` and the makers of closed models all do.
"""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from medai.llm import _http
from medai.llm._likelihood import check_method, combine, split_space
from medai.llm._pieces import StopFilter
from medai.llm._prompts import Prompt, Settings, check_prompt, check_settings, check_texts
from medai.runtime import MedaiError, offline

SERVER_STOPS = 4  # the protocol allows no more; the rest are found on this side


def connect(name: str, *, api_key: str | None, timeout: float, retries: int) -> ServerModel:
    """Return the model behind ``openai:MODEL@URL``; no request is sent yet."""
    model, _, url = name.removeprefix("openai:").rpartition("@")
    parts = urlsplit(url)
    try:
        host, fits = parts.hostname, parts.port is None or parts.port > 0
    except ValueError:
        host, fits = None, False
    if not model or parts.scheme not in ("http", "https") or not host or not fits:
        raise MedaiError(
            "A server is named 'openai:MODEL@http://host:port/v1', with the model's name before "
            "the @ and a complete address after it; this name does not have that form."
        )
    if parts.username or parts.password or parts.query:
        raise MedaiError(
            f"The address of {host} carries a user name, password or query, which would be shown "
            "in messages. Leave it out and pass api_key=, or set OPENAI_API_KEY."
        )
    if isinstance(timeout, bool) or not isinstance(timeout, int | float) or not timeout > 0:
        raise MedaiError(f"timeout={timeout!r} must be a number of seconds above 0, e.g. 120.")
    if isinstance(retries, bool) or not isinstance(retries, int) or not 0 <= retries <= 20:
        raise MedaiError(f"retries={retries!r} must be a whole number from 0 to 20, e.g. 4.")
    local = is_loopback(host)
    if offline() and not local:
        raise MedaiError(
            f"MEDAI_OFFLINE is set and {host} is another machine. Unset it, or use a server on "
            "this machine (127.0.0.1) or load('smollm2')."
        )
    key = api_key
    if key is None and (local or parts.scheme == "https"):
        key = os.environ.get("OPENAI_API_KEY")  # never unencrypted to another machine
    return ServerModel(model, url.rstrip("/"), key or None, local, float(timeout), retries)


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address is this machine.

    Examples
    --------
    >>> is_loopback('127.0.0.1'), is_loopback('example.org')
    (True, False)
    """
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class ServerModel:
    """A model behind an OpenAI-compatible server; made by :func:`medai.llm.load`.

    Attributes
    ----------
    model, url : str
        The model's name on the server, and the address.
    local : bool
        Whether the address is this machine's; if not, every prompt leaves it.  (A server here
        may still pass prompts on to another one; only its operator knows.)
    has_key : bool
        Whether a key is sent.  The key itself is never shown.
    """

    def __init__(
        self, model: str, url: str, key: str | None, local: bool, timeout: float, retries: int
    ) -> None:
        import openai

        self.model, self.url, self.local = model, url, local
        self.timeout, self.retries, self.has_key = timeout, retries, key is not None
        self.hide = _Hide(key)
        self._client = openai.OpenAI(
            api_key=key or "none",
            base_url=url,
            max_retries=0,  # retries are ours: see medai.llm._http
            timeout=timeout,
            # No redirects: text goes to this address only.  No proxy to the own machine.
            http_client=openai.DefaultHttpxClient(follow_redirects=False, trust_env=not local),
        )

    def __repr__(self) -> str:
        where = "this machine" if self.local else "another machine: prompts leave this one"
        return f"<medai.llm server {self.model} at {self.url} ({where})>"

    def __reduce__(self) -> Any:
        raise TypeError("a connection to a server is not pickled; call medai.llm.load again")

    def _explain(self, error: Exception) -> MedaiError:
        return _http.explain(error, self)

    def _ask(self, call: Any, **request: Any) -> Any:
        return _http.ask(lambda: call(model=self.model, **request), self._explain, self.retries)

    def _odd(self, what: str) -> MedaiError:
        return MedaiError(
            f"The server {self.url} sent {what}, so its answer cannot be used. Check that the "
            "address is that of an OpenAI-compatible API, and look at the server's log."
        )

    def models(self) -> list[str]:
        """Return the names of the models that the server offers."""
        page = _http.ask(self._client.models.list, self._explain, self.retries)
        try:
            return [str(one.id) for one in page.data]
        except (AttributeError, TypeError):
            raise self._odd("no list of models") from None

    def models_or_none(self) -> list[str] | None:
        """Return the names of the models, or None if the server does not tell (asked once)."""
        try:
            page = self._client.with_options(timeout=min(self.timeout, 5)).models.list()
            return [self.hide(str(one.id)) for one in page.data][:10]
        except Exception:
            return None

    # ---- generate ------------------------------------------------------------------

    def generate(
        self,
        prompt: Prompt,
        max_new_tokens: int = 128,
        temperature: float = 0.0,
        top_p: float = 1.0,
        seed: int = 0,
        stop: str | Sequence[str] = (),
        stream: bool = False,
    ) -> str | Iterator[str]:
        """Continue a text (``/completions``) or answer messages (``/chat/completions``).

        The parameters are those of :meth:`medai.llm.local.LocalModel.generate`; whether the
        seed is obeyed is up to the server.  Closing a stream closes the connection, at which
        llama.cpp and vLLM stop the model.

        Raises
        ------
        MedaiError
            For bad input, before anything is sent; and with one sentence for each failure of
            the server (not reachable, 401, 404, 429, 5xx, time-out, malformed answer).
        """
        settings = check_settings(max_new_tokens, temperature, top_p, seed, stop)
        request = self._request(check_prompt(prompt), settings)
        if stream:
            return self._stream(request, settings)
        answer = self._ask(**request)
        try:
            choice = answer.choices[0]
            text = choice.text if "prompt" in request else choice.message.content or ""
            if not isinstance(text, str):
                raise TypeError
        except (AttributeError, IndexError, TypeError, KeyError):
            raise self._odd("no text") from None
        stops = StopFilter(settings.stop)
        return stops.feed(text) + stops.finish()

    def _request(self, prompt: str | list, settings: Settings) -> dict[str, Any]:
        chat = not isinstance(prompt, str)
        target = self._client.chat.completions if chat else self._client.completions
        stops = {"stop": list(settings.stop[:SERVER_STOPS])} if settings.stop else {}
        return stops | {
            "call": target.create,
            "messages" if chat else "prompt": prompt,
            "max_tokens": settings.max_new_tokens,
            "temperature": settings.temperature,
            "top_p": settings.top_p,
            "seed": settings.seed,
        }

    def _stream(self, request: dict[str, Any], settings: Settings) -> Iterator[str]:
        stops, finished, failure = StopFilter(settings.stop), False, None
        answer = self._ask(**request, stream=True)
        try:
            for chunk in answer:
                for choice in chunk.choices[:1]:
                    piece = choice.text if "prompt" in request else choice.delta.content
                    finished = finished or choice.finish_reason is not None
                    if piece and (text := stops.feed(piece)):
                        yield text
                if stops.stopped:
                    break
        except MedaiError:
            raise
        except (AttributeError, TypeError, ValueError, KeyError):
            failure = self._odd("a piece that is not in OpenAI's format")
        except Exception as error:
            failure = self._explain(error)
        finally:
            if hasattr(answer, "close"):
                answer.close()
        if failure is None and not (finished or stops.stopped):
            failure = self._odd("a stream that broke off before its end")
        if failure is not None:
            raise failure
        if rest := stops.finish():
            yield rest

    # ---- likelihood ----------------------------------------------------------------

    def score(
        self,
        prompt: str,
        continuations: Sequence[str],
        method: str = "total",
        neutral: str = "Answer:",
    ) -> np.ndarray:
        """Compute how likely each continuation is, if the server gives log-probabilities.

        As :meth:`medai.llm.local.LocalModel.score`, for a prompt that is a text.  It needs a
        server that returns the prompt's own tokens with their log-probabilities (``echo``
        with ``logprobs`` on ``/completions``; vLLM does, llama.cpp's server does not).

        Raises
        ------
        MedaiError
            Also when the server does not offer that.
        """
        check_method(method)
        continuations = check_texts(continuations, "continuations")
        prompt = check_prompt(prompt)
        if not isinstance(prompt, str):
            raise MedaiError("score on a server needs a prompt that is one text, not messages.")
        scores = self._continued(prompt, continuations)
        base = self._continued(neutral, continuations) if method == "pmi" else None
        return combine(method, scores, base)

    def _continued(self, prompt: str, continuations: list[str]) -> list[np.ndarray]:
        bare, ends = split_space(prompt, continuations)
        found = [self._echo(bare + end) for end in ends]
        # The seam: the last token boundary, at or before the prompt's end, that all share.
        shared = set.intersection(*({start for start, _ in one} for one in found))
        cut = max((start for start in shared if start <= len(bare)), default=0)
        return [np.array([value for start, value in one if start >= cut]) for one in found]

    def _echo(self, text: str) -> list[tuple[int, float]]:
        """Return where each token of `text` begins, and its log-probability."""
        answer = self._ask(
            self._client.completions.create,
            prompt=text,
            max_tokens=1,
            temperature=0.0,
            echo=True,
            logprobs=1,
        )
        try:
            found = answer.choices[0].logprobs
            tokens, values = list(found.tokens), list(found.token_logprobs)
            begin = "".join(tokens).find(text)  # a mark of the beginning may stand before it
        except (AttributeError, IndexError, TypeError):
            begin = -1
        if begin < 0 or len(tokens) != len(values):
            raise MedaiError(
                f"The server {self.url} does not return log-probabilities of a given text (echo "
                "with logprobs), so it cannot score. vLLM does; or load the model here, e.g. "
                "load('smollm2')."
            )
        rows, at = [], -begin
        for token, value in zip(tokens, values, strict=True):
            if 0 <= at < len(text) and value is not None:
                rows.append((at, float(value)))
            at += len(token)
        return rows

    def perplexity(self, texts: Iterable[str]) -> float:
        """Compute the perplexity per token, if the server gives log-probabilities."""
        from medai.metrics.text import perplexity

        found = [np.array([v for _, v in self._echo(text)]) for text in check_texts(texts)]
        return perplexity(found)


class _Hide:
    """Replace a key, and whatever looks like one, in a text."""

    def __init__(self, key: str | None) -> None:
        self.__key = key

    def __call__(self, text: str) -> str:
        if self.__key and len(self.__key) > 3:
            text = text.replace(self.__key, "[key]")
        return re.sub(r"\b(sk|hf|key)[-_][\w*-]{6,}", "[key]", text)

    def __repr__(self) -> str:
        return "<hides keys>"
