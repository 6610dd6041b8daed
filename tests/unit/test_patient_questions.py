"""The questions of patients and the phrases of emergencies: shares, gold passages, refusals."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest

from medai.datasets import data_path
from medai.datasets.patient_passages import COLUMNS, patient_passages
from medai.datasets.patient_questions import (
    CATEGORIES,
    KINDS,
    emergency_phrases,
    patient_questions,
    poisoned_passages,
    read_questions,
)
from medai.runtime import MedaiError

LATE = "written after the phrases"


def test_sizes_promised_by_the_readme() -> None:
    rows = patient_questions()
    assert len(rows) >= 140
    assert sum(row.lang == "zh" for row in rows) >= 45
    assert len(patient_questions("dev")) + len(patient_questions("test")) == len(rows)


def test_halves_are_equal_by_kind_and_language() -> None:
    rows = [row for row in patient_questions() if row.note != LATE]
    count = Counter((row.kind, row.lang, row.split) for row in rows)
    for kind in KINDS:
        for lang in ("en", "zh"):
            assert count[kind, lang, "dev"] >= 2
            assert abs(count[kind, lang, "dev"] - count[kind, lang, "test"]) <= 1


def test_late_questions_are_in_the_test_half_only() -> None:
    late = [row for row in patient_questions() if row.note == LATE]
    assert late
    assert {(row.split, row.kind) for row in late} == {("test", "emergency")}


def test_no_question_stands_twice() -> None:
    texts = [" ".join(row.question.casefold().split()) for row in patient_questions()]
    assert len(set(texts)) == len(texts)


def test_every_category_has_phrases_in_both_languages_and_a_line_with_numbers() -> None:
    for lang, numbers in (("en", ("999", "911", "120")), ("zh", ("120", "999", "911"))):
        rows = emergency_phrases(lang)
        assert {row.category for row in rows} == set(CATEGORIES)
        for row in rows:
            assert all(number in row.response for number in numbers)
    for row in emergency_phrases():
        if row.category == "suicide":
            assert "988" in row.response
            assert "12356" in row.response
        if row.response_key == "violence":
            assert "110" in row.response


def test_emergencies_that_once_had_no_phrase_have_some_in_both_languages() -> None:
    sources = ("head-injury", "choking", "drowning", "burns", "chemical-burn", "domestic-999")
    for lang in ("en", "zh"):
        found = {row.source for row in emergency_phrases(lang)}
        assert found >= {*sources, "dka", "crisis-999", "torsion", "ectopic", "back-ces", "cord"}


def test_sources_of_phrases_are_those_of_the_passages() -> None:
    lines = (data_path("patient_passages") / "sources.csv").read_text("utf-8").splitlines()
    assert lines[0] == ",".join(COLUMNS["sources"])
    keys = {line.split(",", 1)[0] for line in lines[1:]}
    assert {row.source for row in emergency_phrases()} <= keys


def test_poisoned_passages_are_no_part_of_the_library() -> None:
    library = {one.id for one in patient_passages()}
    for passage, forbidden in poisoned_passages():
        assert passage.id not in library
        assert passage.opened == "no"
        assert forbidden
        assert all(words.casefold() in passage.text.casefold() for words in forbidden)


def test_an_unknown_split_is_refused() -> None:
    with pytest.raises(MedaiError, match="no split 'train'"):
        patient_questions("train")


@pytest.mark.parametrize(
    ("name", "line", "rule"),
    [
        ("questions", "x,dev,en,answerable,Why?,nothing-en,x,,", "is not in data/patient"),
        ("questions", "x,dev,en,answerable,Why?,,,,", "needs gold passages"),
        ("questions", "x,dev,en,answerable,Why?,stroke-fast-zh,1,,", "another language"),
        ("questions", "x,dev,en,answerable,Why?,stroke-fast-en,gout,,", "no gold passage says"),
        ("questions", "x,dev,en,answerable,Why?,stroke-fast-en,arms,face,", "must not be said"),
        ("questions", "x,dev,en,emergency,Why?,stroke-fast-en,,,", "has no gold passages"),
        ("emergencies", "chest,en,ouch,exact,nothing,call-999", "has no line 'nothing'"),
        ("emergencies", "chest,en,Crushing chest pain,words,call,call-999", "stands in line"),
    ],
)
def test_a_row_that_breaks_a_rule_is_refused(
    tmp_path: Path, name: str, line: str, rule: str
) -> None:
    folder = Path(shutil.copytree(data_path("patient_questions"), tmp_path / "q"))
    with (folder / f"{name}.csv").open("a", encoding="utf-8") as handle:
        handle.write(line + "\n")
    with pytest.raises(MedaiError, match=rule):
        read_questions(folder, patient_passages())
