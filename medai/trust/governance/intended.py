"""Intended use: the sentence that makes software a medical device, and of which class.

The words are for people; the *facts* beside them are the judgements that the rules ask for.  No
function here reads the words: whoever writes them answers the questions and signs.  Teaching
software, no legal advice.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from medai.runtime.errors import MedaiError
from medai.trust.governance.deciding import Decision, Facts, Question, Verdict, decide

ORDER = ("I", "IIa", "IIb", "III")
NO_DEVICE = "no medical device"
YES_NO = (True, False)
WORDS = ("name", "purpose", "users", "patients", "setting", "input", "output", "not_for")
VAGUE = re.compile(
    r"\b(todo|tbc|tbd|n/?a|anyone|everyone|anything|everybody|all patients|any patient|etc)\b",
    re.I,
)

MDR_QUESTIONS = (
    Question("medical", "Is it meant for diagnosis, prevention, monitoring, prediction, "
             "prognosis or treatment of disease?", YES_NO),
    Question("processes", "Does it do more to data than store, archive, communicate or simply "
             "search?", YES_NO),
    Question("individual", "Is it for the benefit of individual patients?", YES_NO),
    Question("informs", "Is its information used to decide on diagnosis or therapy?", YES_NO),
    Question("worst", "If its information is wrong, what is the worst that such a decision is "
             "reasonably likely to cause: less than serious deterioration, serious deterioration "
             "or surgery, or death or irreversible deterioration?",
             ("less", "serious", "death")),
    Question("monitors", "Does it monitor physiological processes?", YES_NO),
    Question("danger", "Are they vital parameters whose variations could mean immediate danger?",
             YES_NO),
    Question("drives", "Does it drive or influence another device, and of which class?",
             ("none", *ORDER)),
)  # fmt: skip


@dataclass(frozen=True)
class IntendedUse:
    """What a product is for, in words, with the facts that the rules ask about.

    Attributes
    ----------
    name
        Of the product.
    purpose
        What it does for whom, in one sentence.
    users, patients, setting
        Who operates it, about whom, where.
    input, output
        What goes in, and what comes out.
    not_for
        What it must not be used for, at least one entry.
    facts
        By name, those of :data:`MDR_QUESTIONS` and of the other rules; what is not there is
        unknown and will be asked.

    Raises
    ------
    MedaiError
        For an empty part, for a word that says nothing ("everyone", "any patient", "tbd"), and
        for a fact that no rule asks for.
    """

    name: str
    purpose: str
    users: str
    patients: str
    setting: str
    input: str
    output: str
    not_for: tuple[str, ...]
    facts: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if isinstance(self.not_for, str):
            raise MedaiError("not_for must be a tuple of uses, e.g. ('emergencies',).")
        for part in WORDS:
            value = getattr(self, part)
            texts = value if part == "not_for" else (value,)
            if not texts or not all(isinstance(text, str) and text.strip() for text in texts):
                raise MedaiError(
                    f"Intended use: {part} is empty. Each of {', '.join(WORDS)} must be said; "
                    "who leaves one out leaves it to the user."
                )
            vague = [found.group(0) for text in texts for found in VAGUE.finditer(text)]
            if vague and part != "not_for":
                raise MedaiError(
                    f"Intended use: {part} says {vague[0]!r}, which limits nothing. Name the "
                    "patients, users or purpose that the evidence is about."
                )

        known = {q.fact for q in (*MDR_QUESTIONS, *CDS_QUESTIONS, *AI_QUESTIONS)} - {"mdr"}
        wrong = [name for name in self.facts if name not in known]
        if wrong:
            raise MedaiError(
                f"Intended use: {', '.join(map(repr, wrong))} is no fact that a rule asks for. "
                f"Known: {', '.join(sorted(known))}; the class itself is worked out."
            )

    def to_markdown(self) -> str:
        """Return the words as a Markdown list."""
        rows = [f"- **{part.replace('_', ' ')}**: {getattr(self, part)}" for part in WORDS[1:-1]]
        rows.append(f"- **must not be used for**: {'; '.join(self.not_for)}")
        return "\n".join([f"**{self.name}**", "", *rows])


def mdr_class(use: IntendedUse | Facts) -> Decision:
    """Return the class of the EU's Medical Device Regulation by Annex VIII, Rule 11.

    Parameters
    ----------
    use
        An intended use, or only its facts (see :data:`MDR_QUESTIONS`).

    Returns
    -------
    Decision
        ``answer`` is ``I``, ``IIa``, ``IIb``, ``III`` or :data:`NO_DEVICE`, or "" with
        ``questions``.

    Notes
    -----
    Rule 11 and the two implementing rules named in ``data/regulation/rules.csv``; accessories,
    in vitro diagnostics and Annex XVI products are not covered.
    """
    return decide(_mdr, _only(use, MDR_QUESTIONS), MDR_QUESTIONS, (NO_DEVICE, *ORDER))


def _only(use: IntendedUse | Facts, questions: tuple[Question, ...]) -> Facts:
    """Return the facts that these questions are about."""
    if not isinstance(use, IntendedUse):
        return use
    names = {question.fact for question in questions}
    return {name: value for name, value in use.facts.items() if name in names}


def _mdr(facts: Facts) -> Verdict:
    """Apply the rules to full facts."""
    found: list[tuple[str, str]] = []
    if facts["drives"] != "none":
        found.append((str(facts["drives"]), "eu-drives"))
    own = facts["medical"] and facts["processes"] and facts["individual"]
    if not own and not found:
        return NO_DEVICE, ("eu-device", "eu-qualifies")
    if own:
        if facts["informs"]:
            by_worst = {"less": "IIa", "serious": "IIb", "death": "III"}
            found.append((by_worst[str(facts["worst"])], "eu-rule-11a"))
        if facts["monitors"]:
            found.append(("IIb" if facts["danger"] else "IIa", "eu-rule-11b"))
        if not found:
            found.append(("I", "eu-rule-11c"))
    highest = max((one for one, _ in found), key=ORDER.index)
    passages = tuple(dict.fromkeys(key for one, key in found if one == highest))
    if len({one for one, _ in found}) > 1:
        passages += ("eu-highest",)
    return highest, passages


SITUATIONS = ("critical", "serious", "non-serious")
SIGNIFICANCE = ("treat or diagnose", "drive", "inform")
GUIDANCE = {
    "critical": ("III", "IIb", "IIa"),
    "serious": ("IIb", "IIa", "IIa"),
    "non-serious": ("IIa", "IIa", "IIa"),
}


def guidance_class(situation: str, significance: str) -> str:
    """Return the class of the orientation table of MDCG 2019-11 rev. 1, Annex III.

    The table is guidance on the first part of Rule 11, not law, and knows no class I.

    Parameters
    ----------
    situation
        Of the patient: one of :data:`SITUATIONS`.
    significance
        Of the information: it is used to ``treat or diagnose`` at once or soon, to ``drive``
        what is done next, or only to ``inform``.

    Raises
    ------
    MedaiError
        For other words.

    Examples
    --------
    >>> guidance_class("critical", "drive")
    'IIb'
    """
    if situation not in SITUATIONS or significance not in SIGNIFICANCE:
        raise MedaiError(
            f"{situation!r}, {significance!r}: the situation is one of {', '.join(SITUATIONS)}, "
            f"the significance one of {', '.join(SIGNIFICANCE)}."
        )
    return GUIDANCE[situation][SIGNIFICANCE.index(significance)]


CDS_QUESTIONS = (
    Question("image_or_signal", "Does it acquire, process or analyse a medical image, or a "
             "signal or pattern of a device?", YES_NO),
    Question("medical_information", "Does it display, analyse or print medical information?",
             YES_NO),
    Question("professionals", "Does it support professionals, rather than patients or carers?",
             YES_NO),
    Question("reviewable", "Can they review the basis of each recommendation by themselves?",
             YES_NO),
)  # fmt: skip
CDS_YES = "decision support that is no device"
CDS_NO = "not excluded by these criteria"


def fda_cds(use: IntendedUse | Facts) -> Decision:
    """Apply the four criteria of section 520(o)(1)(E), all of which must be met.

    One criterion that fails decides that this paragraph does not exclude the software.  Whether
    it is then a device is asked elsewhere: paragraphs (A) to (D) exclude billing or plain records,
    for example.  FDA's discretion for some low risks is not modelled.

    Returns
    -------
    Decision
        ``answer`` is :data:`CDS_YES` or :data:`CDS_NO`.
    """
    return decide(_cds, _only(use, CDS_QUESTIONS), CDS_QUESTIONS, (CDS_YES, CDS_NO))


def _cds(facts: Facts) -> Verdict:
    """Apply the criteria to full facts."""
    met = (
        not facts["image_or_signal"],
        facts["medical_information"],
        facts["professionals"],
        facts["reviewable"],
    )
    return (CDS_YES if all(met) else CDS_NO), ("us-cds",)


AI_QUESTIONS = (
    Question("ai", "Is it an AI system in the sense of the AI Act?", YES_NO),
    Question("banned", "Is it one of the practices of Article 5?", YES_NO),
    Question("mdr", "Which class has the device?", (NO_DEVICE, *ORDER)),
    Question("assessed", "Class I only: is it sterile, measuring or a reusable surgical device, "
             "so that a notified body takes part?", YES_NO),
    Question("in_house", "Is it made and used in one health institution by MDR Article 5(5)?",
             YES_NO),
    Question("emergency_triage", "Does it triage emergency patients, or emergency calls?", YES_NO),
    Question("other_annex_iii", "Does another point of Annex III fit, such as eligibility for "
             "public services (5(a)), prices of health or life insurance (5(c)) or the recognition "
             "of emotions (1(c))?", YES_NO),
    Question("excepted", "Annex III only: does an exception of Article 6(3) hold, such as a narrow "
             "procedural task, without profiling?", YES_NO),
)  # fmt: skip
NO_AI = "no AI system"
AI_ANSWERS = (
    *("prohibited", "high-risk by Annex I", "high-risk by Annex III"),
    "high-risk by Annexes I and III",
    *("not high-risk", NO_AI),
)


def ai_act(use: IntendedUse | Facts) -> Decision:
    """Return what the EU's AI Act makes of a system, by Articles 5 and 6.

    The answer says under which heading a system falls, not which duties apply today: see
    :func:`medai.datasets.regulation.legal_dates`.

    The fact ``mdr`` is the answer of :func:`mdr_class`; for an :class:`IntendedUse` it is
    worked out, and where that asks, each class that is still possible is tried.  Transparency
    (Article 50) is a duty of its own, whatever the answer.

    Returns
    -------
    Decision
        ``answer`` is one of :data:`AI_ANSWERS`.
    """
    facts = dict(_only(use, AI_QUESTIONS))
    if not isinstance(use, IntendedUse):
        return decide(_ai, facts, AI_QUESTIONS, AI_ANSWERS)
    device = mdr_class(use)
    each = [decide(_ai, {**facts, "mdr": one}, AI_QUESTIONS, AI_ANSWERS) for one in device.possible]
    if len({one.answer for one in each}) == 1 and each[0].answer:
        return each[0]
    possible = tuple(sorted({a for one in each for a in one.possible}, key=AI_ANSWERS.index))
    own = {question.fact: question for one in each for question in one.questions}
    return Decision("", (), (*device.questions, *own.values()), possible)


def _ai(facts: Facts) -> Verdict:
    """Apply Articles 5 and 6 to full facts."""
    if not facts["ai"]:
        return NO_AI, ("aia-products",)
    if facts["banned"]:
        return "prohibited", ("aia-banned",)
    notified = facts["mdr"] in ORDER[1:] or (facts["mdr"] == "I" and facts["assessed"])
    by_i = notified and not facts["in_house"]
    listed = facts["emergency_triage"] or facts["other_annex_iii"]
    by_iii = listed and not facts["excepted"]
    if by_i and by_iii:
        return "high-risk by Annexes I and III", ("aia-products", "aia-classes", "aia-triage")
    if by_i:
        return "high-risk by Annex I", ("aia-products", "aia-classes")
    if by_iii:
        return "high-risk by Annex III", ("aia-triage",)
    return "not high-risk", (("aia-except",) if listed else ("aia-classes",))
