"""Byte-pair encoding from scratch: learn merges, encode, decode.

The alphabet is the 256 bytes, so every text of every script has an encoding and
decoding gives it back exactly.  Training merges the most frequent pair of
neighbouring tokens, again and again (Sennrich, Haddow and Birch, 2016).
"""

from __future__ import annotations

import heapq
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import pairwise

from medai.runtime import MedaiError

# A chunk is a word with the space before it, a run of digits, of other signs or of
# white space.  Merges never cross the border of a chunk.
_CHUNK = re.compile(r" ?[^\W\d_]+| ?\d+| ?[^\w\s]+|_+|\s+(?!\S)|\s+")


def _chunks(text: str) -> list[str]:
    return _CHUNK.findall(text)


def _to_bytes(text: str) -> bytes:
    return text.encode("utf-8", errors="surrogatepass")


def _merge(ids: list[int], pair: tuple[int, int], new: int) -> list[int]:
    """Replace each occurrence of ``pair`` in ``ids``, from left to right, by ``new``."""
    out, i = [], 0
    while i < len(ids):
        if i + 1 < len(ids) and ids[i] == pair[0] and ids[i + 1] == pair[1]:
            out.append(new)
            i += 2
        else:
            out.append(ids[i])
            i += 1
    return out


def _merge_and_count(
    ids: list[int], pair: tuple[int, int], new: int
) -> tuple[list[int], list[tuple[tuple[int, int], int]]]:
    """Merge as :func:`_merge` does; say which neighbouring pairs went (-1) and came (+1)."""
    left, right = pair
    out: list[int] = []
    deltas: list[tuple[tuple[int, int], int]] = []
    i, n = 0, len(ids)
    while i < n:
        if ids[i] == left and i + 1 < n and ids[i + 1] == right:
            if out:
                deltas += [((out[-1], left), -1), ((out[-1], new), 1)]
            if i + 2 < n:
                deltas += [((right, ids[i + 2]), -1), ((new, ids[i + 2]), 1)]
            out.append(new)
            i += 2
        else:
            out.append(ids[i])
            i += 1
    return out, deltas


class BPE:
    """A byte-pair encoding: 256 bytes and a list of merges in the order learned.

    Attributes
    ----------
    merges : list of (int, int)
        Merge ``i`` joins two token ids into the new id ``256 + i``.
    vocab : list of bytes
        What each token id spells.
    """

    def __init__(self, merges: Iterable[tuple[int, int]] = ()) -> None:
        self.merges: list[tuple[int, int]] = []
        self.vocab: list[bytes] = [bytes([b]) for b in range(256)]
        self._rank: dict[tuple[int, int], int] = {}
        self._cache: dict[str, tuple[int, ...]] = {}
        self._spelt: list[str] = []
        for left, right in merges:
            self._add(int(left), int(right))

    def _add(self, left: int, right: int) -> int:
        new = len(self.vocab)
        if not (0 <= left < new and 0 <= right < new):
            raise MedaiError(
                f"merge {len(self.merges)} joins tokens {left} and {right}, but only 0 to "
                f"{new - 1} exist at that point; keep merges in the order they were learned"
            )
        self.merges.append((left, right))
        self._rank[left, right] = new
        self.vocab.append(self.vocab[left] + self.vocab[right])
        return new

    def __len__(self) -> int:
        return len(self.vocab)

    @classmethod
    def train(cls, texts: Iterable[str], merges: int = 1000) -> BPE:
        """Learn merges from texts.

        Parameters
        ----------
        texts : iterable of str
            Training texts.
        merges : int
            How many merges to learn; fewer are learned if no pair occurs twice.

        Returns
        -------
        BPE
            The vocabulary has ``256 + len(merges)`` tokens.

        Raises
        ------
        MedaiError
            If there is no text, or ``merges`` is negative.

        Notes
        -----
        Ties are broken by what the two tokens spell (byte order, left token first),
        so the result depends neither on the order of the texts nor on the machine.
        """
        if isinstance(texts, str):
            raise MedaiError("BPE.train got one str, but it takes a list of texts; wrap it: [text]")
        if merges < 0:
            raise MedaiError(f"merges = {merges}, but it must be 0 or more; 0 keeps plain bytes")
        frequency = Counter(chunk for text in texts for chunk in _chunks(text))
        if not frequency:
            raise MedaiError("BPE.train got no text to learn from; pass one non-empty text or more")
        model = cls()
        words = [list(_to_bytes(chunk)) for chunk in frequency]
        counts = list(frequency.values())
        pair_count: Counter[tuple[int, int]] = Counter()
        where: dict[tuple[int, int], set[int]] = defaultdict(set)
        for i, ids in enumerate(words):
            for pair in pairwise(ids):
                pair_count[pair] += counts[i]
                where[pair].add(i)

        def entry(pair: tuple[int, int]) -> tuple:
            return (-pair_count[pair], model.vocab[pair[0]], model.vocab[pair[1]], pair)

        heap = [entry(pair) for pair in pair_count]
        heapq.heapify(heap)
        while heap and len(model.merges) < merges:
            negative, _, _, pair = heapq.heappop(heap)
            if -negative != pair_count[pair]:  # an old entry: the count has changed since
                continue
            if pair_count[pair] < 2:
                break
            new = model._add(*pair)
            changed: set[tuple[int, int]] = set()
            for i in where.pop(pair):
                words[i], deltas = _merge_and_count(words[i], pair, new)
                for p, delta in deltas:
                    pair_count[p] += delta * counts[i]
                    changed.add(p)
                    if delta > 0:
                        where[p].add(i)
            pair_count[pair] = 0
            for p in changed:
                if pair_count[p] > 0:
                    heapq.heappush(heap, entry(p))
        model._cache = dict(zip(frequency, map(tuple, words), strict=True))
        return model

    def encode(self, text: str) -> list[int]:
        """Encode a text as token ids, applying the merges in the order learned.

        Parameters
        ----------
        text : str
            Any text, any script.

        Returns
        -------
        list of int
            Token ids, each below ``len(self)``.
        """
        if not isinstance(text, str):
            raise MedaiError(f"BPE.encode got {type(text).__name__}, but a text must be a str")
        out: list[int] = []
        for chunk in _chunks(text):
            if chunk not in self._cache:
                self._cache[chunk] = tuple(self._encode_chunk(chunk))
            out.extend(self._cache[chunk])
        return out

    def _encode_chunk(self, chunk: str) -> list[int]:
        ids = list(_to_bytes(chunk))
        while len(ids) > 1:
            pair = min(pairwise(ids), key=lambda p: self._rank.get(p, len(self.vocab)))
            if pair not in self._rank:
                break
            ids = _merge(ids, pair, self._rank[pair])
        return ids

    def decode(self, ids: Iterable[int]) -> str:
        """Decode token ids; ``decode(encode(text)) == text`` for every text.

        Parameters
        ----------
        ids : iterable of int
            Token ids.

        Returns
        -------
        str
            The text. Ids that cut a character in half give the sign U+FFFD there.
        """
        pieces = []
        for i in ids:
            if not 0 <= i < len(self.vocab):
                raise MedaiError(
                    f"token id {i} is not one of 0 to {len(self.vocab) - 1}; "
                    "decode with the BPE that encoded the text"
                )
            pieces.append(self.vocab[i])
        data = b"".join(pieces)
        try:
            return data.decode("utf-8", errors="surrogatepass")
        except UnicodeDecodeError:
            return data.decode("utf-8", errors="replace")

    def tokens(self, text: str) -> list[str]:
        """Encode a text and spell each token, for reading (a space shows as ``·``)."""
        for i in range(len(self._spelt), len(self.vocab)):
            try:
                self._spelt.append(self.vocab[i].decode("utf-8").replace(" ", "·"))
            except UnicodeDecodeError:  # half a character
                self._spelt.append("".join(f"<0x{b:02X}>" for b in self.vocab[i]))
        return [self._spelt[i] for i in self.encode(text)]

    def spell(self, i: int) -> str:
        """Spell one token for reading: a space as ``·``, half a character as ``<0xE2>``."""
        self.tokens("")
        return self._spelt[i]
