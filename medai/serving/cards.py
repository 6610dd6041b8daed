"""Cards by CDS Hooks 2.0: a finding of the plan, said in under 140 characters, with its source.

Nothing is invented here: a card's words are those of its lines.  A suggestion removes a draft
order, and does nothing else: a dose or another medicine is more than a program may write.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID, uuid5

from medai.diagnosis.sources import Source
from medai.personalised.plan import Line
from medai.personalised.plan.line import LEVEL_NAMES
from medai.personalised.plan.make import DISCLAIMER
from medai.serving.findings import Finding, drugs_of, unknown
from medai.serving.models import Action, Card, CardSource, Coding, Link, Suggestion

LONGEST = 139  # "<140-character summary message"
LABEL = 120
OWN = "medai, Large Models in Medicine: a question, no advice"
SYSTEM = "urn:medai:override-reason"
REASONS = tuple(
    Coding(code=code, system=SYSTEM, display=words)
    for code, words in (
        ("benefit", "The benefit outweighs the risk"),
        ("monitored", "It is monitored: dose, level, ECG or laboratory"),
        ("tolerated", "The patient has taken it before without harm"),
        ("no-alternative", "There is no suitable alternative"),
        ("known", "Already known"),
        ("wrong", "The card is wrong, or its data are out of date"),
    )
)
SPECIAL = re.compile(r"([\\`*_\[\]<>&|~#!])")


def plain(text: str) -> str:
    """Return a text on one line, without control characters."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(text.split())


def markdown(text: str) -> str:
    """Return a text that Markdown shows as it stands: *1/*4 keeps its stars, <b> stays text."""
    return SPECIAL.sub(r"\\\1", plain(text))


def shortened(text: str, most: int = LONGEST) -> str:
    """Return a text of at most `most` characters, cut at a word, with an ellipsis.

    Examples
    --------
    >>> from medai.serving.cards import shortened
    >>> shortened("Codeine with CYP2D6 *4/*4: avoid it, morphine does not form.", 40)
    'Codeine with CYP2D6 *4/*4: avoid it…'
    """
    text = plain(text)
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    return (cut.rpartition(" ")[0] or cut).rstrip(" ,;:.(") + "…"


def summary(line: Line) -> str:
    """Return the one sentence of a line."""
    data = line.data
    if line.section == "advice":
        genes = ", ".join(
            f"{one['gene']}: {one['phenotype_used']}"
            + (" with the other medicines" if one.get("converted") else "")
            for one in data["genes"]
        )
        strength = f" ({data['strength']} recommendation)" if data.get("strength") else ""
        return shortened(f"{data['drug']}: {data['action']}{strength}. {genes}")
    if line.section == "ask":
        return shortened(line.text)
    first = re.split(r"(?<=[.!?])\s+(?=[A-Z])", plain(line.text))[0]
    level = f"{LEVEL_NAMES[line.level][0]}: " if line.level else ""
    return shortened(level + first.removesuffix("."))


def detail(lines: Sequence[Line], more: Iterable[str] = ()) -> str:
    """Return the Markdown of a card: each line in full, its sources, the disclaimer."""
    parts = [markdown(lines[0].text)] if lines else []
    parts += [f"Also: {markdown(one.text)}" for one in lines[1:]]
    parts += list(more)
    sources = _sources(lines)
    if sources:
        parts.append(_listed(sources))
    return "\n\n".join([*parts, f"*{DISCLAIMER}*"])


def _listed(sources: Sequence[Source]) -> str:
    return "Sources: " + "; ".join(map(_named, sources)) + "."


@functools.lru_cache(maxsize=2_000)
def _named(source: Source) -> str:
    """Return a source as Markdown; the tables hold some hundreds, and cards repeat them."""
    return markdown(str(source))


@functools.lru_cache(maxsize=2_000)
def _link(source: Source) -> Link:
    return Link(label=shortened(source.title or source.key, LABEL), url=source.url)


def _sources(lines: Sequence[Line]) -> list[Source]:
    return list({(one.key, one.title): one for line in lines for one in line.sources}.values())


def source_and_links(lines: Sequence[Line]) -> tuple[CardSource, list[Link]]:
    """Return the primary source, and links to the others."""
    sources = _sources(lines)
    if not sources:
        return CardSource(label=OWN), []
    first, *others = sources
    label = shortened(first.title or first.key or first.basis, LABEL)
    links = [_link(one) for one in others if _web(one.url)]
    return CardSource(label=label, url=first.url if _web(first.url) else None), links


def _web(url: str) -> bool:
    return url.startswith(("https://", "http://"))


def finding_card(one: Finding, instance: UUID, removable: Mapping[str, frozenset[str]]) -> Card:
    """Return the card of a finding.

    Parameters
    ----------
    one : Finding
        What it says.
    instance : UUID
        ``hookInstance``: the same call gets the same uuids, another call others.
    removable : mapping
        Draft orders that may be removed: reference to ingredients.
    """
    uuid = uuid5(instance, f"{one.first.section}/{one.first.text}")
    source, links = source_and_links(one.lines)
    suggestions = [] if one.asks else _suggestions(one, uuid, removable)
    return Card(
        uuid=str(uuid),
        summary=summary(one.first),
        detail=detail(one.lines),
        indicator=one.indicator,
        source=source,
        suggestions=suggestions or None,
        selectionBehavior="at-most-one" if suggestions else None,
        overrideReasons=None if one.indicator == "info" else list(REASONS),
        links=links or None,
    )


def _suggestions(
    one: Finding, uuid: UUID, removable: Mapping[str, frozenset[str]]
) -> list[Suggestion]:
    """Return one suggestion for each draft order that the card advises against."""
    against = [line for line in one.lines if _against(line)]
    drugs = frozenset(drug for line in against for drug in drugs_of(line))
    return [
        Suggestion(
            label=shortened(f"Remove the draft order for {' + '.join(sorted(names))}", LABEL),
            uuid=str(uuid5(uuid, reference)),
            actions=[
                Action(
                    type="delete",
                    description=f"Removes the draft {reference}; nothing is ordered instead.",
                    resourceId=reference,
                )
            ],
        )
        for reference, names in removable.items()
        if names & drugs
    ]


def _against(line: Line) -> bool:
    """Return whether a line advises another medicine, and not only another dose or a check."""
    if line.section == "advice":
        return line.data.get("action") in ("avoid", "alternative")
    return line.level in ("contraindicated", "major")


def shared_card(
    lines: Sequence[Line], notes: Sequence[str], instance: UUID, about: Sequence[str]
) -> Card | None:
    """Return the one card of all that is not known, or None when nothing is.

    Parameters
    ----------
    lines : sequence of Line
        Questions.
    notes : sequence of str
        What was not sent or not read, in sentences.
    instance : UUID
        ``hookInstance``.
    about : sequence of str
        Ingredients of the order; empty for the whole record.
    """
    if not lines and not notes:
        return None
    names = unknown(lines)
    what = f" on {', '.join(about)}" if about else ""
    if names:
        more = "Part of the record was not read. " if notes else ""
        text = f"{more}Not known, and it may change the advice{what}: {', '.join(names)}"
    else:
        text = f"Part of the record was not read: {notes[0]}"
    rows = [f"- {markdown(one.text)}" for one in lines] + [f"- {markdown(one)}" for one in notes]
    source, links = source_and_links(lines)
    if source.label != OWN:
        links = [Link(label=source.label, url=source.url), *links] if source.url else links
    sources = _sources(lines)
    known = [_listed(sources)] if sources else []
    return Card(
        uuid=str(uuid5(instance, "shared questions")),
        summary=shortened(text),
        detail="\n\n".join(["\n".join(rows), *known, f"*{DISCLAIMER}*"]),
        indicator="info",
        source=CardSource(label=OWN),
        links=links or None,
    )
