"""Leaving a paper out equals building the graph again without its rows."""

import numpy as np
import pytest
from test_knowledge_score import make_graph
from tiny_hpo import TINY_PARENTS, TINY_ROWS, hp, literal_scores, random_world

from medai.knowledge.leave_out import leave_out, scores_without
from medai.knowledge.query import make_query


def kept_rows(rows, paper, strict):
    if strict:
        return [r for r in rows if paper not in r.reference.split(";")]
    return [r for r in rows if r.reference != paper]


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_equals_a_rebuild(tmp_path, seed, strict):
    parents, rows = random_world(seed)
    graph = make_graph(tmp_path, parents, rows)
    gone = 0
    for paper in [f"PMID:{i}" for i in range(8)]:
        kept = kept_rows(rows, paper, strict)
        for present in ([hp(239)], [hp(210), hp(225)], [hp(201), hp(230), hp(238)]):
            scores = scores_without(graph, make_query(graph, present), paper, strict)
            expected = literal_scores(parents, kept, present)
            for disease, score in zip(graph.disease_ids, scores, strict=True):
                if disease in expected:
                    assert score == pytest.approx(expected[disease], abs=1e-9)
                else:
                    assert score == -np.inf
                    gone += 1
    assert gone  # OMIM:999 is described by PMID:0 only


def test_excluded_findings_use_the_same_background(tmp_path):
    parents, rows = random_world(3)
    graph = make_graph(tmp_path, parents, rows)
    present = [hp(239)]
    query = make_query(graph, present, [hp(205), hp(220), hp(230)])
    excluded = [graph.term_ids[x] for x in query.excluded]  # without ancestors of the present one
    assert excluded
    for paper in ("PMID:0", "PMID:1"):
        expected = literal_scores(parents, kept_rows(rows, paper, False), present, excluded)
        scores = dict(zip(graph.disease_ids, scores_without(graph, query, paper), strict=True))
        assert len(expected) > 3
        assert {d: scores[d] for d in expected} == pytest.approx(expected, abs=1e-9)


def test_the_graph_itself_does_not_change(tmp_path):
    graph = make_graph(tmp_path, TINY_PARENTS, TINY_ROWS)
    query = make_query(graph, [hp(12)])
    before = graph.scorer.scores(query).copy()
    background = graph.background.copy()
    scores_without(graph, query, "PMID:1")
    assert np.array_equal(graph.scorer.scores(query), before)
    assert np.array_equal(graph.background, background)


def test_rows_of_several_papers(tmp_path):
    graph = make_graph(tmp_path, TINY_PARENTS, TINY_ROWS)
    disease = graph.disease_number("OMIM:3")
    # PMID:2 alone says 1/2 of term 20; with PMID:3 it says 45 % of term 21
    term20, term21 = graph.term_number(hp(20)), graph.term_number(hp(21))
    lenient = leave_out(graph, "PMID:2").profiles[disease]
    assert lenient.stated == {term21: 0.45, term20: pytest.approx(2.25 / 4.5)}
    strict = leave_out(graph, "PMID:2", strict=True).profiles[disease]
    assert strict.stated == {term20: pytest.approx(2.25 / 4.5)}


def test_papers_without_findings_change_nothing(tmp_path):
    graph = make_graph(tmp_path, TINY_PARENTS, TINY_ROWS)
    assert leave_out(graph, "PMID:777") is None
    assert leave_out(graph, "PMID:9") is None  # inheritance of a disease that is not ranked
    query = make_query(graph, [hp(12)])
    assert np.array_equal(scores_without(graph, query, None), graph.scorer.scores(query))
