"""Rank a whole file of cases: JSON lines in, JSON lines out.

One case a line, ``{"id": ..., "present": ["HP:...", ...], "pmid": "PMID:..."}``.  Re-ranking
also uses ``age`` (such as ``"P6Y9M"``) and ``sex`` where they can be read; other keys are
ignored.  Only present findings are used: in the public collections most of a case's excluded
findings are annotated to its true disease, so they reward the clinically wrong sign (chapter
21 shows it).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import numpy as np

from medai.knowledge.graph import KnowledgeGraph
from medai.knowledge.jsonl import read_lines
from medai.knowledge.leave_out import leave_out, left_scores
from medai.knowledge.query import Query
from medai.knowledge.rank import best, candidates
from medai.knowledge.rerank import reranked_scores
from medai.knowledge.traits import check_sex, years_of
from medai.runtime import MedaiError


@dataclass(frozen=True)
class Case:
    """One patient of a file.

    Attributes
    ----------
    id : str or int
        As in the file.
    present : tuple of str
        Findings, as written.
    paper : str or None
        The paper that describes the patient, ``PMID:…``.
    disease_id : str or None
        The diagnosis, where the file gives it.
    age : float or None
        In years.
    sex : str or None
        ``female``, ``male`` or None.
    """

    id: str | int
    present: tuple[str, ...]
    paper: str | None = None
    disease_id: str | None = None
    age: float | None = None
    sex: str | None = None


@dataclass
class Summary:
    """What happened to a file: counts, and the ids that were mapped or ignored."""

    ranked: int = 0
    skipped: int = 0
    without_paper: int = 0
    mapped: Counter = field(default_factory=Counter)  # (old id, current id) -> times
    ignored: Counter = field(default_factory=Counter)  # why, with the id -> times


def parse_case(line: str) -> Case:
    """Read one line of a case file.

    Raises
    ------
    MedaiError
        When the line is not a JSON object with a usable ``id`` and ``present``.
    """
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise MedaiError(f"not JSON ({error})") from None
    if not isinstance(record, dict):
        raise MedaiError("not a JSON object")
    for key in ("id", "present"):
        if key not in record:
            raise MedaiError(f'the key "{key}" is missing')
    case_id, present = record["id"], record["present"]
    if isinstance(case_id, bool) or not isinstance(case_id, str | int):
        raise MedaiError('"id" must be a string or a whole number')
    if isinstance(case_id, str) and not case_id.isprintable():
        raise MedaiError('"id" holds control characters or half a character; use plain text')
    if not isinstance(present, list) or not all(isinstance(term, str) for term in present):
        raise MedaiError('"present" must be a list of HPO ids')
    paper, disease = record.get("pmid"), record.get("disease_id")
    if isinstance(paper, int) and not isinstance(paper, bool):
        paper = str(paper)
    for key, value in (("pmid", paper), ("disease_id", disease)):
        if value is not None and not isinstance(value, str):
            raise MedaiError(f'"{key}" must be a string')
    if paper and paper.isdigit():
        paper = f"PMID:{paper}"
    present = tuple(term.strip().upper() for term in present)
    age = readable(years_of, record.get("age"))
    sex = readable(check_sex, record.get("sex"))
    return Case(case_id, present, paper or None, disease or None, age, sex)


def readable(read: Callable, value: object) -> object:
    """Return ``read(value)``; None for what it refuses, such as an age "Infantile onset"."""
    try:
        return read(value)
    except MedaiError:
        return None


def read_cases(
    path: Path, report: Callable[[str], None], summary: Summary | None = None
) -> Iterator[tuple[int, Case]]:
    """Yield line number and case; bad lines are reported, counted and skipped."""
    for number, line in read_lines(path):
        try:
            case = parse_case(line.decode("utf-8-sig"))
        except (MedaiError, UnicodeDecodeError) as error:
            report(f"line {number}: skipped, {error}")
            if summary is not None:
                summary.skipped += 1
            continue
        yield number, case


def case_query(graph: KnowledgeGraph, case: Case, summary: Summary) -> Query:
    """Turn the present findings of a case into a query, leaving out what HPO does not know.

    Raises
    ------
    MedaiError
        When no finding remains.
    """
    present: dict[int, None] = {}
    for term_id in case.present:
        try:
            number = graph.term_number(term_id)
        except MedaiError:
            summary.ignored[f"{term_id} (unknown or obsolete)"] += 1
            continue
        if not graph.phenotype[number]:
            summary.ignored[f"{term_id} ({graph.term_names[number]}, not a finding)"] += 1
            continue
        if graph.term_ids[number] != term_id:
            summary.mapped[term_id, graph.term_ids[number]] += 1
        present[number] = None
    if not present:
        raise MedaiError("no known HPO finding is present")
    return Query(tuple(present), (), {})


def rank_case(
    graph: KnowledgeGraph,
    case: Case,
    query: Query,
    part: slice,
    *,
    top: int,
    leave_own_paper_out: bool,
    rerank: bool,
) -> list[list]:
    """Rank one case: ``[disease id, score]`` of the first `top`, as :func:`rank_file` writes them.

    Parameters
    ----------
    graph, case, query : KnowledgeGraph, Case, Query
        The graph; the patient; the patient's findings, from :func:`case_query`.
    part : slice
        Which diseases compete (:func:`~medai.knowledge.rank.candidates`).
    top, leave_own_paper_out, rerank
        As in :func:`rank_file`.
    """
    paper = case.paper if leave_own_paper_out else None
    left = leave_out(graph, paper) if paper else None
    if rerank:
        scores = reranked_scores(graph, query, part=part, left=left, age=case.age, sex=case.sex)
    else:
        scores = left_scores(graph, query, left)
    scores = scores[part]
    ids, first = graph.disease_ids, part.start
    places = [i for i in best(scores, top).tolist() if np.isfinite(scores[i])]
    return [[ids[first + i], round(float(scores[i]), 6)] for i in places]


def rank_file(
    source_path: Path,
    out: IO[str],
    graph: KnowledgeGraph,
    *,
    top: int = 50,
    leave_own_paper_out: bool = False,
    source: str = "omim",
    rerank: bool = True,
    report: Callable[[str], None] = lambda message: None,
    progress: Callable[[], None] = lambda: None,
) -> Summary:
    """Rank every case of a file and write one JSON line for each, in the same order.

    Parameters
    ----------
    source_path : Path
        JSON lines, plain or gzip.
    out : text file
        Receives ``{"id": ..., "ranking": [["OMIM:...", score], ...]}``.
    graph : KnowledgeGraph
        The graph.
    top : int
        Diseases per case.
    leave_own_paper_out : bool
        Drop, for each case, every annotation row whose reference is the case's ``pmid``
        (see :mod:`medai.knowledge.leave_out`).
        A case without one is ranked on all rows and counted.
    source : {"omim", "orpha", "all"}
        Which diseases compete.
    rerank : bool
        Put the first hundred into the learned order (:mod:`medai.knowledge.rerank`).
    report, progress : callable
        Called with a message for each bad line; called once for each case.

    Returns
    -------
    Summary
        Counts of what was ranked, skipped, mapped and ignored.

    Raises
    ------
    MedaiError
        When the file cannot be read, or `source` is unknown.
    """
    part = candidates(graph, source)
    summary = Summary()
    for number, case in read_cases(source_path, report, summary):
        progress()
        try:
            query = case_query(graph, case, summary)
        except MedaiError as error:
            report(f"line {number}: skipped, {error}")
            summary.skipped += 1
            continue
        summary.without_paper += leave_own_paper_out and case.paper is None
        ranking = rank_case(
            graph, case, query, part, top=top, leave_own_paper_out=leave_own_paper_out,
            rerank=rerank,
        )  # fmt: skip
        out.write(json.dumps({"id": case.id, "ranking": ranking}, ensure_ascii=False) + "\n")
        summary.ranked += 1
    return summary
