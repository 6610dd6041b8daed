"""Flags that may well be complete: beside the complete ones, never instead of them."""

import pytest

from medai.datasets.common import common_conditions
from medai.diagnosis import assess
from medai.diagnosis.engine import query_of
from medai.diagnosis.flags import red_flags, urgency
from medai.diagnosis.posterior import posterior
from medai.diagnosis.suspected import LEAST, SHOWN, UNLISTED, URGENT, suspected_flags
from medai.knowledge.common import common_graph
from medai.knowledge.implied import closure

CHEST, SWEAT, FEVER, COUGH = "HP:0100749", "HP:0000975", "HP:0001945", "HP:0012735"


@pytest.fixture(scope="module")
def graph():
    return common_graph()


def suspect(graph, present, denied=(), age=60, sex="male"):
    found = posterior(query_of(graph, present, denied), "emergency", age, sex, graph=graph)
    return found, suspected_flags(graph, present, set(denied), found, age, sex)


def test_the_chance_is_the_sum_in_the_docstring(graph):
    """The formula written out in loops, over the table instead of the rows of the body."""
    present, denied = [CHEST, FEVER], [COUGH]
    found, (chance, _) = suspect(graph, present, denied, None, None)
    there = closure(graph, present)
    expected = 0.0
    for one in common_conditions().values():
        best = 0.0
        for row in one.red_flags:
            missing = set(row.hpo) - there
            if not missing or urgency(row.action) > URGENT or missing & set(denied):
                continue
            product = 1.0
            for hpo in missing:
                conditions, f = graph.scorer.entries(graph.term_number(hpo))
                listed = dict(zip(conditions.tolist(), f.tolist(), strict=True))
                product *= max(listed.get(found.ids.index(one.id), 0.0), UNLISTED)
            best = max(best, product)
        expected += found.of(one.id) * best
    assert chance == pytest.approx(expected)
    assert 0 < chance < 1


def test_what_is_missing_is_named_and_nothing_that_is_there(graph):
    there = closure(graph, [CHEST])
    _, (chance, flags) = suspect(graph, [CHEST])
    assert chance >= LEAST
    assert 0 < len(flags) <= SHOWN
    assert [one.chance for one in flags] == sorted((one.chance for one in flags), reverse=True)
    for one in flags:
        assert one.missing
        assert not set(one.missing) & there
        assert one.urgency <= URGENT
        assert [graph.term(hpo).name for hpo in one.missing] == list(one.findings)


def test_a_denied_finding_rules_its_flags_out(graph):
    _, (before, flags) = suspect(graph, [CHEST])
    denied = [hpo for one in flags for hpo in one.missing]
    _, (after, rest) = suspect(graph, [CHEST], denied)
    assert after < before
    assert not any(set(one.missing) & set(denied) for one in rest)


def test_complete_flags_stay_and_are_not_told_twice():
    answer = assess({"present": [CHEST, SWEAT]}, 60, "male", "emergency")
    complete = red_flags(common_graph(), [CHEST, SWEAT], 60, "male")
    assert [one.flag for one in answer.red_flags] == [one.flag for one in complete]
    for one in answer.suspected_flags:
        assert not set(one.missing) <= closure(common_graph(), [CHEST, SWEAT])


def test_a_cold_raises_no_alarm_and_nothing_has_no_chance(graph):
    answer = assess("runny nose, sneezing, blocked nose, scratchy throat", 30)
    assert answer.suspected_flags == ()
    assert answer.flag_chance < LEAST
    assert suspect(graph, [])[1] == (0.0, ())


def test_the_body_decides_what_is_possible(graph):
    for sex in ("male", "female"):
        _, (_, flags) = suspect(graph, ["HP:0002027"], (), 25, sex)
        impossible = {"ectopic-pregnancy"} if sex == "male" else {"testicular-torsion"}
        assert not {one.condition for one in flags} & impossible


def test_they_are_printed_and_reported(capsys):
    from medai.cli import main

    argv = ["diagnose", "chest pain", "--age", "60", "--setting", "emergency", "--top", "1"]
    assert main(argv) == 0
    out = capsys.readouterr().out
    assert out.index("Possible red flags") < out.index("Common conditions")
    assert "not known:" in out
    page = assess("chest pain", 60, setting="emergency").to_markdown()
    assert page.index("## Red flags") < page.index("## Possible red flags")
