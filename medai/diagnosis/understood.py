"""How much of a text was understood.

Counted are the words that may say something about the patient: in English all but those of
grammar, of notes and of time (:data:`medai.knowledge.plainwords.PLAIN`), in Chinese the
characters.  Understood is what stands in a finding of any status or in a measurement, and what
was recognised as normal or as denied in part; not understood is the rest of what was searched.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from medai.diagnosis.reading import Reading
from medai.knowledge.findings import Finding, Unrecognised
from medai.knowledge.measurements import Measurement
from medai.knowledge.plainwords import PLAIN

_WORD = re.compile("[\u3400-\u9fff]|[^\\W\\d_\u3400-\u9fff]+(?:['’][^\\W\\d_]+)?")
READ = ("normal", "limited")  # reasons that mean it was understood, though it is no finding
Part = Finding | Measurement | Unrecognised


def understood(reading: Reading) -> tuple[float, list[str]]:
    """Return the share of the words that was understood, and the parts that were not.

    Parameters
    ----------
    reading : Reading
        Of a text; of findings that were given as ids, everything is understood.

    Returns
    -------
    float
        From 0 to 1; 1 for a text without a word that says anything.
    list of str
        As written, in the order of the text.

    Examples
    --------
    >>> from medai.diagnosis.reading import read
    >>> from medai.knowledge import load_graph
    >>> reading = read("Fever, and the wheelbarrow feeling is back.", load_graph())
    >>> share, left = understood(reading)
    >>> round(share, 2), left
    (0.33, ['wheelbarrow', 'back'])
    """
    found = reading.findings
    groups = (found.present, found.excluded, found.uncertain, found.family, found.history)
    normal = [one for one in found.unrecognised if one.reason in READ]
    left = [one for one in found.unrecognised if one.reason not in READ]
    read = _words([*(one for group in groups for one in group), *found.measurements, *normal])
    rest = _words(left) - read
    total = len(read) + len(rest)
    return (len(read) / total if total else 1.0), [one.text for one in left]


def _words(parts: Iterable[Part]) -> set[int]:
    """Return where the words of some parts begin."""
    return {
        one.start + word.start()
        for one in parts
        for word in _WORD.finditer(one.text)
        if word[0].casefold() not in PLAIN
    }
