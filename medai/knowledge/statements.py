"""What a text states about each finding: negation, doubt, family and time put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from medai.knowledge.headings import headings
from medai.knowledge.negation import contexts
from medai.knowledge.scopes import Cue
from medai.knowledge.temporal import Timing, timings


class Statement(NamedTuple):
    """What is stated about one finding.

    Attributes
    ----------
    status
        ``present``, ``excluded`` or ``uncertain``.  What has resolved is ``excluded``: it is
        not there now (and its course says ``resolved``).
    family
        It is a relative's.
    history
        It belongs to an earlier illness.
    cue
        The words that decided, as written.
    timing
        Onset, duration and course.
    """

    status: str
    family: bool
    history: bool
    cue: str
    timing: Timing


def statements(
    text: str, spans: Sequence[tuple[int, int]], cues: Sequence[Cue] | None = None
) -> list[Statement]:
    """Read what the text states about each finding.

    Parameters
    ----------
    text
        The text.
    spans
        ``(start, end)`` of each finding, in order, not overlapping.
    cues
        What :func:`medai.knowledge.negation.find_cues` returned for them; found here if None.

    Examples
    --------
    >>> text = "Fever has gone. No cough. Mother had asthma."
    >>> words = ["Fever", "cough", "asthma"]
    >>> spans = [(text.index(word), text.index(word) + len(word)) for word in words]
    >>> for word, one in zip(words, statements(text, spans), strict=True):
    ...     print(word, one.status, one.family, repr(one.cue))
    Fever excluded False 'gone'
    cough excluded False 'No'
    asthma present True 'Mother'
    """
    result = []
    read = zip(spans, contexts(text, spans, cues), timings(text, spans), strict=True)
    parts = [part for part in headings(text) if part.kind]
    k = 0
    for (start, _), context, timing in read:
        while k < len(parts) and parts[k].stop <= start:
            k += 1
        part = parts[k] if k < len(parts) and parts[k].end <= start else None
        if part is not None and not timing.history:
            head = text[part.start : part.end].rstrip(": ")
            if part.kind == "family" and not context.family:
                context = replace(context, family=True, cue=context.cue or head)
            elif part.kind == "history" and context.status != "uncertain":  # "PMH: PE?" is asked
                timing = replace(timing, history=True, cue=head)
        status, history, cue = context.status, False, context.cue
        if timing.course == "resolved" and not (context.status == "excluded" and cue):
            status, cue = "excluded", timing.cue
        elif timing.history and context.status != "excluded" and not context.family:
            history, cue = True, timing.cue
        result.append(Statement(status, context.family, history, cue, timing))
    return result
