"""British spelling of the book's prose, without a dictionary to install.

    python -m tools.spelling            # complain
    python -m tools.spelling --add      # the words complained of are right: into english.txt

Two rules, over the prose of pages, chapters and quizzes (no code, formulas, links or citations):

* no American form: `tools/words/american.txt` holds them with the British ones; a name or a
  quotation that keeps its own spelling stands in `quoted.txt` with its file;
* a word that `english.txt`, `medical.txt` and `technical.txt` lack, and that one slip turns into
  a word that they have, is taken for a slip.

The lists hold one lower-case word a line, sorted.  `english.txt` began as the words of this book
that a British dictionary knew.  A new word that looks like no other passes unseen: this is a net.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from tools.citations import markdown, pages, without_code
from tools.notebooks import ROOT

WORDS = ROOT / "tools" / "words"
SHORT = 6  # shorter words have too many neighbours that are words
LISTS = ["english.txt", "medical.txt", "technical.txt"]
LETTERS = "abcdefghijklmnopqrstuvwxyz"
NOT_PROSE = [
    r"(?s)\$\$.*?\$\$",
    r"\$[^$\n]*\$",
    r"<!--.*?-->",
    r"`+[^`]*`+",
    r"\{[\w:+-]+\}",
    r"https?://\S+",
    r"\]\([^)]*\)",
    r"<[^>\n]*>",
    r"^\s*(?:`{3,}|:{3,}|:[\w-]+:).*$",
    r"^\([\w-]+\)=$",
    r"&\w+;",
]


def prose(text: str) -> str:
    """Return the words of a Markdown text that somebody reads as English."""
    text = without_code(text)
    for pattern in NOT_PROSE:
        text = re.sub(pattern, " ", text, flags=re.MULTILINE)
    return text


def words(text: str) -> list[str]:
    """Return the words in lower case; abbreviations and names with inner capitals left out."""
    found = re.findall(r"(?<![\w.@/\\-])[A-Za-z][a-z]+(?:['’][a-z]+)?(?![\w@/\\]|\.\w)", text)
    return [re.sub(r"['’](?:s|t|ll|re|ve|d|m)?$", "", word).casefold() for word in found]


def known_words() -> set[str]:
    """Return the words that are right."""
    texts = [(WORDS / name).read_text(encoding="utf-8") for name in LISTS]
    return {word for text in texts for word in text.split()}


def pairs(name: str) -> list[tuple[str, str]]:
    """Return the lines of a list of pairs."""
    lines = (WORDS / name).read_text(encoding="utf-8").splitlines()
    return [(line.split()[0], line.split()[1]) for line in lines if line.strip()]


def neighbours(word: str) -> Iterator[str]:
    """Yield what one slip makes of a word: a letter lost, doubled, exchanged or turned round."""
    for at in range(len(word) + 1):
        head, tail = word[:at], word[at:]
        if tail:
            yield head + tail[1:]
            yield from (head + letter + tail[1:] for letter in LETTERS)
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        yield from (head + letter + tail for letter in LETTERS)


def is_inflected(word: str, known: set[str]) -> bool:
    """Say whether a word is a known one with an ending (plural, tense, adverb, un-, re-)."""
    forms = [word, re.sub(r"^(?:un|re|non|pre)(?=\w{4})", "", word)]
    return any(stem in known for form in forms for stem in stems_of(form))


def stems_of(word: str) -> list[str]:
    """Return a word and what may stand before its ending."""
    stems = [word]
    for ending in ["s", "es", "d", "ed", "ing", "ly", "er", "r", "ness", "less"]:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            stem = word.removesuffix(ending)
            stems += [stem, stem + "e", stem[:-1] if stem[-1] == stem[-2] else stem]
            stems.append(stem[:-1] + "y" if stem[-1] == "i" else stem)
    return stems


def slips(
    texts: Iterable[tuple[str, str]],
    american: dict[str, str],
    known: set[str],
    quoted: Iterable[tuple[str, str]] = (),
) -> list[tuple[str, str]]:
    """Return each American form and each probable slip, with the complaint.

    Parameters
    ----------
    texts
        Pairs of a file's name and its prose.
    american
        Refused forms with the right ones.
    known
        Words that are right.
    quoted
        Pairs of a file (its name, or its number) and a form that it quotes.
    """
    places: dict[str, list[str]] = defaultdict(list)
    allowed = set(quoted)
    for name, text in texts:
        base = Path(name).name
        for word in set(words(text)):
            if not {(base, word), (base[:2] * base.endswith(".ipynb"), word)} & allowed:
                places[word].append(name)
    found = []
    for word in sorted(places):
        where = places[word][0]
        if word in american:
            found.append((word, f"{where}: {word!r} is not British: write {american[word]!r} "
                          "(a name or quotation: tools/words/quoted.txt)"))  # fmt: skip
        elif len(word) >= SHORT and not is_inflected(word, known):
            near = sorted({one for one in neighbours(word) if len(one) >= SHORT} & known)
            if near:
                found.append((word, f"{where}: {word!r} looks like {near[0]!r}: mend it, or if "
                              "it is right run `python -m tools.spelling --add`"))  # fmt: skip
    return found


def quiz_text(path: Path) -> str:
    """Return what a quiz says."""
    parts = []
    for question in json.loads(path.read_text(encoding="utf-8"))["questions"]:
        parts.append(question["question"])
        parts += [f"{option['text']}\n{option['why']}" for option in question["options"]]
    return "\n".join(parts)


def check(root: Path = ROOT) -> list[tuple[str, str]]:
    """Return what is misspelt in the book, with the complaints."""
    found = [(p.relative_to(root).as_posix(), prose(markdown(p))) for p in pages(root)]
    for path in sorted((root / "data" / "quizzes").glob("*.json")):
        found.append((path.relative_to(root).as_posix(), prose(quiz_text(path))))
    return slips(found, dict(pairs("american.txt")), known_words(), pairs("quoted.txt"))


def complaints(root: Path = ROOT) -> list[str]:
    """Return the complaints only."""
    return [complaint for _, complaint in check(root)]


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="tools.spelling", description=__doc__.split("\n")[0])
    parser.add_argument("--add", action="store_true", help="take the words complained of as right")
    args = parser.parse_args(argv)
    found = check()
    if args.add:
        american = dict(pairs("american.txt"))
        path = WORDS / "english.txt"
        right = {word for word, _ in found if word not in american}
        right |= set(path.read_text(encoding="utf-8").split())
        path.write_text("".join(f"{word}\n" for word in sorted(right)), encoding="utf-8")
        found = check()
    for _, complaint in found:
        print(complaint)
    print(f"{len(found)} complaint(s)")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
