"""A false twin of a true sentence: only the direction changes, and the grammar holds."""

import pytest

from medai.runtime import MedaiError
from medai.text import direction_words, turn_directions


@pytest.mark.parametrize(
    ("text", "turned"),
    [
        ("an abnormally decreased count", "an abnormally increased count"),
        ("A decreased count", "An increased count"),
        ("an elevated or high level", "a reduced or low level"),
        ("a low value, above all", "a high value, below all"),
        ("Above the 97th centile", "Below the 97th centile"),
        ("AN INCREASED VALUE", "A DECREASED VALUE"),
        ("a\nreduced amount", "an\nelevated amount"),
        ("highly flowing, lower, lowest", "highly flowing, lower, lowest"),
        ("", ""),
    ],
)
def test_the_direction_turns_and_the_article_with_it(text, turned):
    assert turn_directions(text) == turned


@pytest.mark.parametrize("text", ["a low and an elevated part", "Increased.", "none here"])
def test_turning_twice_gives_the_text_back(text):
    assert turn_directions(turn_directions(text)) == text


def test_the_words_are_listed_in_their_order():
    assert direction_words("High, below and slowly reduced") == ["high", "below", "reduced"]
    assert direction_words("hyponatremia") == []


@pytest.mark.parametrize("bad", [None, 5, ["high"]], ids=["none", "number", "list"])
@pytest.mark.parametrize("call", [turn_directions, direction_words])
def test_what_is_no_text_is_refused(call, bad):
    with pytest.raises(MedaiError, match="pass one str"):
        call(bad)
