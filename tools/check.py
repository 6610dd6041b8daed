"""Check the book without building it: receipts, outputs, alt text, anatomy, sources, style.

    python -m tools.check [CHAPTER.ipynb ...]

Each complaint says where it is and what to do.  Exit status 1 if there is one.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from tools import citations, external, matrix, spelling
from tools.notebooks import ROOT, chapter_paths, code_cells, code_hash, receipt

SECTIONS = ["When this harms", "Summary", "Quiz", "Exercises", "Data and model cards", "References"]
WORDS = (1200, 2200)
SECONDS = 60
WIDTH = 88  # characters of code that fit the page's column


def check_receipt(notebook: NotebookNode) -> list[str]:
    """Complain when code, outputs and receipt do not belong together."""
    stored = receipt(notebook)
    run = "run `make chapters` (or python -m tools.execute THIS_FILE) and commit the result"
    if not stored:
        return [f"no receipt: {run}"]
    found = []
    if stored["code"] != code_hash(notebook):
        found.append(f"stale receipt, the code changed after the last run: {run}")
    if stored["seconds"] > SECONDS:
        found.append(
            f"took {stored['seconds']} s, the limit is {SECONDS} s: do less, or do it smaller"
        )
    cells = code_cells(notebook)
    for number, (cell, outputs) in enumerate(zip(cells, stored["outputs"], strict=False), 1):
        first = cell.source.strip().splitlines()[0]
        if cell.execution_count is None or len(cell.outputs) != outputs:
            found.append(
                f"code cell {number} ({first!r}): missing output, {len(cell.outputs)} stored and "
                f"{outputs} when it ran: {run}"
            )
        if any(output.output_type == "error" for output in cell.outputs):
            found.append(f"code cell {number} ({first!r}): a stored error: mend the cell, {run}")
    return found


def check_images(notebook: NotebookNode) -> list[str]:
    """Complain about pictures that say nothing to who cannot see them."""
    found = []
    for number, cell in enumerate(code_cells(notebook), 1):
        kinds = {kind for output in cell.outputs for kind in output.get("data", {})}
        if not any(kind.startswith("image/") for kind in kinds):
            continue
        myst = cell.metadata.get("mystnb", {})
        where = f"code cell {number} ({cell.source.strip().splitlines()[-1]!r})"
        if not myst.get("image", {}).get("alt", "").strip():
            found.append(
                f"{where}: an image without alt text: set the cell metadata mystnb.image.alt"
            )
        if not myst.get("figure", {}).get("caption", "").strip():
            found.append(f"{where}: a figure without caption: set mystnb.figure.caption and .name")
    for cell in notebook.cells:
        if cell.cell_type != "markdown":
            continue
        without = r"<img(?![^>]*\balt=[\"'][^\"'])(?![^>]*role=.presentation)"
        if re.search(r"!\[\s*\]\(", cell.source) or re.search(without, cell.source):
            found.append("an image in Markdown without alt text: ![what it shows](path)")
        for block in re.findall(r"```\{(?:figure|image)\}.*?```", cell.source, re.DOTALL):
            if ":alt:" not in block:
                found.append(f"{block.splitlines()[0]} without `:alt:`: say what it shows")
    return found


def prose(notebook: NotebookNode) -> str:
    """Return the words a reader reads: Markdown without directives, mathematics and markup."""
    text = "\n".join(c.source for c in notebook.cells if c.cell_type == "markdown")
    text = re.sub(r"\$\$.*?\$\$|\$[^$]*\$", " ", text, flags=re.DOTALL)
    text = re.sub(r"^(```|:::|:\w+:).*$", " ", text, flags=re.MULTILINE)
    return re.sub(r"\{[\w:]+\}`[^`]*`", " ", text)


def check_anatomy(path: Path, notebook: NotebookNode) -> list[str]:
    """Complain about a chapter that lacks a part its readers rely on."""
    found = []
    text = "\n".join(c.source for c in notebook.cells if c.cell_type == "markdown")
    number = path.name[:2]
    titles = re.findall(r"^# .+", re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE),
                        flags=re.MULTILINE)  # fmt: skip
    if len(titles) != 1:
        found.append(f"{len(titles)} titles (`# …`): a chapter has one; sections begin with ##")
    for section in SECTIONS:
        if f"\n## {section}" not in f"\n{text}":
            found.append(f"no section `## {section}`: see CONTRIBUTING.md, A chapter")
    for part in ["At a glance", "You will be able to", "Predict before you run"]:
        if part not in text:
            found.append(f"no `{part}`: see CONTRIBUTING.md, A chapter")
    words = len(re.findall(r"[A-Za-zÀ-ÿ]+", prose(notebook)))
    if not WORDS[0] <= words <= WORDS[1] * 1.5:
        found.append(f"{words} words of prose, the aim is {WORDS[0]}-{WORDS[1]}")
    cells = code_cells(notebook)
    folded = {"hide-input", "remove-input", "remove-cell"}
    shown = [cell for cell in cells if not folded & set(cell.metadata.get("tags", []))]
    lengths = [len(cell.source.strip().splitlines()) for cell in shown]
    if lengths and (statistics.median(lengths) > 6 or max(lengths) > 45):
        found.append(
            f"code cells too long (median {statistics.median(lengths):.0f}, longest "
            f"{max(lengths)} lines): split them, or move work into medai"
        )
    for cell in (c for c in cells if "remove-cell" not in c.metadata.get("tags", [])):
        wide = [line for line in cell.source.splitlines() if len(line) > WIDTH]
        if wide:
            found.append(f"code wider than the page ({len(wide[0])} characters): {wide[0]!r}")
    if not any(re.search(r"^\s*assert\b", cell.source, re.MULTILINE) for cell in cells):
        found.append("no claims cell: assert what the text says")
    figures = sum("figure" in cell.metadata.get("mystnb", {}) for cell in cells)
    if figures < 2:
        found.append(f"{figures} captioned figure(s), at least 2 are wanted")
    labels = re.findall(r"\{exercise\}[^\n]*\n:label: (\S+)", text)
    solutions = re.findall(r"\{solution(?:-start)?\} (\S+)", text)
    if len(labels) < 3:
        found.append(f"{len(labels)} exercise(s), at least 3 are wanted")
    for label in sorted(set(labels) - set(solutions)):
        found.append(f"exercise {label} has no solution: add {{solution-start}} {label}")
    quiz = ROOT / "data" / "quizzes" / f"{number}.json"
    if not quiz.exists():
        found.append(f"no quiz: write data/quizzes/{number}.json")
    elif "$" in quiz.read_text(encoding="utf-8"):
        found.append(f"data/quizzes/{number}.json has a formula in $, which quizzes do not set")
    elif (count := len(json.loads(quiz.read_text(encoding="utf-8"))["questions"])) != 5:
        found.append(f"{count} quiz questions in {quiz.name}, five are wanted")
    return found


def check_sources() -> list[str]:
    """Complain about bibliography entries that do not say whether they were opened."""
    path = ROOT / "book" / "references.bib"
    found = []
    for entry in re.split(r"(?=^@)", path.read_text(encoding="utf-8"), flags=re.MULTILINE):
        key = re.match(r"@\w+\{([^,]+),", entry)
        if key and not re.search(r"note\s*=\s*[{\"].*\b(not opened|opened)\b", entry, re.I | re.S):
            found.append(
                f"book/references.bib, {key.group(1)}: no `note = {{Opened: where}}` or "
                "`{Not opened}`: say which"
            )
    return found


def check_style() -> list[str]:
    """Run ruff over everything; chapters are laid out by hand, so only the rest is formatted."""
    folders = ["medai", "tools", "tests", "benchmarks", "book/_ext", "conftest.py"]
    found = []
    for action, mend in [
        (["check", "--quiet", "--output-format=concise", "."], "ruff check --fix"),
        (["format", "--check", "--quiet", *folders], "ruff format"),
    ]:
        done = subprocess.run(
            [shutil.which("ruff") or Path(sys.executable).with_name("ruff"), *action],
            capture_output=True, text=True, cwd=ROOT,
        )  # fmt: skip
        if done.returncode:
            found.append(f"{done.stdout}{done.stderr}    -> run `{mend}`")
    return found


def check_generated() -> list[str]:
    """Run the checks of the tools that write into files."""
    found = []
    for tool in ["tools.bootstrap", "tools.address"]:
        done = subprocess.run(
            [sys.executable, "-m", tool, "--check"], capture_output=True, text=True, cwd=ROOT
        )
        if done.returncode:
            found.append((done.stdout + done.stderr).strip())
    return found


def check_chapter(path: Path) -> list[str]:
    """Return every complaint about one notebook."""
    notebook = nbformat.read(path, as_version=4)
    found = check_receipt(notebook) + check_images(notebook) + check_anatomy(path, notebook)
    return [f"{path.relative_to(ROOT) if path.is_relative_to(ROOT) else path}: {x}" for x in found]


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="tools.check", description=__doc__.split("\n")[0])
    parser.add_argument("notebooks", nargs="*")
    args = parser.parse_args(argv)
    paths = chapter_paths(args.notebooks)
    found = [complaint for path in paths for complaint in check_chapter(path)]
    if not args.notebooks:
        found += check_sources() + check_style() + check_generated() + matrix.gaps()
        found += external.complaints() + citations.complaints()
        found += spelling.complaints()
    for complaint in found:
        print(complaint)
    print(f"{len(paths)} chapter(s) checked, {len(found)} complaint(s)")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
