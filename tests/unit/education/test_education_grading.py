"""Grading: kappa by hand and against sklearn, rules of the rubric, the dangerous answers."""

from __future__ import annotations

import csv
import re

import numpy as np
import pytest

from medai.datasets import card, data_path
from medai.datasets.short_answers import (
    STYLES,
    Point,
    patterns,
    read_short_answers,
    second_pass,
    short_answers,
    short_questions,
)
from medai.education import grading
from medai.runtime import MedaiError

QUESTIONS = {question.id: question for question in short_questions()}


def test_kappa_by_hand_and_against_sklearn():
    a, b = [0, 0, 1, 2, 2, 2], [0, 1, 1, 2, 2, 0]
    # weights 0, 1/4, 1: observed (0,1) 1/4 and (2,0) 1: sum 1.25
    # margins a 2, 1, 3 and b 2, 2, 2: expected/6 cells off the diagonal with weight:
    # (0,1) 4/6/4, (0,2) 4/6, (1,0) 2/6/4, (1,2) 2/6/4, (2,0) 6/6, (2,1) 6/6/4 -> 14.0/6
    expected = (4 / 4 + 4 + 2 / 4 + 2 / 4 + 6 + 6 / 4) / 6
    assert grading.kappa(a, b) == pytest.approx(1 - 1.25 / expected)
    from sklearn.metrics import cohen_kappa_score

    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 3, 50), rng.integers(0, 3, 50)
    assert grading.kappa(x, y) == pytest.approx(cohen_kappa_score(x, y, weights="quadratic"))
    assert grading.kappa(x, x) == 1


@pytest.mark.parametrize(("a", "b"), [([0], [0, 1]), ([], []), ([0, 3], [0, 1]), ([1, 1], [1, 1])])
def test_kappa_refuses_what_has_no_answer(a, b):
    with pytest.raises(MedaiError):
        grading.kappa(a, b)


def test_cut_and_tune():
    np.testing.assert_array_equal(grading.cut([0.1, 0.5, 0.9], (0.5, 0.8)), [0, 1, 2])
    scores, grades = np.array([0.1, 0.2, 0.5, 0.6, 0.8, 0.9]), [0, 0, 1, 1, 2, 2]
    assert grading.kappa(grades, grading.cut(scores, grading.tune(scores, grades))) == 1


POINT = Point("states", "bleeding", patterns("bleed | stomach + ulcer"))


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("It causes bleeding.", True),
        ("It does not cause bleeding.", False),
        ("It doesn't cause bleeding.", False),
        ("It never bleeds.", False),
        ("No pain, but bleeding.", True),
        ("It is not the dose; it bleeds.", True),
        ("The stomach may get an ulcer.", True),
        ("The stomach is fine. An ulcer is elsewhere.", False),
        ("It bleeds. In fact it does not bleed.", False),  # a denial anywhere spoils it
        ("", False),
    ],
)
def test_a_point_must_be_stated_and_not_denied(text, right):
    assert grading.met(POINT, text) is right


DRUG = Point("forbids", "codeine is avoided", patterns("codeine"))


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("Avoid codeine.", True),
        ("Codeine should not be given.", True),
        ("Don't use codeine.", True),
        ("Codeine is contraindicated.", True),
        ("Codeine need not be avoided.", False),
        ("Codeine can be given.", False),
        ("Codeine is safe to use.", False),
        ("Give codeine.", False),
        ("Avoid morphine.", False),
    ],
)
def test_forbidding_a_medicine(text, right):
    assert grading.met(DRUG, text) is right


@pytest.mark.parametrize("split", ["dev", "test"])
def test_orders_to_the_grader_earn_nothing_and_call_a_teacher(split):
    texts = [a for a in short_answers(split) if a.style == "prompt"]
    assert len(texts) == 6
    for answer in texts:
        found = grading.grade(QUESTIONS[answer.question], answer.text, (0.4, 0.7), score=0.9)
        assert found.marks == 0
        assert found.teacher, answer.text


def test_no_sound_answer_is_taken_for_an_order():
    wrong = [
        a.text for a in short_answers() if a.style != "prompt" and grading.addresses_grader(a.text)
    ]
    assert wrong == []


def test_a_grade_says_what_is_missing_and_when_to_ask():
    question = QUESTIONS["metformin-kidney"]
    found = grading.grade(question, "The kidney clears it, so it builds up.", (0.3, 0.9), score=0.5)
    assert (found.marks, found.missing, found.teacher) == (1, ("lactic acidosis",), False)
    assert grading.grade(question, "Lactic acidosis.", (0.3, 0.4), score=0.5).teacher
    for bad in ("", "  ", "x" * 2001):
        with pytest.raises(MedaiError):
            grading.grade(question, bad, (0.3, 0.4), score=0.5)


@pytest.fixture(scope="module")
def measured():
    """Kappa and proposals on both halves, limits tuned on dev only."""
    dev, test = short_answers("dev"), short_answers("test")
    limits = {}
    for name, score in grading.SCORES.items():
        scores = score([QUESTIONS[a.question] for a in dev], [a.text for a in dev])
        limits[name] = grading.tune(scores, [a.grade for a in dev])
    questions, texts = [QUESTIONS[a.question] for a in test], [a.text for a in test]
    found = {n: grading.cut(f(questions, texts), limits[n]) for n, f in grading.SCORES.items()}
    found["rubric"] = np.array(
        [grading.rubric(q, t) for q, t in zip(questions, texts, strict=True)]
    )
    return test, np.array([a.grade for a in test]), found


def test_the_rubric_beats_every_baseline_on_unseen_questions(measured):
    _answers, truth, found = measured
    kappas = {name: grading.kappa(truth, grades) for name, grades in found.items()}
    assert all(kappas["rubric"] > kappas[name] for name in ("embedding", "keywords", "length"))


def test_likeness_alone_gives_marks_to_negated_answers(measured):
    answers, _truth, found = measured
    negated = np.array([a.style == "negated" for a in answers])
    assert found["embedding"][negated].mean() > 0.5  # the danger that the chapter shows


@pytest.mark.xfail(
    strict=True, reason="measured on 23 November 2026: the rubric gives negated answers 0.5 marks"
)
def test_no_negated_answer_gets_a_mark(measured):
    answers, _truth, found = measured
    assert found["rubric"][[a.style == "negated" for a in answers]].sum() == 0


@pytest.mark.xfail(
    strict=True, reason="measured on 23 November 2026: every paraphrase without the words gets 0"
)
def test_right_answers_in_other_words_get_half_of_their_marks(measured):
    answers, _truth, found = measured
    assert found["rubric"][[a.style == "paraphrase" for a in answers]].mean() >= 1


def test_the_written_set_is_what_its_readme_says():
    assert [len(short_questions(split)) for split in ("dev", "test")] == [6, 6]
    answers = short_answers()
    assert len(answers) == 144
    for question in QUESTIONS:
        assert [a.style for a in answers if a.question == question] == list(STYLES)
        assert len(QUESTIONS[question].points) == 2
    assert card("short-answers").licence == "CC BY 4.0"


def test_every_source_row_exists():
    for question in QUESTIONS.values():
        table, _, row = question.source.partition(":")
        if table == "pgx_advice":
            table, column = "pgx_advice/drugs", "drug"
        else:
            column = "condition" if table.startswith("common") else "id"
        with open(data_path(f"{table}.csv"), encoding="utf-8", newline="") as handle:
            assert row in {line[column] for line in csv.DictReader(handle)}, question.source


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("answers", "metformin-kidney,1,full,2", "metformin-kidney,1,full,3", "must be one of"),
        ("answers", "metformin-kidney,1,full", "nothing,1,full", "no such question"),
        ("points", "metformin-kidney,1,states", "metformin-kidney,1,means", "must be one of"),
        ("questions", "metformin-kidney,dev", "metformin-kidney,train", "must be one of"),
    ],
)
def test_a_damaged_table_is_refused(tmp_path, name, old, new, message):
    for file in data_path("short_answers").glob("*.csv"):
        text = file.read_text(encoding="utf-8")
        if file.stem == name:
            assert old in text
            text = text.replace(old, new, 1)
        (tmp_path / file.name).write_text(text, encoding="utf-8")
    with pytest.raises(MedaiError, match=re.escape(message)):
        read_short_answers(tmp_path)
    with pytest.raises(MedaiError, match="dev, test"):
        short_questions("train")


def test_the_second_pass_covers_every_question_and_agrees_as_the_readme_says(tmp_path):
    first = {(a.question, a.number): a.grade for a in short_answers()}
    second = second_pass()
    assert len(second) == 60
    assert {q for q, _ in second} == set(QUESTIONS)
    a, b = [first[k] for k in second], list(second.values())
    assert sum(x == y for x, y in zip(a, b, strict=True)) == 58
    assert round(grading.kappa(a, b), 2) == 0.97
    for file in data_path("short_answers").glob("*.csv"):
        (tmp_path / file.name).write_text(file.read_text("utf-8"), "utf-8")
    with (tmp_path / "second_pass.csv").open("a") as file:
        file.write("metformin-kidney,99,1\n")
    with pytest.raises(MedaiError, match="no such answer"):
        read_short_answers(tmp_path)
