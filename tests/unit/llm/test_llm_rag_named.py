"""A passage about another medicine is no answer."""

import pytest

from medai.llm.rag import Answerer, Passage
from medai.llm.rag.named import medicines_in

STATIN = Passage("s-en", "en", "Side effects of statins", "A statin may cause muscle pain.")
BOTH = Passage(
    "b-en", "en", "Ibuprofen and warfarin", "Ibuprofen with warfarin raises the risk of bleeding."
)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Tylenol or acetaminophen?", {"paracetamol"}),
        ("Lipitor", {"atorvastatin"}),
        ("能吃布洛芬吗", {"ibuprofen"}),
        ("nothing here", set()),
    ],
)
def test_names(text, named):
    assert medicines_in(text) == named


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("What are the side effects of statins?", "answered"),
        ("What are the side effects of atorvastatin?", "answered"),  # of this class
        ("What are the side effects of Lipitor?", "answered"),
        ("What are the side effects of amiodarone?", "abstained"),
        ("Is ibuprofen with warfarin a risk of bleeding?", "answered"),
        ("Is ibuprofen with amiodarone a risk of bleeding?", "abstained"),
    ],
)
def test_the_medicine_that_is_asked_about_must_be_in_the_passage(question, kind):
    assert Answerer([STATIN, BOTH], signs=(), least={"en": 0.3}).answer(question).kind == kind
