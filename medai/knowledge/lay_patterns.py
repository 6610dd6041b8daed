"""Patterns of everyday speech as one automaton over words, and the walk through a text.

A pattern is written ``{my|his} knee{s|} ... {gave way|give way}``: alternatives in braces are
joined literally, blanks are collapsed, ``...`` stands for up to three words, which must not deny.
All patterns share one automaton, so that a text is read once however many patterns there are.

Words are compared as :mod:`medai.knowledge.lay_words` sees them.  Words of degree and side may
stand inside a match, and so may one "not", which denies it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence, Set
from pathlib import Path
from typing import NamedTuple

import numpy as np

from medai.knowledge import lay_words
from medai.knowledge import words as words_module
from medai.knowledge.lay_words import ALSO, LIGHT, Token, keys_of
from medai.knowledge.store import Tables, cached_tables, pack_strings, unpack_strings
from medai.runtime import data_home

MOST_STATES = 50_000  # kept of earlier texts
NOWHERE = -1
LONGEST_GAP = 3  # words that "..." may stand for
_DENYING = frozenset(
    ["not", "no", "never", "without", "stopped", "nor", "neither", "but", "nothing", "fine"]
)
# Words of degree and side, which may stand anywhere inside a match.
_PASSED_WORDS = """
really very so quite bit just still also rather extremely terribly absolutely always constantly
completely totally suddenly actually themselves itself left right do does did have has had much
"""
_PASSED = frozenset(_PASSED_WORDS.split())
_COPULAS = ("is", "are", "was", "were")  # notes leave them out
_PIECE = re.compile(r"(\{[^{}]*\}|\.\.\.)")


class Hit(NamedTuple):
    """A pattern in a text.

    Attributes
    ----------
    pattern
        Its number.
    start, end
        First and last token.
    weight
        How many of its words say something; those in the place of ``...`` do not count.
    whole
        No word was passed over.
    denied
        A "not" stands inside: "the knee is not swollen".
    """

    pattern: int
    start: int
    end: int
    weight: int
    whole: bool
    denied: bool = False


def pieces_of(pattern: str) -> list[list[str]]:
    """Return the parts of a pattern: the choices of each, ``["..."]`` for a gap.

    Examples
    --------
    >>> pieces_of('coughing up blood')
    [['coughing up blood']]
    """
    parts = (part for part in _PIECE.split(pattern) if part)
    return [part[1:-1].split("|") if part[0] == "{" else [part] for part in parts]


def _better(one: Hit, other: Hit) -> bool:
    """Tell whether a reading of the same words by the same pattern is the likelier one."""
    return (not one.denied, one.weight) > (not other.denied, other.weight)


class Automaton:
    """All patterns together.

    The nodes are not deterministic: a word may lead to several.  Which sets of them a text
    reaches is found while it is read, and kept, so that the next text is read faster.

    Parameters
    ----------
    patterns : iterable of str
        Their numbers are their places.
    literal : bool
        Only the words themselves count, as phrases that are masked need it: "a pain in the neck"
        is a nuisance, "a pain in my neck" is none.
    """

    def __init__(self, patterns: Iterable[str] = (), literal: bool = False) -> None:
        self._literal = literal
        self._next: list[dict[str, list[int]]] = [{}]  # node 0 is the beginning
        self._ends: dict[int, list[int]] = {}  # node to the patterns that end there
        self._gap: dict[int, int] = {}  # node to the node of the gap that follows
        self._gaps: set[int] = set()
        self._cuts: dict[str, tuple[tuple[str, ...], str]] = {}
        self._middle: dict[tuple[int, str], int] = {}
        for number, pattern in enumerate(patterns):
            self._number, self._known = number, {}
            self._grow(0, 0, "", pieces_of(pattern))
        self._middle, self._known, self._cuts = {}, {}, {}
        self._ready()

    def _ready(self) -> None:
        words = {key for edges in self._next for key in edges}
        self._vocabulary = words | _PASSED | _DENYING
        self._forget()

    @property
    def vocabulary(self) -> Set[str]:
        """The words that patterns hold."""
        return self._vocabulary

    # -- on the disk -----------------------------------------------------------------------

    @classmethod
    def kept(cls, name: str, patterns: Sequence[str], literal: bool = False) -> Automaton:
        """Return the automaton of some patterns: from the disk, else built, and kept there.

        Parameters
        ----------
        name
            What the file is called; a hash of the patterns and of this code follows.
        patterns, literal
            As for the class.
        """
        digest = hashlib.sha256("\n".join([*patterns, str(literal)]).encode())
        for source in (__file__, lay_words.__file__, words_module.__file__):
            digest.update(Path(source).read_bytes().replace(b"\r\n", b"\n"))
        path = data_home() / "knowledge" / f"{name}-{digest.hexdigest()[:16]}.npz"
        tables = cached_tables(path, lambda: cls(patterns, literal)._tables())
        self = cls((), literal)
        keys = list(unpack_strings(tables, "key"))
        self._next = [{} for _ in range(int(tables["nodes"][0]))]
        for node, key, target in tables["edges"].tolist():
            self._next[node].setdefault(keys[key], []).append(target)
        for node, pattern in tables["ends"].tolist():
            self._ends.setdefault(node, []).append(pattern)
        self._gap = dict(tables["gap"].tolist())
        self._gaps = set(self._gap.values())
        self._ready()
        return self

    def _tables(self) -> Tables:
        keys = {key: k for k, key in enumerate({key: 0 for d in self._next for key in d})}
        edges = [
            (node, keys[key], target)
            for node, after in enumerate(self._next)
            for key, targets in after.items()
            for target in targets
        ]
        ends = [(node, pattern) for node, those in self._ends.items() for pattern in those]
        tables: Tables = {"nodes": np.array([len(self._next)], dtype=np.int32)}
        for name, pairs in (("edges", edges), ("ends", ends), ("gap", list(self._gap.items()))):
            width = 3 if name == "edges" else 2
            tables[name] = np.array(pairs, dtype=np.int32).reshape(-1, width)
        pack_strings(tables, "key", keys)
        return tables

    # -- building --------------------------------------------------------------------------

    def _node(self) -> int:
        self._next.append({})
        return len(self._next) - 1

    def _cut(self, said: str) -> tuple[tuple[str, ...], str]:
        """Return the words that are complete, and the chunk that may go on."""
        known = self._cuts.get(said)
        if known is None:
            chunks = said.split()
            rest = chunks.pop() if chunks and not said[-1].isspace() else ""
            known = self._cuts[said] = (tuple(keys_of(" ".join(chunks))), rest)
        return known

    def _walk(self, node: int, keys: Sequence[str], target: int | None = None) -> int:
        """Add some words after a node; return the last node."""
        for key in keys[:-1]:  # nobody else leads to these nodes, so patterns may share them
            new = self._middle.get((node, key))
            if new is None:
                new = self._middle[node, key] = self._node()
                self._next[node].setdefault(key, []).append(new)
            node = new
        if not keys:
            return node
        last = self._node() if target is None else target
        edges = self._next[node].setdefault(keys[-1], [])
        if last not in edges[-3:]:
            edges.append(last)
        return last

    def _grow(self, node: int, i: int, partial: str, pieces: list[list[str]]) -> None:
        """Add pieces `i`, … after a node, where a chunk has begun with `partial`."""
        if i == len(pieces):
            keys = self._cut(f"{partial} ")[0]
            if keys:  # an end of its own: nothing follows there
                node = self._known[None] = self._walk(node, keys, self._known.get(None))
            numbers = self._ends.setdefault(node, [])
            if self._number not in numbers[-1:]:
                numbers.append(self._number)
            return
        if pieces[i] == ["..."]:
            before = self._walk(node, self._cut(f"{partial} ")[0])
            gap = self._gap.get(before)
            if gap is None:
                gap = self._gap[before] = self._node()
                self._gaps.add(gap)
            self._grow(gap, i + 1, "", pieces)
            return
        for option in pieces[i]:
            keys, rest = self._cut(partial + option)
            if not keys:
                self._grow(node, i + 1, rest, pieces)
                continue
            target = self._known.get((i + 1, rest))
            if target is None:
                target = self._known[i + 1, rest] = self._walk(node, keys)
                self._grow(target, i + 1, rest, pieces)
            else:
                self._walk(node, keys, target)

    # -- reading ---------------------------------------------------------------------------

    def _forget(self) -> None:
        """Begin anew with what was kept of earlier texts."""
        # a state: (node, words passed in this gap, weighty words passed, none passed, denied)
        self._states = [((0, 0, 0, True, False),)]
        self._numbers = {self._states[0]: 0}
        self._moves: list[dict[str, int]] = [{}]
        self._found: list[list[tuple[int, int, bool, bool]]] = [[]]

    def hits(self, tokens: Sequence[Token], adjoins: Sequence[bool]) -> list[Hit]:
        """Find every pattern in a text, overlaps included.

        Parameters
        ----------
        tokens
            What :func:`tokens_of` made of its words.
        adjoins
            What :func:`adjoining` says of them.
        """
        if len(self._states) > MOST_STATES:
            self._forget()
        result: dict[tuple[int, int, int], Hit] = {}
        keys = [token.key if token.key in self._vocabulary else "" for token in tokens]
        light = [token.key in LIGHT for token in tokens]
        moves, found = self._moves, self._found
        for start in range(len(tokens)):
            state, weight = 0, 0
            for at in range(start, len(tokens)):
                if at > start and not adjoins[at]:
                    break
                after = moves[state].get(keys[at])
                state = self._move(state, keys[at]) if after is None else after
                if state == NOWHERE:
                    break
                weight += not light[at]
                for pattern, *rest in found[state]:
                    hit = Hit(pattern, start, at, weight - rest[0], *rest[1:])
                    known = result.get(hit[:3])
                    if known is None or _better(hit, known):
                        result[hit[:3]] = hit
        return list(result.values())

    def _reached(self, node: int) -> list[int]:
        """Return a node, the gap after it, and where one gets if "is" is left out: "neck stiff"."""
        if self._literal:
            return [node]
        nodes = [node]
        if node in self._gap:
            nodes.append(self._gap[node])
        for key in _COPULAS:
            for target in self._next[node].get(key, ()):
                if target not in nodes:
                    nodes.append(target)
                    if target in self._gap:
                        nodes.append(self._gap[target])
        return nodes

    def _move(self, state: int, key: str) -> int:
        """Read one word in a state; return the state after it."""
        keys, weighty = ALSO.get(key, (key,)), key not in LIGHT
        if self._literal and key != "'s":
            keys = (key,)
        inside = state != 0 and not self._literal
        passed = inside and key in _PASSED
        refused = inside and key in ("not", "never")
        new: dict[tuple[int, int, int, bool, bool], None] = {}
        for node, used, lost, whole, denied in self._states[state]:
            after = self._next[node]
            for one in keys:
                for target in after.get(one, ()):
                    for reached in self._reached(target):
                        new[reached, 0, lost, whole, denied] = None
            if node in self._gaps and used < LONGEST_GAP and key not in _DENYING:
                new[node, used + 1, lost + weighty, False, denied] = None
            if passed and node not in self._ends:
                new[node, used, lost + weighty, whole, denied] = None
            if refused and not denied:
                new[node, used, lost + weighty, False, True] = None
        states = tuple(sorted(new))
        number = self._numbers.get(states) if states else NOWHERE
        if number is None:
            number = self._numbers[states] = len(self._states)
            self._states.append(states)
            self._moves.append({})
            self._found.append(
                [
                    (pattern, lost, whole, denied)
                    for node, _, lost, whole, denied in states
                    for pattern in self._ends.get(node, ())
                ]
            )
        self._moves[state][key] = number
        return number
