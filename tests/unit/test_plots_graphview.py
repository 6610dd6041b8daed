"""The picture of a network: whole without a script, offline, and legible."""

import itertools
import re

import numpy as np
import pytest

from medai.plots import Line, graph_view
from medai.plots.graphview import layout
from medai.runtime import MedaiError

LINES = [
    Line(
        "gout", "disease", "pain", "finding", "has_finding", sentence="Gout <hurts>.", origin="s1"
    ),
    Line("aspirin", "drug", "hives", "finding", "causes", "negated", 'No "hives".'),
    Line("aspirin", "drug", "pain", "finding", "relieves", "hypothetical"),
]


def test_every_edge_stands_in_the_list_with_its_sentence():
    html = graph_view(LINES, "A test")._repr_html_()
    assert html.count("<li ") == 3
    assert "Gout &lt;hurts&gt;." in html
    assert "not: aspirin → causes → hives" in html
    assert "perhaps: aspirin → relieves → pain" in html
    assert html.count("<button") == 4
    assert "negated" in html


def test_nothing_comes_from_elsewhere():
    html = graph_view(LINES, "A test")._repr_html_()
    assert not re.search(r"https?:|src=|@import|url\(|href=", html)


def test_the_same_every_time_and_readable_as_text():
    one, two = graph_view(LINES, "A test"), graph_view(list(map(tuple, LINES)), "A test")
    assert one._repr_html_() == two._repr_html_()
    assert "gout → has finding → pain" in repr(one)


def test_statuses_differ_without_colour():
    html = graph_view(LINES, "A test")._repr_html_()
    strokes = re.findall(r'<line data-a.*?stroke-dasharray="(.*?)"', html)
    assert len(set(strokes)) == 3


@pytest.mark.parametrize("n", [1, 2, 8, 14])
def test_labels_stay_inside_and_apart(n):
    spots = layout(n, [(0, k) for k in range(1, n)])
    assert spots.shape == (n, 2)
    assert (spots >= [13.9, 6.9]).all()
    assert (spots <= [86.1, 93.1]).all()
    for a, b in itertools.combinations(spots, 2):
        assert abs(a - b)[0] > 26 or abs(a - b)[1] > 6
    assert np.array_equal(spots, layout(n, [(0, k) for k in range(1, n)]))


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(MedaiError, match="title"):
        graph_view(LINES, " ")
    with pytest.raises(MedaiError, match="title"):
        graph_view([], "A test")
    with pytest.raises(MedaiError, match="status"):
        graph_view([LINES[0]._replace(status="so so")], "A test")
    many = [Line("a", "drug", f"f{i}", "finding", "causes") for i in range(50)]
    with pytest.raises(MedaiError, match="at most"):
        graph_view(many, "A test")
