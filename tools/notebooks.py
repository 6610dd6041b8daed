"""What the tools share: where the chapters are, and how their code is hashed."""

from __future__ import annotations

import ast
import functools
import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
CHAPTERS = ROOT / "chapters"


def chapter_paths(given: list[str] | None = None) -> list[Path]:
    """Return the notebooks named, or every chapter in order."""
    if given:
        return [Path(name).resolve() for name in given]
    found = [p for p in CHAPTERS.rglob("*.ipynb") if ".ipynb_checkpoints" not in p.parts]
    return sorted(found, key=lambda path: path.name)


def code_cells(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    """Return the code cells that hold code."""
    return [c for c in notebook.cells if c.cell_type == "code" and c.source.strip()]


def code_hash(notebook: nbformat.NotebookNode) -> str:
    """SHA-256 over the code cells, in order; the bootstrap cell, which does nothing here, aside."""
    digest = hashlib.sha256()
    for cell in own_cells(notebook):
        digest.update(cell.source.strip().encode() + b"\0")
    return digest.hexdigest()


def own_cells(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    """Return the code cells without the bootstrap cell."""
    cells = code_cells(notebook)
    return [cell for cell in cells if "bootstrap" not in cell.metadata.get("tags", [])]


def package_hash(chapter: Path) -> str:
    """SHA-256 over what a chapter's output depends on besides its code.

    That is: the modules of ``medai`` that its code names, those that they import (anywhere, also
    inside a function), and ``data``; of the quizzes and the results only those of this chapter,
    and not what only pages read (the glossary, the list of addresses, sources of resources).
    So a new room or chapter does not make the others run again.
    """
    digest = hashlib.sha256()
    number = chapter.name[:2]
    of_a_chapter = {ROOT / "data" / name for name in ("quizzes", "results")}
    read_by_pages = ("external_links.csv", "glossary/terms.csv", "resources/sources.csv")
    of_pages = {ROOT / "data" / name for name in read_by_pages}
    data = [
        path
        for path in (ROOT / "data").rglob("*.*")
        if path.suffix != ".md"
        and path not in of_pages
        and (path.parent not in of_a_chapter or path.name.startswith(number))
    ]
    cells = own_cells(nbformat.read(chapter, as_version=4))
    for path in sorted({*data, *modules_behind("\n".join(cell.source for cell in cells))}):
        if path.is_file():
            digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0")
            digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


def modules_behind(code: str) -> set[Path]:
    """Return the files of ``medai`` that a chapter's code names, and all that those import.

    A chapter that runs the command line (``medai diagnose …``, ``-m medai``) reaches all of it.
    """
    if re.search(r"-m[\s\"',]+medai\b|!\s*medai\b|[\"']medai[\"',]|\bmedai\.cli\b", code):
        return set((ROOT / "medai").rglob("*.py"))
    names = set(re.findall(r"\bmedai(?:\.\w+)*", code))
    for module, several in re.findall(r"from (medai[\w.]*) import (\([^)]*\)|.*)", code):
        names |= {f"{module}.{name}" for name in re.findall(r"\w+", several)}
    found, todo = set(), _files(names)
    while todo:
        path = todo.pop()
        found.add(path)
        todo |= _files(_imported(path.read_text(encoding="utf-8"))) - found
    return found


@functools.cache
def _imported(source: str) -> frozenset[str]:
    """Return the dotted names that a source text imports, anywhere, also inside a function."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(name for name in names if name.startswith("medai"))


def _files(names: Iterable[str]) -> set[Path]:
    """Return the files behind dotted names, with the packages above them."""
    found = set()
    for name in names:
        parts = name.split(".")
        for length in range(1, len(parts) + 1):  # medai, medai.nn, medai.nn.training …
            path = ROOT.joinpath(*parts[:length])
            found |= {p for p in (path / "__init__.py", path.with_suffix(".py")) if p.is_file()}
    return found


def receipt(notebook: nbformat.NotebookNode) -> dict:
    """Return the receipt stored in a notebook, or an empty one."""
    return notebook.metadata.get("medai", {}).get("receipt", {})
