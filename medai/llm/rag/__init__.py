"""Answer patients' questions from cited passages: look up, quote, or say "I do not know".

Examples
--------
>>> from medai.llm.rag import Answerer, Passage
>>> fever = Passage("1", "en", "Fever", "A fever is a temperature of 38 °C or more.", "fever")
>>> answerer = Answerer([fever])
>>> answer = answerer.answer("What is a fever?")
>>> answer.kind, answer.citations[0].title
('answered', 'Fever')
>>> answerer.answer("What is gout?").kind
'abstained'
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
