"""Answer a patient's question from cited passages, or say why not."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from typing import Any

from medai.llm.model import Writer
from medai.llm.rag.asked import checked, language_of
from medai.llm.rag.extract import Extract, extracts, in_language
from medai.llm.rag.grounded import check
from medai.llm.rag.library import LEAST, Found, Library
from medai.llm.rag.named import about_these
from medai.llm.rag.records import LANGUAGES, Answer, Citation, Part, Passage, as_passages
from medai.llm.rag.rephrase import cited, reworded
from medai.llm.rag.scope import asks_to_stop, orders, refusal, without_orders
from medai.llm.rag.urgent import Alarm, Sign, find_alarm
from medai.llm.rag.urgent_learned import learned_alarm
from medai.llm.rag.urgent_near import near_alarm
from medai.llm.rag.wording import say
from medai.runtime import MedaiError

NEAREST = 5  # passages that are looked at


class Answerer:
    """Answer questions about health from passages, in English and Chinese.

    In this order: (1) a sign of an emergency sends the person to the emergency number; (2) orders
    to the program are cut out, and a person's own dose or diagnosis, or what is not about
    health, is refused with the way out; (3) passages are looked up, and where none is near
    enough, the answer is "I do not know"; (4) sentences of the passages are quoted, each with
    its number.  A model, if there is one, may reword a sentence; the check of
    :mod:`medai.llm.rag.grounded` decides whether its words stand.

    Nothing of a question is logged, kept, or part of an error message.

    Parameters
    ----------
    passages : iterable, optional
        Of :class:`Passage` or of :func:`medai.datasets.patient_passages`, the default.
    llm : medai.llm.model.Writer or str, optional
        A model that writes, or a name for :func:`medai.llm.load`.  It rewords English only.
    lang : {"auto", "en", "zh"}
        Language of the answers; ``auto`` takes that of the question.
    signs : iterable of Sign, optional
        Signs of an emergency; by default :func:`medai.datasets.emergency_phrases`.
    least : dict, optional
        Nearness below which nothing is answered, for each language.

    Raises
    ------
    MedaiError
        For an unknown language, or passages that cannot be used.

    Examples
    --------
    >>> answerer = Answerer(lang="en")
    >>> answerer.answer("I have chest pain and cannot breathe").kind
    'emergency'
    >>> answerer.answer("How many tablets should I take?").kind
    'refused'
    """

    def __init__(
        self,
        passages: Iterable[Any] | None = None,
        llm: Writer | str | None = None,
        lang: str = "auto",
        *,
        signs: Iterable[Sign] | None = None,
        least: dict[str, float] | None = None,
    ) -> None:
        if lang not in ("auto", *LANGUAGES):
            raise MedaiError(f"lang={lang!r}: choose 'auto', 'en' or 'zh'.")
        if passages is None:
            from medai.datasets.patient_passages import patient_passages

            passages = patient_passages()
        self.passages = as_passages(passages)
        self.signs = _signs() if signs is None else tuple(signs)
        self.lang = lang
        self.least = {**LEAST, **(least or {})}
        if isinstance(llm, str):
            from medai.llm.loading import load

            llm = load(llm)
        self.llm = llm
        self._libraries: dict[str, Library] = {}

    def __repr__(self) -> str:
        return f"Answerer({len(self.passages)} passages, {len(self.signs)} signs)"

    def library(self, lang: str) -> Library:
        """Return the passages of a language, ready to be searched; made once."""
        if lang not in self._libraries:
            self._libraries[lang] = Library(self.passages, lang)
        return self._libraries[lang]

    def answer(self, question: str) -> Answer:
        """Answer a question.

        Raises
        ------
        MedaiError
            For what is no question: nothing, no words, more than 2,000 letters.
        """
        start, parts = self._begin(question)
        return self._whole(start, list(parts))

    def stream(self, question: str) -> Iterator[str]:
        """Yield the answer piece by piece; the pieces join to its text.

        A piece is a whole sentence that has passed the check: nothing is shown that might have
        to be taken back.

        Raises
        ------
        MedaiError
            As :meth:`answer`, at the first step.
        """
        start, parts = self._begin(question)
        gap = ""
        for part in parts:
            yield gap + part.text
            gap = _gap(start.lang)

    # --- the four steps -------------------------------------------------------------------
    def _begin(self, question: str) -> tuple[Answer, Iterator[Part]]:
        """Return the answer without its text, and its parts, which are made one by one."""
        seen = checked(question)
        lang = language_of(seen) if self.lang == "auto" else self.lang
        if alarm := self._alarm(seen):
            sign = alarm.sign
            key = "suicide" if sign.category in ("suicide", "mental") else "emergency"
            why = f"sign of an emergency: {sign.category or sign.phrase}"
            line = _lines().get((sign.key, lang), "") if sign.key else ""
            parts = iter((Part(line or say(key, lang), by="fixed"),))
            return Answer("", "emergency", (), lang, (), why), parts
        asked = seen
        if orders(seen):
            asked = without_orders(seen)
            if not any(letter.isalpha() for letter in asked):
                return self._fixed("refused", "order", lang, "an order to the program")
        if why := refusal(asked):
            return self._fixed("refused", why, lang, _WHY[why])
        start, parts = self._looked_up(asked, lang)
        if start.kind == "abstained" and asks_to_stop(asked):
            return self._fixed("refused", "dose", lang, _WHY["dose"])
        return start, parts

    def _alarm(self, seen: str) -> Alarm | None:
        """Return a sign by its words, or else by likeness to what the guard has learned.

        Who gives signs of his own gets nearness to them in place of the learned stage.  Without
        MiniLM's weights the words still count.
        """
        if alarm := find_alarm(seen, self.signs):
            return alarm
        if self.signs == _signs():
            return learned_alarm(seen)
        try:
            return near_alarm(seen, self.signs)
        except MedaiError:  # no weights
            return None

    def _looked_up(self, asked: str, lang: str) -> tuple[Answer, Iterator[Part]]:
        nearby = self.find(asked)
        found = about_these(asked, nearby)
        nearest = max((one.near for one in found), default=0.0)
        own = found[0].passage.lang if found else lang
        if nearby and not found:
            why = "no passage names the medicine that is asked about"
            return self._fixed("abstained", "abstained", lang, why)
        if nearest < self.least[own]:
            why = f"no passage is near enough ({nearest:.2f}; {self.least[own]:g} is needed)"
            return self._fixed("abstained", "abstained", lang, why)
        chosen = extracts(asked, found, self.library(own))
        if own != lang:
            chosen = in_language(chosen, self.passages, lang) or chosen
        if not chosen:
            return self._fixed("abstained", "abstained", lang, "no sentence that may be shown")
        ids = dict.fromkeys(one.passage.id for one in chosen)
        of = {one.passage.id: one.passage for one in chosen}
        citations = tuple(
            Citation(n, name, of[name].source or of[name].title, of[name].url)
            for n, name in enumerate(ids, 1)
        )
        passages = tuple(dict.fromkeys([*of.values(), *(one.passage for one in found)]))
        why = f"nearness {nearest:.2f}"
        start = Answer("", "answered", citations, lang, passages, why)
        return start, self._parts(chosen, citations, passages, lang)

    def find(self, question: str, method: str = "fused") -> list[Found]:
        """Return the nearest passages, best first.

        A question is looked up in its own language, whatever that of the answer, unless there
        are no passages in it.
        """
        own = language_of(question)
        if not any(one.lang == own for one in self.passages):
            own = next(one.lang for one in self.passages)
        return self.library(own).search(question, NEAREST, method)

    def _parts(
        self,
        chosen: list[Extract],
        citations: tuple[Citation, ...],
        passages: tuple[Passage, ...],
        lang: str,
    ) -> Iterator[Part]:
        """Yield the sentences, each checked before it leaves."""
        of_id = {one.id: one for one in citations}
        for one in chosen:
            citation = of_id[one.passage.id]
            if self.llm is not None and one.passage.lang == "en":
                part = reworded(one.text, one.passage, citation, self.llm)
            else:
                part = Part(cited(one.text, citation.number, one.passage.lang), one.passage.id)
            if check(part.text, citations, passages, one.passage.lang).ok:
                yield part
        yield Part(say("note", lang), by="fixed")

    def _fixed(self, kind: str, key: str, lang: str, why: str) -> tuple[Answer, Iterator[Part]]:
        parts = iter((Part(say(key, lang), by="fixed"),))
        return Answer("", kind, (), lang, (), why), parts

    @staticmethod
    def _whole(start: Answer, parts: list[Part]) -> Answer:
        text = _gap(start.lang).join(part.text for part in parts)
        return Answer(
            *(text, start.kind, start.citations, start.lang, start.passages, start.why),
            tuple(parts),
        )


_WHY = {
    "dose": "a person's own dose",
    "diagnosis": "a person's own diagnosis",
    "other": "not about health",
}


def _gap(lang: str) -> str:
    return " " if lang == "en" else ""


@functools.lru_cache(maxsize=1)
def _signs() -> tuple[Sign, ...]:
    """Return the signs of the book's table."""
    from medai.datasets.patient_questions import emergency_phrases

    return tuple(
        Sign(row.lang, row.phrase, row.category, row.kind == "exact", row.response_key)
        for row in emergency_phrases()
    )


@functools.lru_cache(maxsize=1)
def _lines() -> dict[tuple[str, str], str]:
    """Return what is shown for each kind of emergency in each language."""
    from medai.datasets.patient_questions import emergency_phrases

    return {(row.response_key, row.lang): row.response for row in emergency_phrases()}
