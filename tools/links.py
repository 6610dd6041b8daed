"""Find links of the built site that lead nowhere: pages, pictures, files, places in a page.

Sphinx checks the links that it makes itself; this looks at what the browser gets, so that
raw HTML and notebook outputs are covered too.
"""

from __future__ import annotations

import functools
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

NOT_OURS = {"search.html", "genindex.html", "py-modindex.html"}


class Page(HTMLParser):
    """Collect the targets a page points at and the places it offers."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.places: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list) -> None:
        """Note href, src, id and name."""
        for name, value in attributes:
            if not value:
                continue
            if name in ("href", "src"):
                self.targets.append(value)
            elif name in ("id", "name"):
                self.places.add(value)


@functools.cache
def read(path: Path) -> Page:
    """Read a page once."""
    return Page(path.read_text(encoding="utf-8"))


def broken_links(html: Path) -> list[str]:
    """Return a complaint for every link inside the folder `html` that leads nowhere."""
    found = []
    for path in sorted(html.rglob("*.html")):
        if path.name in NOT_OURS or "_static" in path.relative_to(html).parts:
            continue
        for target in dict.fromkeys(read(path).targets):
            parts = urlsplit(target)
            if parts.scheme or parts.netloc or (target.startswith("#") and len(target) < 2):
                continue
            goal = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            goal = goal / "index.html" if goal.is_dir() else goal
            place = unquote(parts.fragment)
            if not goal.exists():
                found.append(f"{path.relative_to(html)}: the link to {target!r} leads to no file")
            elif place and goal.suffix == ".html" and place not in read(goal).places:
                found.append(f"{path.relative_to(html)}: {target!r}, no such place in that page")
    read.cache_clear()
    return found
