"""``{glossary-terms}``, and dotted links from the chapters to it.

The first mention of each term in a chapter's prose leads to its entry.  Headings, code, formulas,
links, captions, notes and outputs stay as they are.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

if TYPE_CHECKING:
    from medai.datasets.glossary import Term

PAGE = "book/glossary"
TERMS = ROOT / "data" / "glossary" / "terms.csv"
WORD = re.compile(r"(?<![\w‐‑-])\w+")  # not within a hyphenated word
# Everyday words: they lead to their entry in the chapter that explains it, and nowhere else.
# fmt: off
EVERYDAY = frozenset((
    "activation", "agreement", "attention", "baseline", "batch", "bias", "critic", "dictionary",
    "drift", "edge", "exposure", "filter", "generative", "generator", "guideline", "head",
    "hypothesis", "interaction", "interval", "key", "linking", "mask", "matched", "noise",
    "observational", "outcome", "overlap", "permutation", "phase", "phased", "pipeline",
    "protected", "proxy", "query", "recall", "residual", "reworded", "rule", "rules", "scope",
    "shadow", "shortcut", "signal", "structured", "summary", "survival", "toxic", "transfer",
    "unit", "validation", "vanish", "visit",
))
# fmt: on
NOT_PROSE = (
    *(nodes.title, nodes.literal, nodes.literal_block, nodes.math, nodes.math_block),
    *(nodes.reference, nodes.caption, nodes.legend, nodes.footnote, nodes.citation, nodes.raw),
    *(nodes.footnote_reference, nodes.comment, nodes.target, nodes.rubric, nodes.figure),
    *(addnodes.pending_xref, nodes.system_message, nodes.attribution),
)


class Index:
    """The names of all terms, found by their first word; the longest name goes first."""

    def __init__(self, terms: Iterable[Term]) -> None:
        from medai.datasets.glossary import is_abbreviation

        self.by_word: dict[str, list[tuple[int, re.Pattern, Term]]] = defaultdict(list)
        for term in terms:
            for name in term.names:
                first = re.search(r"\w+", name)
                if first is None or first.start():  # "(…)" begins with no word
                    continue
                case = 0 if is_abbreviation(name) else re.IGNORECASE
                entry = (len(name), re.compile(pattern(name), case), term)
                self.by_word[first[0].casefold()].append(entry)
        for entries in self.by_word.values():
            entries.sort(key=lambda entry: -entry[0])

    def matches(self, text: str) -> Iterator[tuple[int, int, Term]]:
        """Yield where names stand in a text, from left to right, without overlap."""
        end = 0
        for word in WORD.finditer(text):
            if word.start() < end:
                continue
            entries = [
                e for form in singulars(word[0].casefold()) for e in self.by_word.get(form, [])
            ]
            for _, regex, term in sorted(entries, key=lambda entry: -entry[0]):
                if found := regex.match(text, word.start()):
                    end = found.end()
                    yield word.start(), end, term
                    break


def pattern(name: str) -> str:
    """Return the pattern of a name: any blanks and hyphens, and the plural."""
    body = re.escape(name).replace(r"\ ", r"\s+").replace(r"\-", "[-‐‑–]").replace("'", "['’]")
    plural = f"{body[:-1]}(?:y|ies)" if re.search(r"[^aeiou\W]y$", name) else f"{body}(?:s|es)?"
    return f"{plural}(?![\\w‐‑]|-\\w)"


def singulars(word: str) -> list[str]:
    """Return a word and what it may be the plural of."""
    forms = [word]
    if word.endswith("s"):
        forms.append(word[:-1])
    if word.endswith("es"):
        forms.append(word[:-2])
    if word.endswith("ies"):
        forms.append(word[:-3] + "y")
    return forms


def is_prose(text: nodes.Text) -> bool:
    """Say whether a text stands where a link to the glossary may stand."""
    node = text.parent
    while node is not None:
        if isinstance(node, NOT_PROSE):
            return False
        if isinstance(node, nodes.container) and {"cell", "cell_output"} & set(node["classes"]):
            return False
        node = node.parent
    return True


def is_everyday(words: str) -> bool:
    """Say whether a mention is an everyday word, also in the plural."""
    return any(form in EVERYDAY for form in singulars(words.casefold()))


def link_terms(document: nodes.Element, index: Index, uri: str, chapter: int = 0) -> int:
    """Link the first mention of each term in a document; return how many there are.

    Parameters
    ----------
    document
        Changed in place.
    index
        Of the terms to find.
    uri
        The address of the glossary's page as seen from this document.
    chapter
        The chapter's number: only there do everyday words lead to the terms it explains.
    """
    seen: set[str] = set()
    for text in list(document.findall(nodes.Text)):
        if not is_prose(text):
            continue
        plain, parts, done = text.astext(), [], 0
        for start, end, term in index.matches(plain):
            if term.slug in seen or (is_everyday(plain[start:end]) and term.chapter != chapter):
                continue
            seen.add(term.slug)
            if start > done:
                parts.append(nodes.Text(plain[done:start]))
            target = f"{uri}#term-{term.slug}"
            link = nodes.reference("", plain[start:end], refuri=target, internal=True)
            link["classes"].append("glossary-link")
            link["reftitle"] = f"{term.zh}: {term.definition}"
            parts.append(link)
            done = end
        if parts:
            if done < len(plain):
                parts.append(nodes.Text(plain[done:]))
            text.parent.replace(text, parts)
    return len(seen)


def chapter_link(number: int, documents: Iterable[str]) -> nodes.Node:
    """Return a link to a chapter, or its bare number where the book has it not yet."""
    name = f"Chapter {number}"
    for document in documents:
        if re.search(rf"(^|/){number:02}_[^/]*$", document):
            options = {"refdomain": "std", "reftype": "doc", "refexplicit": True, "refwarn": True}
            link = addnodes.pending_xref("", reftarget=f"/{document}", **options)
            link += nodes.inline("", name, classes=["doc"])
            return link
    return nodes.Text(name)


def entry(term: Term, documents: Iterable[str], definition: list[nodes.Node]) -> nodes.Node:
    """Return one entry of the page."""
    from html import escape

    name = nodes.term("", "", nodes.strong("", term.term), ids=[f"term-{term.slug}"])
    if term.also:
        name += nodes.Text(f" ({', '.join(term.also)})")
    name += nodes.raw("", f' <span lang="zh">{escape(term.zh)}</span>', format="html")
    text = nodes.paragraph("", "", *definition, nodes.Text(" "))
    text += chapter_link(term.chapter, documents)
    if term.link.startswith("http"):
        text += nodes.Text(", ")
        text += nodes.reference("", "more", refuri=term.link, internal=False)
    text += nodes.Text(".")
    return nodes.definition_list_item("", name, nodes.definition("", text))


class GlossaryTerms(SphinxDirective):
    """``{glossary-terms}``: every entry, by its first letter."""

    def run(self) -> list[nodes.Node]:
        """Make a section for each letter."""
        from medai.datasets.glossary import glossary
        from medai.runtime import MedaiError

        self.env.note_dependency(str(TERMS))
        try:
            terms = glossary()
        except MedaiError as error:
            raise self.error(str(error)) from error
        letters: dict[str, nodes.section] = {}
        documents = sorted(self.env.found_docs)
        for term in terms:
            letter = term.slug[0].upper()
            if letter not in letters:
                section = nodes.section("", nodes.title("", letter), ids=[f"letter-{letter}"])
                section["names"] = [f"letter-{letter}"]
                section += nodes.definition_list(classes=["glossary-terms"])
                letters[letter] = section
            definition, messages = self.parse_inline(term.definition)
            letters[letter][-1].append(entry(term, documents, [*definition, *messages]))
        return list(letters.values())


def depend(app: Sphinx, doctree: nodes.document) -> None:
    """Have every chapter written anew when the terms change."""
    if app.env.docname.startswith("chapters/"):
        app.env.note_dependency(str(TERMS))


def link_chapter(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Link a chapter's terms, where the book has a glossary."""
    if not docname.startswith("chapters/") or PAGE not in app.env.found_docs:
        return
    if not hasattr(app, "medai_glossary"):
        from medai.datasets.glossary import glossary

        app.medai_glossary = Index(glossary())
    number = re.match(r"\d+", docname.rsplit("/", 1)[-1])
    uri = app.builder.get_relative_uri(docname, PAGE)
    link_terms(doctree, app.medai_glossary, uri, int(number[0]) if number else 0)


def setup(app: Sphinx) -> dict:
    """Register the directive and the links."""
    app.add_directive("glossary-terms", GlossaryTerms)
    app.connect("doctree-read", depend)
    app.connect("doctree-resolved", link_chapter, priority=800)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
