"""Chinese writing made comparable: half width, simplified characters, known places.

``３９．５℃，發燒`` becomes ``39.5°C,发烧``.  Every character remembers where it stood, so that a
finding can always be shown in the patient's own characters.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import NamedTuple

from medai.runtime import MedaiError

# Characters that OpenCC leaves as they are, though the tables have the other form.
_VARIANTS = str.maketrans("痺睪蹠痲", "痹睾跖麻")
# 著 is 着 (睡不著), except in 显著, 著名 and their like.
_ZHE = re.compile("(?<![顯显原名巨论論])著(?![名作称稱者述])")
_INVISIBLE = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff")
_CHUNK = 200  # characters that OpenCC converts at once; it is slow for long strings
_SENTENCE_END = re.compile(r"[。!;\n\r]+|(?<=\?)")
_LONGEST_SENTENCE = 400  # characters; a longer one is cut


class Plain(NamedTuple):
    """A text in comparable form.

    Attributes
    ----------
    text
        The comparable form.
    places
        For each of its characters, the place of the original character.
    """

    text: str
    places: list[int]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return where ``text[start:end]`` stands in the original text."""
        return self.places[start], self.places[end - 1] + 1


def plain(text: str) -> Plain:
    """Bring a text into comparable form.

    Examples
    --------
    >>> plain("３９℃").text
    '39°C'
    """
    letters, places = [], []
    for place, letter in enumerate(text):
        if letter in _INVISIBLE:
            continue
        for one in unicodedata.normalize("NFKC", letter):  # ℃ becomes two characters
            letters.append(one)
            places.append(place)
    half_width = _ZHE.sub("着", "".join(letters))
    chunks = (half_width[i : i + _CHUNK] for i in range(0, len(half_width), _CHUNK))
    simplified = "".join(_simplified(chunk) for chunk in chunks)
    return Plain(simplified.translate(_VARIANTS), places)


def _simplified(chunk: str) -> str:
    """Convert traditional characters; every character keeps its place."""
    if chunk.isascii():
        return chunk
    convert = _converter()
    converted = convert(chunk)
    if len(converted) == len(chunk):
        return converted
    return "".join(convert(letter)[:1] or letter for letter in chunk)


@functools.lru_cache(maxsize=1)
def _converter() -> Callable[[str], str]:
    try:
        from opencc import OpenCC
    except ImportError:
        raise MedaiError(
            "Reading Chinese needs OpenCC, which is not installed: "
            "run `pip install opencc-python-reimplemented`."
        ) from None
    return OpenCC("t2s").convert


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Return the ``(start, end)`` of the sentences of a text in comparable form."""
    start = 0
    ends = [(match.start(), match.end()) for match in _SENTENCE_END.finditer(text)]
    for end, following in [*ends, (len(text), len(text))]:
        for cut in range(start, end, _LONGEST_SENTENCE):
            yield cut, min(cut + _LONGEST_SENTENCE, end)
        start = following
