"""Parts of the body and what is wrong with them, when other words stand between.

"My jaw and left arm ache", "my right eye began to hurt", "pain in the knees and hips": the parts
and the complaints stand in ``data/en_findings`` (parts.csv, complaint_words.csv).  A part needs a
word such as *my* or *the* before it, the plural, or the first place in its part of the sentence, so
that "he came back sore" has none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from medai.datasets.en import Tables
from medai.knowledge.lay_words import Token, keys_of

_DETERMINERS_WORDS = """
my his her their your our the one both each every all left right upper 's
"""
_DETERMINERS = frozenset(_DETERMINERS_WORDS.split())
_BEFORE_WORDS = """
is are was were be been being am has have had 's feels feel felt gets get got getting goes go went
really very so quite bit a just still also rather too more all over that which keep keeps kept
began begin begins started start starts to horribly badly terribly awfully constantly always often
now both do does did not never any ever both is in
"""
_BEFORE = frozenset(_BEFORE_WORDS.split())
_INTO_WORDS = """
in across around round down on at along behind inside over through of
"""
_INTO = frozenset(_INTO_WORDS.split())
_JOINING = frozenset(["and", "or", "plus"])
_MOST_BETWEEN = 5


class Complaint(NamedTuple):
    """A part of the body with what is wrong with it: its term and its tokens."""

    hpo: str
    first: int
    last: int
    denied: bool


class _Part(NamedTuple):
    """A part of the body in a text: its first and last token, and its names."""

    first: int
    last: int
    terms: dict[str, str]
    marked: bool  # a determiner before it, or the plural, or it stands first


class Parts:
    """The parts of the body and the words of complaint.

    Parameters
    ----------
    tables
        What :func:`medai.datasets.en.read_en_findings` returns.
    """

    def __init__(self, tables: Tables) -> None:
        self.terms: dict[tuple[str, ...], dict[str, str]] = {}
        for row in tables["parts"]:
            for name in row["part"].split("|"):
                key = tuple(keys_of(name))
                self.terms.setdefault(key, {})[row["complaint"]] = row["hpo"]
        self.longest = max(map(len, self.terms), default=0)
        self.complaints = {
            next(iter(keys_of(row["word"]))): row["complaint"] for row in tables["complaint_words"]
        }

    def find(self, tokens: Sequence[Token], adjoins: Sequence[bool]) -> list[Complaint]:
        """Find complaints of parts of the body in a sentence.

        Parameters
        ----------
        tokens
            Its words.
        adjoins
            Whether each follows the one before it without a mark between.
        """
        if not any(token.key in self.complaints for token in tokens):
            return []
        parts = list(self._parts(tokens, adjoins))
        found = []
        for k, token in enumerate(tokens):
            complaint = self.complaints.get(token.key)
            if complaint is not None and parts:
                found += self._complaint(tokens, adjoins, parts, k, complaint)
        return found

    def _parts(self, tokens: Sequence[Token], adjoins: Sequence[bool]) -> Iterator[_Part]:
        k = 0
        while k < len(tokens):
            for size in range(min(self.longest, len(tokens) - k), 0, -1):
                key = tuple(token.key for token in tokens[k : k + size])
                if key in self.terms:
                    first = k == 0 or not adjoins[k]  # "Triage: throat painful"
                    marked = first or tokens[k - 1].key in _DETERMINERS
                    marked = marked or key[-1].endswith("s") or key[-1] == "feet"
                    yield _Part(k, k + size - 1, self.terms[key], marked)
                    k += size
                    break
            else:
                k += 1

    def _complaint(
        self,
        tokens: Sequence[Token],
        adjoins: Sequence[bool],
        parts: list[_Part],
        k: int,
        complaint: str,
    ) -> Iterator[Complaint]:
        """Find the parts that a word of complaint belongs to."""
        after = self._after(tokens, adjoins, parts, k)
        before = self._before(tokens, adjoins, parts, k)
        chosen, between = after or before or ([], [])
        denied = any(tokens[i].key in ("not", "never") for i in between)
        for n, part in enumerate(chosen):
            hpo = part.terms.get(complaint)
            if hpo is not None:
                first, last = (part.first, part.last)
                if n == 0:  # the nearest one takes the word of complaint with it
                    first, last = min(first, k), max(last, k)
                yield Complaint(hpo, first, last, denied)

    def _before(self, tokens, adjoins, parts, k) -> tuple[list[_Part], range] | None:
        """Return the parts before a complaint, the nearest first: "my jaw and arm ache"."""
        near = [p for p in parts if p.last < k][-1:]
        if not near or k - near[0].last - 1 > _MOST_BETWEEN:
            return None
        between = range(near[0].last + 1, k)
        if not all(tokens[i].key in _BEFORE for i in between):
            return None
        if not all(adjoins[i] for i in range(near[0].last + 1, k + 1)):
            return None
        chain = [near[0]]
        for part in reversed([p for p in parts if p.last < near[0].first]):
            if not _joined(tokens, adjoins, part, chain[-1]):
                break
            chain.append(part)
        chain = _closed(tokens, chain)
        return (chain, between) if any(part.marked for part in chain) else None

    def _after(self, tokens, adjoins, parts, k) -> tuple[list[_Part], range] | None:
        """Return the parts after a complaint, the nearest first: "pain in my knees and hips"."""
        near = [p for p in parts if p.first > k][:1]
        if not near or near[0].first - k > 5:
            return None
        between = range(k + 1, near[0].first)
        keys = [tokens[i].key for i in between]
        if not keys or keys[0] not in _INTO:
            return None
        if not all(key in _INTO | _DETERMINERS | {"side", "of", "lower"} for key in keys):
            return None
        if not all(adjoins[i] for i in range(k + 1, near[0].first + 1)):
            return None
        chain = [near[0]]
        for part in (p for p in parts if p.first > near[0].last):
            if not _joined(tokens, adjoins, chain[-1], part):
                break
            chain.append(part)
        chain = _closed(tokens, chain)
        return (chain, range(0)) if any(part.marked for part in chain) else None


def _joined(tokens: Sequence[Token], adjoins: Sequence[bool], one: _Part, two: _Part) -> bool:
    """Tell whether two parts are joined by "and", "or" or a comma and nothing else."""
    between = range(one.last + 1, two.first)
    keys = [tokens[i].key for i in between]
    comma = not all(adjoins[i] for i in range(one.last + 1, two.first + 1))
    joining = sum(key in _JOINING for key in keys)
    return (joining == 1 or comma) and all(key in _JOINING | _DETERMINERS for key in keys)


def _closed(tokens: Sequence[Token], chain: list[_Part]) -> list[_Part]:
    """Keep a list of parts only if an "and" or "or" closes it: commas alone join nothing."""
    first, last = min(p.first for p in chain), max(p.last for p in chain)
    joined = any(tokens[i].key in _JOINING for i in range(first, last + 1))
    return chain if joined else chain[:1]
