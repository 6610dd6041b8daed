"""Words, wrapped lines and names for the page that ``medai diagnose`` prints, in two languages."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from medai.diagnosis.reading import Reading

WIDTH = 96  # columns; a Chinese character takes two
_PIECES = re.compile(r"\s+|[^\s\u2018-\u201d\u3000-\u9fff\uff00-\uffef]+|.")
_CLOSING = "，。、；：？！）”】》’"
_OPENING = "（“【《‘"


def language(reading: Reading) -> str:
    """Return the language of the page: Chinese for what was read as Chinese, else English."""
    return "zh" if reading.language == "zh" else "en"


def shown(text: str, width: int = 60) -> str:
    """Return text of the user in one line, without control characters, shortened."""
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    plain = " ".join(plain.split())
    return plain if len(plain) <= width else plain[: width - 1] + "…"


def columns(text: str) -> int:
    """Return how many columns a text takes: two for each wide character."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def padded(text: str, width: int) -> str:
    """Return a text with blanks behind it up to so many columns."""
    return text + " " * (width - columns(text))


def heading(text: str, lang: str) -> str:
    """Return a heading with its colon."""
    return f"{text}{'：' if lang == 'zh' else ':'}"


def quoted(text: str, lang: str) -> str:
    """Return words of the user in quotation marks."""
    return f"“{text}”" if lang == "zh" else f'"{text}"'


def wrap(text: str, lang: str, first: str = "", rest: int = 8, hyphens: bool = True) -> str:
    """Wrap a line; Chinese breaks between characters, never before a closing mark."""
    if lang == "en":
        kept = {"replace_whitespace": False, "break_on_hyphens": hyphens}
        return textwrap.fill(
            text, WIDTH, initial_indent=first, subsequent_indent=" " * rest, **kept
        )
    lines, line, start = [], first, len(first)
    pieces = _PIECES.findall(text)
    for k, piece in enumerate(pieces):
        after = pieces[k + 1] if k + 1 < len(pieces) else ""
        needed = columns(piece) + (columns(after) if after and after in _CLOSING else 0)
        needed += columns(after) if piece in _OPENING else 0
        full = columns(line) + needed > WIDTH and line.strip() and piece not in _CLOSING
        if full and len(line) > start:
            lines.append(line.rstrip())
            line, start = " " * rest, rest
            piece = piece.lstrip()
        line += piece
    return "\n".join([*lines, line.rstrip()])
