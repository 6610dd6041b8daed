"""Relations between the mentions of a clinical sentence, by cue words.

For each pair of mentions whose kinds fit (a drug and an event; a disease and a finding) the
words between them, and in front of and behind both, are compared with a list of cues.  "Caused
by" and "relieved by" stand in the same place and mean opposite things, so each cue names its
relation and its direction.  Words that deny or suppose ("not", "no", "if", "may") then set the
status of the edge.  A pair without a cue is no relation: two names in one sentence are not
evidence.

Limits: one sentence at a time, no grammar; what the cues do not list is missed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from medai.knowledge.extraction.edges import Edge, Node
from medai.knowledge.extraction.mentions import Mention

_EVENTS = {"finding", "disease"}


class Rule(NamedTuple):
    """A cue: where it stands, what it says, and which mention comes first in the text."""

    name: str
    relation: str
    first: str  # "agent" (drug, disease) or "event" (finding, disease)
    cue: re.Pattern


def _rule(name: str, relation: str, first: str, words: str) -> Rule:
    return Rule(name, relation, first, re.compile(rf"(?:\b|^|-)(?:{words})", re.I))


# Between the two mentions.  The first rule that fits counts, so what is longer stands first.
BETWEEN = (
    _rule("relieved by", "relieves", "event",
          r"(?:relieved|eased|helped|controlled|reduced|treated|cured|managed) (?:by|with|on)\b"
          r"|(?:improved|resolved|settled|responded|lifted|went|gone|better|free)\b.{0,15}"
          r"\b(?:on|to|with|after|by)\b"
          r"|(?:persisted|continued|no better|unchanged)\b.{0,10}\b(?:despite|on|with)\b"
          r"|since (?:the|starting)\b"),
    _rule("caused by", "causes", "event",
          r"(?:caused|induced|triggered|provoked|produced|brought on) by\b|due to\b|secondary to\b"
          r"|(?:attributed|related|reaction) to\b|(?:side|adverse) effects? of\b|because of\b"
          r"|(?:as )?a? ?(?:cause|complication|result|consequence) of\b|from\b"),
    _rule("began after", "causes", "event",
          r"(?:began|started|appeared|appears?|developed|occurred|occurs?|seen|noted|arose|came on"
          r"|worse|worsened)\b.{0,30}\b(?:after|on|with|since|when)\b|after\b|while on\b|on\b"),
    _rule("stopped when withdrawn", "causes", "event",
          r"(?:went away|resolved|stopped|settled|vanished|disappeared)\b.{0,15}"
          r"\b(?:when|once|after|as soon as)\b|, (?:stop|stopping|hold) the"),
    _rule("relieves", "relieves", "agent",
          r"(?:relieved?|relieves|eased?|helped?|reduced?|reduces|cured?|treats?|improved?"
          r"|brought|controls?|controlled)\b"
          r"|(?:used|given|started|prescribed|taken|indicated)\b.{0,15}\b(?:for|to treat)\b"
          r"|for\b|to treat\b"),
    _rule("causes", "causes", "agent",
          r"causes?\b|caused\b|induced\b|leads? to\b|led to\b|produces?\b|gave\b|gives\b"
          r"|triggers?\b|(?:increases|raises) the risk of\b|results? in\b|followed by\b"
          r"|(?:side|adverse) effects? (?:such as|are|include)\b|made\b|cause of\b"
          r"|explains?\b"),
    _rule("stopped because of", "causes", "agent",
          r"(?:stopped|withdrawn|switched|changed|halved|discontinued)\b.{0,25}\b(?:because of|for"
          r"|due to|after)\b"),
    _rule("followed by", "causes", "agent",
          r"(?:she|he|they|patient|child)\b.{0,12}\b(?:developed|had|got|became|noticed)\b"
          r"|developed\b|(?:was )?given without\b|should report\b|without\b"),
    _rule("presents with", "has_finding", "agent",
          r"presents? with\b|presented with\b|marked by\b|characteri[sz]ed by\b|shows?\b|with\b"
          r"|begins? with\b|includes?\b|because of\b"),
    _rule("sign of", "has_finding", "event",
          r"(?:typical|characteristic|suggestive|signs?|symptoms?|features?) of\b"
          r"|(?:common|frequent|seen|found|usual|occurs?) (?:in|with)\b|points? to\b"),
)  # fmt: skip

_NEGATED = re.compile(
    r"\b(?:not|no|never|without|denie[sd]|ruled out|excluded|nor|neither|cannot|didn't|despite"
    r"|persisted|no longer)\b", re.I
)  # fmt: skip
_HYPOTHETICAL = re.compile(
    r"\b(?:if|may|might|could|can|would|should|watch for|possible|possibly|suspected|risk of"
    r"|thought to|in case|whether|perhaps|consider|report)\b", re.I
)  # fmt: skip


def read_relations(text: str, mentions: Sequence[Mention], source: str = "") -> list[Edge]:
    """Return the relations between the mentions of one sentence.

    Parameters
    ----------
    text : str
        One sentence.
    mentions : sequence of Mention
        Marked by hand, or by any recogniser.
    source : str
        The id of the sentence; every edge carries it.

    Returns
    -------
    list of Edge
        ``causes`` and ``relieves`` from a drug, ``has_finding`` from a disease.
    """
    edges = []
    ordered = sorted(mentions)
    for i, one in enumerate(ordered):
        for two in ordered[i + 1 :]:
            edge = _read_pair(text, one, two, ordered, source)
            if edge:
                edges.append(edge)
    return edges


def _read_pair(
    text: str, one: Mention, two: Mention, mentions: Sequence[Mention], source: str
) -> Edge | None:
    agent = _agent(one, two)
    if agent is None:
        return None
    event = two if agent is one else one
    first = "agent" if agent is one else "event"
    between = _without_siblings(text, one, two, mentions)
    before, behind = text[: one.start], text[two.end :]
    rule, cue = None, None
    for candidate in BETWEEN:
        cue = candidate.cue.search(between) if candidate.first == first else None
        if cue and _fits(candidate, agent):
            rule = candidate
            break
    if rule is None:
        rule, cue = _by_opening(before, between, first, agent)
    if rule is None:
        return None
    relation = "has_finding" if agent.kind == "disease" else rule.relation
    status = _status(before, between, behind, rule)
    return Edge(
        Node(agent.text, agent.kind), relation, Node(event.text, event.kind),
        text, one.start, two.end, rule.name, source, status,
    )  # fmt: skip


def _agent(one: Mention, two: Mention) -> Mention | None:
    """Return the one that acts: a drug on an event, a disease with a finding; else None."""
    for a, b in ((one, two), (two, one)):
        if a.kind == "drug" and b.kind in _EVENTS:
            return a
        if a.kind == "disease" and b.kind == "finding":
            return a
    return None


def _fits(rule: Rule, agent: Mention) -> bool:
    """Tell whether the agent can do that: a disease relieves nothing, a drug has no findings."""
    if agent.kind == "disease":
        return rule.relation != "relieves" and rule.name not in ("followed by",)
    return rule.relation != "has_finding"


def _by_opening(
    before: str, between: str, first: str, agent: Mention
) -> tuple[Rule | None, re.Match | None]:
    """Read cues that stand in front of both: "After starting X she …", "for Y she takes X"."""
    if agent.kind != "drug":
        return None, None
    opening = re.search(r"\b(after|since|on|while on|with)\b[^,]*$", before, re.I)
    if first == "agent" and opening:
        return Rule("after starting", "causes", "agent", opening.re), opening
    return None, None


def _without_siblings(text: str, one: Mention, two: Mention, mentions: Sequence[Mention]) -> str:
    """Return the words between two mentions; "fever, cough and" in a list before counts as none.

    In "X causes fever and cough" the words between X and cough are then "causes".
    """
    inside = [m for m in mentions if one.end <= m.start and m.end <= two.start]
    parts, last = [], one.end
    for m in inside:
        parts.append(text[last : m.start])
        last = m.end
    parts.append(text[last : two.start])
    joiner = re.compile(r"[\s,]*(?:and|or|,)?[\s,]*(?:an?|the)?\s*", re.I)
    if one.kind == two.kind:
        return " ".join(parts)
    kept = [part for part in parts if not joiner.fullmatch(part)]
    return " ".join(kept)


def _status(before: str, between: str, behind: str, rule: Rule) -> str:
    """Return asserted, negated or hypothetical.

    Words before both mentions count, since "no rash was seen after X" denies the relation; but
    "denies vomiting since X was given" says that X helped.
    """
    helped = rule.relation == "relieves" and rule.first == "event"
    near = f"{between} {behind if _about_both(behind) else ''}"
    if rule.name == "stopped because of":
        return "asserted"
    if _HYPOTHETICAL.search(before) or _HYPOTHETICAL.search(near):
        return "hypothetical"
    if _NEGATED.search(near) or (_NEGATED.search(before) and not helped):
        return "negated"
    return "asserted"


def _about_both(behind: str) -> bool:
    """Words behind both mentions count where they go on with the statement."""
    return bool(re.match(r"\s+(?:appears?|occurs?|is|was|were|are|can|could|may|cannot)\b", behind))
