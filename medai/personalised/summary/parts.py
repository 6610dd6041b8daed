"""What a summary is made of: lines, each with the sentences that it stands on."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

SECTIONS = (
    ("contradictions", "The record contradicts itself"),
    ("allergies", "Allergies and intolerances"),
    ("active", "Active problems"),
    ("suspected", "Suspected, not settled"),
    ("resolved", "Resolved"),
    ("excluded", "Excluded"),
    ("medicines", "Medicines now"),
    ("stopped", "Medicines stopped"),
    ("courses", "Courses given"),
    ("considered", "Medicines proposed or declined, not taken"),
    ("values", "Latest values"),
    ("family", "In the family"),
    ("open", "Still open in the last notes"),
)


@dataclass(frozen=True)
class Citation:
    """A sentence of the record, word for word.

    Attributes
    ----------
    entry, date
        The note's id and day.
    start, end
        Where the sentence stands: ``note.text[start:end] == quote``.
    quote
        The sentence.
    """

    entry: str
    date: date
    start: int
    end: int
    quote: str


@dataclass(frozen=True)
class Line:
    """One line of the summary.

    Attributes
    ----------
    about
        The problem, medicine (ingredient), test or other matter.
    text
        What is said of it, made from a template.
    citations
        The sentences, the oldest first; never empty.
    """

    about: str
    text: str
    citations: tuple[Citation, ...]


@dataclass(frozen=True)
class Summary:
    """A problem-oriented summary.

    Attributes
    ----------
    record
        Id of the record.
    notes, sentences, unused
        How many notes and sentences there are, and how many sentences no line cites.
    lines
        Section key (see :data:`SECTIONS`) to its lines; sections without lines are left out.

    Examples
    --------
    >>> from datetime import date
    >>> from medai.personalised.summary.parts import Citation, Line, Summary
    >>> quote = Citation("n1", date(2024, 3, 5), 0, 7, "Asthma.")
    >>> page = Summary("hanna", 1, 1, 0, {"active": (Line("asthma", "since 2024", (quote,)),)})
    >>> print(page.to_markdown())
    # Record hanna
    <BLANKLINE>
    ## Active problems
    <BLANKLINE>
    - **asthma**: since 2024 [1]
    <BLANKLINE>
    ## What the notes say
    <BLANKLINE>
    1. 2024-03-05, n1: “Asthma.”
    <BLANKLINE>
    0 of 1 sentences in 1 notes stand behind no line: this page does not replace the record. Not
    medical advice.
    """

    record: str
    notes: int
    sentences: int
    unused: int
    lines: dict[str, tuple[Line, ...]] = field(default_factory=dict)

    def section(self, key: str) -> tuple[Line, ...]:
        """Return the lines of a section, () where it has none."""
        return self.lines.get(key, ())

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON-ready values; dates as text."""
        found = asdict(self)
        for lines in found["lines"].values():
            for line in lines:
                for citation in line["citations"]:
                    citation["date"] = citation["date"].isoformat()
        return found

    def to_markdown(self) -> str:
        """Return it as a page: numbered quotations at the end."""
        numbers: dict[Citation, int] = {}
        page = [f"# Record {self.record}", ""]
        for key, title in SECTIONS:
            if not self.section(key):
                continue
            page += [f"## {title}", ""]
            for line in self.section(key):
                marks = "".join(
                    f"[{numbers.setdefault(one, len(numbers) + 1)}]" for one in line.citations
                )
                page.append(f"- **{line.about}**: {line.text} {marks}")
            page.append("")
        page += ["## What the notes say", ""]
        page += [f"{n}. {one.date}, {one.entry}: “{one.quote}”" for one, n in numbers.items()]
        page += [
            "",
            f"{self.unused} of {self.sentences} sentences in {self.notes} notes stand behind no "
            "line: this page does not replace the record. Not medical advice.",
        ]
        return "\n".join(page) + "\n"
