"""What may be said about a patient: facts, each with a number, a source and what it rests on.

An explanation is made of these and of nothing else (:mod:`medai.diagnosis.explain`), and a text
that a language model wrote is held against them (:mod:`medai.diagnosis.grounding`).  The words
of the patient are not among them: what the patient said enters as the names of findings, so
nothing that somebody writes into a complaint can reach an explanation or a prompt.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from medai.runtime import MedaiError

# What the basis of a fact obliges a citation to say.
MARKS = {
    "opened": "",
    "listed": "frequency estimated",
    "teaching estimate": "teaching estimate",
    "stated": "",  # by the patient
    "annotated": "",  # by HPO
    "computed": "computed",  # here
}
RELATIONS = {
    "has": "the patient has a finding",
    "has not": "the patient does not have it",
    "finding": "patients with the condition have a finding, how often",
    "against": "a finding speaks against the condition",
    "probability": "how probable the condition is after the findings",
    "prior": "how common the condition is among new complaints",
    "red flag": "what must not be missed, and what to do",
    "first test": "a first test for the condition",
}
PATIENT = "the patient"


@dataclass(frozen=True)
class Fact:
    """One thing that may be said.

    Attributes
    ----------
    subject, relation, object
        Who, a key of :data:`RELATIONS`, and what: a finding, a test, a setting, a warning.
    source
        Where it comes from, for printing.
    basis
        A key of :data:`MARKS`.
    value
        ``finding``: the frequency class, "" where none is stated; ``prior``: one in how many;
        ``probability``: per cent;
        ``red flag``: what to do.
    share
        ``finding``: the share of patients as it is printed ("33 %", "3 of 7"), or "".
    key
        Id of the condition or the HPO id of the finding: which names may stand for it.
    names
        Other names of the object.
    subject_zh, object_zh
        Chinese names; "" where none is known.
    denied
        ``finding``: the patient was asked and does not have it.
    id
        The number in the citation; 0 until it stands in a list.
    """

    subject: str
    relation: str
    object: str
    source: str
    basis: str
    value: str = ""
    share: str = ""
    key: str = ""
    names: tuple[str, ...] = ()
    subject_zh: str = ""
    object_zh: str = ""
    denied: bool = False
    id: int = 0

    def __post_init__(self) -> None:
        if self.relation not in RELATIONS:
            raise MedaiError(f"relation={self.relation!r}: choose one of {', '.join(RELATIONS)}.")
        if self.basis not in MARKS:
            raise MedaiError(f"basis={self.basis!r}: choose one of {', '.join(MARKS)}.")

    @property
    def citation(self) -> str:
        """The citation: ``[3]``, or with what a reader must know: ``[3, teaching estimate]``."""
        mark = MARKS[self.basis]
        if mark == "frequency estimated" and (self.relation != "finding" or self.share):
            mark = "teaching estimate" if self.relation != "finding" else ""
        return f"[{self.id}, {mark}]" if mark else f"[{self.id}]"

    def __str__(self) -> str:
        parts = [self.subject, self.relation, self.object, self.share or self.value, self.basis]
        return f"[{self.id}] " + " | ".join(part for part in parts if part)


class Facts(Sequence[Fact]):
    """A numbered list of facts; a fact that is added twice keeps its first number.

    Examples
    --------
    >>> cough = Fact("Influenza", "finding", "Cough", "a trial", "opened", "very frequent")
    >>> common = Fact("Influenza", "prior", "emergency", "", "teaching estimate", "90")
    >>> book = Facts([cough, common])
    >>> for one in book:
    ...     print(one)
    [1] Influenza | finding | Cough | very frequent | opened
    [2] Influenza | prior | emergency | 90 | teaching estimate
    >>> [one.citation for one in book]
    ['[1]', '[2, teaching estimate]']
    """

    def __init__(self, facts: Iterable[Fact] = ()) -> None:
        self._facts: list[Fact] = []
        for fact in facts:
            self.add(fact)

    def add(self, fact: Fact) -> Fact:
        """Add a fact and return it with its number."""
        for known in self._facts:
            if replace(known, id=0) == replace(fact, id=0):
                return known
        self._facts.append(replace(fact, id=len(self._facts) + 1))
        return self._facts[-1]

    def __len__(self) -> int:
        return len(self._facts)

    def __getitem__(self, index):
        return self._facts[index]

    def __iter__(self) -> Iterator[Fact]:
        return iter(self._facts)

    def by_id(self, number: int) -> Fact | None:
        """Return the fact with this number in its citation, None if there is none."""
        return self._facts[number - 1] if 1 <= number <= len(self._facts) else None

    def about(self, subject: str) -> list[Fact]:
        """Return the facts about a condition, or about :data:`PATIENT`."""
        return [fact for fact in self._facts if fact.subject == subject]

    @property
    def subjects(self) -> list[str]:
        """The conditions, in the order of their first fact."""
        return list(dict.fromkeys(f.subject for f in self._facts if f.subject != PATIENT))

    def sources(self, numbers: Iterable[int] | None = None) -> list[str]:
        """Return the lines of the list of sources, for all facts or those with these numbers."""
        chosen = None if numbers is None else set(numbers)
        return [f"[{f.id}] {f.source}" for f in self._facts if chosen is None or f.id in chosen]
