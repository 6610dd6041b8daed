"""Tokens to pieces of text: no character is broken, and no stop string slips through."""

from __future__ import annotations

from collections.abc import Callable, Sequence

BROKEN = "\ufffd"


class TextPieces:
    """Decode tokens one by one into pieces of whole characters.

    One character may take several tokens (an emoji, a Chinese character), and some
    tokenisers need the token before to know about a space.  So the last piece is decoded
    together with what follows, and nothing is given out while the end is half a character.

    Parameters
    ----------
    decode : callable
        From a list of token ids to text.
    """

    def __init__(self, decode: Callable[[list[int]], str]) -> None:
        self._decode = decode
        self._ids: list[int] = []
        self._start = 0  # from here the tokens are decoded together
        self._given = 0  # the tokens before this one have been given out

    def feed(self, token: int) -> str:
        """Take one token, return the text that is now complete (often one word)."""
        self._ids.append(token)
        known = self._decode(self._ids[self._start : self._given])
        text = self._decode(self._ids[self._start :])
        if len(text) <= len(known) or text.endswith(BROKEN):
            return ""
        self._start, self._given = self._given, len(self._ids)
        return text[len(known) :]


class StopFilter:
    """Pass pieces of text on until a stop string appears, even one split over pieces.

    Parameters
    ----------
    stops : sequence of str
        The strings at which the text ends; they are not part of it.
    """

    def __init__(self, stops: Sequence[str]) -> None:
        self._stops = tuple(stops)
        self._held = ""
        self.stopped = False

    def feed(self, piece: str) -> str:
        """Take a piece, return what can be given out; set `stopped` when a stop was met."""
        if self.stopped:
            return ""
        text = self._held + piece
        found = [at for stop in self._stops if (at := text.find(stop)) >= 0]
        if found:
            self.stopped, self._held = True, ""
            return text[: min(found)]
        held = max((_overlap(text, stop) for stop in self._stops), default=0)
        self._held = text[len(text) - held :]
        return text[: len(text) - held]

    def finish(self) -> str:
        """Return what was held back in case a stop string followed."""
        rest, self._held = self._held, ""
        return rest


def _overlap(text: str, stop: str) -> int:
    """Return how many of the last characters of `text` may be the beginning of `stop`."""
    for size in range(min(len(stop) - 1, len(text)), 0, -1):
        if text.endswith(stop[:size]):
            return size
    return 0
