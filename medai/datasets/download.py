"""Checked, resumable downloads into the user's cache.

A file is used only after its SHA-256 (or, where the owner publishes nothing better, its MD5)
agrees with its card.  While it arrives it is called
``NAME.part``; an interrupted download goes on from there with an HTTP range request.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import time
from pathlib import Path

from medai.datasets.datacard import Card, DataFile, human_size
from medai.datasets.registry import card as find_card
from medai.runtime import data_home, offline
from medai.runtime.errors import MedaiError
from medai.runtime.locks import file_lock
from medai.runtime.paths import tilde

ATTEMPTS = 5
TIMEOUT = (10.0, 30.0)  # seconds: to connect, between two pieces
BACKOFF = 0.5  # seconds before the second attempt, doubled each time
LONGEST_WAIT = 30.0  # seconds
CHUNK = 1 << 16


class DownloadError(MedaiError):
    """A file could not be had: no network, wrong address, or wrong content."""


def fetch(what: str | Card, *, progress: bool = True) -> Path:
    """Return the path of a data set's file, or of its folder if it has several.

    Files that come with the book or with a pip package are found where they are.  Others
    are downloaded once into ``data_home()/downloads/NAME`` and checked on every call: a
    corrupt or truncated file is named, thrown away and fetched again.

    Parameters
    ----------
    what
        Name of a card, or a card.
    progress
        Show a progress bar when standard error is a terminal.

    Returns
    -------
    pathlib.Path
        A file whose checksum agrees with its card, or the folder of such files.

    Raises
    ------
    DownloadError
        Offline and not in the cache, no server answers, or no server has the right content.
    MedaiError
        Unknown card, or a card whose data are not shipped.

    Notes
    -----
    ``MEDAI_MIRROR=https://host/folder`` replaces every address by
    ``https://host/folder/CARD/FILE``.
    """
    card = find_card(what) if isinstance(what, str) else what
    if card.kind == "package":
        return card.path() if len(card.files) == 1 else _package_folder(card)
    if card.kind == "embedded":
        folder = card.folder() / card.name.replace("-", "_")
        return card.path() if len(card.files) == 1 else folder
    if card.kind == "external":
        raise MedaiError(f"{card.title} is not shipped with the book. It comes from {card.source}.")
    folder = data_home() / "downloads" / card.name
    with file_lock(folder / ".lock"):
        missing = [file for file in card.files if not _good(folder / file.name, file)]
        if missing and offline():
            raise DownloadError(
                f"{card.title} is not in {tilde(folder)} and MEDAI_OFFLINE forbids downloads. "
                f"Unset MEDAI_OFFLINE and try again, or copy {missing[0].name} "
                f"({missing[0].label} {missing[0].checksum}) into that folder."
            )
        if missing:
            sizes = [file.size for file in missing]
            size = "a file" if None in sizes else human_size(sum(sizes))
            print(
                f"{card.title}: {size} from {card.source}. "
                f"Licence: {card.licence}. Kept in {tilde(folder)}.",
                file=sys.stderr,
            )
        for file in missing:
            _retrieve(card, file, folder, progress)
    return folder / card.files[0].name if len(card.files) == 1 else folder


def _package_folder(card: Card) -> Path:
    card.path(card.files[0].name)  # says what to install if it is absent
    return card.folder()


def _good(path: Path, file: DataFile) -> bool:
    """Tell whether `path` holds the right content; say so and remove it if it does not."""
    if not path.is_file():
        return False
    if file.size is not None and path.stat().st_size != file.size:
        reason = f"it has {path.stat().st_size:,} bytes instead of {file.size:,}"
    elif file.digest(path) != file.checksum:
        reason = f"its {file.label} does not agree with its card"
    else:
        return True
    print(f"{tilde(path)} is damaged ({reason}): it is not used.", file=sys.stderr)
    path.unlink()
    return False


def _retrieve(card: Card, file: DataFile, folder: Path, progress: bool) -> None:
    import pooch

    mirror = os.environ.get("MEDAI_MIRROR", "").strip()
    urls = (f"{mirror.rstrip('/')}/{card.name}/{file.name}",) if mirror else file.urls
    pooch.get_logger().setLevel(logging.WARNING)
    reasons = []
    for url in urls:
        try:
            pooch.retrieve(
                url,
                known_hash=f"{file.algorithm}:{file.checksum}",
                fname=Path(file.name).name,
                path=(folder / file.name).parent,
                downloader=ResumableHTTP(file, folder / f"{file.name}.part", progress),
            )
            return
        except DownloadError as error:
            reasons.append(str(error))
    advice = (
        "Unset MEDAI_MIRROR or correct it." if mirror else "Check the connection and try again."
    )
    raise DownloadError(f"{card.title}: no copy could be had. {' '.join(reasons)} {advice}")


class ResumableHTTP:
    """A downloader for :mod:`pooch` that goes on where it was interrupted.

    Parameters
    ----------
    file
        What is expected: checksum, and size if it is known.
    part
        Where the unfinished file is kept between attempts and between calls.
    progress
        Show a progress bar when standard error is a terminal.
    """

    def __init__(self, file: DataFile, part: Path, progress: bool = False) -> None:
        self.file = file
        self.part = part
        self.progress = progress

    def __call__(self, url: str, output_file: str, pooch: object = None) -> None:
        """Download `url` to `output_file`; pooch calls this.

        Raises
        ------
        DownloadError
            After the last attempt, with the reason of the last one.
        """
        self.part.parent.mkdir(parents=True, exist_ok=True)
        reason, damaged = "", 0
        for attempt in range(ATTEMPTS):
            if attempt:
                time.sleep(min(BACKOFF * 2 ** (attempt - 1), LONGEST_WAIT))
            try:
                self._continue(url)
            except _Again as again:
                reason = str(again)
                continue
            found = self.file.digest(self.part)
            if found == self.file.checksum:
                os.replace(self.part, output_file)
                return
            reason = f"{self.file.label} is {found} instead of {self.file.checksum}"
            print(f"{url} sent damaged content ({reason}): it is not used.", file=sys.stderr)
            self.part.unlink()
            damaged += 1
            if damaged == 2:  # once may be a bad line or a stale part, twice is the server
                break
        raise DownloadError(f"{url}: {reason} (after {attempt + 1} attempts).")

    def _continue(self, url: str) -> None:
        """Bring the part file to its full size, or raise `_Again`."""
        import requests

        have = self.part.stat().st_size if self.part.exists() else 0
        if have == self.file.size:
            return
        if self.file.size is not None and have > self.file.size:
            self.part.unlink()
            have = 0
        headers = {"Accept-Encoding": "identity", "User-Agent": "medai"}
        if have:
            headers["Range"] = f"bytes={have}-"
        try:
            with requests.get(url, headers=headers, stream=True, timeout=TIMEOUT) as answer:
                self._check(url, answer, have)
                self._write(answer, have if answer.status_code == 206 else 0)
        except (requests.ConnectionError, requests.Timeout) as error:
            raise _Again(f"the connection failed ({_short(error)})") from error
        except requests.exceptions.ChunkedEncodingError as error:
            raise _Again("the connection broke off") from error
        except requests.RequestException as error:
            raise DownloadError(f"{url}: {_short(error)}.") from error
        have = self.part.stat().st_size
        if self.file.size is not None and have != self.file.size:
            raise _Again(f"got {have:,} bytes instead of {self.file.size:,}")

    def _check(self, url: str, answer: object, have: int) -> None:
        status = answer.status_code
        if status == 206:
            start = answer.headers.get("Content-Range", "").removeprefix("bytes ").split("-")[0]
            if start != str(have):
                self.part.unlink()
                raise _Again(f"the server continued at byte {start!r} instead of {have}")
        elif status == 416:  # nothing beyond what we have: the part does not fit this file
            self.part.unlink()
            raise _Again("the server refused to continue the unfinished download")
        elif status in (408, 429) or status >= 500:
            with contextlib.suppress(ValueError):
                time.sleep(min(float(answer.headers.get("Retry-After", 0)), LONGEST_WAIT))
            raise _Again(f"the server answered {status} {answer.reason}")
        elif status != 200:
            raise DownloadError(f"{url}: the server answered {status} {answer.reason}.")

    def _write(self, answer: object, have: int) -> None:
        from tqdm import tqdm

        bar = tqdm(
            total=self.file.size,
            initial=have,
            unit="B",
            unit_scale=True,
            desc=self.file.name,
            disable=None if self.progress else True,  # None: only on a terminal
        )
        with bar, open(self.part, "ab" if have else "wb") as handle:
            for piece in answer.iter_content(CHUNK):
                handle.write(piece)
                bar.update(len(piece))
                have += len(piece)
                if (
                    self.file.size is not None and have > self.file.size
                ):  # longer than the card says: not our file
                    break


class _Again(Exception):
    """The attempt failed in a way that another attempt may mend."""


def _short(error: Exception) -> str:
    """Return the innermost reason of an error, in one line of at most 200 characters."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__
    return " ".join(str(error).split())[:200] or type(error).__name__
