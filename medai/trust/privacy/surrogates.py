"""Other names and other days instead of holes: a note that still reads as a note.

A hole shows where an identifier was, so one that was missed stands out.  Surrogates hide it among
false ones, keep who is who within a patient's notes, and move all her dates by the same number
of days, so that intervals stay.  Everything follows from a secret: whoever has it can redo the
replacement and so test a guess.  Throw it away, or keep it as you keep the notes.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from medai.runtime.errors import MedaiError
from medai.trust.privacy.deidentify import replace
from medai.trust.privacy.patterns import Identifier

FARTHEST = 364  # days that dates are moved by, at most, either way, and never 0
POOL = (
    "Arden Bexley Corin Darrow Elwin Farley Gale Hollis Idris Jessamy Kestrel Lorne Marlow Nevin "
    "Orrin Perrin Quill Rowan Sorrel Tamsin Umber Vesper Wren Yarrow Zephyr Ashby Brisk Calder "
    "Dorne Ember Fenner Garnet"
)
_FORMS = ("%d/%m/%Y", "%d/%m/%y", "%d.%m.%Y", "%d.%m.%y", "%Y-%m-%d", "%d-%b-%y", "%d-%b-%Y")
_WORDS = ("%d %B %Y", "%d %b %Y", "%B %d, %Y", "%b %d, %Y", "%B %d %Y", "%d %B", "%d %b", "%B %d")
_WORD = re.compile(r"[^\W\d_][\w'’]*")


class Surrogates:
    """Replaces identifiers in the same way wherever they stand in one patient's notes.

    Parameters
    ----------
    secret : str
        At least twelve characters; not stored in what is written.

    Raises
    ------
    MedaiError
        For a shorter secret.

    Examples
    --------
    >>> s = Surrogates("only for this example")
    >>> s.move("01/02/2025", "p1") == s.move("2025-02-01", "p1")
    False
    >>> s.days("p1") == s.days("p1"), s.days("p1") != 0
    (True, True)
    """

    def __init__(self, secret: str) -> None:
        if len(secret) < 12:
            raise MedaiError("the secret has fewer than 12 characters: take several words.")
        self._secret = secret.encode()

    def __repr__(self) -> str:
        return "Surrogates(secret not shown)"

    def days(self, patient: str) -> int:
        """Return by how many days all dates of a patient move: -364 to 364, never 0."""
        number = self._number("days", patient, "") % (2 * FARTHEST) - FARTHEST
        return number if number < 0 else number + 1

    def move(self, written: str, patient: str) -> str:
        """Return a date moved, in the form it had; ``[DATE]`` where it cannot be read.

        A date without a year is taken in a leap year, so intervals across New Year are lost.
        """
        plain = re.sub(r"(?<=\d)(?:st|nd|rd|th)\b", "", written).replace(" of ", " ")
        for form in (*_FORMS, *_WORDS):
            try:
                year = "" if "%Y" in form or "%y" in form else " 2024"
                day = datetime.strptime(plain + year, form + (" %Y" if year else ""))
            except ValueError:
                continue
            moved = day.date() + timedelta(days=self.days(patient))
            return _written(moved, form)
        return "[DATE]"

    def name(self, written: str, patient: str) -> str:
        """Return a name with each word replaced, the same word always by the same one."""

        def other(match: re.Match[str]) -> str:
            word = match.group()
            pool = POOL.split()
            new = pool[self._number("name", patient, word.lower()) % len(pool)]
            return new.upper() if word.isupper() and len(word) > 1 else new

        return _WORD.sub(other, written)

    def apply(self, text: str, found: Iterable[Identifier], patient: str) -> str:
        """Return the note with surrogates.

        Names and dates get surrogates, record numbers other digits, ages over 89 become ``90+``;
        every other identifier its kind in square brackets.

        Parameters
        ----------
        text : str
            The note.
        found : iterable of Identifier
            From :meth:`Deidentifier.find <medai.trust.privacy.deidentify.Deidentifier.find>`.
        patient : str
            Whose note it is: one key, one set of surrogates.
        """
        pairs = []
        for one in found:
            old = text[one.start : one.end]
            if one.kind in ("NAME", "CLINICIAN"):
                new = self.name(old, patient)
            elif one.kind == "DATE":
                new = self.move(old, patient)
            elif one.kind == "RECORD":
                digits = str(self._number("record", patient, old)) * 2
                turn = iter(digits)
                new = re.sub(r"\d", lambda _, turn=turn: next(turn), old)
            else:
                new = "90+" if one.kind == "AGE" else f"[{one.kind}]"
            pairs.append((one, new))
        return replace(text, pairs)

    def _number(self, use: str, patient: str, value: str) -> int:
        message = "\x1f".join((use, patient, value)).encode()
        return int.from_bytes(hmac.new(self._secret, message, hashlib.sha256).digest()[:8], "big")


def _written(day: date, form: str) -> str:
    text = day.strftime(form)
    return re.sub(r"^0(?=\d )", "", text) if form in _WORDS else text
