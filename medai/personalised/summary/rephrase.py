"""A line of the summary in one sentence by a language model, behind a check.

The model sees the quoted sentences of one line, nothing else.  What it writes is read again by the
reader that reads notes, and stands only if it states nothing that the quotations do not state: the
same matters with the same status and dose, no other number, no word beyond theirs and a short list
of plain ones, and every clause an unbroken run of words of one quotation, with its denials.
Otherwise the line stands as it was.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from medai.llm.model import Writer
from medai.personalised.summary.names import find_names
from medai.personalised.summary.parts import Line, Summary
from medai.personalised.summary.statements import Statement, read_sentence

TOKENS = 60
SECTIONS = ("active", "resolved", "medicines", "stopped")
PLAIN = frozenset(
    """a an and are as at be been has have he her his in is it its of on patient she so that the
    their there they this was were which with also""".split()  # noqa: SIM905
)
TAKEN = {"start": "taken", "change": "taken", "current": "taken"}
WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|\d+(?:[.,/]\d+)*|[<>≤≥=±%]")
CLAUSE = re.compile(r"[,;:.!?()](?=\s|$|[^\w\s])|\s[–—-]\s")
DENYING = frozenset(
    """no not never without nor neither none cannot can't don't doesn't didn't isn't wasn't unable
    denies denied declined refused refuses absent excluded negative stopped avoid avoided unlikely
    resolved except possible possibly probable probably suspected if until""".split()  # noqa: SIM905
)
PROMPT = """Write one short sentence that says what these notes say. Add nothing.

Notes: "Type 2 diabetes. On metformin 1 g twice daily."
Sentence: Type 2 diabetes, on metformin 1 g twice daily.

Notes: {notes}
Sentence:"""


@dataclass(frozen=True)
class Said:
    """One line, and what the model made of it.

    Attributes
    ----------
    section, line
        What the summary says.
    text
        What is shown: the model's sentence, or the line's matter and text.
    by
        ``model`` or ``template``.
    why
        Why the model's sentence does not stand; "" if it does.
    model
        What the model wrote, shown or not.
    """

    section: str
    line: Line
    text: str
    by: str
    why: str
    model: str


def rephrase(summary: Summary, model: Writer, *, most: int = 20) -> list[Said]:
    """Let a model word the problems and medicines of a summary, line by line.

    Parameters
    ----------
    summary : medai.personalised.summary.parts.Summary
    model : medai.llm.model.Writer
        A language model.
    most : int
        Lines that are tried; the others are left out.

    Returns
    -------
    list of Said
        One a line, in the order of the page.
    """
    lines = [(key, line) for key in SECTIONS for line in summary.section(key)][:most]
    out = []
    for key, line in lines:
        notes = '"' + " ".join(one.quote for one in line.citations) + '"'
        said = str(model.generate(PROMPT.format(notes=notes), max_new_tokens=TOKENS, stop="\n"))
        said = said.strip()
        why = supported(said, line)
        text = f"{line.about}: {line.text}" if why else said
        out.append(Said(key, line, text, "template" if why else "model", why, said))
    return out


def supported(sentence: str, line: Line) -> str:
    """Return why a sentence must not stand for a line, "" if it may.

    Parameters
    ----------
    sentence : str
        What a model wrote.
    line : medai.personalised.summary.parts.Line
        The line with its quotations.

    Returns
    -------
    str
        The reason in words.

    Examples
    --------
    >>> from datetime import date
    >>> from medai.personalised.summary.parts import Citation, Line
    >>> from medai.personalised.summary.rephrase import supported
    >>> note = "Type 2 diabetes. On metformin 1 g twice daily."
    >>> line = Line("metformin", "1 g", (Citation("n1", date(2024, 3, 5), 0, len(note), note),))
    >>> supported("She is on metformin 2 g twice daily.", line)
    'states what the notes do not: metformin current 2 g twice daily'
    """
    quotes = " ".join(one.quote for one in line.citations)
    known = {word.casefold() for word in WORD.findall(quotes)}
    words = [word.casefold() for word in WORD.findall(sentence)]
    if not words:
        return "nothing was written"
    if len(words) > len(WORD.findall(quotes)) + 5:
        return "longer than the notes"
    more = [word for word in words if word not in known and word not in PLAIN]
    if more:
        return f"not in the notes: {', '.join(dict.fromkeys(more))}"
    lost = _about(line) and not any(
        name.key == line.about
        for kind in ("problem", "medicine")
        for name in find_names(sentence, kind)
    )
    if lost:
        return f"does not name {line.about}"
    citation = line.citations[-1]
    read = read_sentence(type(citation)(citation.entry, citation.date, 0, len(sentence), sentence))
    stated = {_key(one) for quote in line.citations for one in read_sentence(quote)}
    new = [one for one in read if _key(one) not in stated and one.kind != "open"]
    if new:
        one = new[0]
        detail = f" {one.detail}" if one.detail else ""
        return f"states what the notes do not: {one.about} {one.status}{detail}"
    newest = _newest(line)
    old = [one for one in read if newest.get((one.kind, one.about), _key(one)) != _key(one)]
    if old:
        return f"an older statement about {old[0].about}"
    parts = re.split(r"(?<=[.;])\s+", sentence)
    whole = all(_from_one(part, line) for part in parts)
    return "" if whole else "mixes the words of the notes, or drops a denial"


def _from_one(part: str, line: Line) -> bool:
    """Whether a sentence is made of pieces of one quotation, in its order and with its denials."""
    return any(_picked(part, one.quote) for one in line.citations)


def _picked(part: str, quote: str) -> bool:
    """Whether each clause of a sentence is an unbroken run of a clause of a quotation.

    A run keeps its value with its unit; and every word of :data:`DENYING` that stands in the
    quotation up to the end of the last clause used must be in the sentence too.
    """
    clauses = [_telling(clause) for clause in CLAUSE.split(quote)]
    at = place = 0
    kept: Counter[str] = Counter()
    for piece in CLAUSE.split(part):
        words = _telling(piece)
        if not words:
            continue
        found = next(
            (
                (k, start + len(words))
                for k in range(at, len(clauses))
                for start in range(place if k == at else 0, len(clauses[k]))
                if clauses[k][start : start + len(words)] == words
                and (start == 0 or not words[0][0].isdigit())
                and (start + len(words) == len(clauses[k]) or not words[-1][0].isdigit())
            ),
            None,
        )
        if found is None:
            return False
        at, place = found
        kept.update(words)
    denying = Counter(word for clause in clauses[: at + 1] for word in clause if word in DENYING)
    return all(kept[word] >= times for word, times in denying.items())


def _telling(clause: str) -> list[str]:
    words = [word.casefold().replace("’", "'") for word in WORD.findall(clause)]
    return [word for word in words if word not in PLAIN]


def _about(line: Line) -> bool:
    return any(find_names(line.about, kind) for kind in ("problem", "medicine"))


def _key(one: Statement) -> tuple[str, str, str, str]:
    return one.kind, one.about, TAKEN.get(one.status, one.status), one.detail.casefold()


def _newest(line: Line) -> dict[tuple[str, str], tuple[str, str, str, str]]:
    """Return the last thing that the quotations say of each matter."""
    return {
        (one.kind, one.about): _key(one) for quote in line.citations for one in read_sentence(quote)
    }
