"""Versions of a model, which of them is in use, and the way back.

A folder holds every version's file, its checksum, and ``state.json``: the versions, and the history
of what was in use.  The state is replaced as a whole or not at all; two processes wait for each
other.  Nothing here unpickles anything: a version is bytes.
"""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from medai.runtime import MedaiError
from medai.runtime.files import replacing
from medai.runtime.locks import file_lock

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class Registry:
    """Keep versions of one model, promote one, and roll back.

    Parameters
    ----------
    folder : path
        Made when it is missing.

    Examples
    --------
    >>> import tempfile
    >>> from medai.trust.monitoring.registry import Registry
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     models = Registry(folder)
    ...     for version in ("1.0", "1.1"):
    ...         _ = models.add(version, version.encode())
    ...         models.promote(version, "passed the tests")
    ...     print(models.current, "back to", models.roll_back("more false alarms"))
    1.1 back to 1.0
    """

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)

    def add(self, version: str, data: bytes) -> str:
        """Store a version; it is not put into use.

        Parameters
        ----------
        version : str
            Letters, digits, dot, dash, underscore; never used before.
        data : bytes
            The model, such as a ``safetensors`` or JSON file.

        Returns
        -------
        str
            SHA-256 of the data.

        Raises
        ------
        MedaiError
            When the name is bad or taken, or there is no data.
        """
        if not isinstance(version, str) or not _NAME.fullmatch(version):
            raise MedaiError(
                f"version {version!r}: a name has letters, digits, dots, dashes and underscores, "
                "up to 64, such as 2026-11-23."
            )
        if not data:
            raise MedaiError(f"version {version}: the file is empty.")
        digest = hashlib.sha256(data).hexdigest()
        with self._lock():
            state = self._state()
            if version in state["versions"]:
                raise MedaiError(f"version {version} is there already: a version never changes.")
            with replacing(self.folder / f"{version}.model") as file:
                file.write(data)
            state["versions"][version] = digest
            self._write(state)
        return digest

    def promote(self, version: str, reason: str) -> None:
        """Put a version into use.

        Raises
        ------
        MedaiError
            When it is unknown, its file was changed or is gone, it is in use already, or no reason
            is given.
        """
        with self._lock():
            state = self._state()
            self._check(state, version)
            self._enter(state, version, reason, "promote")

    def roll_back(self, reason: str) -> str:
        """Put the version before the present one back into use, and return its name.

        Rolling back twice goes two versions back, as long as there are any.

        Raises
        ------
        MedaiError
            When there is nothing to go back to, or its file was changed or is gone.
        """
        with self._lock():
            state = self._state()
            stack = self._stack(state)
            if len(stack) < 2:
                raise MedaiError("there is no earlier version in use to go back to.")
            self._check(state, stack[-2])
            self._enter(state, stack[-2], reason, "roll back")
        return stack[-2]

    @property
    def current(self) -> str | None:
        """The version in use, or None."""
        stack = self._stack(self._state())
        return stack[-1] if stack else None

    @property
    def versions(self) -> tuple[str, ...]:
        """All versions, in the order in which they came."""
        return tuple(self._state()["versions"])

    @property
    def history(self) -> tuple[dict[str, str], ...]:
        """What was put into use: ``when`` (UTC), ``version``, ``how``, ``reason``."""
        return tuple(self._state()["history"])

    def load(self, version: str | None = None) -> bytes:
        """Return the bytes of a version (the one in use), checked against their checksum.

        Raises
        ------
        MedaiError
            When no version is in use, it is unknown, or its file was changed or is gone.
        """
        state = self._state()
        name = version or (self._stack(state) or [None])[-1]
        if name is None:
            raise MedaiError("no version is in use: promote one first.")
        return self._check(state, name)

    def _check(self, state: dict[str, Any], version: str) -> bytes:
        if version not in state["versions"]:
            known = ", ".join(state["versions"]) or "none"
            raise MedaiError(f"version {version!r} is unknown; there are: {known}.")
        try:
            data = (self.folder / f"{version}.model").read_bytes()
        except OSError as error:
            raise MedaiError(
                f"the file of version {version} cannot be read: {error.strerror}."
            ) from error
        if hashlib.sha256(data).hexdigest() != state["versions"][version]:
            raise MedaiError(
                f"the file of version {version} is not the one that was added (checksum): restore "
                "it from a copy, or use another version."
            )
        return data

    def _enter(self, state: dict[str, Any], version: str, reason: str, how: str) -> None:
        if not reason.strip():
            raise MedaiError(f"{how}: write down the reason; whoever reads the history needs it.")
        if how == "promote" and (self._stack(state) or [None])[-1] == version:
            raise MedaiError(f"version {version} is in use already.")
        when = datetime.now(UTC).isoformat(timespec="seconds")
        state["history"].append(
            {"when": when, "version": version, "how": how, "reason": reason.strip()}
        )
        self._write(state)

    @staticmethod
    def _stack(state: dict[str, Any]) -> list[str]:
        """Return the versions that lie on top of each other, the one in use last."""
        stack: list[str] = []
        for entry in state["history"]:
            if entry["how"] == "promote":
                stack.append(entry["version"])
            else:
                stack.pop()
        return stack

    def _lock(self):
        return file_lock(self.folder / ".lock")

    def _state(self) -> dict[str, Any]:
        path = self.folder / "state.json"
        if not path.exists():
            return {"versions": {}, "history": []}
        try:
            state = json.loads(path.read_text(encoding="utf-8"))
            return {"versions": dict(state["versions"]), "history": list(state["history"])}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise MedaiError(
                f"{path.name} of the registry cannot be read ({type(error).__name__}): restore it "
                "from a copy; the versions' files are untouched."
            ) from error

    def _write(self, state: dict[str, Any]) -> None:
        with replacing(self.folder / "state.json") as file:
            file.write(json.dumps(state, indent=1).encode())
