"""Write into the README of the table of common conditions how many rows rest on what.

    python -m tools.common_conditions

The counts are computed from the files; a test fails when the README says something else.
"""

from __future__ import annotations

import re

from medai.datasets.common import FOLDER, provenance_markdown, read_conditions
from tools.notebooks import ROOT

README = ROOT / "data" / FOLDER / "README.md"
BLOCK = re.compile(r"(<!-- counts: [^\n]*-->\n)(.*?)(<!-- end of counts -->)", re.DOTALL)


def with_counts(text: str) -> str:
    """Return the README with the counts of today."""
    counts = provenance_markdown(read_conditions(README.parent))
    new, n = BLOCK.subn(lambda block: f"{block[1]}\n{counts}\n\n{block[3]}", text)
    if n != 1:
        raise SystemExit(f"{README}: the comments around the counts are gone: put them back.")
    return new


if __name__ == "__main__":
    README.write_text(with_counts(README.read_text(encoding="utf-8")), encoding="utf-8")
