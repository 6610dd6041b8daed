"""Every address outside the book in one list, with the date it was last known to work.

    python -m tools.external            # complain where the book and the list disagree
    python -m tools.external --write    # renew data/external_links.csv, keep its dates

The list is made from the pages in `book/`, the chapters, the README, the bibliography, the
`sources.csv` of the tables, the glossary and the data cards.  Nothing here uses the network: a
date is the day on which somebody who worked on the book opened the address and read there, as the
source says it (`date` in sources.csv; the day on which an entry's note *Opened* was written).  A
DOI whose paper was read elsewhere has no date, because nobody followed the DOI.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import io
import json
import re
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tools.notebooks import ROOT, chapter_paths

LIST = "data/external_links.csv"
GLOSSARY = "data/glossary/terms.csv"
COLUMNS = ["url", "places", "last_known", "how"]
HOW = ["opened", "source read elsewhere", "not opened"]  # the best first
ADDRESS = re.compile(r"https?://(?:[^\s()<>\"'`\]|\\{}]|\([^\s()]*\))+")
# Examples, this machine, and the book's own address, which tools.address keeps.
NOT_OUTSIDE = re.compile(r"^(?:[^.]*|127\.0\.0\.1|localhost|.*\.example|.*\.(?:test|invalid))$")


@dataclass
class Link:
    """One address: where it stands, when and how it was last known to work."""

    places: list[str]
    last_known: str = ""
    how: str = HOW[-1]

    def learn(self, place: str, how: str = HOW[-1], date: str = "") -> None:
        """Add a place; the best and newest knowledge stays."""
        if place not in self.places:
            self.places.append(place)
        if (-HOW.index(how), date) > (-HOW.index(self.how), self.last_known):
            self.how, self.last_known = how, date


def addresses(text: str) -> list[str]:
    """Return the addresses in a text that lead outside, without the dot of the sentence."""
    found = [one.rstrip(".,;:!?*_") for one in ADDRESS.findall(text)]
    return [one for one in found if is_outside(one)]


def is_outside(url: str) -> bool:
    """Say whether an address leads to somebody else's host."""
    return not NOT_OUTSIDE.match(urlsplit(url).hostname or "")


def written_on(path: Path) -> dict[int, str]:
    """Return for each line of a file the day on which git says it was written; {} without git."""
    command = ["git", "-C", str(path.parent), "blame", "--line-porcelain", path.name]
    done = subprocess.run(command, capture_output=True, text=True)
    days: dict[int, str] = {}
    line, when = 0, ""
    for row in done.stdout.splitlines() if done.returncode == 0 else []:
        if found := re.match(r"[0-9a-f]{40} \d+ (\d+)", row):
            line = int(found[1])
        elif row.startswith("author-time "):
            when = str(datetime.datetime.fromtimestamp(int(row.split()[1]), datetime.UTC).date())
        elif row.startswith("\t"):
            days[line] = when
    return days


def of_bibliography(text: str, days: dict[int, str]) -> list[tuple[str, str, str, str]]:
    """Return address, place, how and date of the bibliography's entries."""
    found = []
    for entry in re.finditer(r"^@\w+\{([^,]+),.*?(?=^@|\Z)", text, re.M | re.S):
        note = re.search(r"^\s*note\s*=.*", entry[0], re.M)
        read = bool(note and re.search(r"\bopened\b", re.sub(r"(?i)not opened", "", note[0]), re.I))
        day = ""
        if read:
            stated = re.search(r"Opened: (\d{4}-\d\d-\d\d)", note[0])
            line = text.count("\n", 0, entry.start() + note.start()) + 1
            day = stated[1] if stated else days.get(line, "")
        fields = re.findall(r"^\s*(url|doi)\s*=\s*[{\"](.+?)[}\"],?$", entry[0], re.M)
        fields += [("url", url) for url in re.findall(r"\\url\{([^}]+)\}", entry[0])]
        for kind, value in fields:
            url = f"https://doi.org/{value}" if kind == "doi" else value.replace("\\", "")
            how = HOW[2] if not read else HOW[0] if kind == "url" else HOW[1]
            found.append((url, entry[1], how, day if how == HOW[0] else ""))
    return found


def collect(root: Path = ROOT, *, dates: bool = False) -> dict[str, Link]:
    """Return every address outside; with ``dates`` also ask git when notes were written."""
    links: dict[str, Link] = defaultdict(lambda: Link([]))
    bibliography = root / "book" / "references.bib"
    text = bibliography.read_text(encoding="utf-8")
    for url, key, how, day in of_bibliography(text, written_on(bibliography) if dates else {}):
        links[url].learn(f"reference {key}", how, day)
    for path in sorted((root / "data").glob("*/sources.csv")):
        with open(path, encoding="utf-8", newline="") as handle:
            for row in csv.DictReader(handle):
                if not row["url"].startswith("http") or not is_outside(row["url"]):
                    continue
                opened = row.get("opened") == "yes"
                place = f"{path.relative_to(root).as_posix()} {row['key']}"
                links[row["url"]].learn(place, HOW[not opened and 2], row["date"] if opened else "")
    pages = [root / "README.md", *sorted((root / "book").glob("*.md"))]
    texts = [(page, page.read_text(encoding="utf-8")) for page in pages if page.is_file()]
    for path in chapter_paths() if root == ROOT else sorted((root / "chapters").rglob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        sources = ["".join(c["source"]) for c in cells if c["cell_type"] == "markdown"]
        texts.append((path, "\n".join(sources)))
    for path in sorted((root / "medai" / "datasets").glob("cards*.py")):
        texts.append((path, path.read_text(encoding="utf-8")))
    texts += [(path, path.read_text(encoding="utf-8")) for path in root.glob(GLOSSARY)]
    own = own_address(root)
    for path, text in texts:
        for url in addresses(text):
            if not (own and own in url):
                links[url].learn(path.relative_to(root).as_posix())
    return dict(links)


def own_address(root: Path) -> str:
    """Return owner/name of the book's own repository."""
    text = (root / "_config.yml").read_text(encoding="utf-8")
    found = re.search(r"^repository:\s*\n\s+url:\s*https?://[^/]+/(\S+)", text, re.MULTILINE)
    return found[1] if found else ""


def read_list(root: Path = ROOT) -> dict[str, dict[str, str]]:
    """Return the stored list by address."""
    path = root / LIST
    if not path.is_file():
        return {}
    with open(path, encoding="utf-8", newline="") as handle:
        return {row["url"]: row for row in csv.DictReader(handle)}


def complaints(root: Path = ROOT) -> list[str]:
    """Say which addresses the list lacks, and which of its rows nothing uses any more."""
    links, stored = collect(root), read_list(root)
    renew = "run `python -m tools.external --write` and commit the result"
    found = [
        f"{links[url].places[0]}: {url} is not in {LIST}: {renew}"
        for url in sorted(set(links) - set(stored))
    ]
    found += [
        f"{LIST}: {url} stands nowhere in the book any more: {renew}"
        for url in sorted(set(stored) - set(links))
    ]
    return found


def written(links: dict[str, Link], stored: dict[str, dict[str, str]]) -> str:
    """Return the list as CSV; a date of the old list stays where nothing newer is known."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for url in sorted(links, key=lambda url: (host(url), url)):
        link, old = links[url], stored.get(url, {})
        if old.get("last_known", "") > link.last_known:
            link.last_known, link.how = old["last_known"], old["how"]
        more = f" (+{len(link.places) - 1})" if len(link.places) > 1 else ""
        places = link.places[0] + more
        writer.writerow(
            {"url": url, "places": places, "last_known": link.last_known, "how": link.how}
        )
    return out.getvalue()


def host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def page(root: Path = ROOT) -> str:
    """Return the list as MyST Markdown: a list for each host, narrow enough for a phone."""
    rows = read_list(root)
    count = {how: sum(row["how"] == how for row in rows.values()) for how in HOW}
    parts = [
        f"{len(rows)} addresses: {count[HOW[0]]} were opened and read on the day that stands "
        f"beside them, {count[HOW[1]]} are DOIs of papers that were read at another address, and "
        f"{count[HOW[2]]} were not opened.\n"
    ]
    groups: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows.values():
        groups[host(row["url"])].append(row)
    for name, group in sorted(groups.items()):
        parts.append(f"**{name}**\n")
        for row in group:
            tail = re.sub(r"^https?://[^/]+", "", row["url"]) or "/"
            tail = tail if len(tail) <= 60 else tail[:59] + "…"
            tail = re.sub(r"([\\*_\[\]<>$`~|{}])", r"\\\1", tail)
            known = row["last_known"] or row["how"]
            parts.append(f"- [{tail}](<{row['url']}>): {known}")
        parts.append("")
    return "\n".join(parts)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="tools.external", description=__doc__.split("\n")[0])
    parser.add_argument("--write", action="store_true", help="renew the list, keep its dates")
    args = parser.parse_args(argv)
    if args.write:
        text = written(collect(dates=True), read_list())
        (ROOT / LIST).write_text(text, encoding="utf-8")
    found = complaints()
    for one in found:
        print(one)
    print(f"{len(read_list())} addresses, {len(found)} complaint(s)")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
