"""The words of the Chinese lexicon, and the best way to cover a sentence with them.

Chinese has no spaces, so a sentence must be cut first.  The rule: cover as many characters as
possible; of equal covers take the one with few, long pieces.  Always taking the longest word
first would be wrong: in 无尿频 it finds 无尿 (anuria), though 无 + 尿频 (no frequent urination)
covers all three characters.
"""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from medai.datasets.zh import Tables, read_zh_findings

# What one character is worth when it is covered, by the kind of the word: most for words that
# decide what is found, least for degrees (很, 重), which stand in many other words.
_FINDING_LIKE = frozenset({"finding", "denied", "ask"})
_MEANING = _FINDING_LIKE | {
    "plain", "guard", "value", "neg", "neg_after", "doubt", "doubt_after"
}  # fmt: skip
_WORTH_MEANING, _WORTH_OTHER, _WORTH_DEGREE = 10, 9, 5
_LONGEST_LEFT = 6  # characters of a finding that may stand before a filler (头 in 头很疼)


@dataclass(frozen=True)
class Piece:
    """A word of the lexicon in a sentence.

    Attributes
    ----------
    start, end
        Where it stands in the sentence.
    kinds
        What it may be (``finding``, ``neg``, ``doubt`` …) and what belongs to that: the term
        of a finding, the reach of a negation.
    word
        The string of the lexicon; for 头很疼 it is 头疼.
    inside
        What stands inside a finding: 很 in 头很疼, 不 in 头不疼.
    """

    start: int
    end: int
    kinds: dict[str, str]
    word: str
    inside: str = ""


class ChineseLexicon:
    """Every string of the tables, with what it may be.

    Parameters
    ----------
    tables
        What :func:`medai.datasets.zh.read_zh_findings` returns.

    Attributes
    ----------
    words
        String to kinds (see :class:`Piece`).
    plain_words
        Words that say nothing of a finding and need not be reported.
    broader
        Expressions whose term is wider than they are: denying them denies nothing.
    """

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.words: dict[str, dict[str, str]] = defaultdict(dict)
        self.findings = {row["zh"]: row["hpo"] for row in tables["findings"]}
        self.broader = {row["zh"] for row in tables["findings"] if row["fit"] == "broader"}
        self.questions = {row["zh"]: row for row in tables["ambiguous"]}
        self.plain_words = {
            row["zh"] for table in ("plain_words", "time_words", "fillers") for row in tables[table]
        }
        self._add_words()
        negation = tables["negation"]
        self.at_once = {row["zh"] for row in negation if row["at_once"] == "yes"}
        self.inside = {row["zh"] for row in negation if row["place"] == "inside"}
        fillers = tables["fillers"]
        self.fillers = {row["zh"] for row in fillers if row["kind"] == "filler"}
        self.predicates = {row["zh"] for row in fillers if row["kind"] == "predicate"}
        self._boundary = [(row["end"], row["next"]) for row in tables["boundary"]]
        self._lengths = _lengths(self.words)
        self._inside_lengths = sorted({len(word) for word in self.inside | self.fillers})
        self._longest = max(map(len, self.findings))
        self._beginnings = {word[:n] for word in self.findings for n in range(1, len(word))}
        self._make_patterns()

    def _add_words(self) -> None:
        """Fill `words` from the tables."""
        tables, words = self.tables, self.words
        for word, term in self.findings.items():
            words[word]["finding"] = term
        for row in tables["normal"]:
            words[row["zh"]]["denied"] = row["hpo"]
        for row in tables["ambiguous"]:
            words[row["zh"]]["ask"] = row["candidates"]
        for row in tables["pseudo_negation"]:
            if row["kind"] == "plain":  # the other kinds stand in their own tables too
                words[row["zh"]]["plain"] = ""
        for row in tables["guards"]:
            words[row["zh"]]["guard"] = ""
        for row in tables["negation"]:
            kind = {"before": "neg", "after": "neg_after"}.get(row["place"])
            if kind:
                words[row["zh"]][kind] = row["reach"]
        for row in tables["uncertain"]:
            words[row["zh"]]["doubt" if row["place"] == "before" else "doubt_after"] = ""
        for row in tables["history"]:
            words[row["zh"]][f"{row['kind']}_{row['place']}"] = ""
        for row in tables["separators"]:
            words[row["zh"]][f"separator_{row['effect']}"] = row["kind"]
        for row in tables["degree"]:
            words[row["zh"]][f"degree_{row['place']}"] = row["class"]

    def _make_patterns(self) -> None:
        """Make the regular expressions that the rules of negation need."""
        rows = self.tables["negation"]

        def any_of(words: Iterable[str]) -> str:
            return "|".join(sorted(map(re.escape, words), key=len, reverse=True))

        between = any_of(row["zh"] for row in rows if row["place"] == "between")
        limits = any_of(row["zh"] for row in rows if row["reach"] in ("between", "both"))
        before = any_of(row["zh"] for row in rows if row["reach"] in ("before", "both"))
        cancel = any_of(row["zh"] for row in rows if row["place"] == "cancel")
        self.between = re.compile(f"(?:{between}|{limits})*")
        self.limit = re.compile(limits)
        self.limit_before = re.compile(f"(?:{before})(?:也|都|就|则|仍|并)?$")
        weak = "明显|显著|任何|完全|得到|有|什么|再|进行性|特别"
        self.cancel = re.compile(f"(?:{weak})*(?:{cancel})")

    # -- cutting a sentence ----------------------------------------------------------------

    def pieces(self, sentence: str, measured: Iterable[Piece] = ()) -> list[Piece]:
        """Cover a sentence with words of the lexicon.

        Parameters
        ----------
        sentence
            In comparable form (:func:`medai.knowledge.chinese_text.plain`).
        measured
            Measured values that were found in it (see
            :mod:`medai.knowledge.chinese_values`); they compete with the words.

        Returns
        -------
        list of Piece
            In order, without overlaps.
        """
        choices: dict[int, list[Piece]] = defaultdict(list)
        for piece in [*self._words_in(sentence), *self._interrupted(sentence), *measured]:
            choices[piece.start].append(piece)
        # best[i]: (what is covered from i on, squared lengths, the piece taken at i)
        best: list[tuple[int, int, Piece | None]] = [(0, 0, None)] * (len(sentence) + 1)
        for i in range(len(sentence) - 1, -1, -1):
            covered, squares, _ = best[i + 1]
            choice: tuple[int, int, Piece | None] = (covered, squares, None)
            for piece in sorted(choices[i], key=lambda one: -one.end):
                covered, squares, _ = best[piece.end]
                length = piece.end - piece.start
                covered += length * _worth(piece.kinds)
                squares += length * length
                better = (covered, squares) > choice[:2]
                if better or (choice[2] is None and (covered, squares) == choice[:2]):
                    choice = (covered, squares, piece)
            best[i] = choice
        result, i = [], 0
        while i < len(sentence):
            piece = best[i][2]
            if piece is not None:
                result.append(piece)
            i = piece.end if piece is not None else i + 1
        return result

    def _words_in(self, sentence: str) -> Iterable[Piece]:
        for start in range(len(sentence)):
            for length in self._lengths.get(sentence[start], ()):
                word = sentence[start : start + length]
                kinds = self.words.get(word)
                if kinds and len(word) == length and self._ends(sentence, start + length, word):
                    yield Piece(start, start + length, kinds, word)

    def _ends(self, sentence: str, end: int, word: str) -> bool:
        """Tell whether a finding may end here: not 小腿肿 in 小腿肿瘤."""
        if not _FINDING_LIKE & self.words[word].keys():
            return True
        following = sentence[end : end + 1]
        return not following or not any(
            word.endswith(end) and following in letters for end, letters in self._boundary
        )

    def _interrupted(self, sentence: str) -> Iterable[Piece]:
        """Find findings with a word inside: 头不疼 denies 头疼, 头很疼 is 头疼."""
        for middle in range(1, len(sentence)):
            for length in self._inside_lengths:
                word = sentence[middle : middle + length]
                if word in self.inside or word in self.fillers:
                    yield from self._around(sentence, middle, word)

    def _around(self, sentence: str, middle: int, word: str) -> Iterable[Piece]:
        """Find the findings whose characters stand on both sides of `word`."""
        after = middle + len(word)
        for left in range(1, min(middle, self._longest) + 1):
            if sentence[middle - left : middle] not in self._beginnings:
                continue
            for right in range(1, min(len(sentence) - after, self._longest - left) + 1):
                start, end = middle - left, after + right
                whole = sentence[start:middle] + sentence[after:end]
                if whole not in self.findings or sentence[start:end] in self.words:
                    continue
                if not self._ends(sentence, end, whole):
                    continue
                term, predicate = self.findings[whole], sentence[after:end] in self.predicates
                if word in self.inside and whole not in self.broader:
                    yield Piece(start, end, {"denied": term}, whole, word)
                elif word in self.fillers and predicate and left <= _LONGEST_LEFT:
                    yield Piece(start, end, {"finding": term}, whole, word)


def _worth(kinds: dict[str, str]) -> int:
    if _MEANING & kinds.keys():
        return _WORTH_MEANING
    return _WORTH_DEGREE if any(kind.startswith("degree") for kind in kinds) else _WORTH_OTHER


def _lengths(words: Iterable[str]) -> dict[str, list[int]]:
    """Return for each first character the lengths of the words that begin with it."""
    lengths: dict[str, set[int]] = defaultdict(set)
    for word in words:
        lengths[word[0]].add(len(word))
    return {letter: sorted(sizes, reverse=True) for letter, sizes in lengths.items()}


@functools.lru_cache(maxsize=1)
def chinese_lexicon() -> ChineseLexicon:
    """Return the lexicon of the book, made once."""
    return ChineseLexicon(read_zh_findings())
