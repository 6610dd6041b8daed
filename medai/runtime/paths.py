"""Where files are kept, and whether the network may be used.

Two environment variables decide:

``MEDAI_DATA_HOME``
    folder for downloads and caches; the default is the platform's user cache folder.
``MEDAI_OFFLINE``
    ``1``, ``true`` or ``yes``: nothing is ever downloaded.
"""

from __future__ import annotations

import os
from pathlib import Path

from medai.runtime.errors import MedaiError

_YES = frozenset({"1", "true", "yes", "on"})
_NO = frozenset({"", "0", "false", "no", "off"})


def offline() -> bool:
    """Tell whether ``MEDAI_OFFLINE`` forbids every download.

    Returns
    -------
    bool
        True for ``1``, ``true``, ``yes`` or ``on`` (any case), False when the variable is
        unset, empty, ``0``, ``false``, ``no`` or ``off``.

    Raises
    ------
    MedaiError
        For any other value: guessing would either download against somebody's wish or
        refuse a download that they want.
    """
    value = os.environ.get("MEDAI_OFFLINE", "")
    word = value.strip().lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise MedaiError(
        f"MEDAI_OFFLINE={value!r} is neither yes nor no. "
        "Set it to 1 (never download) or 0 (downloads allowed), or unset it."
    )


def data_home(*, create: bool = True) -> Path:
    """Return the folder for downloads and caches.

    Parameters
    ----------
    create
        Make the folder if it is not there yet.

    Returns
    -------
    pathlib.Path
        ``$MEDAI_DATA_HOME`` if set, else ``medai`` in the platform's user cache folder
        (``~/.cache/medai`` on Linux).  Absolute, with ``~`` expanded.

    Raises
    ------
    MedaiError
        When the folder cannot be made, or the name belongs to a file.
    """
    chosen = os.environ.get("MEDAI_DATA_HOME", "").strip()
    if chosen:
        home = Path(chosen).expanduser()
    else:
        import pooch  # imported here: it is slow, and a light environment lacks it

        home = Path(pooch.os_cache("medai"))
    home = home.absolute()
    if create:
        try:
            home.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise MedaiError(
                f"The data folder {home} cannot be made ({error.strerror or error}). "
                "Set MEDAI_DATA_HOME to a folder that you may write to."
            ) from error
    return home


def tilde(path: Path | str) -> str:
    """Return `path` as text, with the user's home folder written as ``~``."""
    path = Path(path)
    try:
        return str(Path("~") / path.relative_to(Path.home()))
    except (ValueError, RuntimeError):
        return str(path)
