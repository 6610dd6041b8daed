"""What :func:`medai.diagnosis.assess` returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from medai.diagnosis.candidates import CommonCandidate, RareCandidate
from medai.diagnosis.doubts import Doubt
from medai.diagnosis.flags import RedFlag
from medai.diagnosis.questions import Question
from medai.diagnosis.reading import Reading
from medai.diagnosis.sources import Source
from medai.diagnosis.suspected import SuspectedFlag

SCHEMA = 1
DISCLAIMER = "For teaching; not medical advice."


@dataclass(frozen=True)
class Test:
    """One of the first tests, with the conditions it is for."""

    test: str
    why: str
    conditions: tuple[str, ...]
    source: Source

    def to_dict(self) -> dict:
        """Return JSON-ready values."""
        return asdict(self)


@dataclass(frozen=True)
class Assessment:
    """An explained differential diagnosis of one patient.

    Attributes
    ----------
    reading : Reading
        What was understood: findings with their places and status, and what was not.
    used_present, used_absent, overruled : tuple of str
        The findings that the common list used, as HPO ids, none of which implies another;
        denied ones that were ignored, since a present finding is a special case of them.
    red_flags : tuple of :class:`~medai.diagnosis.flags.RedFlag`
        The most urgent first, whatever the lists say.
    flag_chance : float
        The chance that a further, urgent flag would be complete if more were known.
    suspected_flags : tuple of SuspectedFlag
        Which ones, when that chance is high enough; the most probable first.
    common : tuple of CommonCandidate
        With probabilities; labelled ``common``.
    other : float
        The probability that it is something that is not in the table.
    rare : tuple of RareCandidate
        With scores, which are no probabilities; labelled ``rare``.
    tests : tuple of Test
        The first tests of the conditions that come first.
    questions, safety_questions : tuple of Question
        What to ask next: what tells most, and what would complete a red flag.
    doubts : tuple of Doubt
        Why the lists may be wrong.
    age, sex, setting
        As given.
    versions : mapping
        Of the ontology and the annotations.
    """

    reading: Reading
    used_present: tuple[str, ...]
    used_absent: tuple[str, ...]
    overruled: tuple[str, ...]
    red_flags: tuple[RedFlag, ...]
    flag_chance: float
    suspected_flags: tuple[SuspectedFlag, ...]
    common: tuple[CommonCandidate, ...]
    other: float
    rare: tuple[RareCandidate, ...]
    tests: tuple[Test, ...]
    questions: tuple[Question, ...]
    safety_questions: tuple[Question, ...]
    doubts: tuple[Doubt, ...]
    age: float | None
    sex: str | None
    setting: str
    versions: Mapping[str, str]

    @property
    def findings(self) -> list[dict]:
        """All findings with place and status, in the order of the text."""
        return self.reading.rows()

    @property
    def not_understood(self) -> list[dict]:
        """Parts of the text that were not understood, with names that are similar."""
        return [asdict(one) for one in self.reading.findings.unrecognised]

    @property
    def unsure(self) -> str:
        """Why the answer is "I don't know"; "" when the lists stand."""
        return " ".join(one.reason for one in self.doubts if one.decisive)

    @property
    def unsure_zh(self) -> str:
        """The same in Chinese."""
        return "".join(one.reason_zh for one in self.doubts if one.decisive)

    def to_dict(self) -> dict:
        """Return JSON-ready values; :data:`medai.diagnosis.schema.SCHEMA` describes them."""
        return {
            "schema": SCHEMA,
            "patient": {"age": self.age, "sex": self.sex, "setting": self.setting},
            "language": self.reading.language,
            "findings": self.findings,
            "measurements": [asdict(one) for one in self.reading.findings.measurements],
            "not_understood": self.not_understood,
            "ignored": [one.to_dict() for one in self.reading.orders],
            "used": {
                "present": list(self.used_present),
                "absent": list(self.used_absent),
                "overruled": list(self.overruled),
            },
            "unsure": self.unsure,
            "doubts": [one.to_dict() for one in self.doubts],
            "red_flags": [one.to_dict() for one in self.red_flags],
            "flag_chance": self.flag_chance,
            "suspected_flags": [one.to_dict() for one in self.suspected_flags],
            "common": [one.to_dict() for one in self.common],
            "other": self.other,
            "rare": [one.to_dict() for one in self.rare],
            "tests": [one.to_dict() for one in self.tests],
            "questions": [one.to_dict() for one in self.questions],
            "safety_questions": [one.to_dict() for one in self.safety_questions],
            "versions": dict(self.versions),
            "disclaimer": DISCLAIMER,
        }

    def to_markdown(self) -> str:
        """Return a report in Markdown, with the source of each statement."""
        from medai.diagnosis.report import markdown

        return markdown(self)
