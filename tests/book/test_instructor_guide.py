"""The instructor guide answers every question of the timetable and plans every chapter."""

import re
from pathlib import Path

import nbformat
import pytest

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


ROW = re.compile(
    r"^\| (?P<week>\d+) \| (?P<lectures>[^|]+) \| (?P<home>[^|]*)\| (?P<lab>\d+): [^|]+ \|", re.M
)
COURSE = section("A course of twelve weeks")
WEEKS = [row.groupdict() for row in ROW.finditer(COURSE)]
MINUTES = {
    int(chapter): (int(lecture), int(lab))
    for chapter, lecture, lab in re.findall(
        r"^\| (\d+) [^|]+\| (\d+) min \| (\d+) min", TIMETABLE, re.MULTILINE
    )
}


def in_order(week: dict[str, str]) -> list[int]:
    """Return the chapters of a week: lectures in their order, then what is read at home."""
    return [*map(int, week["lectures"].split(", ")), *sorted(numbers(week["home"]))]


def built_on(path: Path) -> set[int]:
    """Return the chapters that a chapter's first lines ask for."""
    first = nbformat.read(path, as_version=4).cells[0].source
    before = first.partition("**Before**")[2].partition("\n")[0]
    words = re.sub(r"\]\([^)]*\)", "", before).replace("[", "")
    found = re.findall(r"[Cc]hapters? (\d+)(?:,? and (\d+))?", words)
    return {int(number) for pair in found for number in pair if number}


def test_every_chapter_has_its_place_in_the_course():
    assert [int(week["week"]) for week in WEEKS] == list(range(1, 13))
    planned = [chapter for week in WEEKS for chapter in in_order(week)]
    later = numbers(re.search(r"^Chapters (.*) are for groups", COURSE, re.MULTILINE)[1])
    assert sorted([*planned, *later]) == list(range(1, 40))


@pytest.mark.parametrize("week", WEEKS, ids=lambda week: week["week"])
def test_a_week_fits_into_its_hours(week):
    lectures = [int(chapter) for chapter in week["lectures"].split(", ")]
    assert len(lectures) == 2
    assert sum(MINUTES[chapter][0] for chapter in lectures) <= 150
    lab = int(week["lab"])
    assert lab in lectures
    assert MINUTES[lab][1] <= 90 or lab in (24, 31)  # the projects go on at home


def test_a_chapter_comes_after_those_that_it_builds_on():
    needs = {int(path.name[:2]): built_on(path) for path in chapter_paths()}
    assert needs[31] >= {24, 27}
    assert sum(map(len, needs.values())) > 50
    done: list[int] = []
    for chapter in (chapter for week in WEEKS for chapter in in_order(week)):
        assert needs[chapter] <= {*done}, f"chapter {chapter} in the course"
        done.append(chapter)


def test_nothing_needs_what_may_be_left_out():
    listed = re.search(r"\*\*Leave out, if time is short:\*\* (.*)", COURSE)[1]
    out = numbers(listed)
    assert len(out) == 7
    kept = [path for path in chapter_paths() if int(path.name[:2]) not in out]
    course = {chapter for week in WEEKS for chapter in in_order(week)}
    assert [p.name for p in kept if int(p.name[:2]) in course and built_on(p) & out] == []


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
