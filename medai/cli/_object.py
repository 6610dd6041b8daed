"""One JSON object from a file or from standard input."""

from __future__ import annotations

import json
import sys
from typing import Any

from medai.runtime.errors import MedaiError

MOST_BYTES = 4_000_000


def read_object(name: str, what: str) -> dict[str, Any]:
    """Return the JSON object in the file `name` ("-" reads standard input).

    Parameters
    ----------
    name
        The file.
    what
        What it describes, in one word, for the messages, such as ``patient``.

    Raises
    ------
    MedaiError
        When it cannot be read, is too large, no UTF-8, no JSON, or no object.
    """
    return _parse(_bytes(name, what), name, what)


def _bytes(name: str, what: str) -> bytes:
    try:
        if name == "-":
            data = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with open(name, "rb") as handle:
                data = handle.read(MOST_BYTES + 1)
    except OSError as error:
        raise MedaiError(f"{name} cannot be read: {error.strerror or error}.") from error
    if len(data) > MOST_BYTES:
        raise MedaiError(f"{name} has more than {MOST_BYTES:,} bytes. Give one {what}.")
    return data


def _parse(data: bytes, name: str, what: str) -> dict[str, Any]:
    try:
        found = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise MedaiError(f"{name} is not UTF-8 (byte {error.start}). Save it as UTF-8.") from error
    except (json.JSONDecodeError, RecursionError) as error:
        raise MedaiError(f"{name} is no valid JSON: {error}.") from error
    if not isinstance(found, dict):
        raise MedaiError(f"{name} holds {type(found).__name__}; a {what} is a JSON object.")
    return found
