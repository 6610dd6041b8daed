"""Does a summary say what its source says?  Numbers, directions, denials, names, comparisons.

The check reads each sentence of a summary and looks for what the source does not carry: a number
with its unit, a P value or an interval that is not there; a rise that was a fall; a denial that
was none; a drug or a disease that the source does not name; the two sides of a comparison
swapped.  It is made of rules, so that every refusal says why.  It does not understand: what it
passes is not proved, only not refuted.  How often it is right is measured on
``data/summaries/`` (see :func:`medai.datasets.summaries.summary_pairs`).

A summary may leave out, join and reword what a text says, so this check refutes where
:mod:`medai.diagnosis.grounding` (facts and a grammar) and :mod:`medai.llm.rag.grounded` (the words
of one sentence) demand: it reads quantities with units that may be rounded, denials of a
direction rather than every "not", and names by their endings too.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from medai.literature.checks_claims import (
    Clause,
    arms,
    clauses,
    closest,
    denial_problem,
    direction_problem,
    owner_problem,
    significance_problem,
    than_problem,
)
from medai.literature.checks_numbers import Quantity, quantities, same
from medai.literature.checks_words import (
    HEADS,
    PEOPLE,
    PLAIN,
    content,
    is_name,
    stem,
    words_of,
)
from medai.preprocess.text import sentence_spans
from medai.runtime import MedaiError

KINDS = (
    "number",
    "statistic",
    "direction",
    "negation",
    "entity",
    "comparison",
    "word",
    "unrelated",
)
KINDS_OF = ("type", "vitamin", "grade", "stage")  # what follows says which


@dataclass(frozen=True)
class Problem:
    """Why a statement is not supported: one of :data:`KINDS`, and the reason in words."""

    kind: str
    words: str


@dataclass(frozen=True)
class Statement:
    """One sentence of a summary.

    Attributes
    ----------
    text
        As it stands; ``summary[start:end]``.
    problems
        What the source does not carry.
    evidence
        The sentences of the source that share most with it.
    """

    text: str
    start: int
    end: int
    problems: tuple[Problem, ...] = ()
    evidence: tuple[str, ...] = ()

    @property
    def supported(self) -> bool:
        """Whether no problem was found."""
        return not self.problems

    @property
    def why(self) -> str:
        """All problems in one line; "" when there is none."""
        return "; ".join(f"{one.kind}: {one.words}" for one in self.problems)


@dataclass(frozen=True)
class Check:
    """What :func:`check_summary` found: every sentence of the summary, in order."""

    statements: tuple[Statement, ...]

    @property
    def unsupported(self) -> tuple[Statement, ...]:
        """The statements with a problem."""
        return tuple(one for one in self.statements if not one.supported)

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of problem that were found."""
        return frozenset(p.kind for one in self.statements for p in one.problems)

    @property
    def ok(self) -> bool:
        """Whether there is a summary and nothing in it was refused."""
        return bool(self.statements) and not self.unsupported


def check_summary(summary: str, source: str, strict: bool = False) -> Check:
    """Hold every sentence of a summary against its source.

    Parameters
    ----------
    summary : str
        English; an empty one has no statement and is not ``ok``.
    source : str
        The text that was summarised.
    strict : bool
        Refuse also what holds a word that the source does not have and that is no plain word of
        reporting ("study", "showed").  This refuses many true sentences in other words, and most
        of what a small model makes up.

    Returns
    -------
    Check

    Raises
    ------
    MedaiError
        For something other than texts, or an empty source.

    Examples
    --------
    >>> source = "Pain fell by 2 points with aspirin 500 mg. No bleeding occurred."
    >>> check_summary("Aspirin 500 mg lowered pain by 2 points.", source).ok
    True
    >>> check_summary("Aspirin 50 mg lowered pain by 2 points.", source).unsupported[0].why
    "number: '50 mg' is not in the source (there: 500 mg)"
    """
    if not isinstance(source, str) or not source.strip():
        raise MedaiError("The source is empty: a summary can only be checked against a text.")
    told, parts = quantities(source), clauses(source)
    found = []
    for start, end in sentence_spans(summary):
        text = summary[start:end]
        here = clauses(text)
        problems = [
            *_number_problems(quantities(text), told),
            *_claim_problems(here, parts, told, text, source),
            *_name_problems(text, source, here, parts),
            *_place_problems(here, text, source),
        ]
        if strict and (new := _new_words(text, source)):
            problems.append(Problem("word", f"not in the source: {', '.join(new)}"))
        near = {one.sentence for clause in here for one in closest(clause, parts)[:1]}
        if not near:
            problems.append(Problem("unrelated", "it shares no word with the source"))
        spans = sentence_spans(source)
        evidence = tuple(source[slice(*spans[number])] for number in sorted(near))
        found.append(Statement(text, start, end, tuple(problems), evidence))
    return Check(tuple(found))


def _number_problems(said: Sequence[Quantity], told: Sequence[Quantity]) -> list[Problem]:
    found = []
    for one in said:
        if any(same(one, other) for other in told):
            continue
        kind = "number" if one.kind == "number" else "statistic"
        like = [o for o in told if o.kind == one.kind and _like(o, one)]
        there = f" (there: {', '.join(o.words for o in like[:3])})" if like else ""
        found.append(Problem(kind, f"{one.words!r} is not in the source{there}"))
    return found


def _place_problems(here: Sequence[Clause], text: str, source: str) -> list[Problem]:
    """Return numbers of the source that it gives in sentences about something else."""
    sentences = [source[a:b] for a, b in sentence_spans(source)]
    held = [(quantities(one), content(words_of(one)) - PEOPLE) for one in sentences]
    found = []
    for one in quantities(text):
        clause = next((c for c in here if c.start <= one.start < c.end), None)
        if clause is None or one.kind != "number":
            continue
        around = [stems for told, stems in held if any(same(one, other) for other in told)]
        mine = clause.stems - PEOPLE - {"minut", "second", "hour", "week", "month", "year"}
        if around and mine and not any(mine & stems for stems in around):
            found.append(Problem("number", f"{one.words!r} is said of something else there"))
    return found


def _new_words(text: str, source: str) -> list[str]:
    """Return the words of a statement that the source does not have, in any ending."""
    known = {stem(one.text) for one in words_of(source)} | {stem(word) for word in PLAIN}
    new = [one.text for one in words_of(text) if content([one]) - known]
    return list(dict.fromkeys(new))


def _like(told: Quantity, said: Quantity) -> bool:
    return said.kind != "number" or told.value == said.value or bool(said.unit == told.unit != "")


def _claim_problems(
    here: Sequence[Clause],
    parts: Sequence[Clause],
    told: Sequence[Quantity],
    text: str,
    source: str,
) -> list[Problem]:
    found = []
    for clause in here:
        if words := direction_problem(clause, parts):
            found.append(Problem("direction", words))
        if words := than_problem(clause, parts):
            found.append(Problem("comparison", words))
        if words := denial_problem(clause, parts):
            found.append(Problem("negation", words))
        values = [one for one in quantities(text) if one.kind == "p"] or told
        if words := significance_problem(clause, values):
            found.append(Problem("statistic", words))
    if words := owner_problem(text, source):
        found.append(Problem("comparison", words))
    return found


def _name_problems(
    text: str, source: str, here: Sequence[Clause], parts: Sequence[Clause]
) -> list[Problem]:
    """Return names that the source does not have, or has elsewhere."""
    words = [one.text for one in words_of(source)]
    stems = {stem(word) for word in words}
    pairs = {(stem(a), stem(b)) for a, b in itertools.pairwise(words)}
    found = []
    said = [one.text for one in words_of(text)]
    for place, word in enumerate(said):
        before = said[place - 1] if place else ""
        heads = {one for one, two in pairs if two == stem(word)}  # "lung" of "lung cancer"
        kinds = {two for one, two in pairs if one == before}  # "2" of "type 2"
        if (is_name(word) or word in HEADS) and stem(word) not in stems:
            found.append(Problem("entity", f"{word!r} is not in the source"))
            continue
        other_head = word in HEADS and heads and before and stem(before) not in stems
        other_kind = before in KINDS_OF and kinds and stem(word) not in kinds
        if other_head or other_kind:
            found.append(Problem("entity", f"'{before} {word}' is not in the source"))
    if found:
        return found
    groups = arms(source) - PEOPLE
    for clause in here:
        near = closest(clause, parts)
        topic = clause.stems - groups - clause.names
        if not near or 2 * len(topic & near[0].stems) <= len(topic):
            continue  # nothing in the source is near enough to say whose it is
        mine = clause.stems & groups | clause.names
        theirs = [one.stems & groups | one.names for one in near]
        if mine and theirs and all(other and not other & mine for other in theirs):
            words = " ".join(near[0].text.split())
            found.append(Problem("entity", f"the source says this of another: {words!r}"))
    return found
