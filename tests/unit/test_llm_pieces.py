"""Pieces of text: whole characters only, and no stop string, however it is split."""

import itertools

import pytest

from medai.llm._pieces import StopFilter, TextPieces
from medai.llm._prompts import check_prompt, check_settings, check_texts
from medai.runtime import MedaiError

GOOD = {"max_new_tokens": 8, "temperature": 0.0, "top_p": 1.0, "seed": 0, "stop": ()}


def through(stops, pieces):
    stop = StopFilter(stops)
    given = [stop.feed(piece) for piece in pieces]
    return "".join(given) + stop.finish(), stop.stopped


@pytest.mark.parametrize("stops", [("STOP",), ("STOP", "TOP"), ("S", "OP"), ("STOPS",), ("aab",)])
@pytest.mark.parametrize("text", ["one STOP two", "STO", "no", "STSTOP", "aaaab", "STOSTOP", ""])
def test_however_the_text_is_cut_the_result_is_the_same(text, stops):
    at = min((text.find(stop) for stop in stops if stop in text), default=len(text))
    for cuts in itertools.chain.from_iterable(
        itertools.combinations(range(1, len(text)), n) for n in range(3)
    ):
        edges = [0, *cuts, len(text)]
        pieces = [text[a:b] for a, b in itertools.pairwise(edges)]
        got, stopped = through(stops, pieces)
        # The earliest end decides in a stream, the earliest beginning in one piece: both
        # leave no stop string in the text, and agree when one stop is asked for.
        assert not any(stop in got for stop in stops)
        assert stopped == any(stop in text for stop in stops)
        if len(stops) == 1 or not stopped:
            assert got == text[:at]


def test_text_is_held_back_only_as_long_as_needed():
    stop = StopFilter(["\n\n"])
    assert [stop.feed(p) for p in ("a\n", "b", "c\n", "\nd", "e")] == ["a", "\nb", "c", "", ""]
    assert stop.stopped


def test_no_stops_no_delay():
    assert StopFilter(()).feed("abc") == "abc"


def bytes_decode(ids):
    return bytes(ids).decode("utf-8", errors="replace")


@pytest.mark.parametrize("text", ["plain", "naïve – café", "发热 38 °C 🤒🫀", "e\u0301", "a"])
def test_no_character_is_broken_when_each_byte_is_a_token(text):
    pieces = TextPieces(bytes_decode)
    given = [pieces.feed(byte) for byte in text.encode()]
    assert "".join(given) == text
    assert "\ufffd" not in "".join(given)


def test_half_a_character_at_the_end_is_left_out():
    pieces = TextPieces(bytes_decode)
    assert "".join(pieces.feed(byte) for byte in "ok 🫀".encode()[:-1]) == "ok "


def test_a_tokeniser_that_drops_the_first_space():
    """As SentencePiece does: decoding a part begins without the space of its first word."""
    words = ["▁The", "▁heart", "▁beat", "s"]
    pieces = TextPieces(
        lambda ids: "".join(words[i] for i in ids).replace("▁", " ").removeprefix(" ")
    )
    assert [pieces.feed(i) for i in range(4)] == ["The", " heart", " beat", "s"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("max_new_tokens", 0), ("max_new_tokens", 2.5), ("max_new_tokens", True),
     ("temperature", -1), ("temperature", float("nan")), ("temperature", float("inf")),
     ("temperature", "hot"), ("top_p", 0), ("top_p", 1.1), ("seed", -1), ("seed", 1.5),
     ("seed", 2**32), ("stop", [""]), ("stop", [3])],
)  # fmt: skip
def test_settings_out_of_range(name, value):
    with pytest.raises(MedaiError, match=name):
        check_settings(**(GOOD | {name: value}))


def test_one_stop_may_be_a_text():
    assert check_settings(**(GOOD | {"stop": "\n"})).stop == ("\n",)


@pytest.mark.parametrize(
    ("prompt", "words"),
    [("", "empty"), ("  \n", "empty"), ([], "type list"), (None, "NoneType"), (b"x", "bytes"),
     ([{"role": "user"}], "Message 0"), (["x"], "Message 0"),
     ([{"role": "user", "content": "x", "name": "y"}], "exactly the keys"),
     ([{"role": "doctor", "content": "x"}], "'doctor'"),
     ([{"role": "user", "content": " "}], "no text"),
     ([{"role": "user", "content": "x"}, {"role": "assistant", "content": "y"}], "last message")],
)  # fmt: skip
def test_prompts_that_cannot_be_read(prompt, words):
    with pytest.raises(MedaiError, match=words):
        check_prompt(prompt)


@pytest.mark.parametrize(("texts", "words"), [("abc", "wrap it"), ([], "empty"), ([""], r"\[0\]"),
                                              ([1], r"\[0\]"), (None, "list")])  # fmt: skip
def test_texts_that_cannot_be_read(texts, words):
    with pytest.raises(MedaiError, match=words):
        check_texts(texts)
