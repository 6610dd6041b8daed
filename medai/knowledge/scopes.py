"""Scopes of negation, doubt and family: the reader behind :mod:`medai.knowledge.negation`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

COMMAS = ",，،、"
MARKS = re.compile(r"\(\?\)|\([-–−]\)|\(\+\)|[,，،、:?？()\[\]]|(?<=\s)[-–—](?=\s)|[—=]")


@dataclass(frozen=True)
class Context:
    """What the text says about one finding.

    Attributes
    ----------
    status
        ``present``, ``excluded`` or ``uncertain``.
    family
        The finding is a relative's, not the patient's.
    cue
        The words that decided, as written; "" for a plain statement.
    """

    status: str = "present"
    family: bool = False
    cue: str = ""


@dataclass(frozen=True)
class Cue:
    """A cue in the text: what it does (see :mod:`medai.knowledge.cues`), where it stands."""

    kind: str
    start: int
    end: int


@dataclass
class Scope:
    """An open scope.

    Attributes
    ----------
    cue
        What opened it.
    runs_on
        Commas do not end it.
    opens
        Nothing positive and no comma stood before the cue in its sentence.
    weak
        It has run over a comma in a list that nothing closes: the rest is uncertain.
    """

    cue: Cue
    runs_on: bool = False
    opens: bool = False
    weak: bool = False


class Reader:
    """Walk over findings, cues and punctuation once, from left to right.

    Parameters
    ----------
    text
        The text.
    count
        The number of findings.
    events
        ``(place, kind, what)`` in order of place; kind is ``finding`` (what: its number),
        ``sentence``, the kind of a cue (what: the cue), or a punctuation mark.
    """

    def __init__(self, text: str, count: int, events: Sequence[tuple]) -> None:
        self.text, self.events = text, events
        self.result = [Context()] * count
        self.closed = self._closed_lists()
        self._new_sentence()

    def read(self) -> list[Context]:
        """Return one context for each finding."""
        for position, (_, kind, what) in enumerate(self.events):
            self.position = position
            if kind == "finding":
                self._finding(what)
            elif kind == "sentence":
                self._new_sentence()
            elif isinstance(what, Cue):
                self._cue(what)
            else:
                self._mark(kind)
        return self.result

    def _new_sentence(self) -> None:
        self.negation: Scope | None = None
        self.doubt: Scope | None = None
        self.family: Scope | None = None
        self.next_doubt: Scope | None = None  # "?seizures": this one finding only
        self.at_start = True
        self.segment: list[int] = []  # findings since the last comma or cue
        self.list: list[int] = []  # findings since the last cue

    # -- what lies ahead -------------------------------------------------------------------

    def _closed_lists(self) -> list[str]:
        """For each event: the "or" or "and" that closes the list it stands in, or ""."""
        closed, ahead = [""] * len(self.events), ""
        for i in range(len(self.events) - 1, -1, -1):
            closed[i] = ahead
            kind = self.events[i][1]
            if kind in ("or", "and"):
                ahead = "or" if "or" in (kind, ahead) else "and"
            elif kind != "finding" and kind not in COMMAS:
                ahead = ""
        return closed

    def _stands_last(self, cue: Cue) -> bool:
        """Tell whether nothing but punctuation follows in this part of the sentence."""
        later = self.events[self.position + 1 : self.position + 2]
        place, kind = later[0][:2] if later else (len(self.text), "sentence")
        boundary = kind in ("sentence", "end", ")", "]") or kind in COMMAS
        return boundary and not re.search(r"\w", self.text[cue.end : place])

    def _finding_in_brackets(self) -> bool:
        """Tell whether the brackets that open here hold a finding, soon enough to matter."""
        for _, kind, _ in self.events[self.position + 1 : self.position + 7]:
            if kind in (")", "]", "sentence"):
                return False
            if kind == "finding":
                return True
        return False

    # -- what happens ----------------------------------------------------------------------

    def _finding(self, k: int) -> None:
        status, cue = "present", ""
        if self.negation:
            status = "uncertain" if self.negation.weak else "excluded"
            cue = self._words(self.negation.cue)
        doubt = self.next_doubt or self.doubt
        if doubt:
            status, cue = "uncertain", self._words(doubt.cue)
        self.next_doubt = None
        if self.family and not cue:
            cue = self._words(self.family.cue)
        self.result[k] = Context(status, self.family is not None, cue)
        self.segment.append(k)
        self.list.append(k)
        self.at_start = False

    def _cue(self, cue: Cue) -> None:
        kind = cue.kind
        if kind.startswith("either-"):
            before = "list-" if kind == "either-no" else "pre-"
            kind = ("post-" if self.segment else before) + kind.removeprefix("either-")
        if kind == "pre-no" and self.segment and self._stands_last(cue):
            kind = "post-no"  # "fever: no, cough: yes"
        if kind in ("pre-no", "list-no"):
            self.negation = Scope(cue, runs_on=kind == "list-no", opens=self.at_start)
            self.doubt, self.segment = None, []
        elif kind == "pre-maybe":
            self.doubt, self.segment = Scope(cue), []
        elif kind == "post-no-all":
            self.segment = self.list
            self._revise("excluded", cue)
        elif kind == "post-no":
            self._revise("excluded", cue)
        elif kind == "post-maybe":
            self._revise("uncertain", cue)
        elif kind == "post-yes":
            self._revise("present", cue)
        elif kind == "family":
            self._relative(cue)
        elif kind == "family-list":
            self.family = Scope(cue, runs_on=True)
        elif kind == "patient":
            self.family = None
        elif kind == "end":
            self.negation = self.doubt = self.family = None
            self.segment, self.at_start = [], True
        elif kind == "verb":
            self.negation = self.doubt = None
        if kind not in ("and", "or", "patient"):
            self.list = []

    def _relative(self, cue: Cue) -> None:
        before = self.text[max(0, cue.start - 24) : cue.start].casefold()
        if self.segment and re.search(r"\b(in|on|of|from|like|by)\s+(\w+\s+){0,2}$", before):
            self._revise(None, cue)  # "seizures in his mother"
        else:
            self.family, self.segment = Scope(cue), []

    def _mark(self, mark: str) -> None:
        place = self.events[self.position][0]
        if mark in "?？":
            self._question(place)
        elif mark == "(?)":
            self._revise("uncertain", Cue("", place, place + 3))
        elif len(mark) == 3:  # "fever (-), cough (+)"
            self._revise("present" if "+" in mark else "excluded", Cue("", place, place + 3))
        elif mark in COMMAS:
            self._comma()
        elif mark not in ":=":  # brackets and dashes end what a comma would end, lists included
            self.negation = self.negation if self.negation and self.negation.runs_on else None
            self.doubt = None
            self.family = self.family if self.family and self.family.runs_on else None
            if mark in ")]" or (mark in "([" and self._finding_in_brackets()):
                self.segment = []

    def _comma(self) -> None:
        closed, scope = self.closed[self.position], self.negation
        if scope and not scope.runs_on and closed != "or":
            scope.weak = scope.opens
            self.negation = scope if scope.opens else None
        if self.doubt and closed != "or":
            self.doubt = None
        if self.family and not self.family.runs_on and not closed:
            self.family = None
        self.segment, self.at_start = [], False

    def _question(self, place: int) -> None:
        opens = self.at_start and not self.segment  # "? seizures" at the start of a line
        if re.match(r" ?\w" if opens else r"\w", self.text[place + 1 : place + 3]):
            self.next_doubt = Scope(Cue("", place, place + 1))
        elif self.segment:
            self.segment = self.segment[-1:]
            self._revise("uncertain", Cue("", place, place + 1))

    def _revise(self, status: str | None, cue: Cue) -> None:
        """Change what was said about the findings since the last comma or cue.

        A status of None keeps the status and makes the findings a relative's.
        """
        for k in self.segment:
            old = self.result[k]
            family = old.family or status is None
            self.result[k] = Context(status or old.status, family, self._words(cue))
        self.segment = []

    def _words(self, cue: Cue) -> str:
        return self.text[cue.start : cue.end]
