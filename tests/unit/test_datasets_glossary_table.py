"""The glossary's table keeps its rules, read with the standard library alone."""

import csv
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COLUMNS = ["term", "also", "zh", "definition", "chapter", "link"]


@pytest.fixture(scope="module")
def rows():
    with (ROOT / "data/glossary/terms.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def chapters():
    """Source text of each chapter in the tree, by its two-digit number."""
    texts = {}
    for path in sorted(ROOT.glob("chapters/part*/[0-9][0-9]_*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        texts[path.name[:2]] = "\n".join("".join(cell["source"]) for cell in cells).lower()
    return texts


def forms(row):
    """The term and its synonyms."""
    return [row["term"], *(part for part in row["also"].split(";") if part)]


def occurs(form, text):
    """Whether the form stands in the text as a word of its own."""
    return re.search(rf"(?<![a-z0-9]){re.escape(form.lower())}(?![a-z0-9])", text) is not None


def test_there_are_three_hundred_rows_with_the_columns_of_the_readme(rows):
    assert len(rows) >= 300
    assert all(list(row) == COLUMNS for row in rows)


def test_rows_are_alphabetical(rows):
    terms = [row["term"].casefold() for row in rows]
    assert terms == sorted(terms)


def test_every_form_stands_once(rows):
    every = [form.casefold() for row in rows for form in forms(row)]
    assert sorted(every) == sorted(set(every))


def test_no_field_has_stray_spaces_or_signs(rows):
    for row in rows:
        assert all(value == value.strip() for value in row.values()), row
        assert all(form == form.strip() and not form.endswith(".") for form in forms(row)), row
        assert re.fullmatch(r"\d\d", row["chapter"]), row
        assert ";" not in row["zh"], row


def test_definitions_are_short_sentences_that_do_not_start_with_their_term(rows):
    for row in rows:
        text = row["definition"]
        assert text.endswith("."), row
        assert text[0].isupper(), row
        assert 4 <= len(text.split()) <= 40, row
        assert not text.lower().startswith(row["term"].lower() + " is"), row


def test_every_row_has_a_chinese_name(rows):
    names = [row["zh"] for row in rows]
    assert all(re.search(r"[\u4e00-\u9fff]", n) or re.fullmatch(r"[\w -]+", n) for n in names)
    doubles = {n for n in names if names.count(n) > 1}
    assert not doubles


def test_the_chapter_named_holds_the_term(rows, chapters):
    missing = [
        (row["term"], row["chapter"])
        for row in rows
        if row["chapter"] in chapters
        and not any(occurs(form, chapters[row["chapter"]]) for form in forms(row))
    ]
    assert missing == []


def test_every_chapter_has_a_term(rows, chapters):
    assert set(chapters) <= {row["chapter"] for row in rows}
