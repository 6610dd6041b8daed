"""What the tools share: where the chapters are, and how their code is hashed."""

from __future__ import annotations

import hashlib
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
    for cell in code_cells(notebook):
        if "bootstrap" in cell.metadata.get("tags", []):
            continue
        digest.update(cell.source.strip().encode() + b"\0")
    return digest.hexdigest()


def package_hash(chapter: Path) -> str:
    """SHA-256 over ``medai`` and ``data``: what a chapter's output depends on besides its code.

    Of the quizzes and the results only those of this chapter count, so that a new chapter
    does not make the others run again.
    """
    digest = hashlib.sha256()
    number = chapter.name[:2]
    of_a_chapter = {ROOT / "data" / name for name in ("quizzes", "results")}
    files = [
        path
        for path in [*(ROOT / "medai").rglob("*.py"), *(ROOT / "data").rglob("*.*")]
        if path.suffix != ".md"
        and (path.parent not in of_a_chapter or path.name.startswith(number))
    ]
    for path in sorted(p for p in files if p.is_file() and "__pycache__" not in p.parts):
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0")
        digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


def receipt(notebook: nbformat.NotebookNode) -> dict:
    """Return the receipt stored in a notebook, or an empty one."""
    return notebook.metadata.get("medai", {}).get("receipt", {})
