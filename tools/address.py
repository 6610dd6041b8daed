"""The repository's address: it stands in ``_config.yml``, and everything else must agree.

    python -m tools.address             # print it
    python -m tools.address --check     # every other place agrees, or exit code 1
    python -m tools.address NEW_URL     # change it everywhere

The check knows the kinds of places that carry the address of this book: Colab links, clone
commands, the bootstrap cell, ``CITATION.cff``, ``pyproject.toml`` and the theme's settings.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path

from tools.notebooks import ROOT

CONFIG = "_config.yml"
SKIP_FOLDERS = ("tests/", ".venv/", "_build/")  # tests make up addresses of their own
TEXT = {".md", ".ipynb", ".yml", ".yaml", ".toml", ".cff", ".py", ".html", ".txt", ".cfg", ""}

# Places that carry the whole address, and places that carry only "owner/name".
WHOLE = [
    r"medai(?:\[\w+\])? @ git\+(?P<it>[^\s\"'\\]+?)(?:\.git)?@",
    r"(?m)^\s*repository(?:_url|-code): *[\"']?(?P<it>[^\s\"']+)",
    r"git clone (?:--?[\w=-]+ )*(?P<it>https?://[^\s`\"'\\]+?)(?:\.git)?(?=[\s`\"'\\]|$)",
    r"(?m)^(?:Repository|Source|Issues) = \"(?P<it>https?://[^\"]+?)(?:/issues)?\"",
]
SHORT = [
    r"colab\.research\.google\.com/github/(?P<it>[\w.-]+/[\w.-]+)",
    r"mybinder\.org/v2/gh/(?P<it>[\w.-]+/[\w.-]+)",
]


def repository(root: Path = ROOT) -> tuple[str, str]:
    """Return the address and the branch that ``_config.yml`` names."""
    text = (root / CONFIG).read_text(encoding="utf-8")
    block = re.search(r"(?m)^repository:[^\n]*\n((?:[ \t]+[^\n]*\n|\s*\n)+)", text)
    found = dict(
        re.findall(r"(?m)^\s+(url|branch):\s*[\"']?([^\s\"'#]+)", block[1] if block else "")
    )
    if set(found) != {"url", "branch"}:
        sys.exit(f"{root / CONFIG}: `repository:` needs a `url:` and a `branch:` below it.")
    return found["url"].rstrip("/"), found["branch"]


def short(url: str) -> str:
    """Return "owner/name" of an address."""
    return "/".join(url.split("://", 1)[-1].split("/")[1:])


def text_files(root: Path = ROOT) -> list[Path]:
    """Return the text files that git tracks, or would track."""
    command = ["git", "-C", str(root), "ls-files", "-co", "--exclude-standard"]
    names = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    keep = (name for name in names if not name.startswith(SKIP_FOLDERS))
    paths = [root / name for name in keep if Path(name).suffix in TEXT]
    own = Path(__file__).resolve()
    return [path for path in paths if path.is_file() and path.resolve() != own]


def problems(root: Path = ROOT) -> list[str]:
    """Return every place whose address differs from the one in ``_config.yml``."""
    url, _ = repository(root)
    found = []
    for path in text_files(root):
        text = path.read_text(encoding="utf-8")
        for patterns, wanted in ((WHOLE, url), (SHORT, short(url))):
            for match in (m for pattern in patterns for m in re.finditer(pattern, text)):
                here = match["it"].rstrip("/")
                if here not in (wanted, "{url}"):
                    line = text.count("\n", 0, match.start("it")) + 1
                    where = f"{path.relative_to(root)}:{line}"
                    found.append(f"{where}: {here} is not the address in {CONFIG}, {wanted}")
    return found


def change(new: str, root: Path = ROOT) -> list[Path]:
    """Replace the address everywhere; return the files that were changed."""
    new = new.strip().rstrip("/").removesuffix(".git")
    if not re.fullmatch(r"https?://[\w.-]+(?::\d+)?(?:/[\w.~-]+)+", new):
        sys.exit(f"{new!r} is no address of a repository, such as https://github.com/owner/name")
    old, _ = repository(root)
    # the whole address first, then a bare "owner/name"; neither as a part of a longer name
    pairs = [(old, new), (short(old), short(new))]
    changed = []
    for path in text_files(root):
        before = text = path.read_bytes().decode("utf-8")
        for one, other in pairs:
            pattern = rf"(?<![\w.-]){re.escape(one)}(?![\w-]|\.(?!git\b)\w)"
            text = re.sub(pattern, lambda _, other=other: other, text)
        if text != before:
            path.write_bytes(text.encode("utf-8"))
            changed.append(path)
    return changed


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="tools.address", description=__doc__.split("\n")[0])
    parser.add_argument("new", nargs="?", metavar="NEW_URL", help="change the address everywhere")
    parser.add_argument("--check", action="store_true", help="only compare")
    args = parser.parse_args(argv)
    if args.new and not args.check:
        for path in change(args.new):
            print(f"changed {path.relative_to(ROOT)}")
    found = problems()
    print("\n".join(found) if found else repository()[0])
    if found:
        print(f"Run: python -m tools.address {repository()[0]} or correct these lines by hand.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
