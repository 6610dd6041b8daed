"""Answer patients' questions from cited passages: look up, quote, or say "I do not know".

Examples
--------
>>> from medai.llm.rag import Answerer
>>> answer = Answerer().answer("What is a fever?")                       # doctest: +SKIP
>>> answer.kind, answer.citations[0].title                               # doctest: +SKIP
"""

from medai.llm.rag.answerer import Answerer
from medai.llm.rag.grounded import Grounding, check
from medai.llm.rag.library import Library
from medai.llm.rag.records import Answer, Citation, Part, Passage
from medai.llm.rag.urgent import Sign, find_alarm

__all__ = [
    "Answer",
    "Answerer",
    "Citation",
    "Grounding",
    "Library",
    "Part",
    "Passage",
    "Sign",
    "check",
    "find_alarm",
]
