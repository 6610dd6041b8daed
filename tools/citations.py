"""Citations without building the book: sources that nothing cites, and pages without their list.

    python -m tools.citations

The build complains about a key that is cited and missing only once it gets there; this is quick.
Links, labels, equations and figures are the build's (`python -m tools.build`).
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from tools.notebooks import ROOT

BIB = "book/references.bib"
CITE = re.compile(r"\{(?:foot)?cite(?::[\w]+)?\}`([^`]+)`")


def keys(text: str) -> list[str]:
    """Return the keys of a bibliography."""
    return re.findall(r"^@(?!comment|string|preamble)\w+\{\s*([^,\s]+)\s*,", text, re.I | re.M)


def cited(text: str) -> set[str]:
    """Return the keys that a text cites, code aside."""
    found = CITE.findall(without_code(text))
    return {key.strip() for keys in found for key in keys.split(",")}


def without_code(text: str) -> str:
    """Leave out the blocks of code, which may show how to cite; directives stay."""
    kept: list[str] = []
    fences: list[tuple[str, bool]] = []  # the open fences, and whether they hold code
    for line in text.splitlines():
        fence = re.match(r"\s*(`{3,}|~{3,}|:{3,})(.*)$", line)
        if fence and fences and not fence[2].strip() and fence[1] == fences[-1][0]:
            fences.pop()
        elif fence and not (fences and fences[-1][1]):
            fences.append((fence[1], not re.match(r"\s*\{(?!code)", fence[2])))
        elif not (fences and fences[-1][1]):
            kept.append(line)
    return "\n".join(kept)


def markdown(path: Path) -> str:
    """Return the Markdown of a page or a notebook."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        return text
    cells = json.loads(text)["cells"]
    return "\n\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")


def pages(root: Path = ROOT) -> list[Path]:
    """Return the book's pages and chapters."""
    found = [*(root / "book").glob("*.md"), *(root / "chapters").rglob("*.ipynb")]
    return sorted(path for path in found if ".ipynb_checkpoints" not in path.parts)


def signs(text: str) -> dict[str, list[str]]:
    """Return for each key what names its source: the key, the DOI, the address, the title."""
    found = {}
    for entry in re.split(r"(?=^@)", text, flags=re.MULTILINE):
        for key in keys(entry):
            exact = re.findall(r"(?:\bdoi\s*=\s*\{|\burl\s*=\s*\{|\\url\{)([^}]+)\}", entry)
            title = re.search(r"^\s*title\s*=\s*[{\"](.+)[}\"],?\s*$", entry, re.MULTILINE)
            exact += [re.sub(r"[{}\\]", "", title[1])] if title else []
            found[key] = [one.casefold() for one in [key, *exact]]
    return found


def named(root: Path, wanted: dict[str, list[str]]) -> set[str]:
    """Return the keys whose source the package or the tables name."""
    found: set[str] = set()
    for folder, kinds in [("medai", {".py"}), ("data", {".csv", ".md", ".json"})]:
        for path in (root / folder).rglob("*.*"):
            if path.suffix not in kinds or path.name == "external_links.csv":
                continue
            text = path.read_text(encoding="utf-8").casefold()
            found |= {key for key, any_of in wanted.items() if any(one in text for one in any_of)}
    return found


def complaints(root: Path = ROOT) -> list[str]:
    """Return what is wrong with the book's citations."""
    bibliography = (root / BIB).read_text(encoding="utf-8")
    stored, signs_of = keys(bibliography), signs(bibliography)
    found = [
        f"{BIB}: {key} stands there twice: take one out"
        for key in sorted({key for key in stored if stored.count(key) > 1})
    ]
    used: set[str] = set()
    for path in pages(root):
        text, name = markdown(path), path.relative_to(root).as_posix()
        here = cited(text)
        used |= here
        found += [
            f"{name}: cites {key}, which is not in {BIB}: add it, or correct the key"
            for key in sorted(here - set(stored))
        ]
        foot = re.search(r"\{footcite", without_code(text))
        if foot and "{footbibliography}" not in text:
            found.append(
                f"{name}: cites sources and has no {{footbibliography}}: add it at the end"
            )
        if not foot and "{footbibliography}" in text and path.suffix == ".ipynb":
            found.append(f"{name}: an empty {{footbibliography}}: cite, or take it out")
    idle = set(stored) - used
    found += [
        f"{BIB}: {key} is cited nowhere: cite it where it is used, or take it out"
        for key in sorted(idle - named(root, {key: signs_of[key] for key in idle}))
    ]
    return found


def main() -> int:
    found = complaints()
    for one in found:
        print(one)
    print(f"{len(found)} complaint(s)")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
