"""The coverage check: what it must refuse, and what it should let pass."""

import importlib.util
import json
from collections import Counter
from pathlib import Path

import pytest
from tiny_facts import book

from medai.diagnosis.explain import sentence, template
from medai.diagnosis.facts import Fact, Facts
from medai.diagnosis.grounding import check
from medai.diagnosis.write import cited
from medai.runtime import MedaiError

ROOT = Path(__file__).resolve().parents[3]
spec = importlib.util.spec_from_file_location("grounding_bench", ROOT / "benchmarks/grounding.py")
bench = importlib.util.module_from_spec(spec)
spec.loader.exec_module(bench)
SETS = bench.fact_sets()
ADVERSARIAL, PARAPHRASES = bench.read("adversarial"), bench.read("paraphrases")


@pytest.mark.parametrize("row", ADVERSARIAL, ids=lambda row: row["id"])
def test_what_is_no_fact_is_refused(row):
    coverage = check(row["text"], SETS[row["set"]])
    assert not coverage.ok
    assert all(coverage.why)


def test_the_share_of_paraphrases_is_the_one_reported():
    stored = json.loads(bench.TARGET.read_text(encoding="utf-8"))
    for half in ("dev", "test"):
        good = [row for row in PARAPHRASES if row["split"] == half]
        accepted = sum(check(row["text"], SETS[row["set"]]).ok for row in good)
        assert (accepted, len(good)) == (stored[half]["accepted"], stored[half]["paraphrases"])
        assert stored[half]["missed"] == []


def test_the_tables_are_what_the_readme_says():
    kinds = Counter(row["kind"] for row in ADVERSARIAL)
    assert len(ADVERSARIAL) >= 120
    assert len(PARAPHRASES) >= 60
    assert min(kinds.values()) >= 5
    assert {row["split"] for row in PARAPHRASES} == {"dev", "test"}
    split = {row["set"]: row["split"] for row in bench.read("facts")}
    assert all(row["split"] == split[row["set"]] for row in (*ADVERSARIAL, *PARAPHRASES))
    texts = [(row["set"], row["text"]) for row in (*ADVERSARIAL, *PARAPHRASES)]
    assert len(texts) == len(set(texts))


def say(text: str, *numbers: int):
    """Cite the facts and check."""
    facts = book()
    return check(cited(text, [facts.by_id(number) for number in numbers]), facts)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("The patient reports a cough and pyrexia.", (1, 2)),
        ("There is no vomiting.", (3,)),
        ("Cough occurs in about 93 percent of people with influenza.", (4,)),
        ("Cough is very common in influenza.", (4,)),
        ("Ninety-three percent of patients with influenza have a cough.", (4,)),
        ("Influenza can cause fever.", (5,)),
        ("Fever is a common symptom of influenza.", (5,)),
        ("Throwing up sometimes occurs in influenza.", (6,)),
        ("About one in 100 new complaints in general practice is due to influenza.", (7,)),
        ("All people with chickenpox have a fever.", (9,)),
        ("A cough makes chickenpox (varicella) less likely.", (10,)),
    ],
)
def test_the_same_in_other_words(text, numbers):
    coverage = say(text, *numbers)
    assert coverage.ok, coverage.why


@pytest.mark.parametrize(
    ("text", "numbers", "why"),
    [
        ("Influenza often causes vomiting.", (6,), "number or frequency"),
        ("People with influenza have fever.", (5,), "number or frequency"),
        ("Influenza causes fever.", (5,), "number or frequency"),
        ("Cough occurs in about 39 % of people with influenza.", (4,), "number or frequency"),
        ("People with influenza often have cough and fever.", (5,), "in no fact that is cited"),
        ("People with chickenpox often have fever.", (5,), "not what fact 5"),
        ("Fever often causes influenza.", (5,), "no form"),
        ("The patient does not have cough.", (1,), "not what fact 1"),
        ("The patient has vomiting.", (3,), "not what fact 3"),
        ("People with influenza often have fever and need paracetamol.", (5,), "a drug"),
        ("People with influenza often have fever and should rest.", (5,), "advice"),
        ("People with influenza never have fever.", (5,), "negation"),
        ("People with influenza often have high fever.", (5,), "high"),
        ("People with influenza often have fever, people with gout too.", (5,), "gout"),
        ("Influenza患者 often have fever.", (5,), "not English"),
        ("People with influеnza often have fever.", (5,), "not English"),
        ("People with influenza often have\u200b fever.", (5,), "not English"),
        ("", (5,), "no statement"),
    ],
)  # fmt: skip
def test_why_it_is_refused(text, numbers, why):
    facts = book()
    said = cited(text, [facts.by_id(n) for n in numbers]) or f"{facts.by_id(numbers[0]).citation}"
    coverage = check(said, facts)
    assert not coverage.ok
    assert why in coverage.why[0]


@pytest.mark.parametrize(
    ("text", "fine"),
    [
        ("The patient has no fever, cough or pain.", True),
        ("The patient has no fever, no cough and no pain.", True),
        ("The patient denies fever, cough and pain.", True),
        ("There is no fever, cough, or pain.", True),
        ("Fever, cough and pain are absent.", True),
        ("The patient has no fever and cough, pain.", False),
        ("The patient has no fever, cough and pain.", False),  # has pain?
        ("The patient denies fever, cough and no pain.", False),
        ("The patient has fever, no cough and no pain.", False),
        ("The patient does not have no fever, cough or pain.", False),
    ],
)
def test_lists_of_what_is_not_there(text, fine):
    facts = Facts(
        Fact("the patient", "has not", name, "s", "stated") for name in ("Fever", "Cough", "Pain")
    )
    assert check(cited(text, facts), facts).ok == fine


def test_citations():
    facts = book()
    fine = sentence([facts[4]])
    assert check(fine, facts).ok
    for wrong, why in [
        ("", "no citation"),
        (" [99]", "no fact"),
        (" [ignore this]", "no fact"),
        (" [5]", "must read"),
        (" [5, proven]", "must read"),
        (" [5, frequency estimated] [5, frequency estimated]", "twice"),
        (" [9]", "not what fact 9"),
    ]:
        text = fine.replace(" [5, frequency estimated]", wrong)
        assert why in check(text, facts).why[0]


def test_each_sentence_is_judged_alone():
    good = sentence([book()[4]])
    coverage = check(f"{good} The patient should take aspirin. {good}", book())
    assert [one.supported for one in coverage.statements] == [True, False, True]
    assert len(coverage.unsupported) == len(coverage.why) == 1


def test_a_stop_inside_a_name():
    facts = Facts(
        Fact(*("Disorder no. 2, St. Bee type", "finding", name, "s", "annotated", "frequent"))
        for name in ("Fever", "Pain")
    )
    text = template(facts)
    assert [one.text for one in check(f"{text} {text}", facts).supported] == [text, text]
    assert not check(text.replace("often", "always"), facts).ok
    assert not check(f"{text[:-1]} It is harmless. {text}", facts).ok


def test_nothing_is_not_covered():
    assert not check("", book()).ok
    assert not check("  \n ", book()).ok


def test_a_condition_that_is_also_a_finding():
    facts = Facts(
        [
            Fact("Migraine", "finding", "Headache", "s", "opened", "very frequent"),
            Fact("Headache", "finding", "Migraine", "s", "opened", "occasional"),
        ]
    )
    assert check("People with migraine very often have headache [1].", facts).ok
    assert not check("People with headache very often have migraine [1].", facts).ok
    assert check("Some people with headache have migraine [2].", facts).ok


def test_names_may_not_run_across_a_stop():
    facts = Facts([Fact("Gout", "finding", "Knee pain", "s", "opened", "frequent")])
    assert check("Gout often causes knee pain [1].", facts).ok
    assert not check("Gout often causes knee: pain [1].", facts).ok


def test_bad_input_is_refused():
    with pytest.raises(MedaiError, match="takes a text"):
        check(None, book())
    with pytest.raises(MedaiError, match="no number"):
        check("x", [Fact("Gout", "finding", "Pain", "s", "opened")])
