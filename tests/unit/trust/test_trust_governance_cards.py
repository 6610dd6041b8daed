"""Model cards hold measured numbers only; risk files name tests that exist."""

import json

import pytest

from medai.datasets import data_path
from medai.runtime.errors import MedaiError
from medai.trust.governance import risks
from medai.trust.governance.cards import (
    SECTIONS,
    model_card,
    model_card_names,
    model_cards_markdown,
)
from medai.trust.governance.risks import is_test, risk_file, risk_level

ROOT = data_path("results").parents[1]


def spec(**change):
    words = {key: "Said." for key in SECTIONS if key != "results"}
    rows = [{"label": "share", "file": "toy", "at": ["a", {"who": "we"}, "top1"]}]
    more = {"name": "toy", "title": "A toy", "chapter": "39", "not_for": ["patients"]}
    return {**words, **more, "data_cards": ["results"], "results": rows, **change}


@pytest.fixture
def results(tmp_path):
    stored = {
        "date": "2026-11-23",
        "a": [
            {"who": "we", "top1": {"value": 0.5, "interval": [0.25, 0.75], "n": 12}},
            {"who": "they", "top1": 0.125, "three": [0.1, 0.0, 0.2]},
            {"who": "both", "counted": {"right": 3, "n": 4, "interval": [0.3, 0.95]}},
        ],
    }
    (tmp_path / "toy.json").write_text(json.dumps(stored))
    return tmp_path


def test_the_number_is_looked_up(results):
    card = model_card(spec(), results)
    assert str(card.measured[0]) == "share: 0.50 [0.25, 0.75], n = 12"
    page = card.to_markdown()
    assert page.index("Model details") < page.index("Quantitative analyses")
    assert "`toy.json`, 2026-11-23" in page
    assert "*Not for:* patients." in page


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (["a", 1, "top1"], "share: 0.12"),
        (["a", {"who": "they"}, "three"], "share: 0.10 [0.00, 0.20]"),
        (["a", {"who": "both"}, "counted"], "share: 0.75 [0.30, 0.95], n = 4"),
    ],
)
def test_forms_of_a_result(results, at, words):
    rows = [{"label": "share", "file": "toy", "at": at}]
    assert str(model_card(spec(results=rows), results).measured[0]) == words


@pytest.mark.parametrize("key", list(SECTIONS))
def test_a_card_without_a_section_is_refused(results, key):
    without = spec()
    del without[key]
    with pytest.raises(MedaiError, match=f"lacks {key}"):
        model_card(without, results)
    with pytest.raises(MedaiError, match=f"lacks {key}"):
        model_card(spec(**{key: [] if key == "results" else " "}), results)


@pytest.mark.parametrize(
    "typed", ["AUC 0.98.", "right in 73 %", "right in 73%", "about .9 of them"]
)
def test_a_typed_number_is_refused(results, typed):
    with pytest.raises(MedaiError, match="never typed"):
        model_card(spec(metrics=typed), results)


@pytest.mark.parametrize("fine", ["SmolLM2-135M, Q4_1", "version 0.1.0", "28 by 28 pixels", "2019"])
def test_names_and_versions_are_no_results(results, fine):
    assert model_card(spec(details=fine), results)


@pytest.mark.parametrize(
    "at", [["b"], ["a", 7], ["a", {"who": "nobody"}], ["a", 0], ["a", 0, "who"], ["date"]]
)
def test_a_number_that_is_gone_is_refused(results, at):
    rows = [{"label": "share", "file": "toy", "at": at}]
    with pytest.raises(MedaiError, match=r"no single entry|no number"):
        model_card(spec(results=rows), results)


def test_a_result_without_a_date_is_refused(tmp_path):
    (tmp_path / "toy.json").write_text('{"x": 1}')
    rows = [{"label": "share", "file": "toy", "at": ["x"]}]
    with pytest.raises(MedaiError, match="when it was measured"):
        model_card(spec(results=rows), tmp_path)


def test_an_unknown_data_card_is_refused(results):
    with pytest.raises(MedaiError, match="no data card"):
        model_card(spec(data_cards=["nowhere"]), results)


@pytest.mark.parametrize("name", model_card_names())
def test_every_card_of_the_book_is_whole(name):
    card = model_card(name)
    assert card.name == name
    assert card.measured
    assert (
        list((ROOT / "chapters").glob(f"*/{card.chapter}_*.ipynb"))
        or not (ROOT / "chapters").is_dir()
    )


def test_the_page_names_every_card_once():
    page = model_cards_markdown()
    for name in model_card_names():
        assert page.count(f"(model-{name})=") == 1


def test_an_unknown_card_is_refused():
    with pytest.raises(MedaiError, match="diagnosis-assistant"):
        model_card("nothing")


# -- risk files --------------------------------------------------------------------------------


def test_levels_by_hand():
    table = [[risk_level(s, p)[0] for p in range(1, 6)] for s in range(1, 6)]
    assert ["".join(row) for row in table] == ["llllm", "llmmm", "lmmhh", "lmhhh", "mmhhh"]


@pytest.mark.parametrize("pair", [(0, 1), (6, 1), (1, 0), (True, 1), (2.5, 1)])
def test_a_level_that_is_none_is_refused(pair):
    with pytest.raises(MedaiError, match="from 1 to 5"):
        risk_level(*pair)


def test_more_severe_or_more_likely_is_never_less():
    order = ("low", "medium", "high").index
    for s in range(1, 5):
        for p in range(1, 5):
            assert order(risk_level(s, p)) <= order(risk_level(s + 1, p))
            assert order(risk_level(s, p)) <= order(risk_level(s, p + 1))


def test_every_control_of_the_book_has_its_test():
    found = risk_file("diagnosis-assistant", repository=ROOT)
    assert found.tests_checked
    assert all(is_test(test, ROOT) for one in found.hazards for test in one.tests)
    assert sum(found.matrix("after").values()) == len(found.hazards)
    assert found.residual()[0].level_after == "high", "the file does not call itself safe"


def test_a_control_whose_test_does_not_exist_is_refused(tmp_path):
    text = data_path("risk_files/hazards.csv").read_text(encoding="utf-8")
    changed = text.replace("::test_everyday_complaints_raise_no_flag", "::test_nobody_wrote_this")
    assert changed != text
    (tmp_path / "hazards.csv").write_text(changed, encoding="utf-8")
    with pytest.raises(MedaiError, match="no such test"):
        risk_file("diagnosis-assistant", tmp_path, ROOT)


def test_a_control_that_raises_the_risk_is_refused(tmp_path):
    head, first, *_ = data_path("risk_files/hazards.csv").read_text(encoding="utf-8").splitlines()
    (tmp_path / "hazards.csv").write_text(f"{head}\n{first.replace(',design,3,', ',design,5,')}\n")
    with pytest.raises(MedaiError, match="must not raise"):
        risk_file("diagnosis-assistant", tmp_path, ROOT)


def test_an_installed_package_says_that_it_could_not_look(tmp_path):
    assert not risk_file("diagnosis-assistant", repository=tmp_path).tests_checked


def test_a_model_without_hazards_is_refused():
    with pytest.raises(MedaiError, match="diagnosis-assistant"):
        risk_file("smollm2")


def test_finding_a_test(tmp_path):
    (tmp_path / "test_x.py").write_text(
        "def test_a(): ...\nclass TestB:\n  def test_c(self): ...\n"
    )
    assert is_test("test_x.py::test_a", tmp_path)
    assert is_test("test_x.py::TestB::test_c", tmp_path)
    for wrong in ("test_x.py::test_c", "test_x.py", "test_y.py::test_a", "test_x.py::TestB"):
        assert not is_test(wrong, tmp_path)
    assert risks.SEVERITY[4] == "fatal"
