"""The instructor guide answers every question of the timetable and plans every chapter."""

import re
from pathlib import Path

from tools.notebooks import chapter_paths

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "book" / "instructor_guide.md").read_text(encoding="utf-8")
TIMETABLE = (ROOT / "book" / "how_to_use.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    """Return the text under a heading of the guide."""
    return re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", GUIDE, re.MULTILINE | re.DOTALL)[1]


def numbers(text: str) -> set[int]:
    """Return the chapters that a text names, ranges spelt out."""
    found = {int(n) for n in re.findall(r"\b\d+\b", text)}
    for first, last in re.findall(r"(\d+) to (\d+)", text):
        found |= set(range(int(first), int(last) + 1))
    return found


def test_every_question_has_an_answer_and_every_answer_a_question():
    asked = re.findall(r"^\| (\d+) [^|]+\| \d+ min \| \d+ min \| \S", TIMETABLE, re.MULTILINE)
    told = re.findall(r"^\*\*(\d+)\.\*\* \S", section("Answers to the discussion questions"), re.M)
    assert asked == told
    assert asked == [str(n) for n in range(1, 40)]


def test_every_chapter_has_its_place_in_the_course():
    course = section("A course of twelve weeks")
    weeks = re.findall(r"^\| (\d+) \| ([^|]+) \|", course, re.MULTILINE)
    assert [int(week) for week, _ in weeks] == list(range(1, 13))
    planned = set().union(*(numbers(chapters) for _, chapters in weeks))
    later = numbers(re.search(r"^Chapters (.*) are for groups", course, re.MULTILINE)[1])
    assert not planned & later
    assert planned | later == set(range(1, 40))


def test_there_is_a_drawing_for_every_part():
    parts = re.findall(r"^\*\*Part (\d)\.\*\*", section("What to draw"), re.MULTILINE)
    assert parts == [str(n) for n in range(1, 9)]


def test_what_students_say_is_answered_by_a_chapter_of_the_book():
    rows = section("What students get wrong, and the cell that answers")
    named = {int(n) for n in re.findall(r"\| Chapter (\d+),", rows)}
    assert len(named) >= 8
    assert named <= {int(path.name[:2]) for path in chapter_paths()}


def test_points_of_the_rubric_add_up():
    rows = re.findall(r"^\| \*\*(\w+)\*\* \|(.*)\|$", section("The two projects"), re.MULTILINE)
    assert all(len(cells.split("|")) == 4 for _, cells in rows)  # 0 to 3 points
    assert len(rows) * 3 == 21
    assert "Fourteen points of twenty-one pass" in GUIDE
