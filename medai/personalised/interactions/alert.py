"""What a check of a list of medicines gives back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from medai.datasets.interactions import Source

SEVERITIES = ("contraindicated", "major", "moderate", "minor")
KINDS = (
    "interaction",
    "qt",
    "duplicate",
    "renal",
    "hepatic",
    "pregnancy",
    "condition",
    "allergy",
    "cross-allergy",
)


@dataclass(frozen=True)
class Alert:
    """One warning about a list of medicines.

    Attributes
    ----------
    kind
        One of :data:`KINDS`.
    severity
        ``contraindicated``, ``major``, ``moderate`` or ``minor``.
    title
        What the danger is, in a few words.
    mechanism
        How it comes about.
    action
        What to do.
    drugs
        The ingredients concerned, sorted.
    sources
        At least one; each says whether it was opened.
    high_priority
        Whether it is one of the fifteen pairs of classes of Phansalkar et al. (2012), for
        which an alert should interrupt every prescriber.
    rule
        The table and the row it comes from, such as ``pairs/ssri-maoi``.
    title_zh, action_zh
        In Chinese where the table has it, else "".
    """

    kind: str
    severity: str
    title: str
    mechanism: str
    action: str
    drugs: tuple[str, ...]
    sources: tuple[Source, ...]
    high_priority: bool = False
    rule: str = ""
    title_zh: str = ""
    action_zh: str = ""

    def order(self) -> tuple:
        """Return the key by which alerts are sorted: the gravest first."""
        return (
            SEVERITIES.index(self.severity),
            not self.high_priority,
            KINDS.index(self.kind),
            self.drugs,
            self.rule,
        )

    def to_dict(self) -> dict:
        """Return JSON-ready values."""
        return asdict(self)


@dataclass(frozen=True)
class Note:
    """Something that is *no* alert, and why: a feared cross-reaction that does not exist."""

    text: str
    drugs: tuple[str, ...]
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class Question:
    """A fact that is missing and would change the alerts.

    Attributes
    ----------
    argument
        The argument of :func:`medai.personalised.interactions.check` that would answer it.
    text
        The question.
    drugs
        The ingredients whose alerts depend on it.
    """

    argument: str
    text: str
    drugs: tuple[str, ...]


class Alerts(list):
    """The alerts, gravest first, with what stands beside them.

    Attributes
    ----------
    not_checked
        Names that are in no table of the book: nothing is known of them here, which is not
        the same as harmless.
    without_rules
        Ingredients that the book knows by name, and of which no table of this room speaks.
    notes
        What was looked at and is no alert, with its reason.
    questions
        What is missing; see :func:`medai.personalised.interactions.missing`.
    """

    def __init__(
        self,
        alerts: Iterable[Alert] = (),
        *,
        not_checked: Iterable[str] = (),
        without_rules: Iterable[str] = (),
        notes: Iterable[Note] = (),
        questions: Iterable[Question] = (),
    ) -> None:
        super().__init__(sorted(alerts, key=Alert.order))
        self.not_checked = tuple(not_checked)
        self.without_rules = tuple(without_rules)
        self.notes = tuple(notes)
        self.questions = tuple(questions)
