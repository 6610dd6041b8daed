"""The labelled sentences of data/notes and their reader."""

import csv
import hashlib
import json
import shutil
from collections import Counter

import pytest

from medai.datasets import card, data_path
from medai.datasets.notes import LABELS, read_notes, read_second_pass
from medai.runtime import MedaiError


def test_the_halves_are_what_the_readme_says():
    assert len(read_notes()) == 120
    assert len(read_notes("dev")) == len(read_notes("test")) == 60
    assert {note.split for note in read_notes("test")} == {"test"}
    assert {one.label for note in read_notes() for one in note.findings} == set(LABELS)
    assert sum(len(note.findings) for note in read_notes()) == 234


def test_every_category_is_in_both_halves():
    halves = [Counter(note.category for note in read_notes(split)) for split in ("dev", "test")]
    assert halves[0].keys() == halves[1].keys()
    assert all(abs(halves[0][name] - halves[1][name]) <= 1 for name in halves[0])


def test_spans_hold_the_words_in_order():
    for note in read_notes():
        assert note.spans == sorted(note.spans)
        for one in note.findings:
            assert note.sentence[one.start : one.end] == one.text


def test_the_second_labelling_differs_once_as_the_readme_says():
    second = read_second_pass()
    different = [one for one in second if one.first != one.second]
    assert [(one.id, one.first, one.second) for one in different] == [("n117", "history", "absent")]
    settled = {(note.id, one.text): one.label for note in read_notes() for one in note.findings}
    assert settled == {(one.id, one.text): one.second for one in second}


def test_the_results_were_measured_on_these_sentences(root):
    results = json.loads((root / "data/results/15_negation.json").read_text(encoding="utf-8"))
    digest = hashlib.sha256(data_path("notes/notes.csv").read_bytes()).hexdigest()
    assert results["notes_sha256"] == digest


def test_the_card_says_that_nobody_else_has_checked():
    assert any("No physician" in flaw for flaw in card("notes").flaws)


def edited(folder, name, line, column, value):
    shutil.copytree(data_path("notes"), folder, dirs_exist_ok=True)
    path = folder / f"{name}.csv"
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    rows[line - 1][column] = value
    with open(path, "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


@pytest.mark.parametrize(
    ("name", "line", "column", "value", "message"),
    [
        ("notes", 2, 1, "train", r"line 2: the split 'train': it must be dev or test"),
        ("notes", 3, 0, "n001", r"line 3: the id 'n001': it stands above already"),
        ("notes", 3, 0, "n999", r"'n999': it has no line in categories.csv"),
        ("notes", 2, 3, "tremor|maybe", r"the label in 'tremor\|maybe': it must be one of"),
        ("notes", 2, 3, "tremor", r"the label in 'tremor': it must be one of"),
        ("notes", 2, 3, "cough|absent", r"'cough': it must stand exactly once"),
        ("notes", 2, 3, "|absent", r"'': it must stand exactly once"),
        ("notes", 2, 3, "tremor|absent; the tremor|absent", r"must not overlap"),
        ("notes", 2, 2, " ", r"4 values that are not empty"),
        ("notes", 1, 0, "name", r"line 1: the columns are \['name'"),
        ("categories", 1, 1, "kind", r"categories.csv, line 1: the columns are"),
    ],
)
def test_a_damaged_line_is_refused(tmp_path, name, line, column, value, message):
    edited(tmp_path, name, line, column, value)
    with pytest.raises(MedaiError, match=message):
        read_notes(folder=tmp_path)


def test_other_refusals(tmp_path):
    with pytest.raises(MedaiError, match=r"split='train': the sentences are 'dev' or 'test'"):
        read_notes("train")
    with pytest.raises(MedaiError, match=r"notes|categories.* is missing"):
        read_notes(folder=tmp_path)
    edited(tmp_path, "second_pass", 2, 3, "yes")
    with pytest.raises(MedaiError, match=r"second_pass.csv, line 2: the label 'yes'"):
        read_second_pass(tmp_path)
