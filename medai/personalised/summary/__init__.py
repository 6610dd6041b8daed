"""One page from a long record: problems, medicines, values, contradictions; every line quoted.

:func:`summarise` picks sentences and never writes any: each statement cites the note that it stands
in, word for word.  :func:`rephrase` lets a language model word a problem behind a check.  For
teaching; not medical advice.
"""

from medai.personalised.summary.assemble import summarise
from medai.personalised.summary.parts import Citation, Line, Summary
from medai.personalised.summary.record import Entry, LongRecord, read_record
from medai.personalised.summary.rephrase import rephrase, supported

__all__ = [
    "Citation",
    "Entry",
    "Line",
    "LongRecord",
    "Summary",
    "read_record",
    "rephrase",
    "summarise",
    "supported",
]
