"""What extraction returns: edges that remember the sentence they were read from."""

from __future__ import annotations

from typing import NamedTuple


class Node(NamedTuple):
    """One end of an edge: the words, the kind, and the HPO id or None where none fits."""

    text: str
    kind: str
    id: str | None = None

    @property
    def key(self) -> str:
        """What makes two nodes the same: the id, else the words in lower case."""
        return self.id or self.text.casefold()


class Edge(NamedTuple):
    """One statement: subject, relation, object, and where it was read.

    Attributes
    ----------
    subject, object : Node
        For ``is_a``: the kind and what it is a kind of.  For ``causes``: the drug and the event.
    relation : str
        ``is_a``, ``part_of``, ``located_in``, ``has_finding``, ``causes`` or ``relieves``.
    sentence : str
        The whole sentence.
    start, end : int
        The words that the edge rests on: ``sentence[start:end]``.
    pattern : str
        The name of the rule that read it.
    source : str
        Where the sentence stands: an HPO id for a definition, else an id of your own.
    status : str
        ``asserted``, ``negated`` or ``hypothetical``.
    """

    subject: Node
    relation: str
    object: Node
    sentence: str
    start: int
    end: int
    pattern: str
    source: str
    status: str = "asserted"

    @property
    def evidence(self) -> str:
        """The words that the edge rests on."""
        return self.sentence[self.start : self.end]

    def __str__(self) -> str:
        sign = {"asserted": "", "negated": "NOT ", "hypothetical": "perhaps "}[self.status]
        return f"{self.subject.text} --{sign}{self.relation}--> {self.object.text}"
