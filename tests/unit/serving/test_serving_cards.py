"""Cards: the invariants of CDS Hooks 2.0 on every patient, and which lines share a card."""

import re
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medai.datasets.plan_patients import plan_patients
from medai.diagnosis.sources import Source
from medai.personalised.plan import Line, make_plan
from medai.serving import examples
from medai.serving.cards import OWN, finding_card, markdown, shared_card, shortened
from medai.serving.findings import Finding, about_order, findings, indicator, questions
from medai.serving.hooks import order_hook, patient_view
from medai.serving.models import OrderSelectRequest, OrderSignRequest, PatientViewRequest

CALL = uuid.UUID("d1577c69-dfbe-44ad-ba6d-3e05e953b2ea")
HOOKS = {
    "patient-view": (patient_view, PatientViewRequest),
    "order-select": (order_hook, OrderSelectRequest),
    "order-sign": (order_hook, OrderSignRequest),
}


def answers():
    for one in plan_patients():
        listed = one.patient.get("medicines", [])
        planned = tuple(m["name"] for m in listed if isinstance(m, dict))
        for hook in HOOKS:
            if hook == "patient-view" or planned:
                yield pytest.param(hook, one.patient, planned, id=f"{one.id}-{hook}")


def call(hook, fields, planned):
    serve, model = HOOKS[hook]
    body = examples.hook_request(hook, fields, planned)
    return [one.sent() for one in serve(model.model_validate(body))]


def nothing_empty(value):
    if isinstance(value, dict):
        return bool(value) and all(nothing_empty(one) for one in value.values())
    if isinstance(value, list):
        return bool(value) and all(nothing_empty(one) for one in value)
    return value not in (None, "")


@pytest.mark.parametrize(("hook", "fields", "planned"), list(answers()))
def test_every_card_is_one_by_the_specification(hook, fields, planned):
    found = call(hook, fields, planned)
    for one in found:
        assert nothing_empty(one)
        assert 0 < len(one["summary"]) < 140
        assert "\n" not in one["summary"]
        assert one["indicator"] in ("info", "warning", "critical")
        assert one["source"]["label"]
        assert one["source"].get("url", "https://").startswith("http")
        assert uuid.UUID(one["uuid"])
        assert ("suggestions" in one) == ("selectionBehavior" in one)
        for link in one.get("links", ()):
            assert link["type"] == "absolute"
            assert re.match("https?://", link["url"])
        for reason in one.get("overrideReasons", ()):
            assert reason["display"]
            assert reason["code"]
            assert reason["system"]
        for suggestion in one.get("suggestions", ()):
            (action,) = suggestion["actions"]
            assert action["type"] == "delete"
            assert action["description"]
            assert action["resourceId"].startswith("MedicationRequest/order-")
        if one["source"]["label"] == OWN:  # without a source of its own a card may only ask
            assert one["indicator"] == "info"
            assert "suggestions" not in one
        assert one["detail"].count("not medical advice") == 1
    order = ["critical", "warning", "info"]
    assert [one["indicator"] for one in found] == sorted(
        (one["indicator"] for one in found), key=order.index
    )
    for key in ("uuid", "summary"):
        values = [one[key] for one in found]
        assert len(values) == len(set(values)), key


def test_what_the_patients_must_be_told_is_in_their_cards():
    """The lines that data/plan_patients demands, written before the service was."""
    told = total = 0
    for one in plan_patients():
        listed = one.patient.get("medicines", [])
        planned = tuple(m["name"] for m in listed if isinstance(m, dict))
        drugs = [d for w in one.must if w.section in ("alerts", "advice") for d in w.drugs]
        if planned and drugs:
            text = " ".join(c["detail"] for c in call("order-sign", one.patient, planned)).lower()
            told += all(drug.lower() in text for drug in drugs)
            total += 1
    assert total >= 15
    assert told == total


# --- which lines share a card -----------------------------------------------------------------


def test_tamoxifen_and_fluoxetine_are_told_once_with_both_sources():
    plan = make_plan(next(one for one in plan_patients() if one.id == 14).patient)
    lines = about_order(plan, ["fluoxetine"])
    assert [one.section for one in lines] == ["alerts", "advice"]
    (merged,) = findings(lines)
    assert len(findings(lines, merge=False)) == 2
    card = finding_card(merged, CALL, {}).sent()
    assert "Also: tamoxifen: alternative" in card["detail"]
    assert all(markdown(s.title) in card["detail"] for one in lines for s in one.sources)


def test_qt_alerts_on_one_medicine_share_the_gravest_card():
    plan = make_plan(next(one for one in plan_patients() if one.id == 21).patient)
    lines = about_order(plan, ["citalopram"])
    assert [one.level for one in lines] == ["contraindicated", "moderate"]
    (one,) = findings(lines)
    assert one.indicator == "critical"
    assert len(one.lines) == 2


def test_two_different_dangers_of_one_pair_stay_two_cards():
    source = (Source("opened", "k", "T", "https://x"),)
    data = {"drugs": ["a", "b"]}
    kinds = [
        Line("alerts", f"{kind}.", "", "major", source, {**data, "kind": kind, "rule": kind})
        for kind in ("qt", "interaction")
    ]
    assert len(findings(kinds)) == 2


@pytest.mark.parametrize(
    ("section", "level", "data", "wanted"),
    [
        ("alerts", "contraindicated", {}, "critical"),
        ("alerts", "major", {}, "warning"),
        ("alerts", "moderate", {}, "info"),
        ("alerts", "minor", {}, "info"),
        ("advice", "major", {"action": "avoid", "strength": "strong"}, "critical"),
        ("advice", "major", {"action": "avoid", "strength": "moderate"}, "warning"),
        ("advice", "moderate", {"action": "adjust", "strength": "strong"}, "warning"),
        ("advice", "moderate", {"action": "adjust", "strength": "optional"}, "info"),
        ("advice", "", {"action": "standard", "strength": "strong"}, "info"),
        ("urgent", "", {}, "critical"),
        ("risks", "", {}, "info"),
    ],
)
def test_indicators(section, level, data, wanted):
    line = Line(section, "Words.", "", level, (Source("opened", "k", "T"),), data)
    assert indicator(line) == wanted


def test_the_usual_dose_gets_no_card():
    plan = make_plan({"genes": {"CYP2D6": "*1/*1"}, "medicines": "codeine"})
    assert plan.of("advice")
    assert about_order(plan, ["codeine"]) == []


def test_questions_of_another_medicine_are_not_asked():
    plan = make_plan({"genes": {"CYP2C19": "*2"}, "medicines": ["metformin", "clopidogrel"]})
    alone, shared = questions(plan, ["clopidogrel"])
    assert [one.data["gene"] for one in alone] == ["CYP2C19"]
    assert not any("metformin" in one.text for one in shared)
    alone, shared = questions(plan, ["metformin"])
    assert alone == []
    assert any("metformin" in one.text for one in shared)


# --- words ------------------------------------------------------------------------------------


@given(st.text(max_size=400), st.integers(20, 139))
def test_a_summary_is_short_and_one_line(text, most):
    short = shortened(text, most)
    assert len(short) <= most
    assert short.isprintable()
    whole = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    assert short == whole or short.endswith("…")


@given(st.text(alphabet="ab*_`<>&[]|~!#\\ ", max_size=60))
def test_markdown_hides_and_marks_nothing(text):
    out = markdown(text)
    assert re.sub(r"\\(.)", r"\1", out) == " ".join(text.split())
    assert not re.search(r"(?<!\\)(?:\\\\)*[*_`<>&\[\]|~!#]", out)


def test_a_medicine_with_tags_in_its_name_cannot_write_html():
    fields = {"medicines": ["<img src=x onerror=alert(1)>"]}
    (one,) = (c for c in call("patient-view", fields, ()) if "img" in c["detail"])
    assert "<img" not in one["detail"].replace("\\<", "")


def test_nothing_unknown_makes_no_card():
    assert shared_card([], [], CALL, ()) is None


def test_a_question_card_has_no_suggestion():
    line = Line("ask", "Which is the second?", data={"gene": "X", "diplotype": "*2"})
    card = finding_card(Finding((line,), "info"), CALL, {"MedicationRequest/1": frozenset("x")})
    assert card.suggestions is None
    assert card.source.label == OWN
