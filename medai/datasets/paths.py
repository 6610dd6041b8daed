"""Where the small files of the book stand: ``data/`` of the checkout, or inside the wheel."""

from __future__ import annotations

import difflib
from pathlib import Path, PurePosixPath

from medai.runtime.errors import MedaiError

_PACKAGE = Path(__file__).resolve().parents[1]


def data_root() -> Path:
    """Return the folder of the book's own data files.

    In a checkout this is ``data/`` beside the package, in an installed wheel
    ``medai/_data``.

    Raises
    ------
    MedaiError
        When neither is there: the installation is damaged.
    """
    checkout, wheel = _PACKAGE.parent / "data", _PACKAGE / "_data"
    if (checkout / "README.md").is_file() and (_PACKAGE.parent / "pyproject.toml").is_file():
        return checkout
    if wheel.is_dir():
        return wheel
    raise MedaiError(
        f"medai's data files are neither in {checkout} nor in {wheel}: the installation is "
        "incomplete. Install medai again, from a full checkout or a wheel."
    )


def data_path(name: str) -> Path:
    """Return the path of one of the book's own data files.

    Parameters
    ----------
    name
        Relative path with forward slashes, e.g. ``"quizzes/21.json"``.

    Returns
    -------
    pathlib.Path
        An existing file or folder.

    Raises
    ------
    MedaiError
        When there is no such file (the message names close matches), or `name` leaves the
        data folder.
    """
    root = data_root()
    relative = PurePosixPath(name)
    if relative.is_absolute() or ".." in relative.parts or "\\" in name or "\0" in name:
        raise MedaiError(f"data_path({name!r}): give a path inside data/, e.g. 'quizzes/21.json'.")
    path = root / relative
    if not path.exists():
        files = sorted(p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file())
        close = difflib.get_close_matches(name, files, n=3, cutoff=0.5)
        hint = f" Close matches: {', '.join(close)}." if close else f" It holds {len(files)} files."
        raise MedaiError(f"There is no data file {name!r} in {root}.{hint}")
    return path
