"""The likelihood of names as a feature: the sentence, the combination, refusals."""

import numpy as np
import pytest

from medai.diagnosis.likelihood import WEIGHT, case_prompt, combined, likelihoods
from medai.runtime import MedaiError


class Scores:
    """A model that scores by the length of a name."""

    def score(self, prompt, continuations, method="total", neutral=""):
        self.asked = (prompt, list(continuations), method, neutral)
        return np.array([-float(len(one)) for one in continuations])


@pytest.mark.parametrize(
    ("age", "sex", "start"),
    [
        (45, "female", "A 45-year-old woman has"),
        (80, "male", "An 80-year-old man has"),
        (11, "male", "An 11-year-old boy has"),
        (5, None, "A 5-year-old child has"),
        (0.5, "female", "A baby girl has"),
        (0.2, None, "A baby has"),
        (None, None, "A patient has"),
        (None, "male", "A man has"),
    ],
)
def test_the_sentence(age, sex, start):
    text = case_prompt(["Cough", "Fever", "ST segment elevation"], ["Chills"], age, sex)
    assert text.startswith(start)
    assert text.endswith(" cough, fever and ST segment elevation, but no chills. The diagnosis is")


def test_a_case_needs_a_finding():
    with pytest.raises(MedaiError, match="at least one"):
        case_prompt([])


def test_names_are_asked_without_brackets():
    model = Scores()
    scores = likelihoods(model, "P", ["Chickenpox (varicella)", "COVID-19"], "pmi")
    assert model.asked == ("P", [" chickenpox.", " COVID-19."], "pmi", "The diagnosis is")
    assert scores.tolist() == [-12.0, -10.0]
    with pytest.raises(MedaiError, match="method"):
        likelihoods(model, "P", ["Gout"], "length")


def test_combination_by_hand():
    """.6 and .2 with log ratio ln 6 at weight .5: odds 3 / sqrt 6, the sum stays .8."""
    p = combined([0.6, 0.2], [0.0, np.log(6)], 0.5)
    odds = 3 / np.sqrt(6)
    assert p == pytest.approx([0.8 * odds / (1 + odds), 0.8 / (1 + odds)])
    assert combined([0.6, 0.2], [0.0, 100.0], 0).tolist() == [0.6, 0.2]
    assert combined([0.6, 0.2], [-1e6, 0.0], 1.0) == pytest.approx([0.0, 0.8])


@pytest.mark.parametrize(
    "wrong",
    [([0.5], [1, 2], 1), ([0.5], [np.nan], 1), ([0.5], [1.0], -1), ([0.5], [1.0], np.inf)],
)
def test_odd_input_is_refused(wrong):
    with pytest.raises(MedaiError):
        combined(*wrong)


def test_the_weight_is_the_one_that_was_measured():
    assert WEIGHT >= 0
