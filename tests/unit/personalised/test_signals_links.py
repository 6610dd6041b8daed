"""Link prediction: nothing leaks, scores by hand, and what is true by construction."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medai.datasets.drug_graph import drug_graph
from medai.metrics import roc_auc
from medai.personalised.signals.linkprediction import (
    NEIGHBOURS,
    Split,
    degree_scores,
    embedding_scores,
    feature_scores,
    leaks,
    match_degree,
    neighbour_scores,
    pair_features,
    split_drugs,
    split_pairs,
)
from medai.runtime import MedaiError

GRAPH = drug_graph(seed=3)


def equal(one: Split, two: Split) -> bool:
    return all(np.array_equal(getattr(one, f), getattr(two, f)) for f in vars(one))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0.1, 0.2, 0.5]), st.sampled_from([1, 5]))
def test_no_split_leaks(seed, share, negatives):
    graph = drug_graph(40, seed)
    for split_by in (split_pairs, split_drugs):
        split = split_by(graph.recorded, share, negatives, seed)
        assert leaks(split) == []
        u, v = split.pairs.T
        assert (u < v).all()
        assert np.array_equal(graph.recorded[u, v], split.y == 1)
        assert np.array_equal(split.train, split.train.T)
        assert (graph.recorded | ~split.train).all()  # a training link is a recorded one


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_new_drugs_are_new_and_the_pairs_have_one(seed):
    graph = drug_graph(60, seed)
    split = split_drugs(graph.recorded, seed=seed)
    new = np.setdiff1d(np.arange(60), split.drugs)
    assert len(new) == 12
    assert not split.train[new].any()
    assert (np.isin(split.pairs, new).sum(axis=1) == 1).all()


def test_pairs_hide_a_share_and_the_rest_is_training():
    split = split_pairs(GRAPH.recorded, 0.2, 5, seed=0)
    links = GRAPH.recorded.sum() // 2
    assert split.y.sum() == round(0.2 * links)
    assert split.train.sum() // 2 == links - split.y.sum()
    assert (split.y == 0).sum() == 5 * split.y.sum()


@pytest.mark.parametrize("split_by", [split_pairs, split_drugs])
def test_the_same_seed_gives_the_same_split(split_by):
    assert equal(split_by(GRAPH.recorded, seed=1), split_by(GRAPH.recorded, seed=1))
    assert not equal(split_by(GRAPH.recorded, seed=1), split_by(GRAPH.recorded, seed=2))


def test_the_check_sees_a_leak():
    split = split_drugs(GRAPH.recorded, seed=0)
    u, v = split.pairs[0]
    train = split.train.copy()
    train[u, v] = train[v, u] = True
    found = leaks(Split(train, split.drugs, split.pairs, split.y))
    assert any("training links" in line for line in found)
    assert len(found) == 2
    twice = np.concatenate([split.pairs, split.pairs[:1]])
    assert leaks(Split(split.train, split.drugs, twice, np.append(split.y, 1)))
    known = np.vstack([split.pairs, split.drugs[:2]])
    assert leaks(Split(split.train, split.drugs, known, np.append(split.y, 0)))


def test_no_score_looks_at_the_answers():
    split = split_pairs(GRAPH.recorded, seed=0)
    blind = Split(split.train, split.drugs, split.pairs, 1 - split.y)
    for score in (degree_scores, embedding_scores, lambda s: feature_scores(s, GRAPH.features)):
        assert np.array_equal(score(split), score(blind))


def test_a_hidden_link_may_be_drawn_as_a_negative_of_training():
    # If hidden links were spared, a method could learn that what is never drawn is a link.  So
    # the scores may not change when other pairs are asked about.
    split = split_pairs(GRAPH.recorded, seed=0)
    fewer = Split(split.train, split.drugs, split.pairs[:50], split.y[:50])
    whole = feature_scores(split, GRAPH.features)
    assert feature_scores(fewer, GRAPH.features) == pytest.approx(whole[:50])


# The path 0 – 1 – 2 – 3 and the edge 1 – 3; asked: (0, 2), (0, 3), (2, 4).
SMALL = np.zeros((5, 5), bool)
for i, j in [(0, 1), (1, 2), (2, 3), (1, 3)]:
    SMALL[i, j] = SMALL[j, i] = True
ASKED = Split(SMALL, np.arange(5), np.array([[0, 2], [0, 3], [2, 4]]), np.array([1, 1, 0]))


def test_scores_by_hand():
    # degrees 1, 3, 2, 2, 0; (0, 2) and (0, 3) share drug 1, which has three links
    assert degree_scores(ASKED).tolist() == [2 * 3, 2 * 3, 3 * 1]
    assert neighbour_scores(ASKED, "common neighbours").tolist() == [1, 1, 0]
    assert neighbour_scores(ASKED, "jaccard") == pytest.approx([1 / 2, 1 / 2, 0])
    assert neighbour_scores(ASKED, "adamic-adar") == pytest.approx([1 / np.log(3)] * 2 + [0])
    assert embedding_scores(ASKED, rank=5) == pytest.approx(np.zeros(3), abs=1e-12)


def test_all_eigenvalues_rebuild_the_links():
    split = split_pairs(GRAPH.recorded, seed=0)
    every = Split(split.train, split.drugs, np.argwhere(np.triu(split.train, 1)), split.y)
    assert embedding_scores(every, rank=160) == pytest.approx(np.ones(len(every.pairs)))


@settings(deadline=None)
@given(st.integers(0, 1000))
def test_a_pair_is_the_same_in_either_order(seed):
    rng = np.random.default_rng(seed)
    x, pairs = rng.random((6, 4)) < 0.5, np.array([[0, 1], [2, 5], [3, 4]])
    assert np.array_equal(pair_features(x, pairs), pair_features(x, pairs[:, ::-1]))
    assert pair_features(x, pairs).shape == (3, 10)


def test_a_new_drug_has_no_neighbours():
    split = split_drugs(GRAPH.recorded, seed=0)
    for method in NEIGHBOURS:
        assert not neighbour_scores(split, method).any()


def test_popularity_says_nothing_once_degrees_are_matched():
    # A negative has one drug of the link, the other has a degree within 15 %: the products of
    # (degree + 1) differ by 15 % at most.
    for split_by in (split_pairs, split_drugs):
        split = match_degree(split_by(GRAPH.recorded, seed=0), seed=0)
        assert leaks(split) == []
        score = degree_scores(split)
        links, others = score[split.y == 1], score[split.y == 0]
        assert len(links) == len(others)
        assert (np.abs(others / links - 1) <= 0.15 + 1e-9).all()


def test_features_carry_over_to_new_drugs_and_neighbours_do_not():
    # Mechanisms decide, and the features hint at them.  Five standard errors of Mann and
    # Whitney's statistic without any knowledge, doubled, because pairs share drugs.
    split = split_drugs(GRAPH.recorded, seed=0)
    m, n = (split.y == 1).sum(), (split.y == 0).sum()
    bound = 0.5 + 2 * 5 * np.sqrt((m + n + 1) / (12 * m * n))
    assert roc_auc(split.y, feature_scores(split, GRAPH.features)) > bound
    assert roc_auc(split.y, neighbour_scores(split)) == 0.5


def test_the_graph_holds_what_it_promises():
    assert np.array_equal(GRAPH.interacts, GRAPH.interacts.T)
    assert not GRAPH.interacts.diagonal().any()
    assert (GRAPH.interacts | ~GRAPH.recorded).all()  # nothing false is recorded
    assert GRAPH.recorded.sum() < GRAPH.interacts.sum()
    again = drug_graph(seed=3)
    assert np.array_equal(GRAPH.recorded, again.recorded)
    share = [GRAPH.recorded[k].sum() / max(1, GRAPH.interacts[k].sum()) for k in range(160)]
    assert np.corrcoef(np.log(GRAPH.studied), share)[0, 1] > 0.5  # the studied are recorded


def test_refusals():
    with pytest.raises(MedaiError, match="square"):
        split_pairs(np.zeros((3, 4), bool))
    lopsided = np.zeros((4, 4), bool)
    lopsided[0, 1] = True
    with pytest.raises(MedaiError, match="symmetric"):
        split_drugs(lopsided)
    with pytest.raises(MedaiError, match=r"share=1\.5"):
        split_pairs(GRAPH.recorded, 1.5)
    with pytest.raises(MedaiError, match="method='pagerank'"):
        neighbour_scores(ASKED, "pagerank")
    with pytest.raises(MedaiError, match="rank=9"):
        embedding_scores(ASKED, rank=9)
    with pytest.raises(MedaiError, match="rows of features"):
        feature_scores(ASKED, np.zeros((4, 3)))
    with pytest.raises(MedaiError, match="at least 20"):
        drug_graph(5)
