"""What :func:`medai.knowledge.linking.link` returns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from medai.knowledge.measurements import Measurement


@dataclass(frozen=True)
class Finding:
    """A recognised finding.

    Attributes
    ----------
    hpo_id, name
        The term, with its name in the ontology.
    start, end, text
        Where it stands: ``text == original[start:end]``.
    matched
        The name or synonym that matched, normalised.
    method
        ``exact`` (the term's own name), ``synonym``, ``everyday`` (a patient's phrase),
        ``ngram`` (misspelt or inflected), ``wording`` (a name in other words), ``neighbour``
        (near in meaning), ``lexicon`` (a Chinese expression) or ``measurement``.
    score
        1 for a name, an exact synonym or a measurement, less for narrow, related and broad
        synonyms and for Chinese expressions that are narrower than their term; for
        ``ngram`` the cosine, for ``neighbour`` the likeness.
    status
        ``present``, ``excluded`` or ``uncertain``; what has resolved is ``excluded``.
    family
        It is a relative's finding, not the patient's.
    cue
        The words that decided about `status`, `family` and `history`, as written; "" if none.
    history
        It belongs to an earlier illness ("asthma as a child"), not to this one.
    onset, days, course
        When it began or for how long, as written and in days; ``sudden``, ``worsening``,
        ``resolved`` and others (:class:`medai.knowledge.temporal.Timing`).
    degree
        ``mild``, ``moderate``, ``severe`` or ``occasional``; "" if nothing is said.
    """

    hpo_id: str
    name: str
    start: int
    end: int
    text: str
    matched: str
    method: str
    score: float
    status: str = "present"
    family: bool = False
    cue: str = ""
    history: bool = False
    onset: str = ""
    days: float | None = None
    course: str = ""
    degree: str = ""


@dataclass(frozen=True)
class Unrecognised:
    """A part of the text that was not understood.

    Attributes
    ----------
    start, end, text
        Where it stands: ``text == original[start:end]``.
    reason
        ``unknown``, ``ambiguous`` (several terms have this name), ``normal`` (a normal
        finding, which the ontology does not list), ``opposite`` (the nearest name says the
        opposite: a question for the patient, never an answer) or ``limited`` (denied or told
        only in part, so that it is neither present nor absent: "no severe headache").
    suggestions
        Terms with a similar name as ``(hpo_id, name)``, best first; they are not counted.
    """

    start: int
    end: int
    text: str
    reason: str = "unknown"
    suggestions: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Findings:
    """Everything that :func:`link` understood, and what it did not.

    Attributes
    ----------
    present, excluded, uncertain, family
        Findings of the patient by status; all of the relatives, whatever their status.
    unrecognised
        The rest.
    history
        Findings of earlier illnesses, which are in none of the groups above.
    measurements
        All measured values; those that are findings stand in the groups as well.  A normal
        value excludes what it rules out, unless the text states it.
    """

    present: tuple[Finding, ...]
    excluded: tuple[Finding, ...]
    uncertain: tuple[Finding, ...]
    family: tuple[Finding, ...]
    unrecognised: tuple[Unrecognised, ...]
    history: tuple[Finding, ...] = ()
    measurements: tuple[Measurement, ...] = ()

    @property
    def contradictory(self) -> tuple[str, ...]:
        """Ids that the text states both as present and as excluded."""
        excluded = {f.hpo_id for f in self.excluded if f.course != "resolved"}
        return tuple(dict.fromkeys(f.hpo_id for f in self.present if f.hpo_id in excluded))

    @property
    def present_ids(self) -> tuple[str, ...]:
        """Ids of the present findings, each once, without the contradictory ones."""
        return self._ids(self.present)

    @property
    def ever_ids(self) -> tuple[str, ...]:
        """Ids of the present findings and of earlier ones, for illnesses that last for life."""
        return self._ids((*self.present, *self.history))

    @property
    def excluded_ids(self) -> tuple[str, ...]:
        """Ids that this illness does not show, each once, without the contradictory ones.

        What was there and has resolved is left out: it belongs to the illness.
        """
        stated = {f.hpo_id for f in (*self.present, *self.excluded, *self.uncertain)}
        denied = self._ids([f for f in self.excluded if f.course != "resolved"])
        measured = (
            hpo_id
            for one in self.measurements
            for hpo_id, status in one.findings
            if status == "excluded" and hpo_id not in stated
        )
        return tuple(dict.fromkeys([*denied, *measured]))

    def _ids(self, findings: Sequence[Finding]) -> tuple[str, ...]:
        drop = set(self.contradictory)
        return tuple(dict.fromkeys(f.hpo_id for f in findings if f.hpo_id not in drop))

    def as_dict(self) -> dict:
        """Return everything as JSON-ready values."""
        groups = ("present", "excluded", "uncertain", "family", "history")
        groups += ("measurements", "unrecognised")
        result = {group: [asdict(one) for one in getattr(self, group)] for group in groups}
        return {**result, "contradictory": list(self.contradictory)}
