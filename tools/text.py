"""Edit a notebook as MyST text.

    python -m tools.text out CHAPTER.ipynb WORK.md
    python -m tools.text in  WORK.md CHAPTER.ipynb

``in`` keeps the outputs and the ids of cells whose source did not change.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import jupytext
import nbformat

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"},
}


def to_text(notebook_path: Path, text_path: Path) -> None:
    notebook = nbformat.read(notebook_path, as_version=4)
    notebook.metadata = nbformat.from_dict({"kernelspec": METADATA["kernelspec"]})
    text_path.write_text(jupytext.writes(notebook, fmt="md:myst"), encoding="utf-8")


def to_notebook(text_path: Path, notebook_path: Path) -> None:
    new = jupytext.reads(text_path.read_text(encoding="utf-8"), fmt="md:myst")
    old = nbformat.read(notebook_path, as_version=4) if notebook_path.exists() else None
    known: dict[tuple[str, str], list] = {}
    for cell in old.cells if old else []:
        known.setdefault((cell.cell_type, cell.source), []).append(cell)
    for number, cell in enumerate(new.cells):
        same = known.get((cell.cell_type, cell.source), [])
        if same:
            before = same.pop(0)
            cell.id = before.id
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = before.outputs, before.execution_count
        else:
            cell.id = f"{notebook_path.stem.split('_')[0]}-{number:03d}-{cell.id[:6]}"
    new.metadata = nbformat.from_dict(METADATA)
    if old and "medai" in old.metadata:
        new.metadata["medai"] = old.metadata["medai"]
    new.nbformat, new.nbformat_minor = 4, 5
    notebook_path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(new, notebook_path)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="tools.text", description=__doc__.split("\n")[0])
    parser.add_argument("direction", choices=["out", "in"])
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    args = parser.parse_args(argv)
    if not args.source.exists():
        parser.error(f"{args.source} does not exist")
    (to_text if args.direction == "out" else to_notebook)(args.source, args.target)
    print(f"wrote {args.target}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
