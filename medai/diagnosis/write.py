"""An explanation in a language model's words, of which nothing is kept that is not a fact.

The model is asked sentence by sentence to say a fact in other words.  What it says is held
against that fact (:mod:`medai.diagnosis.grounding`), and where it says anything else the
template's sentence stands.  Warning signs, tests and priors are never given away.

The words of the patient are in no prompt: a prompt is made of the names in the facts, which
come from the ontology and from the table of this book.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from medai.diagnosis.explain import LANGUAGES, groups, sentence
from medai.diagnosis.facts import Fact, Facts
from medai.diagnosis.gathering import assessment_facts
from medai.diagnosis.grounding import Coverage, check
from medai.llm.model import Writer
from medai.runtime import MedaiError

if TYPE_CHECKING:
    from medai.diagnosis.assessment import Assessment

REWORDED = ("has", "has not", "finding", "against")  # the other relations stay as they are
TOKENS = 24  # for one sentence
PROMPT = """Say the same in other words. Add nothing and leave nothing out.

{examples}
Sentence: {sentence}
Other words:"""
# Two examples of the same kind and frequency: of other frequencies the small model copies the
# words too.  Made up; what they say of the disease is not checked against anything.
_EXAMPLES = {
    "obligate": (
        ("People with mumps always have ear pain.", "Ear pain is always present in mumps."),
        ("People with gout always have pain.", "All people with gout have pain."),
    ),
    "very frequent": (
        ("People with mumps very often have ear pain.", "Ear pain is very common in mumps."),
        ("People with gout very often have pain.", "Most people with gout have pain."),
    ),
    "frequent": (
        ("People with mumps often have ear pain.", "Ear pain is a common symptom of mumps."),
        ("People with gout often have pain.", "Many people with gout have pain."),
    ),
    "occasional": (
        ("People with mumps sometimes have ear pain.", "Some people with mumps have ear pain."),
        ("People with gout sometimes have pain.", "Pain sometimes occurs in gout."),
    ),
    "very rare": (
        ("People with mumps rarely have ear pain.", "Ear pain is rare in mumps."),
        ("People with gout rarely have pain.", "Few people with gout have pain."),
    ),
    "": (
        ("People with mumps can have ear pain.", "Ear pain is a symptom of mumps."),
        ("People with gout can have pain.", "Gout can cause pain."),
    ),
    "share": (
        (
            "About 27 % of people with mumps have ear pain.",
            "Ear pain occurs in about 27 % of people with mumps.",
        ),
        ("3 of 8 people with gout have pain.", "Pain was seen in 3 of 8 people with gout."),
    ),
    "has": (
        ("The patient has ear pain and nausea.", "The patient reports ear pain and nausea."),
        ("The patient has ataxia.", "The patient presents with ataxia."),
    ),
    "has not": (
        ("The patient does not have ear pain or nausea.", "There is no ear pain and no nausea."),
        ("The patient does not have ataxia.", "The patient has no ataxia."),
    ),
    "against": (
        ("Ear pain speaks against gout.", "Ear pain makes gout less likely."),
        ("Ataxia speaks against mumps.", "Ataxia argues against mumps."),
    ),
}
_CITATION = re.compile(r" ?\[[^\[\]]*\]")


@dataclass(frozen=True)
class Part:
    """One sentence of an explanation.

    Attributes
    ----------
    text
        As it is shown, with citations.
    facts
        Numbers of the facts that it cites.
    by
        ``model`` or ``template``.
    why
        Why the template stands: what was wrong with the model's sentence, or
        ``never reworded`` or ``no model``.
    said
        What the model said, shown or not; "" if it was not asked.
    """

    text: str
    facts: tuple[int, ...]
    by: str
    why: str = ""
    said: str = ""


@dataclass(frozen=True)
class Written:
    """An explanation, and which parts of it are whose.

    Attributes
    ----------
    text
        Paragraphs: the patient, then one for each condition.
    parts
        The sentences in order.
    facts
        The facts behind the numbers.
    coverage
        The check of the whole text; always ``ok``.
    """

    text: str
    parts: tuple[Part, ...]
    facts: Facts
    coverage: Coverage

    @property
    def fell_back(self) -> tuple[Part, ...]:
        """The sentences for which the model was asked and the template stands."""
        return tuple(part for part in self.parts if part.said and part.by == "template")

    @property
    def sources(self) -> list[str]:
        """The lines of the list of sources."""
        return self.facts.sources()

    def to_dict(self) -> dict:
        """Return JSON-ready values."""
        return {
            "text": self.text,
            "parts": [asdict(part) for part in self.parts],
            "sources": self.sources,
        }


def write_explanation(
    assessment: Assessment | Facts | Iterable[Fact], llm: Writer | None = None, lang: str = "en"
) -> Written:
    """Explain an assessment from its facts, in a model's words where they hold.

    Parameters
    ----------
    assessment : Assessment, Facts or iterable of Fact
        What :func:`medai.diagnosis.assess` returns, or facts with their numbers.
    llm : medai.llm.model.Writer, optional
        Such as :func:`medai.llm.load` returns.  None: the template only.
    lang : {"en", "zh"}
        Chinese is the template's alone: the check reads English.

    Returns
    -------
    Written
        Text, parts, facts.

    Raises
    ------
    MedaiError
        When there is no fact, or the language is another.

    Examples
    --------
    >>> cough = Fact("Influenza", "finding", "Cough", "a trial", "opened", "frequent")
    >>> class Boaster:
    ...     def generate(self, prompt, **options):
    ...         return "Influenza always causes a cough."
    ...
    >>> part = write_explanation(Facts([cough]), Boaster()).parts[0]
    >>> part.by, part.why
    ('template', 'the number or frequency differs from fact 1 (frequent)')
    >>> part.text
    'People with influenza often have cough [1].'
    """
    if lang not in LANGUAGES:
        raise MedaiError(f"lang={lang!r}: choose 'en' or 'zh'.")
    if not isinstance(assessment, Facts):
        is_facts = isinstance(assessment, Sequence) and all(
            isinstance(one, Fact) for one in assessment
        )
        assessment = Facts(assessment) if is_facts else assessment_facts(assessment)
    facts = assessment
    if not facts:
        raise MedaiError("There is no fact to explain: the assessment has no finding.")
    parts: list[tuple[str, Part]] = []
    for group in groups(facts):
        for some in _portions(group, llm is not None and lang == "en"):
            parts.append((group[0].subject, _part(some, facts, llm, lang)))
    space = " " if lang == "en" else ""
    text = "\n".join(
        space.join(part.text for _, part in same)
        for _, same in groupby(parts, key=lambda pair: pair[0])
    )
    coverage = check(text, facts)
    if llm is not None and not coverage.ok:  # cannot be, since every part was checked alone
        return write_explanation(facts, None, lang)
    return Written(text, tuple(part for _, part in parts), facts, coverage)


def _portions(group: list[Fact], asked: bool) -> list[list[Fact]]:
    """Return what one sentence is asked about: a finding of a condition, or the whole group."""
    if asked and group[0].relation == "finding":
        return [[fact] for fact in group]
    return [group]


def _part(group: list[Fact], facts: Facts, llm: Writer | None, lang: str) -> Part:
    """Write one sentence, in the model's words if they hold."""
    ours = sentence(group, lang)
    numbers = tuple(fact.id for fact in group)
    if llm is None or lang != "en":
        return Part(ours, numbers, "template", "no model")
    if group[0].relation not in REWORDED:
        return Part(ours, numbers, "template", "never reworded")
    said = ask(llm, group)
    text = ours if _same(said, ours) else cited(said, group)
    found = check(text, facts)
    if found.ok and len(found.statements) == 1:
        return Part(text, numbers, "model", said=said)
    why = found.why[0] if found.why else "it said nothing" if not said else "not one sentence"
    return Part(ours, numbers, "template", why, said or "(nothing)")


def _same(said: str, ours: str) -> bool:
    """Tell whether a model only repeated the sentence."""
    bare = _CITATION.sub("", ours).removeprefix("Against this: ")
    return said.lower().rstrip(".") == bare.lower().rstrip(".")


def prompt_for(group: Sequence[Fact]) -> str:
    """Return the prompt: two examples of the kind, and the template's sentence."""
    one = group[0]
    kind = one.relation if one.relation != "finding" else "share" if one.share else one.value
    examples = "".join(f"Sentence: {a}\nOther words: {b}\n\n" for a, b in _EXAMPLES[kind])
    bare = _CITATION.sub("", sentence(group)).removeprefix("Against this: ")
    return PROMPT.format(examples=examples.strip("\n") + "\n", sentence=bare[0].upper() + bare[1:])


def ask(llm: Writer, group: Sequence[Fact]) -> str:
    """Ask a model to say facts in other words; one line comes back."""
    room = TOKENS + 6 * (len(group) - 1)
    return str(llm.generate(prompt_for(group), max_new_tokens=room, stop="\n")).strip()


def cited(said: str, group: Sequence[Fact]) -> str:
    """Return a sentence with the citations of its facts before the full stop."""
    citations = " ".join(fact.citation for fact in group)
    body = said.strip().rstrip(".").rstrip()
    if not body:
        return ""
    if group[0].denied:
        body = f"Against this: {body[0].lower() + body[1:] if body[1:2].islower() else body}"
    return f"{body} {citations}."
