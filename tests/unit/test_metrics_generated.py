"""BLEU, ROUGE and entity F1 against values worked out by hand."""

import math
import subprocess
import sys

import numpy as np
import pytest

from medai.metrics import bleu, entity_f1, rouge
from medai.runtime import MedaiError

# ---- BLEU ----------------------------------------------------------------------------


def test_bleu_by_hand():
    # reference a b c d f, candidate a b c d e: of 5 words 4 match, of 4 pairs 3 (not "d e"),
    # of 3 triples 2, of 2 quadruples 1; the product 4/5 * 3/4 * 2/3 * 1/2 is 1/5
    found = bleu(["a b c d f"], ["a b c d e"])
    assert found.precisions == pytest.approx((4 / 5, 3 / 4, 2 / 3, 1 / 2))
    assert (found.brevity_penalty, found.candidate_length, found.reference_length) == (1, 5, 5)
    assert found.score == pytest.approx(100 * (1 / 5) ** (1 / 4))


def test_bleu_brevity_penalty():
    # 2 words against 4, all right: p1 = p2 = 1, and exp(1 - 4 / 2) = 1 / e remains
    found = bleu(["the cat sat down"], ["the cat"], max_order=2)
    assert found.precisions == (1, 1)
    assert found.brevity_penalty == pytest.approx(1 / math.e)
    assert found.score == pytest.approx(100 / math.e)
    # too long costs no penalty, but precision: 4 of 6 words, 3 of 5 pairs
    long = bleu(["the cat sat down"], ["the cat sat down right there"], max_order=2)
    assert long.brevity_penalty == 1
    assert long.score == pytest.approx(100 * math.sqrt(4 / 6 * 3 / 5))


def test_bleu_counts_are_clipped():
    # seven times "the", but one reference holds it twice, the other once: 2 of 7 count
    references = [["the cat is on the mat", "there is a cat on the mat"]]
    found = bleu(references, ["the the the the the the the"], max_order=1)
    assert found.precisions == pytest.approx((2 / 7,))
    assert found.reference_length == 7  # the closest in length
    assert found.score == pytest.approx(200 / 7)


def test_bleu_adds_counts_over_texts_before_dividing():
    # 1 of 1 and 1 of 3 words: 2 of 4, not the mean (1 + 1/3) / 2
    assert bleu(["a", "b c d"], ["a", "b x y"], max_order=1).score == pytest.approx(50)
    # the penalty is of the corpus too: 5 words in all against 5
    assert bleu(["a b", "c d e"], ["a b z", "c d"], max_order=1).brevity_penalty == 1


def test_bleu_of_several_references_uses_each():
    references = [["low potassium in blood", "hypokalaemia in the blood"], "a clear chest film"]
    found = bleu(references, ["low potassium in the blood", "a clear chest film"], max_order=1)
    assert found.precisions == (1.0,)  # "the" comes from the second reference
    with_one = [references[0][0], references[1]]
    assert bleu(with_one, ["low potassium in the blood", references[1]], 1).score < found.score


def test_bleu_of_a_copy_is_100_and_of_nothing_0():
    texts = ["No fracture is seen today.", "The potassium is 2.9 mmol/L, which is low."]
    assert bleu(texts, texts).score == 100
    assert bleu(texts, ["", ""]).score == 0
    assert bleu(["x y z w"], ["a b c d"], smooth="none").score == 0
    assert "tok:13a" in bleu(texts, texts).signature


def test_bleu_reads_chinese_when_asked():
    assert bleu(["血钾降低"], ["血钾降低"], tokenize="zh").score == 100
    with pytest.raises(MedaiError, match="longest reference has 1 tokens"):
        bleu(["血钾降低"], ["血钾降低"])


# ---- ROUGE ---------------------------------------------------------------------------


def test_rouge_by_hand():
    # reference: the cat sat on the mat; candidate: the mat the cat.
    # words: all 4 occur (the is allowed twice): P 4/4, R 4/6, F 2 * 4 / 10
    # pairs: the-mat and the-cat of 3, mat-the is new: P 2/3, R 2/5, F 2 * 2 / 8
    # longest common subsequence: "the mat", "the cat" or "the the", 2: P 2/4, R 2/6, F 4/10
    found = rouge(["the cat sat on the mat"], ["the mat the cat"])
    assert found["rouge1"] == pytest.approx((1, 4 / 6, 0.8))
    assert found["rouge2"] == pytest.approx((2 / 3, 2 / 5, 0.5))
    assert found["rougeL"] == pytest.approx((1 / 2, 1 / 3, 0.4))


def test_rouge_subsequence_may_have_gaps_but_keeps_the_order():
    # "no sign of fracture" lies in the reference with a gap: 4 of 4 and 4 of 6
    reference = "no clear sign of a fracture"
    assert rouge([reference], ["no sign of fracture"])["rougeL"] == pytest.approx((1, 4 / 6, 0.8))
    assert rouge([reference], ["fracture of sign no"])["rougeL"].precision == 1 / 4


def test_rouge_clips_counts():
    assert rouge(["the cat"], ["the the the the"])["rouge1"] == pytest.approx((1 / 4, 1 / 2, 1 / 3))


def test_rouge_is_a_mean_over_texts_and_takes_the_best_reference():
    references, candidates = [["a b", "c d"], "e f"], ["c d", "x y"]
    assert rouge(references, candidates, ["rouge1"])["rouge1"] == (0.5, 0.5, 0.5)
    each = rouge(references, candidates, ["rouge1"], each=True)["rouge1"]
    assert np.array_equal(each.f1, [1, 0])
    assert each.precision.shape == (2,)


def test_rouge_of_a_copy_is_1_and_of_nothing_0():
    texts = ["No fracture is seen.", "Potassium is low."]
    assert all(score == (1, 1, 1) for score in rouge(texts, texts).values())
    assert all(score == (0, 0, 0) for score in rouge(texts, ["", "?!"]).values())


def test_rouge_limits_that_the_docstring_names():
    assert rouge(["below < 3.5"], ["below > 3 5"])["rouge2"].f1 == 1  # signs and points are lost
    assert rouge(["fever"], ["fever"])["rouge2"].f1 == 0  # one word has no pair
    assert rouge(["two fractures"], ["one fracture"], ["rouge1"])["rouge1"].f1 == 0
    assert rouge(["two fractures"], ["one fracture"], ["rouge1"], stem=True)["rouge1"].f1 == 0.5


# ---- entities ------------------------------------------------------------------------

GOLD = [[(0, 7, "drug"), (12, 20, "disease")], [(3, 9, "drug")], []]
# document 1: the drug is exact, the disease is cut short; document 2: right place, wrong
# label; document 3: invented
SAID = [[(0, 7, "drug"), (12, 16, "disease")], [(3, 9, "dose")], [(1, 4, "drug")]]


def test_entity_f1_exact_by_hand():
    # TP 1 (the drug), FP 3, FN 2: P 1/4, R 1/3, F 2 / (2 + 3 + 2)
    found = entity_f1(GOLD, SAID)
    assert found == pytest.approx((1 / 4, 1 / 3, 2 / 7, 1, 3, 2))


def test_entity_f1_relaxed_by_hand():
    # the shortened disease now counts, the wrong label does not: TP 2, FP 2, FN 1
    found = entity_f1(GOLD, SAID, relaxed=True)
    assert found == pytest.approx((2 / 4, 2 / 3, 4 / 7, 2, 2, 1))


def test_one_gold_overlapped_by_two_predictions_counts_once():
    gold = [[(10, 30, "disease")]]
    said = [[(10, 18, "disease"), (20, 30, "disease")]]
    assert entity_f1(gold, said, relaxed=True) == pytest.approx((1 / 2, 1, 2 / 3, 1, 1, 0))
    assert entity_f1(said, gold, relaxed=True) == pytest.approx((1, 1 / 2, 2 / 3, 1, 0, 1))
    assert entity_f1(gold, said)[3:] == (0, 2, 1)


def test_spans_that_only_touch_do_not_overlap():
    assert entity_f1([[(0, 5, "drug")]], [[(5, 9, "drug")]], relaxed=True).tp == 0
    assert entity_f1([[(0, 5, "drug")]], [[(4, 9, "drug")]], relaxed=True).tp == 1


def test_relaxed_pairs_as_many_as_possible():
    # the wide prediction touches both gold spans, the narrow one the first only.  Whoever
    # gives the first gold span to the wide prediction is left with one pair instead of two.
    gold = [[(0, 4, "x"), (6, 9, "x")]]
    for said in ([(0, 9, "x"), (1, 3, "x")], [(1, 3, "x"), (0, 9, "x")]):
        assert entity_f1(gold, [said], relaxed=True).tp == 2


def test_relaxed_matching_equals_scipy():
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import maximum_bipartite_matching

    rng = np.random.default_rng(2)
    for _ in range(100):
        one, two = (
            [(int(s), int(s + n), "x") for s, n in zip(a, b, strict=True)]
            for a, b in (
                (rng.integers(0, 30, k), rng.integers(1, 9, k)) for k in rng.integers(1, 8, 2)
            )
        )
        touch = [[a[0] < b[1] and b[0] < a[1] for b in two] for a in one]
        best = maximum_bipartite_matching(csr_matrix(np.array(touch, dtype=int)))
        assert entity_f1([one], [two], relaxed=True).tp == int((best >= 0).sum())


def test_a_repeated_prediction_is_a_false_positive():
    assert entity_f1([[(0, 4, "x")]], [[(0, 4, "x"), (0, 4, "x")]])[3:] == (1, 1, 0)


def test_entity_f1_of_a_copy_is_1_and_of_nothing_undefined():
    assert entity_f1(GOLD, GOLD)[:3] == (1, 1, 1)
    silent = entity_f1(GOLD, [[], [], []])
    assert math.isnan(silent.precision)
    assert (silent.recall, silent.f1) == (0, 0)
    assert all(math.isnan(value) for value in entity_f1([[]], [[]])[:3])


# ---- errors and imports --------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: bleu("a b c d", ["a b c d"]), "references is one str"),
        (lambda: bleu(["a b c d"], "a b c d"), "candidates is one str"),
        (lambda: bleu([], []), "references is empty"),
        (lambda: bleu(["a b c d"], ["a", "b"]), "1 references and 2 candidates"),
        (lambda: bleu(["a b c d"], [None]), r"candidates\[0\] is None"),
        (lambda: bleu([["a b", 3]], ["a b"]), r"references\[0\] holds 3"),
        (lambda: bleu([[]], ["a b"]), r"references\[0\] is \[\]"),
        (lambda: bleu(["  "], ["a b"]), r"references\[0\] holds '  '"),
        (lambda: bleu(["a b c"], ["a b c"]), "longest reference has 3 tokens"),
        (lambda: bleu(["a b c d"], ["a"], max_order=0), "max_order=0"),
        (lambda: bleu(["a b c d"], ["a"], tokenize="spm"), "tokenize='spm'"),
        (lambda: bleu(["a b c d"], ["a"], smooth="yes"), "smooth='yes'"),
        (lambda: rouge("a", ["a"]), "references is one str"),
        (lambda: rouge(["a"], []), "candidates is empty"),
        (lambda: rouge(["a"], ["a", "b"]), "1 references and 2 candidates"),
        (lambda: rouge(["a"], ["a"], "rouge1"), "kinds is one str"),
        (lambda: rouge(["a"], ["a"], ["rouge0"]), "'rouge0' is unknown"),
        (lambda: rouge(["血钾"], ["a"]), "a to z and digits only"),
        (lambda: entity_f1([], []), "gold is empty"),
        (lambda: entity_f1([[]], [[], []]), "1 gold documents and 2 predicted"),
        (lambda: entity_f1("text", [[]]), "gold is one str"),
        (lambda: entity_f1(["text"], [[]]), r"gold\[0\] is 'text'"),
        (lambda: entity_f1([(0, 4, "x")], [[]]), "one document"),
        (lambda: entity_f1([[(4, 4, "x")]], [[]]), "start < end"),
        (lambda: entity_f1([[]], [[(5, 4, "x")]]), r"predicted\[0\] holds \(5, 4"),
        (lambda: entity_f1([[(-1, 4, "x")]], [[]]), "0 <= start"),
        (lambda: entity_f1([[(0.0, 4, "x")]], [[]]), "whole numbers"),
        (lambda: entity_f1([[(0, 4, 7)]], [[]]), "label"),
        (lambda: entity_f1([[(0, 4)]], [[]]), r"\(start, end, label\)"),
    ],
)
def test_bad_input_is_named(call, words):
    with pytest.raises(MedaiError, match=words):
        call()


def test_the_room_loads_neither_sacrebleu_nor_rouge_score():
    code = (
        "import sys, medai.metrics; print({'sacrebleu', 'rouge_score', 'nltk'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
