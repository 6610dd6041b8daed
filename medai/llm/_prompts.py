"""Refuse a bad prompt or setting before any work is done."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from medai.runtime import MedaiError

Messages = Sequence[dict[str, str]]
Prompt = str | Messages

ROLES = ("system", "user", "assistant")


@dataclass(frozen=True)
class Settings:
    """The checked settings of one generation."""

    max_new_tokens: int
    temperature: float
    top_p: float
    seed: int
    stop: tuple[str, ...]


def check_settings(
    max_new_tokens: object, temperature: object, top_p: object, seed: object, stop: object
) -> Settings:
    """Return the settings of a generation, or say which one cannot be."""
    if not _whole(max_new_tokens) or max_new_tokens < 1:
        raise MedaiError(
            f"max_new_tokens={max_new_tokens!r} must be a whole number from 1; "
            "64 is a sentence or two."
        )
    if not _number(temperature) or not 0 <= temperature < math.inf:
        raise MedaiError(
            f"temperature={temperature!r} must be a number from 0 (always the likeliest token); "
            "1 draws from the model's own probabilities."
        )
    if not _number(top_p) or not 0 < top_p <= 1:
        raise MedaiError(f"top_p={top_p!r} must be above 0 and at most 1; 1 keeps every token.")
    if not _whole(seed) or not 0 <= seed < 2**32:
        raise MedaiError(f"seed={seed!r} must be a whole number from 0 to 2**32 - 1, e.g. 0.")
    stops = (stop,) if isinstance(stop, str) else tuple(stop or ())
    for one in stops:
        if not isinstance(one, str) or not one:
            raise MedaiError(f"stop={stop!r}: each stop must be a text of at least one character.")
    return Settings(int(max_new_tokens), float(temperature), float(top_p), int(seed), stops)


def check_prompt(prompt: object) -> str | list[dict[str, str]]:
    """Return a text as it is, chat messages as a list of plain dicts; refuse what is neither."""
    if isinstance(prompt, str):
        if not prompt.strip():
            raise MedaiError("The prompt is empty; pass a text to continue, or chat messages.")
        return prompt
    if not isinstance(prompt, Sequence) or isinstance(prompt, bytes) or not prompt:
        raise MedaiError(
            f"The prompt is {_kind(prompt)}; pass a text to continue, or chat messages such as "
            '[{"role": "user", "content": "…"}].'
        )
    messages = []
    for i, message in enumerate(prompt):
        if not isinstance(message, dict) or set(message) != {"role", "content"}:
            raise MedaiError(
                f"Message {i} is {_kind(message)}; it must be a dict with exactly the keys "
                "'role' and 'content'."
            )
        role, content = message["role"], message["content"]
        if role not in ROLES:
            raise MedaiError(f"Message {i} has role {role!r}; choose one of {', '.join(ROLES)}.")
        if not isinstance(content, str) or not content.strip():
            raise MedaiError(f"Message {i} ({role}) has no text; its content must be a text.")
        messages.append({"role": role, "content": content})
    if messages[-1]["role"] == "assistant":
        raise MedaiError(
            "The last message is the assistant's, so there is nothing to answer; "
            "end with a user message."
        )
    return messages


def check_texts(texts: object, what: str = "texts") -> list[str]:
    """Return a list of non-empty texts; a single str is refused, since it would be split."""
    if isinstance(texts, str):
        raise MedaiError(f"{what} is one str where a list of texts is needed; wrap it: [text].")
    try:
        found = list(texts)
    except TypeError:
        raise MedaiError(f"{what} is {_kind(texts)}; pass a list of texts.") from None
    if not found:
        raise MedaiError(f"{what} is empty; pass at least one text.")
    for i, text in enumerate(found):
        if not isinstance(text, str):
            kind = type(text).__name__
            raise MedaiError(f"{what}[{i}] is a {kind}, {text!r:.60}; each must be a text.")
        if not text.strip():
            raise MedaiError(f"{what}[{i}] is empty; leave such texts out.")
    return [str(text) for text in found]


def _kind(value: object) -> str:
    if isinstance(value, dict):
        return f"a dict with the keys {sorted(map(str, value))}"
    return f"of type {type(value).__name__}"


def _whole(value: object) -> bool:
    return hasattr(value, "__index__") and not isinstance(value, bool)


def _number(value: object) -> bool:
    try:
        return not isinstance(value, (bool, str)) and not math.isnan(float(value))
    except (TypeError, ValueError):
        return False
