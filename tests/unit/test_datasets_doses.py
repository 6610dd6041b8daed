"""Dose letters: what is true by construction, and that a bag of words can only guess."""

from collections import Counter

import numpy as np
import pytest

from medai.datasets.doses import (
    DOSES,
    DRUGS,
    GROUPS,
    VOCABULARY,
    DoseLetter,
    dose_letters,
    encode_letters,
)
from medai.runtime import MedaiError


def pairs(letters):
    return {
        (letter.tokens[owner], letter.tokens[number])
        for letter in letters
        for owner, number in zip(letter.owners, letter.numbers, strict=True)
    }


def test_every_number_is_a_dose_and_its_owner_a_drug():
    for letter in dose_letters(200, "train", 0) + dose_letters(200, "test", 0):
        assert [t for t in letter.tokens if t in DOSES] == [
            letter.tokens[i] for i in letter.numbers
        ]
        assert sorted(letter.answers()) == sorted(t for t in letter.tokens if t in DRUGS)
        assert len(set(letter.answers())) == 3
        for number, owner, form in zip(letter.numbers, letter.owners, letter.forms, strict=True):
            gap = owner - number
            assert {"after": gap == -1, "apart": gap < -4, "before": gap == 3}[form]
            between = letter.tokens[min(number, owner) + 1 : max(number, owner)]
            assert not set(between) & {*DRUGS, *DOSES}


def test_no_drug_is_tested_with_a_dose_that_it_had_in_training():
    train, test = pairs(dose_letters(3000, "train", 1)), pairs(dose_letters(3000, "test", 2))
    assert not train & test
    # 18 drugs, each with the 6 doses of its own group in the test and the 12 others in training
    assert (len(train), len(test)) == (18 * 12, 18 * 6)


@pytest.mark.parametrize("part", ["train", "test"])
def test_exchanging_doses_stays_in_the_same_part(part):
    """The proof that a bag of words can only guess rests on this."""
    group = {word: i // 6 for i, word in enumerate(DRUGS)} | {
        word: i % GROUPS for i, word in enumerate(DOSES)
    }
    for letter in dose_letters(100, part, 3):
        drugs = {group[word] for word in letter.answers()}
        doses = {group[letter.tokens[i]] for i in letter.numbers}
        assert len(drugs) == len(doses) == 1
        assert (drugs == doses) == (part == "test")


def test_the_bag_says_nothing_of_who_owns_the_smallest_dose():
    # by symmetry the owner of the smallest dose is the first, second or third drug of the
    # alphabet equally often; 6,000 letters, standard error sqrt(1/3 · 2/3 / 6000) = 0.006
    places = Counter()
    for letter in dose_letters(6000, "test", 4):
        smallest = min(range(3), key=lambda k: DOSES.index(letter.tokens[letter.numbers[k]]))
        answers = letter.answers()
        places[sorted(answers).index(answers[smallest])] += 1
    for k in range(3):
        assert abs(places[k] / 6000 - 1 / 3) < 4 * 0.0061


def test_letters_are_repeatable_and_different():
    a, b = dose_letters(50, "train", 5), dose_letters(50, "train", 5)
    assert a == b
    assert len({letter.tokens for letter in a}) == 50
    assert a != dose_letters(50, "train", 6)


def test_encoding_comes_back():
    letters = dose_letters(20, "test", 0)
    ids = encode_letters(letters, 60)
    assert ids.shape == (20, 60)
    for row, letter in zip(ids, letters, strict=True):
        n = len(letter.tokens)
        assert tuple(VOCABULARY[i] for i in row[:n]) == letter.tokens
        assert (row[n:] == 0).all()
        assert (row[:n] > 0).all()
    assert encode_letters(letters).shape[1] == max(len(letter.tokens) for letter in letters)
    assert len(set(VOCABULARY)) == len(VOCABULARY)
    assert np.issubdtype(ids.dtype, np.integer)


def test_bad_requests_are_refused():
    with pytest.raises(MedaiError, match="train"):
        dose_letters(5, "validation")
    with pytest.raises(MedaiError, match="at least one"):
        dose_letters(0)
    with pytest.raises(MedaiError, match="does not fit"):
        encode_letters(dose_letters(5), 4)
    odd = DoseLetter(("letter", ":", "warfarin"), (), (), ())
    with pytest.raises(MedaiError, match="warfarin"):
        encode_letters([odd])
    with pytest.raises(MedaiError, match="no letters"):
        encode_letters([])
