"""Rank the diseases of many patients on several cores or machines."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from medai.runtime import MedaiError
from medai.scale.batch import map_batches


def rank_many(
    cases: Iterable[dict | str | Any],
    *,
    top: int = 50,
    source: str = "omim",
    rerank: bool = True,
    leave_own_paper_out: bool = False,
    backend: str | None = None,
    workers: int | None = None,
    client: Any = None,
    chunk: int = 64,
    out: str | Path | None = None,
    progress: Callable[[int], None] = lambda rows: None,
) -> Iterator[dict]:
    """Rank diseases for many patients, on Dask by default, and yield one row for each in order.

    The rows are those of :func:`medai.knowledge.cases.rank_file`, whatever the number of workers.
    Each worker loads the graph once; only cases travel to it and only rankings come back.

    Parameters
    ----------
    cases : iterable of dict, str or Case
        ``{"id": …, "present": ["HP:…", …]}``, as dicts, as JSON lines, or as
        :class:`medai.knowledge.cases.Case`.  Only present findings are used.
    top : int
        Diseases for each patient.
    source : {"omim", "orpha", "all"}
        Which diseases compete.
    rerank, leave_own_paper_out : bool
        As in :func:`medai.knowledge.cases.rank_file`.
    backend : {"serial", "threads", "dask", "ray"}, optional
        Dask if None, or this process for ``workers=1``.
    workers, client, chunk, out, progress
        As in :func:`medai.scale.batch.map_batches`.

    Yields
    ------
    dict
        ``{"id": …, "ranking": [["OMIM:…", score], …]}``, or ``{"id": …, "error": why}`` for a case
        that cannot be ranked; with ``"ignored"`` (findings that HPO does not know) and ``"mapped"``
        (old id, current id) where there are any.

    Raises
    ------
    MedaiError
        For bad arguments, at once.
    """
    from medai.knowledge.rank import SOURCES, check_top

    check_top(top)
    if source not in SOURCES:
        raise MedaiError(f"source={source!r}: choose one of {', '.join(SOURCES)}.")
    if backend is None:
        backend = "serial" if workers == 1 and client is None else "dask"
    if isinstance(cases, str | bytes | dict):
        raise MedaiError(f"cases is one {type(cases).__name__}: pass a list or another iterable.")
    function = functools.partial(
        rank_lines, top=top, source=source, rerank=rerank, leave_own_paper_out=leave_own_paper_out
    )
    if out is not None:  # a new release of HPO is another job
        from medai.knowledge import load_graph

        release = load_graph().version
    rows = map_batches(
        function,
        map(_line, cases),
        backend=backend,
        chunk=chunk,
        workers=workers,
        client=client,
        out=out,
        job=None if out is None else f"rank_many {function.keywords} {release}",
        progress=progress,
    )
    return (row.value if row.error is None else {"id": None, "error": row.error} for row in rows)


def rank_lines(
    lines: list[str], *, top: int, source: str, rerank: bool, leave_own_paper_out: bool
) -> list[dict]:
    """Rank the cases of some JSON lines; runs in the worker, which loads the graph once.

    Examples
    --------
    >>> import json
    >>> from medai.scale.ranks import rank_lines
    >>> line = json.dumps({"id": "hanna", "present": ["HP:0001166", "HP:0001083"]})
    >>> row = rank_lines([line], top=3, source="omim", rerank=False, leave_own_paper_out=False)[0]
    >>> row["ranking"][0]
    ['OMIM:609008', 8.523553]
    """
    from medai.knowledge import load_graph
    from medai.knowledge.cases import Summary, case_query, parse_case, rank_case
    from medai.knowledge.rank import candidates

    graph = load_graph()
    part = candidates(graph, source)
    rows = []
    for line in lines:
        row: dict = {"id": None}
        summary = Summary()
        try:
            case = parse_case(line)
            row["id"] = case.id
            query = case_query(graph, case, summary)
            row["ranking"] = rank_case(
                graph, case, query, part, top=top, leave_own_paper_out=leave_own_paper_out,
                rerank=rerank,
            )  # fmt: skip
        except Exception as error:  # one patient's fault is told in that patient's row
            known = isinstance(error, MedaiError)
            row["error"] = str(error) if known else f"{type(error).__name__}: {error}"
        if summary.ignored:
            row["ignored"] = sorted(summary.ignored)
        if summary.mapped:
            row["mapped"] = sorted(list(pair) for pair in summary.mapped)
        rows.append(row)
    return rows


def _line(case: Any) -> str:
    """Return a case as a line of JSON; what is none is sent as it is and refused there."""
    from medai.knowledge.cases import Case

    if isinstance(case, str):
        return case
    if isinstance(case, Case):
        case = asdict(case) | {"pmid": case.paper}
    try:
        return json.dumps(case, ensure_ascii=False)
    except (TypeError, ValueError):
        return repr(case)
