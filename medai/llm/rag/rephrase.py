"""A model's words for a sentence of a passage, kept only when they say the same.

A prompt holds one sentence of a passage and nothing else: no word of the person who asks, so
that a question cannot give the model orders.
"""

from __future__ import annotations

import re

from medai.llm.model import Writer
from medai.llm.rag.asked import sentences
from medai.llm.rag.grounded import CITED, check
from medai.llm.rag.records import Citation, Part, Passage

TOKENS = 60  # of one sentence
PROMPT = """Say the same in simpler words. Add nothing and leave nothing out.

Sentence: Generally, physicians commence the medication after the test.
Simpler: Usually, doctors start the medicine after the test.

Sentence: If the rash occurs again, consult the clinic.
Simpler: Ask the clinic if the rash happens again.

Sentence: {sentence}
Simpler:"""


def reworded(sentence: str, passage: Passage, citation: Citation, llm: Writer) -> Part:
    """Return a sentence in the model's words where they are grounded, else as it stands.

    Parameters
    ----------
    sentence
        One of the passage.
    passage, citation
        Where it stands, and its number.
    llm
        A model that writes.
    """
    ours = Part(cited(sentence, citation.number, passage.lang), passage.id)
    said = str(llm.generate(PROMPT.format(sentence=sentence), max_new_tokens=TOKENS, stop="\n"))
    said = " ".join(said.split())
    bare = CITED.sub("", said).strip()
    if not bare:
        return Part(ours.text, passage.id, "passage", "it said nothing")
    if bare.rstrip(".") == sentence.rstrip("."):
        return Part(ours.text, passage.id, "passage", "it only repeated the sentence")
    if not re.search(r"[.!?]$", bare) or len(sentences(bare, passage.lang)) != 1:
        return Part(ours.text, passage.id, "passage", "not one whole sentence")
    text = cited(bare, citation.number, passage.lang)
    one = Passage(passage.id, passage.lang, passage.title, sentence)  # this sentence, no other
    found = check(text, [citation], [one], passage.lang)
    if found.ok:
        return Part(text, passage.id, "model")
    return Part(ours.text, passage.id, "passage", found.why[0])


def cited(sentence: str, number: int, lang: str) -> str:
    """Return a sentence with its citation before the full stop.

    Examples
    --------
    >>> cited("Drink water.", 1, "en"), cited("多喝水。", 2, "zh")
    ('Drink water [1].', '多喝水[2]。')
    """
    end = re.search(r"[.!?。！？；;]?[\"')\]”’）]*$", sentence)
    cut = end.start() if end and end[0][:1] in tuple(".!?。！？；;") and end[0] else len(sentence)
    space = " " if lang == "en" else ""
    stop = sentence[cut:] or ("." if lang == "en" else "。")
    return f"{sentence[:cut]}{space}[{number}]{stop}"
