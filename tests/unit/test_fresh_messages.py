"""The fresh messages: their number, kinds and ids, and that a bad row is refused."""

from __future__ import annotations

import dataclasses
from collections import Counter
from pathlib import Path

import pytest

from medai.datasets.checked_tables import read_tables
from medai.datasets.fresh_messages import BOOK, COLUMNS, fresh_messages
from medai.runtime.errors import MedaiError


def test_counts_by_language_and_kind() -> None:
    assert Counter((one.lang, one.kind) for one in fresh_messages()) == {
        ("en", "emergency"): 36,
        ("en", "other"): 36,
        ("zh", "emergency"): 24,
        ("zh", "other"): 24,
    }


def test_ids_name_their_language_and_no_message_stands_twice() -> None:
    messages = fresh_messages()
    assert all(one.id.startswith(f"fr-{one.lang}-") for one in messages)
    assert len({one.id for one in messages}) == len(messages)
    assert len({one.question.casefold() for one in messages}) == len(messages)


def test_chinese_messages_are_chinese_and_english_ones_ascii() -> None:
    for one in fresh_messages():
        chinese = any("\u4e00" <= letter <= "\u9fff" for letter in one.question)
        assert chinese == (one.lang == "zh"), one.id
        assert one.lang == "zh" or one.question.isascii(), one.id


def test_messages_are_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        fresh_messages()[0].kind = "other"  # type: ignore[misc]


@pytest.mark.parametrize(
    "rows",
    [
        "a,en,emergency,help\na,en,other,thanks\n",
        "a,en,urgent,help\n",
        "a,fr,other,bonjour\n",
        "a,en,other,\n",
    ],
)
def test_a_bad_row_is_refused(tmp_path: Path, rows: str) -> None:
    (tmp_path / "fresh.csv").write_text("id,lang,kind,question\n" + rows, encoding="utf-8")
    with pytest.raises(MedaiError, match=r"fresh\.csv, line"):
        read_tables(tmp_path, BOOK, COLUMNS, {"fresh": ("id",)})
