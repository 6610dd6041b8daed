"""data/judging: each planted error changes the one thing that it says, and nothing else."""

import re

import pytest

from medai.datasets import judging
from medai.datasets.judging import ERRORS, retellings
from medai.runtime import MedaiError

ROWS = retellings()
UNITS = {"mg", "g", "micrograms", "units", "mL", "%"}
OFTEN = {"daily", "weekly"}
DENIALS = {"no", "not", "without", "denies", "never", "cannot"}


def of(kind: str) -> list:
    return [one for one in ROWS if one.kind == kind]


def exchanged(one) -> tuple[set, set]:
    """The words that only the reference has, and those that only the retelling has."""
    a, b = (set(re.findall(r"[\w.%]+", x.lower().replace(". ", " "))) for x in (one.old, one.new))
    return a - b, b - a


def test_every_reference_is_retold_in_all_eight_ways_and_ids_are_unique():
    assert len({one.id for one in ROWS}) == len(ROWS) == 512
    kinds = {}
    for one in ROWS:
        kinds.setdefault(one.reference, []).append(one.kind)
    assert len(kinds) == 64
    assert all(sorted(k) == sorted((*judging.FAITHFUL, *ERRORS)) for k in kinds.values())


def test_no_reference_and_no_text_stands_in_both_halves():
    dev, test = retellings("dev"), retellings("test")
    assert len(dev) == len(test) == 256
    assert not {one.reference for one in dev} & {one.reference for one in test}
    assert not {one.source for one in dev} & {one.source for one in test}
    assert not {one.text for one in dev} & {one.text for one in test}


def test_a_dose_error_changes_a_number_or_how_often_and_keeps_the_unit():
    for one in of("dose"):
        gone, came = exchanged(one)
        number = all(re.fullmatch(r"\d+(\.\d+)?", w) for w in gone | came)
        assert number or gone | came <= OFTEN, one.id
        assert len(gone) == len(came) == 1, one.id


def test_a_unit_error_changes_a_unit_and_keeps_the_number():
    for one in of("unit"):
        value = re.search(r"\d[\d.]*", one.old)[0]
        assert re.search(r"\d[\d.]*", one.new)[0] == value, one.id
        gone, came = (x.split()[-1] for x in (one.old, one.new))
        assert gone != came, one.id
        assert {gone, came} <= UNITS, one.id


def test_a_negation_error_adds_or_takes_a_denial():
    for one in of("negation"):
        assert set(re.findall(r"\w+", one.old)) & DENIALS, one.id
        assert not set(re.findall(r"\w+", one.new)) & DENIALS, one.id


def test_a_side_error_swaps_left_and_right_only():
    for one in of("side"):
        assert {one.old, one.new} == {"left", "right"}, one.id
        assert one.source.count(one.old) == 1, one.id
        assert one.new not in one.source, one.id


def test_a_drug_error_puts_one_name_for_another():
    for one in of("drug"):
        assert one.old.lower() != one.new.lower(), one.id
        assert one.old[0].isupper() == one.new[0].isupper(), one.id
        assert not re.search(r"\d", one.old + one.new), one.id
        kept = re.split(r"\W+", one.source.replace(one.old, "", 1))
        assert sorted(re.split(r"\W+", one.text.replace(one.new, "", 1))) == sorted(kept)


def test_an_omission_cuts_words_and_adds_none():
    for one in of("omission"):
        words = re.findall(r"\w+", one.source.lower())
        left = re.findall(r"\w+", one.text.lower())
        assert len(left) <= len(words) - 1, one.id
        assert set(left) - set(words) <= {"is", "taken", "had"}, one.id


def test_a_paraphrase_keeps_drug_and_side_and_the_numbers_of_the_dose():
    for one in of("paraphrase"):
        side = next(r.old for r in of("side") if r.reference == one.reference)
        drug = next(r.old for r in of("drug") if r.reference == one.reference)
        text = one.text.lower()
        assert side in text, one.id
        assert {"left": "right", "right": "left"}[side] not in text, one.id
        assert drug.lower() in text, one.id


def test_a_harmless_change_touches_no_number_no_side_and_no_unit():
    for one in of("reworded"):
        gone, came = exchanged(one)
        assert gone, one.id
        assert not (gone | came) & ({"left", "right"} | UNITS | OFTEN), one.id
        assert not re.search(r"\d", one.old + one.new), one.id


@pytest.mark.parametrize("change", [{"text": "Something else."}, {"old": ""}, {"reference": "x"}])
def test_a_row_that_is_not_its_reference_with_one_change_is_refused(change):
    reference = {"id": "r1", "split": "dev", "text": "left knee"}
    row = {"id": "c", "reference": "r1", "kind": "side", "old": "left", "new": "right"}
    good = row | {"text": "right knee"}
    assert judging._read({"references": [reference], "candidates": [good]})[0].new == "right"
    with pytest.raises(MedaiError, match="Correct the row"):
        judging._read({"references": [reference], "candidates": [good | change]})


def test_another_split_is_refused():
    with pytest.raises(MedaiError, match="dev or test"):
        retellings("train")
