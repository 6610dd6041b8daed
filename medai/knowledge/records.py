"""The small records that the knowledge graph hands out."""

from __future__ import annotations

from dataclasses import asdict, dataclass

# HPO's frequency classes: the name, and the middle of the range that it stands for.
FREQUENCY_CLASSES = {
    "HP:0040280": ("obligate (100 %)", 1.0),
    "HP:0040281": ("very frequent (80-99 %)", 0.895),
    "HP:0040282": ("frequent (30-79 %)", 0.545),
    "HP:0040283": ("occasional (5-29 %)", 0.17),
    "HP:0040284": ("very rare (1-4 %)", 0.025),
    "HP:0040285": ("excluded (0 %)", 0.0),
    "": ("frequency not stated", 1.0),  # the source names the finding without exception
}


@dataclass(frozen=True, slots=True)
class Synonym:
    """Another name of a term.

    Attributes
    ----------
    text : str
        The name.
    scope : str
        ``EXACT``, ``RELATED``, ``BROAD`` or ``NARROW``.
    kind : str
        ``layperson``, ``abbreviation``, ``uk_spelling``, ``plural_form``, … or ``""``.
    """

    text: str
    scope: str
    kind: str = ""

    @property
    def layperson(self) -> bool:
        """Whether HPO marks this as a word that patients use."""
        return self.kind == "layperson"


@dataclass(frozen=True, slots=True)
class Term:
    """One entry of the Human Phenotype Ontology; `parents` holds ids."""

    id: str
    name: str
    definition: str
    synonyms: tuple[Synonym, ...]
    parents: tuple[str, ...]
    obsolete: bool = False


@dataclass(frozen=True, slots=True)
class Annotation:
    """One row of ``phenotype.hpoa``: a source says that a disease has a finding, or not.

    Attributes
    ----------
    term_id, term_name : str
        The finding (an obsolete id in the file is given as its current one).
    frequency : str
        As the source gives it: ``"3/7"``, ``"45%"``, a class such as ``"HP:0040283"``, ``""``.
    references : tuple of str
        Where it comes from: ``PMID:…``, ``OMIM:…``, ``ORPHA:…``.
    evidence : str
        HPO's evidence code: ``PCS`` (published clinical study), ``TAS`` (traceable author
        statement) or ``IEA`` (inferred from electronic annotation).
    excluded : bool
        The source says that patients with the disease do *not* have the finding.
    onset, sex, modifier : str
        As given, mostly ``""``.
    """

    term_id: str
    term_name: str
    frequency: str
    references: tuple[str, ...]
    evidence: str
    excluded: bool = False
    onset: str = ""
    sex: str = ""
    modifier: str = ""

    @property
    def frequency_text(self) -> str:
        """The frequency in words: HPO's classes are spelt out, 0/m is called unseen."""
        if self.frequency.startswith("0/"):
            return f"{self.frequency} (looked for, not seen)"
        return FREQUENCY_CLASSES.get(self.frequency, (self.frequency,))[0]

    def to_dict(self) -> dict:
        """Return the annotation as JSON-ready values."""
        return asdict(self) | {
            "references": list(self.references),
            "frequency_text": self.frequency_text,
        }

    def __str__(self) -> str:
        verb = "excluded" if self.excluded else self.frequency_text
        return f"{self.term_name}, {verb} ({', '.join(self.references)}; {self.evidence})"


@dataclass(frozen=True, slots=True)
class Disease:
    """A disease with everything that HPO says about it.

    Attributes
    ----------
    id, name : str
        ``OMIM:…`` or ``ORPHA:…``, and the name.
    annotations : tuple of Annotation
        The findings, exclusions included, in the order of the file.
    inheritance : tuple of str
        Modes of inheritance, by name.
    """

    id: str
    name: str
    annotations: tuple[Annotation, ...]
    inheritance: tuple[str, ...] = ()

    @property
    def source(self) -> str:
        """The vocabulary that the id belongs to, ``OMIM`` or ``ORPHA``."""
        return self.id.split(":", 1)[0]
