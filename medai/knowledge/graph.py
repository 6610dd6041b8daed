"""The medical knowledge graph: findings, diseases, and how often the two go together.

The graph is a thin layer over flat NumPy tables (:mod:`medai.knowledge.build`).  Inside,
terms and diseases are row numbers; outside, they are ids such as ``HP:0001250``.
"""

from __future__ import annotations

import functools
import json
import math
import re
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np

from medai.knowledge.build import ROW_TEXTS, build_tables
from medai.knowledge.records import Annotation, Disease, Synonym, Term
from medai.knowledge.score import RARE, Constants
from medai.knowledge.store import Tables, unpack_strings
from medai.runtime import MedaiError

if TYPE_CHECKING:
    from medai.knowledge.rank import Ranking
    from medai.knowledge.score import Scorer

_TERM_ID = re.compile(r"HP:\d{7}")


class KnowledgeGraph:
    """The Human Phenotype Ontology with its disease annotations, ready for ranking.

    Make one with :func:`load_graph` (the installed release, from the cache) or with
    :meth:`from_files` (any ``hp.obo`` and ``phenotype.hpoa``).

    Parameters
    ----------
    tables : dict of str to numpy.ndarray
        What :func:`medai.knowledge.build.build_tables` returns.
    constants : Constants, optional
        Of the score of its diseases; by default those for rare disease.

    Examples
    --------
    >>> from medai.knowledge import load_graph
    >>> graph = load_graph()
    >>> graph.term("HP:0001250").name
    'Seizure'
    """

    def __init__(self, tables: Tables, constants: Constants = RARE) -> None:
        self.tables = tables
        self.constants = constants
        self.version: dict = json.loads(unpack_strings(tables, "meta")[0])
        self.term_ids = unpack_strings(tables, "term_id")
        self.term_names = unpack_strings(tables, "term_name")
        self.disease_ids = unpack_strings(tables, "disease_id")
        self.disease_names = unpack_strings(tables, "disease_name")
        self.words = unpack_strings(tables, "word")
        self.term_index = {term: i for i, term in enumerate(self.term_ids)}
        self.disease_index = {disease: i for i, disease in enumerate(self.disease_ids)}
        self.first_orpha = sum(disease < "ORPHA" for disease in self.disease_ids)
        self._alias = dict(
            zip(unpack_strings(tables, "alias"), tables["alias_to"].tolist(), strict=True)
        )
        f_sum = np.add.reduceat(np.append(tables["f_value"], 0.0), tables["f_of"][:-1])
        self._ancestors: dict[int, frozenset[str]] = {}  # filled as they are asked for
        self.phenotype: list[bool] = tables["term_phenotype"].tolist()
        self.f_sum = np.where(np.diff(tables["f_of"]) > 0, f_sum, 0.0)
        self.background = background(self.f_sum, len(self.disease_ids))

    @classmethod
    def from_files(cls, obo: Path, hpoa: Path, package_version: str = "") -> KnowledgeGraph:
        """Build a graph from text files, without any cache."""
        return cls(build_tables(Path(obo), Path(hpoa), package_version))

    def __repr__(self) -> str:
        return (
            f"KnowledgeGraph({len(self.term_ids):,} terms, {len(self.disease_ids):,} diseases, "
            f"HPO {self.version['hpo']}, annotations {self.version['annotations']})"
        )

    # -- terms ---------------------------------------------------------------------------

    @functools.cached_property
    def terms(self) -> tuple[Term, ...]:
        """All current terms (obsolete ones left out), in the order of ``hp.obo``."""
        obsolete = self.tables["term_obsolete"].tolist()
        return tuple(self._term(i) for i in range(len(self.term_ids)) if not obsolete[i])

    def term(self, term_id: str) -> Term:
        """Return a term; an old id (``alt_id``, ``replaced_by``) gives its current term."""
        return self._term(self.term_number(term_id))

    def resolve(self, term_id: str) -> str:
        """Return the current id of a term.

        Raises
        ------
        MedaiError
            When the id is malformed, unknown, or obsolete without a replacement.
        """
        return self.term_ids[self.term_number(term_id)]

    def term_number(self, term_id: str) -> int:
        """Return the row number of a term; raises as :meth:`resolve` does."""
        if not isinstance(term_id, str) or not _TERM_ID.fullmatch(term_id):
            raise MedaiError(
                f"{term_id!r} is not an HPO id. Write it as HP: and seven digits, "
                "such as HP:0001250 (Seizure)."
            )
        number = self._alias.get(term_id, self.term_index.get(term_id))
        if number is None:
            raise MedaiError(
                f"{term_id} is unknown to HPO {self.version['hpo']}. "
                "Look the finding up at https://hpo.jax.org."
            )
        if self.tables["term_obsolete"][number]:
            raise MedaiError(
                f"{term_id} ({self.term_names[number]}) is obsolete and HPO names no replacement."
            )
        return number

    def ancestors(self, term_id: str) -> frozenset[str]:
        """Return the ids of all ancestors, the term itself and the root HP:0000001 included."""
        number = self.term_number(term_id)
        if number not in self._ancestors:
            above = self.ancestor_numbers(number)
            self._ancestors[number] = frozenset(self.term_ids[a] for a in above)
        return self._ancestors[number]

    def ancestor_numbers(self, number: int) -> list[int]:
        """Return the row numbers of all ancestors of a term, itself included."""
        return self._list("ancestor", number)

    def children(self, term_id: str) -> tuple[str, ...]:
        """Return the ids of the direct children."""
        return tuple(self.term_ids[c] for c in self._children.get(self.term_number(term_id), ()))

    def is_phenotype(self, term_id: str) -> bool:
        """Tell whether a term is "Phenotypic abnormality" (HP:0000118) or lies below it."""
        return self.phenotype[self.term_number(term_id)]

    def information_content(self, term_id: str) -> float:
        """Return ``-ln bg(t)`` in nats: how surprising the finding is in a random disease.

        ``bg(t) = (sum_d f(d, t) + 0.3) / (N + 1)`` over all N diseases of the graph.
        """
        return -math.log(self.background[self.term_number(term_id)])

    # -- diseases ------------------------------------------------------------------------

    @functools.cached_property
    def diseases(self) -> tuple[Disease, ...]:
        """All diseases, sorted by id (OMIM before ORPHA); takes some seconds to make."""
        return tuple(self.disease(disease) for disease in self.disease_ids)

    def disease(self, disease_id: str) -> Disease:
        """Return a disease with its annotations; raises MedaiError when it is unknown."""
        number = self.disease_number(disease_id)
        rows = range(*self.tables["row_of"][number : number + 2].tolist())
        finding = self.tables["row_finding"]
        inheritance = (i for i in rows if self.words[self.tables["row_aspect"][i]] == "I")
        return Disease(
            disease_id,
            self.disease_names[number],
            tuple(self.annotation(i) for i in rows if finding[i]),
            tuple(dict.fromkeys(self.term_names[self.tables["row_term"][i]] for i in inheritance)),
        )

    def disease_number(self, disease_id: str) -> int:
        """Return the row number of a disease; raises MedaiError when it is unknown."""
        try:
            return self.disease_index[disease_id]
        except (KeyError, TypeError):
            first, last = self.disease_ids[0], self.disease_ids[len(self.disease_ids) - 1]
            raise MedaiError(
                f"{disease_id!r} is not among the {len(self.disease_ids):,} diseases annotated "
                f"in HPO {self.version['annotations']}. Ids look like {first} or {last}."
            ) from None

    def frequency(self, disease_id: str, term_id: str) -> float:
        """Return f(d, t): how often patients with disease *d* have finding *t*.

        A finding has the largest frequency among itself and its descendants; 0.0 when
        neither it nor a descendant is annotated to the disease.
        """
        disease, term = self.disease_number(disease_id), self.term_number(term_id)
        start, stop = self.tables["f_of"][term : term + 2].tolist()
        position = start + int(np.searchsorted(self.tables["f_disease"][start:stop], disease))
        if position < stop and self.tables["f_disease"][position] == disease:
            return float(self.tables["f_value"][position])
        return 0.0

    def annotation(self, row: int) -> Annotation:
        """Return one annotation row as a record."""
        names = (name for name in ROW_TEXTS if name != "aspect")
        text = {name: self.words[self.tables[f"row_{name}"][row]] for name in names}
        term = int(self.tables["row_term"][row])
        text["references"] = self.references(row)
        excluded = bool(self.tables["row_negated"][row])
        return Annotation(self.term_ids[term], self.term_names[term], excluded=excluded, **text)

    def references(self, row: int) -> tuple[str, ...]:
        """Return the references of one annotation row."""
        return tuple(self.words[self.tables["row_references"][row]].split(";"))

    # -- ranking -------------------------------------------------------------------------

    @functools.cached_property
    def scorer(self) -> Scorer:
        """The scorer of this graph, made on first use (about a tenth of a second)."""
        from medai.knowledge.score import Scorer

        return Scorer(self)

    def rank(
        self,
        present: Iterable[str],
        excluded: Iterable[str] = (),
        top: int = 20,
        source: str = "omim",
    ) -> Ranking:
        """Rank the diseases for a patient; see :func:`medai.knowledge.rank.rank`."""
        from medai.knowledge.rank import rank

        return rank(present, excluded, top, source, graph=self)

    # -- inside --------------------------------------------------------------------------

    def _list(self, name: str, number: int) -> list[int]:
        start, stop = self.tables[f"{name}.offsets"][number : number + 2].tolist()
        return self.tables[f"{name}.values"][start:stop].tolist()

    def _term(self, i: int) -> Term:
        lazy, tables = self._lazy, self.tables
        synonyms = tuple(
            Synonym(
                lazy.synonym[k],
                self.words[tables["synonym_scope"][k]],
                self.words[tables["synonym_kind"][k]],
            )
            for k in range(*tables["synonym_of"][i : i + 2].tolist())
        )
        parents = tuple(self.term_ids[p] for p in self._list("parent", i))
        return Term(
            self.term_ids[i],
            self.term_names[i],
            lazy.definition[i],
            synonyms,
            parents,
            bool(tables["term_obsolete"][i]),
        )

    @functools.cached_property
    def _lazy(self) -> SimpleNamespace:
        return SimpleNamespace(
            definition=unpack_strings(self.tables, "term_definition"),
            synonym=unpack_strings(self.tables, "synonym"),
        )

    @functools.cached_property
    def papers(self) -> dict[str, tuple[int, ...]]:
        """Every reference (``PMID:…``, ``OMIM:…``) with the row numbers of its diseases."""
        disease = np.repeat(np.arange(len(self.disease_ids)), np.diff(self.tables["row_of"]))
        pairs = np.column_stack([self.tables["row_references"], disease])
        citing: dict[str, set[int]] = {}
        for word, number in np.unique(pairs, axis=0).tolist():
            for reference in self.words[word].split(";"):
                citing.setdefault(reference, set()).add(number)
        return {reference: tuple(sorted(numbers)) for reference, numbers in citing.items()}

    @functools.cached_property
    def _children(self) -> dict[int, list[int]]:
        children: dict[int, list[int]] = {}
        for i in range(len(self.term_ids)):
            for parent in self._list("parent", i):
                children.setdefault(parent, []).append(i)
        return children


def background(f_sum: np.ndarray, n_diseases: int) -> np.ndarray:
    """Return bg(t), how often a patient with a random disease has each finding.

    Parameters
    ----------
    f_sum : numpy.ndarray
        Sum of f(d, t) over the diseases, shape (terms,).
    n_diseases : int
        The number of diseases N.

    Returns
    -------
    numpy.ndarray
        ``(f_sum + 0.3) / (N + 1)``, shape (terms,): never 0, never 1.
    """
    return (f_sum + 0.3) / (n_diseases + 1)
