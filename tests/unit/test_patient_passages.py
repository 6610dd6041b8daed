"""The passages for patients: sources, languages, lengths, and what the reader refuses."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from medai.datasets import data_path
from medai.datasets.patient_passages import patient_passages, read_passages
from medai.runtime import MedaiError

# Numbers that a Chinese passage may hold and its English twin not: emergency numbers, and what
# stands in words or in another form in the twin.
NUMBERS = {"120", "110", "999", "911", "112", "111", "988", "12356"}


def test_sizes_promised_by_the_readme() -> None:
    english, chinese = patient_passages("en"), patient_passages("zh")
    assert len(english) >= 90
    assert len(chinese) >= 40
    assert len({one.topic for one in english}) >= 25
    assert len(patient_passages()) == len(english) + len(chinese)


def test_every_passage_rests_on_an_opened_source() -> None:
    for one in patient_passages():
        assert one.opened == "yes"
        assert one.source_url.startswith("http")
        assert one.reviewed == "no physician"


def test_doses_of_medicines_name_their_country() -> None:
    place = re.compile(
        r"UK|US\b|NHS|Canada|Zealand|Ireland|Australia|England|英国|美国|中国|新西兰"
    )
    for one in patient_passages():
        if re.search(r"\d\s*(?:(?:mg|micrograms|units)\b|毫克|微克)", one.text):
            assert place.search(one.text), one.id


def test_numbers_of_a_chinese_passage_stand_in_its_english_twin() -> None:
    words = {"one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "eight": "8"}
    twins = {one.family: one for one in patient_passages("en")}
    odd = {}
    for one in patient_passages("zh"):
        twin = twins[one.family]
        text = twin.title + " " + twin.text
        for word, digit in words.items():
            text = re.sub(rf"\b{word}\b", f"{word} {digit}", text, flags=re.I)
        known = set(re.findall(r"\d+(?:\.\d+)?", text.replace(",", ""))) | NUMBERS
        more = set(re.findall(r"\d+(?:\.\d+)?", one.title + " " + one.text)) - known
        if more and one.source == twin.source:
            odd[one.id] = more
    assert odd == {}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the folder that a test may damage."""
    return Path(shutil.copytree(data_path("patient_passages"), tmp_path / "p"))


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        (
            "metformin-what-en,en,metformin",
            "metformin-what-en,en,pills",
            "topic must be that of its English",
        ),
        (",nhs-metformin,no physician", ",nobody,no physician", "no key of sources.csv"),
        ("metformin-what-en,en", "metformin-what-en,zh", "the id must end in -zh"),
        (",no physician", ",two physicians", "must be one of no physician"),
    ],
)
def test_a_damaged_passage_is_refused(folder: Path, old: str, new: str, rule: str) -> None:
    path = folder / "passages.csv"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(MedaiError, match=rule):
        read_passages(folder)


def test_a_source_that_was_not_opened_is_refused(folder: Path) -> None:
    path = folder / "sources.csv"
    path.write_text(path.read_text("utf-8").replace(",yes,", ",no,"), "utf-8")
    with pytest.raises(MedaiError, match="was not opened"):
        read_passages(folder)


def test_a_chinese_passage_without_its_twin_is_refused(folder: Path) -> None:
    path = folder / "passages.csv"
    path.write_text(path.read_text("utf-8").replace("stroke-fast-en", "stroke-quick-en"), "utf-8")
    with pytest.raises(MedaiError, match="needs the English passage"):
        read_passages(folder)


def test_a_passage_that_is_too_short_is_refused(folder: Path) -> None:
    path = folder / "passages.csv"
    with path.open("a", encoding="utf-8") as handle:
        handle.write("x-en,en,metformin,X,Only four words here.,nhs-metformin,no physician\n")
    with pytest.raises(MedaiError, match="it has 4 words"):
        read_passages(folder)
