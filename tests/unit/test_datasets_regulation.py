"""The table of law: every statement has an opened source, every date fits its state."""

import datetime
import shutil

import pytest

from medai.datasets import data_path, regulation
from medai.runtime.errors import MedaiError


@pytest.fixture
def copy(tmp_path):
    folder = tmp_path / "regulation"
    shutil.copytree(data_path("regulation"), folder)
    return folder


def change(folder, table, old, new):
    path = folder / f"{table}.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_counts_are_those_of_the_readme():
    page = data_path("regulation/README.md").read_text(encoding="utf-8")
    for name, count in (
        ("rules.csv` | {} passages", len(regulation.rules())),
        ("dates.csv` | {} dates", len(regulation.legal_dates())),
        ("responsibility.csv` | {} roles", len(regulation.responsibilities())),
    ):
        assert name.format(count) in page
    assert "No lawyer has read any of it" in page


def test_every_source_is_used_or_says_why_it_could_not_be():
    used = {r.source for r in regulation.rules()} | {d.source for d in regulation.legal_dates()}
    used |= {one.source for one in regulation.responsibilities()}
    assert all(regulation.legal_source(key).opened == "yes" for key in used)
    assert {one.key for one in regulation.not_opened()} == {
        "mdr-eur-lex", "aia-omnibus-oj", "who-lmm-2025",
    }  # fmt: skip


def test_rule_11_as_it_is_worded():
    text = regulation.rule("eu-rule-11a").says
    assert text.index("IIa") < text.index("IIb") < text.index("III")


def test_dates_are_in_order_and_proposals_last():
    days = [one.from_day for one in regulation.legal_dates()]
    known = [day for day in days if day]
    assert known == sorted(known)
    assert days[len(known) :] == [None] * (len(days) - len(known))
    assert {d.key: d.from_day for d in regulation.legal_dates()}["annex-i"] == datetime.date(
        2028, 8, 2
    )


def test_what_applies_on_a_day():
    on = {one.key for one in regulation.legal_dates(datetime.date(2026, 11, 23))}
    assert on == {"bans", "gpai", "omnibus", "transparency"}


@pytest.mark.parametrize(
    ("table", "old", "new", "words"),
    [
        ("rules", ",mdr-2-1", ",mdr-eur-lex", "was opened"),
        ("rules", ",mdr-2-1", ",nowhere", "was opened"),
        ("rules", ",eu device,", ",moon,", "must be one of"),
        ("dates", '2028-08-02,"law, later"', "2028-08-02,applies", "behind or ahead"),
        ("dates", "2025-02-02", "2025-02-30", "must be a day"),
        ("dates", ",,proposal", ",2027-01-01,proposal", "behind or ahead"),
        ("sources", ",no,yes,", ",no,perhaps,", "must be one of"),
    ],
)
def test_damage_is_refused(copy, table, old, new, words):
    assert regulation.read_regulation_tables(copy)
    change(copy, table, old, new)
    with pytest.raises(MedaiError, match=words):
        regulation.read_regulation_tables(copy)


def test_unknown_keys_are_refused():
    for function in (regulation.rule, regulation.legal_source):
        with pytest.raises(MedaiError):
            function("nowhere")
    with pytest.raises(MedaiError, match="area"):
        regulation.rules("moon")
