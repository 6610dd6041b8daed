"""Misspelt names: resolved rightly or asked, never read as another medicine."""

from __future__ import annotations

import random
import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medai.datasets.drugs import drug_tables
from medai.personalised import drugs
from medai.personalised.drugs import chinese, misspelt, wording

TABLES = drug_tables()
LETTERS = "abcdefghijklmnopqrstuvwxyz"
MEANT = {
    name: frozenset(ingredients)
    for name, ingredients in (
        *(
            (name, (drug.name,))
            for drug in TABLES.drugs.values()
            for name in (drug.name, *drug.english)
        ),
        *((brand.name.lower(), brand.ingredients) for brand in TABLES.brands.values()),
    )
    if re.fullmatch("[a-z]{7,}", name)
}


def typo(name: str, kind: str, place: int, letter: str) -> str:
    """Return the name with one letter inserted, deleted or replaced, or two neighbours swapped."""
    place %= len(name)
    if kind == "insert":
        return name[:place] + letter + name[place:]
    if kind == "delete":
        return name[:place] + name[place + 1 :]
    if kind == "replace":
        return name[:place] + letter + name[place + 1 :]
    place %= len(name) - 1
    return name[:place] + name[place + 1] + name[place] + name[place + 2 :]


KINDS = ("insert", "delete", "replace", "swap")


def verdict(name: str, written: str) -> str:
    found = drugs.match(written)
    if found.asked:
        return "asked"
    return "right" if {drug.name for drug in found.drugs} == MEANT[name] else "wrong"


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(sorted(MEANT)),
    st.sampled_from(KINDS),
    st.integers(0, 40),
    st.sampled_from(LETTERS),
)
def test_one_typo_is_never_another_medicine(name, kind, place, letter):
    assert verdict(name, typo(name, kind, place, letter)) != "wrong"


def test_typos_of_all_names():
    """Four typos, one of each kind, of every name of seven letters or more."""
    draw = random.Random(31)
    wrong, counts = [], Counter()
    for name in sorted(MEANT):
        for kind in KINDS:
            written = typo(name, kind, draw.randrange(len(name)), draw.choice(LETTERS))
            found = verdict(name, written)
            counts[found] += 1
            if found == "wrong":
                wrong.append((name, written))
    total = sum(counts.values())
    print({key: f"{count} ({count / total:.1%})" for key, count in counts.items()})
    assert wrong == []


def test_no_misspelling_of_a_confused_name_is_read():
    for one, other in TABLES.lookalikes:
        for name in (one, other):
            key = wording.key(name)
            if not re.fullmatch("[a-z]{7,}", key) or drugs.match(name).asked:
                continue
            meant = drugs.match(name).drugs
            for place in range(1, len(key) - 1):
                found = drugs.match(typo(key, "swap", place, ""))
                assert found.asked or (found.drugs == meant and found.how != "spelling"), name


def test_confused_names_stay_apart():
    for one, other in TABLES.lookalikes:
        if drugs.match(one).asked or drugs.match(other).asked:
            continue
        assert drugs.match(one).drugs != drugs.match(other).drugs, (one, other)


def test_the_pair_is_named_in_the_question():
    assert "hydralazine or hydroxyzine" in drugs.match("hydralzine 25 mg").question
    found = drugs.match("hydroxizine")
    assert {drug.name for drug in found.alternatives} == {"hydralazine", "hydroxyzine"}


@pytest.mark.parametrize("name", ["asprin", "parcetamol", "omeprazol", "simvastatine"])
def test_a_plain_misspelling_is_read_and_said(name):
    found = drugs.match(name)
    assert found.how == "spelling"
    assert len(found.drugs) == 1


def test_short_names_are_never_mended():
    assert misspelt.allowed("zomg") == 0
    assert drugs.match("zomg").asked
    assert drugs.match("yax").asked


@pytest.mark.parametrize(
    ("written", "meant"),
    [("阿托伐他丁", "atorvastatin"), ("对乙酰氨基芬", "paracetamol"), ("二甲双瓜", "metformin")],
)
def test_one_wrong_character(written, meant):
    found = drugs.match(written)
    assert found.how == "spelling"
    assert [drug.name for drug in found.drugs] == [meant]


@pytest.mark.parametrize("written", ["洛发他汀", "头孢唑肟", "阿某西林", "氯丙唑", "头孢"])
def test_a_wrong_character_outside_the_family_ending_is_asked(written):
    assert drugs.match(written).asked


def test_chinese_names_never_become_another():
    """Replace each character of each Chinese name of four or more: right or asked."""
    every = [(name, drug) for drug in TABLES.drugs.values() for name in drug.chinese]
    counts = Counter()
    for name, drug in every:
        if len(name) < 4 or not re.fullmatch("[\u4e00-\u9fff]+", name):
            continue
        for place in range(len(name)):
            found = drugs.match(name[:place] + "某" + name[place + 1 :])
            right = [one.name for one in found.drugs] == [drug.name]
            counts["asked" if found.asked else "right" if right else "wrong"] += 1
    print(dict(counts))
    assert counts["wrong"] == 0


def test_a_chinese_combination_is_taken_apart_only_when_covered():
    known = {"缬沙坦", "氨氯地平"}.__contains__
    assert chinese.take_apart("缬沙坦钠氨氯地平", known, 8) == ("缬沙坦", "氨氯地平")
    assert chinese.take_apart("缬沙坦左旋氨氯地平", known, 8) == ()
    assert chinese.take_apart("缬沙坦", known, 8) == ()
