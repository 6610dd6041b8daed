"""What :func:`medai.knowledge.linking.link` returns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass


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
        ``exact`` (the term's own name), ``synonym``, ``ngram`` (misspelt or inflected),
        ``lexicon`` (a Chinese expression) or ``measured`` (a value with its unit).
    score
        1 for a name or exact synonym, less for narrow, related and broad synonyms (and for
        Chinese expressions that are narrower than their term); for ``ngram`` the cosine.
    status
        ``present``, ``excluded`` or ``uncertain``.
    family
        It is a relative's finding, not the patient's.
    cue
        The words that decided about `status`, `family` and `history`, as written; "" if none.
    history
        It is a finding of the past, which need not be there now.
    degree
        ``mild``, ``moderate``, ``severe`` or ``occasional``; "" if nothing is said.
    duration
        How long it has been there, as written ("3天"); "" if nothing is said.
    days
        The same in days; None if nothing is said, or no number follows from it.
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
    degree: str = ""
    duration: str = ""
    days: float | None = None


@dataclass(frozen=True)
class Unrecognised:
    """A part of the text that was not understood.

    Attributes
    ----------
    start, end, text
        Where it stands: ``text == original[start:end]``.
    reason
        ``unknown``, ``ambiguous`` (several terms have this name), ``normal`` (a normal
        finding, which the ontology does not list) or ``limited`` (denied or told only in
        part, so that it is neither present nor absent: "no severe headache").
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
        Findings of the patient's past.
    contradictory
        Ids that the text states both as present and as excluded.
    """

    present: tuple[Finding, ...]
    excluded: tuple[Finding, ...]
    uncertain: tuple[Finding, ...]
    family: tuple[Finding, ...]
    unrecognised: tuple[Unrecognised, ...]
    history: tuple[Finding, ...] = ()

    @property
    def contradictory(self) -> tuple[str, ...]:
        """Ids that the text states both as present and as excluded."""
        excluded = {finding.hpo_id for finding in self.excluded}
        return tuple(dict.fromkeys(f.hpo_id for f in self.present if f.hpo_id in excluded))

    @property
    def present_ids(self) -> tuple[str, ...]:
        """Ids of the present findings, each once, without the contradictory ones."""
        return self._ids(self.present)

    @property
    def excluded_ids(self) -> tuple[str, ...]:
        """Ids of the excluded findings, each once, without the contradictory ones."""
        return self._ids(self.excluded)

    def _ids(self, findings: Sequence[Finding]) -> tuple[str, ...]:
        drop = set(self.contradictory)
        return tuple(dict.fromkeys(f.hpo_id for f in findings if f.hpo_id not in drop))

    def as_dict(self) -> dict:
        """Return everything as JSON-ready values."""
        groups = ("present", "excluded", "uncertain", "family", "history", "unrecognised")
        result = {group: [asdict(one) for one in getattr(self, group)] for group in groups}
        return {**result, "contradictory": list(self.contradictory)}
