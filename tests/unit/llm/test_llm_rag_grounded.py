"""The grounding check is attacked: one changed word that changes what is said is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rag_passages import COLD, FEVER, FEVER_ZH

from medai.llm.rag.asked import sentences
from medai.llm.rag.grounded import HINGES, check, differs, supported
from medai.llm.rag.records import Citation, Passage

ONE = [Citation(1, FEVER.id, "Fever", ""), Citation(2, COLD.id, "Cold", "")]
BOTH = [FEVER, COLD]
DOSE = "If you have pain, take 500 mg of paracetamol every 6 hours, not ibuprofen."


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Drink plenty of water and rest.", "Drink plenty of water and rest."),
        ("Please drink plenty of water and rest.", "Drink plenty of water and rest."),
        ("See a physician if the fever lasts more than 5 days.", "See a doctor if the fever "
         "lasts more than 5 days."),
        ("If the fever lasts more than 5 days, see a doctor.", "See a doctor if the fever "
         "lasts more than 5 days."),
        ("Antibiotics don't help a cold.", "Antibiotics do not help a cold."),
        ("You cannot take it with milk.", "You can not take it with milk."),
    ],
)  # fmt: skip
def test_the_same_in_other_words_is_accepted(said, told):
    assert differs(said, told) == ""


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("If you have pain, take 5000 mg of paracetamol every 6 hours, not ibuprofen.", "numbers"),
        ("If you have pain, take 500 g of paracetamol every 6 hours, not ibuprofen.", "own"),
        ("If you have pain, take 500 mg of paracetamol every 4 hours, not ibuprofen.", "numbers"),
        ("If you have pain, take 6 mg of paracetamol every 500 hours, not ibuprofen.", "numbers"),
        ("If you have pain, take 500 mg of ibuprofen every 6 hours, not paracetamol.", "order"),
        ("If you have pain, take 500 mg of codeine every 6 hours, not ibuprofen.", "medicines"),
        ("If you have pain, take 500 mg of paracetamol every 6 hours, or ibuprofen.", "decides"),
        ("If you have no pain, take 500 mg of paracetamol every 6 hours, not ibuprofen.", "deci"),
        ("If you have pain, do not take 500 mg of paracetamol every 6 hours, ibuprofen.", "order"),
        ("Take 500 mg of paracetamol every 6 hours, not ibuprofen.", "decides"),
        ("If you have pain, take paracetamol, not ibuprofen.", "numbers"),
        ("If you have pain, take 500 mg of paracetamol every 6 days, not ibuprofen.", "own"),
        ("If you have pain, take 500 mg of paracetamol every 6 hours.", "medicines"),
        ("Should you take 500 mg of paracetamol every 6 hours?", "decides"),
        ("If you have cancer, take 500 mg of paracetamol every 6 hours, not ibuprofen.", "own"),
    ],
)
def test_a_change_of_meaning_is_refused_for_its_reason(said, why):
    assert why in differs(said, DOSE)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("No antibiotics help with flu.", "No, antibiotics help with flu."),
        ("Increase the dose to 5 mg.", "Increase the dose by 5 mg."),
        ("Take it before food.", "Take it after food."),
        ("Take it for alcohol.", "Take it with alcohol."),
        ("Insulin must not be stopped.", "Insulin must be stopped."),
        ("Call a doctor if a rash comes, see a nurse if fever lasts.",
         "Call a doctor if fever lasts, see a nurse if a rash comes."),
        ("It is rarely harmful.", "It is often harmful."),
        ("Adults may take aspirin.", "Children may take aspirin."),
        ("Bacteria are killed by viruses.", "Viruses are killed by bacteria."),
        ("It was safe.", "It is safe."),
        ("Is it safe?", "It is safe."),
    ],
)  # fmt: skip
def test_small_words_that_turn_a_sentence_round_are_refused(said, told):
    assert differs(said, told) != ""
    assert differs(told, said) != ""


WORDS = DOSE.rstrip(".").replace(",", "").split()
KEPT = {"of", "you", "have"}  # may be left out: small words


@given(st.integers(0, len(WORDS) - 1), st.sampled_from(sorted(HINGES)))
def test_any_word_that_is_put_in_the_place_of_another_is_refused(place, word):
    changed = [*WORDS[:place], word, *WORDS[place + 1 :]]
    same = " ".join(changed) == " ".join(WORDS)
    assert same or differs(" ".join(changed) + ".", DOSE) != ""


@given(st.integers(0, len(WORDS)), st.sampled_from(sorted(HINGES)))
def test_any_hinge_that_is_added_is_refused(place, word):
    changed = " ".join([*WORDS[:place], word, *WORDS[place:]])
    assert differs(changed + ".", DOSE) != ""


@given(st.integers(0, len(WORDS) - 1))
def test_any_word_that_is_left_out_is_refused_unless_it_is_small(place):
    left = " ".join([*WORDS[:place], *WORDS[place + 1 :]])
    assert (differs(left + ".", DOSE) == "") == (WORDS[place] in KEPT)


@given(st.permutations(WORDS))
def test_another_order_is_refused(words):
    big = [w for w in words if w not in KEPT]
    if big != [w for w in WORDS if w not in KEPT]:
        assert differs(" ".join(words) + ".", DOSE) != ""


def test_each_sentence_needs_a_citation_of_what_was_found():
    assert check("Antibiotics do not help a cold [2].", ONE, BOTH).ok
    assert check("Antibiotics do not help a cold. [2]", ONE, BOTH).ok
    assert check("Antibiotics do not help a cold.", ONE, BOTH).why == ("it cites nothing",)
    assert not check("Antibiotics do not help a cold [3].", ONE, BOTH).ok
    assert not check("Antibiotics do not help a cold [1].", ONE, BOTH).ok  # the other passage
    assert not check("Antibiotics do not help a cold [2].", ONE, [FEVER]).ok  # not found
    assert not check("", ONE, BOTH).ok


def test_one_false_sentence_among_true_ones_is_seen():
    text = "Drink plenty of water and rest [1]. Antibiotics help a cold [2]. Most colds get better "
    found = check(text + "in 1 to 2 weeks [2].", ONE, BOTH)
    assert len(found.why) == 1
    assert "not" in found.why[0]


def test_two_sentences_cannot_be_woven_into_one():
    assert not check("Antibiotics do not help viruses [2].", ONE, BOTH).ok


def test_every_sentence_of_every_passage_supports_itself():
    for passage in (FEVER, COLD, FEVER_ZH):
        for one in sentences(passage.text, passage.lang):
            assert supported(one, [passage], passage.lang) == ""


def test_chinese_is_word_for_word():
    cite = [Citation(1, FEVER_ZH.id, "", "")]
    assert check("16岁以下儿童不要服用阿司匹林[1]。", cite, [FEVER_ZH], "zh").ok
    assert check("１６歲以下兒童不要服用阿司匹林[1]。", cite, [FEVER_ZH], "zh").ok
    assert not check("16岁以下儿童要服用阿司匹林[1]。", cite, [FEVER_ZH], "zh").ok
    assert not check("6岁以下儿童不要服用阿司匹林[1]。", cite, [FEVER_ZH], "zh").ok
    assert not check("16岁以下儿童不要服用阿司匹林。", cite, [FEVER_ZH], "zh").ok


def test_a_sentence_with_an_abbreviation_stays_whole():
    text = "Some foods, e.g. Brie, are soft. Dr. Osei agrees."
    assert sentences(text, "en") == ["Some foods, e.g. Brie, are soft.", "Dr. Osei agrees."]
    one = Passage("x", "en", "t", text)
    assert check("Some foods, e.g. Brie, are soft [1].", [Citation(1, "x", "", "")], [one]).ok
