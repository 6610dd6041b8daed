"""Abstracts written for the book (``data/literature``), with terms and hand labels.

Every abstract is fictional as a publication; see ``data/literature/README.md``.  Standard library
only.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from pathlib import Path

from medai.datasets.checked_tables import anything, filled, one_of, read_tables, refusal
from medai.datasets.paths import data_path
from medai.runtime.errors import MedaiError

GROUPS = ("fish_oil", "raynaud", "magnesium", "migraine", "other", "later", "theme")
TYPES = ("substance", "drug", "procedure", "exposure", "physiology", "disease")
RELATIONS = ("raises", "lowers", "changes", "treats", "worsens", "causes", "associated")
FIELDS = {"id", "split", "group", "year", "title", "sentences", "reference", "fictional"}


@dataclass(frozen=True)
class Abstract:
    """One abstract, written for teaching.

    Attributes
    ----------
    id, split, group
        ``L001`` …; ``dev`` or ``test``; one of :data:`GROUPS`.
    year
        The year of the story, not of a publication.
    title, sentences
        The text, four to eight sentences.
    reference
        A summary in one sentence, written before any summariser ran; "" for half of them.
    fictional
        Always true: no such paper exists.
    """

    id: str
    split: str
    group: str
    year: int
    title: str
    sentences: tuple[str, ...]
    reference: str
    fictional: bool

    @property
    def text(self) -> str:
        """The sentences in one line, without the title."""
        return " ".join(self.sentences)


@dataclass(frozen=True)
class LiteratureTerm:
    """A term, its kind (one of :data:`TYPES`) and other names."""

    name: str
    type: str
    synonyms: tuple[str, ...]


@dataclass(frozen=True)
class LabelledRelation:
    """What a sentence says by its writer's label; ``sentence`` counts from 0."""

    abstract: str
    sentence: int
    subject: str
    relation: str
    object: str
    negated: bool
    hedged: bool


def read_abstracts(path: Path | str) -> tuple[Abstract, ...]:
    """Read and check a file of abstracts.

    Parameters
    ----------
    path
        A JSON-lines file with the fields of :class:`Abstract`.

    Raises
    ------
    MedaiError
        For the first line that breaks a rule.
    """
    found: dict[str, Abstract] = {}
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise MedaiError(f"{path} cannot be read ({error}). Take data/literature again.") from None
    for number, line in enumerate(lines, 1):
        try:
            row = json.loads(line)
        except json.JSONDecodeError:
            row = None
        broken = _broken(row)
        if not broken and row["id"] in found:
            broken = f"{row['id']} stands twice"
        if broken:
            raise MedaiError(f"{path}, line {number}: {broken}. Correct the line (see README.md).")
        found[row["id"]] = Abstract(**{**row, "sentences": tuple(row["sentences"])})
    return tuple(found.values())


def _broken(row: object) -> str:
    if not isinstance(row, dict) or set(row) != FIELDS:
        return f"it must be an object with the fields {', '.join(sorted(FIELDS))}"
    texts = ("id", "split", "group", "title", "reference")
    if not all(isinstance(row[name], str) for name in texts):
        return f"{', '.join(texts)} must be text"
    if row["split"] not in ("dev", "test") or row["group"] not in GROUPS:
        return f"split {row['split']!r} or group {row['group']!r} is unknown"
    if type(row["year"]) is not int or not 1900 <= row["year"] <= 2100:
        return f"year {row['year']!r} must be a whole number from 1900 to 2100"
    said = row["sentences"]
    if not isinstance(said, list) or not all(isinstance(s, str) and s.strip() for s in said):
        return "sentences must be a list of texts"
    if not 4 <= len(said) <= 8:
        return f"{len(said)} sentences; four to eight are needed"
    return "" if row["fictional"] is True else "fictional must be true: no such paper exists"


@functools.cache
def abstracts() -> tuple[Abstract, ...]:
    """Return the abstracts of the book in the order of the file (all fictional).

    Examples
    --------
    >>> from medai.datasets.literature import abstracts, labelled_relations
    >>> len(abstracts()), len(labelled_relations())
    (120, 243)
    >>> one = labelled_relations()[0]
    >>> one.subject, one.relation, one.object
    ('fish oil', 'lowers', 'blood viscosity')
    """
    return read_abstracts(data_path("literature/abstracts.jsonl"))


@functools.cache
def literature_terms() -> tuple[LiteratureTerm, ...]:
    """Return the dictionary of terms, ``data/literature/terms.csv``."""
    columns = {"terms": {"term": filled, "type": one_of(*TYPES), "synonyms": anything}}
    folder = Path(data_path("literature/terms.csv")).parent
    rows = read_tables(folder, "literature", columns, {}, fold=str.lower)["terms"]
    return tuple(
        LiteratureTerm(r["term"], r["type"], tuple(filter(None, r["synonyms"].split("; "))))
        for r in rows
    )


@functools.cache
def labelled_relations() -> tuple[LabelledRelation, ...]:
    """Return the hand labels; sentences of :func:`abstracts` without one state no relation."""
    yes = one_of("yes", "no")
    number = one_of(*map(str, range(8)))
    columns = {
        "relations": {
            "abstract": filled,
            "sentence": number,
            "subject": filled,
            "relation": one_of(*RELATIONS),
            "object": filled,
            "negated": yes,
            "hedged": yes,
        }
    }
    keys = {"relations": ("abstract", "sentence", "subject", "relation", "object")}
    folder = Path(data_path("literature/relations.csv")).parent
    rows = read_tables(folder, "literature", columns, keys)["relations"]
    texts = {one.id: one for one in abstracts()}
    names = {term.name for term in literature_terms()}
    found = []
    for line, r in enumerate(rows, 2):
        place = int(r["sentence"])
        known = r["abstract"] in texts and place < len(texts[r["abstract"]].sentences)
        if not known or not {r["subject"], r["object"]} <= names:
            what = "the sentence must exist and both terms stand in terms.csv"
            raise refusal("literature", "relations", line, str(r), what)
        flags = (r["negated"] == "yes", r["hedged"] == "yes")
        found.append(
            LabelledRelation(r["abstract"], place, r["subject"], r["relation"], r["object"], *flags)
        )
    return tuple(found)
