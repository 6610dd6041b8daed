"""The lines of Chapter 36: short descriptions of findings, of the heart or vessels or not.

The descriptions are definitions of the Human Phenotype Ontology, and the answer is the
ontology's: does the finding stand below "Abnormality of the cardiovascular system"?  Lines with
the same first parent ("Abnormal QRS complex") are near copies of each other, so such a family
lies whole in the pool or whole in the test.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from medai.labels.weak import Rule, keywords
from medai.runtime import MedaiError
from medai.text.corpus import hpo_definitions

__all__ = ["HEART", "Lines", "first_rules", "heart_lines", "mended_rules"]

HEART = "Abnormality of the cardiovascular system"
SHORTEST, LONGEST = 5, 16  # words


class Lines(NamedTuple):
    """Texts, their labels (1 heart or vessels) and how many organ systems each belongs to."""

    texts: list[str]
    labels: np.ndarray
    systems: np.ndarray
    families: list[str]

    def head(self, n: int) -> Lines:
        """Return the first `n` lines."""
        return Lines(self.texts[:n], self.labels[:n], self.systems[:n], self.families[:n])


def heart_lines(terms: Iterable[Any], seed: int = 36, system: str = HEART) -> tuple[Lines, Lines]:
    """Return the lines to label (the pool) and the lines to be judged on (the test), shuffled.

    Parameters
    ----------
    terms : iterable
        ``medai.knowledge.load_graph().terms``.
    seed : int
        Of the split by family and of the order.
    system : str
        The organ system that counts as 1.

    Raises
    ------
    MedaiError
        When no line belongs to the system.
    """
    terms = list(terms)
    parent = {term.id: term.parents[0] for term in terms if term.parents}
    found: dict[str, Any] = {}
    for one in hpo_definitions(terms):
        if one.systems and SHORTEST <= len(one.text.split()) <= LONGEST:
            found.setdefault(one.text.casefold(), one)
    lines = list(found.values())
    if not any(system in one.systems for one in lines):
        raise MedaiError(f"No line belongs to {system!r}: take the name of a top branch of HPO.")
    rng = np.random.default_rng(seed)
    families = sorted({parent[one.id] for one in lines})
    first = {families[i] for i in rng.permutation(len(families))[: len(families) // 2]}
    order = rng.permutation(len(lines))
    parts = []
    for inside in (True, False):
        part = [lines[i] for i in order if (parent[lines[i].id] in first) == inside]
        parts.append(
            Lines(
                [one.text for one in part],
                np.array([int(system in one.systems) for one in part]),
                np.array([len(one.systems) for one in part]),
                [parent[one.id] for one in part],
            )
        )
    return parts[0], parts[1]


def first_rules() -> dict[str, Rule]:
    """Return the rules as they first come to mind.

    Examples
    --------
    >>> from medai.labels.lines import first_rules, mended_rules
    >>> first, mended = set(first_rules()), set(mended_rules())
    >>> print("failed:", *(first - mended), "| replaced by:", *(mended - first))
    failed: blood | replaced by: chemistry
    """
    return {
        "heart": keywords("heart cardi myocard pericard endocard", 1),
        "chambers": keywords("atri ventric septal mitral tricuspid", 1),
        "vessels": keywords("arter aort vein venous vascul vessel", 1),
        "blood": keywords("blood circulat", 1),
        "skeleton": keywords("bone verteb rib finger toe limb joint muscle", 0),
        "head": keywords("brain cereb seizure eye retin ear tooth teeth nose", 0),
        "organs": keywords("kidney renal liver hepat bowel lung skin hair", 0),
    }


def mended_rules() -> dict[str, Rule]:
    """Return the rules without the one that failed, and with one that replaces it."""
    rules = first_rules()
    del rules["blood"]
    return rules | {"chemistry": keywords("concentration level activity urine", 0)}
