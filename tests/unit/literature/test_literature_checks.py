"""The factual check of summaries: its parts by hand, and what it catches on the written pairs."""

import functools
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medai.datasets.summaries import (
    CORRUPTIONS,
    read_sentences,
    summarised_abstracts,
    summary_pairs,
)
from medai.literature.checks import check_summary
from medai.literature.checks_numbers import number, quantities
from medai.literature.checks_words import is_name, stem
from medai.literature.summary import lead, source_sentences
from medai.runtime import MedaiError

SOURCE = (
    "We gave 120 adults with type 2 diabetes apixaban 5 mg twice daily or warfarin for six months. "
    "Bleeding was less common with apixaban than with warfarin (2.2% v 3.9%; hazard ratio 0.56, "
    "95% CI 0.37 to 0.85; P = 0.007). The rate of stroke did not differ. Nausea was not observed. "
    "Weight rose from 70 to 72 kg. The aim was to reduce mortality."
)


def kinds(text, source=SOURCE):
    return set(check_summary(text, source).kinds)


# -- numbers ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2,000 mg a day", ["2000 mg, 1/day"]),
        ("5 mg twice daily, 1 g weekly", ["5 mg, 2/day", "1 g, 1/week"]),
        ("0.6 mg/kg and 1.4 mmol/L", ["0.6 mg/kg", "1.4 mmol/L"]),
        ("800 mcg, 800 µg, 800 μg", ["800 µg"] * 3),
        ("from 31 to 46 minutes", ["31 minute", "46 minute"]),
        ("30-day mortality, a 12-week trial", ["30 day", "12 week"]),
        ("21 per 10,000", ["21 per10000"]),
        ("omega-3, 25-hydroxyvitamin D, HbA1c, CO2", []),
        ("one day, two tablets", ["1 day", "2"]),
        ("P<.05; p ≤ 0.001", ["P < 0.05", "P ≤ 0.001"]),
        ("95% CI -1.1 to 1.5", ["the interval -1.1 to 1.5"]),
        ("95% confidence interval: 0.37–0.85", ["the interval 0.37 to 0.85"]),
        ("60 mL/min/1.73 m2", ["60 mL/min/1.73m2"]),
        ("", []),
    ],
)
def test_quantities(text, found):
    assert [one.words for one in quantities(text)] == found


@given(st.decimals(0, 99999, places=2))
def test_a_number_is_the_same_in_every_spelling(value):
    assert number(f"{value:,}") == number(f"{value}") == number(f"{value}0")


def test_places_of_quantities_are_true():
    for one in quantities(SOURCE):
        assert number_in(SOURCE[one.start : one.end], one)


def number_in(words, one):
    """Whether the words at a place hold the number, as digits or as a word."""
    digits = words.replace("six", "6").replace(",", "")
    return all(part in digits for part in one.value.split())


# -- rules, one by one ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Apixaban 5 mg twice daily caused less bleeding than warfarin (P = 0.007).",
        "Bleeding was more common with warfarin than with apixaban.",  # both turned round
        "There was no difference in the rate of stroke.",
        "The rate of stroke was similar.",
        "Nausea did not occur.",
        "Weight increased from 70 to 72 kg.",
        "About 4% bled on warfarin.",  # rounded, and says so
        "Bleeding was significantly less common with apixaban than with warfarin (P = 0.007).",
    ],
)
def test_what_the_source_says_in_other_words_passes(text):
    assert check_summary(text, SOURCE).ok, check_summary(text, SOURCE).unsupported


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Apixaban 50 mg twice daily was given.", "number"),
        ("Apixaban 5 g twice daily was given.", "number"),
        ("Apixaban 5 mg once daily was given.", "number"),
        ("Bleeding occurred in 4% on warfarin.", "number"),  # rounded, and does not say so
        ("Bleeding was less common with apixaban (P = 0.07).", "statistic"),
        ("Bleeding was less common with apixaban (P < 0.007).", "statistic"),
        ("The hazard ratio was 0.56 (95% CI 0.37 to 1.85).", "statistic"),
        ("Bleeding was not significantly less common with apixaban (P = 0.007).", "statistic"),
        ("Weight fell from 70 to 72 kg.", "direction"),
        ("The rate of stroke differed.", "direction"),
        ("The rate of stroke was lower.", "direction"),
        ("Nausea was observed.", "negation"),
        ("Dabigatran caused less bleeding than warfarin.", "entity"),
        ("Adults with type 1 diabetes took part.", "entity"),
        ("Bleeding was less common with warfarin than with apixaban.", "comparison"),
        ("Bleeding was more common with apixaban than with warfarin.", "comparison"),
        ("Zebras gallop.", "unrelated"),
    ],
)
def test_what_the_source_does_not_say_is_refused_for_that_reason(text, kind):
    assert kind in kinds(text)


@pytest.mark.parametrize(
    ("source", "said", "kept"),
    [
        ("Fish oil failed to lower viscosity.", "Fish oil lowered viscosity.", False),
        ("Fish oil lowered viscosity.", "Fish oil failed to lower viscosity.", False),
        ("Fish oil did not lower viscosity.", "Fish oil lowered viscosity.", False),
        ("Fish oil was unable to lower viscosity.", "Fish oil lowered viscosity.", False),
        ("Fish oil no longer reduced pain.", "Fish oil reduced pain.", False),
        ("Aspirin reduced neither pain nor fever.", "Aspirin reduced fever.", False),
        ("Neither aspirin nor oil reduced pain.", "Aspirin reduced pain.", False),
        ("Oil was given without lowering pressure.", "Oil lowered pressure.", False),
        ("Pain fell without a rise in bleeding.", "Bleeding rose.", False),
        ("Fish oil failed to lower viscosity.", "Fish oil did not lower viscosity.", True),
        ("Aspirin reduced neither pain nor fever.", "Aspirin did not reduce fever.", True),
        ("Pain fell without a rise in bleeding.", "Pain fell.", True),
        ("A stay was longer with oil.", "Stay was longer with oil.", True),
    ],
)
def test_a_denial_in_other_words_is_read(source, said, kept):
    assert check_summary(said, source).ok is kept


def test_an_aim_is_no_result():
    assert not check_summary("Mortality was reduced.", SOURCE).ok  # it was only meant to be


def test_it_says_where_and_why():
    summary = "Nausea was not observed. Weight fell from 70 to 72 kg."
    good, bad = check_summary(summary, SOURCE).statements
    assert good.supported
    assert good.why == ""
    assert summary[bad.start : bad.end] == bad.text == "Weight fell from 70 to 72 kg."
    assert bad.why == "direction: it says 'fell' where the source says 'rose'"
    assert bad.evidence == ("Weight rose from 70 to 72 kg.",)


def test_an_empty_summary_is_not_ok_and_an_empty_source_is_refused():
    assert not check_summary("", SOURCE).ok
    for source in ("", "  ", None):
        with pytest.raises(MedaiError, match="source is empty"):
            check_summary("Pain fell.", source)
    with pytest.raises(MedaiError):
        check_summary(None, SOURCE)


@pytest.mark.parametrize(
    ("a", "b"),
    [("occurred", "occurs"), ("studies", "study"), ("stopped", "stop"), ("reactions", "reaction")],
)
def test_stems(a, b):
    assert stem(a) == stem(b)


def test_names():
    assert all(map(is_name, ["warfarin", "losartan", "hypokalaemia", "schizophrenia", "asthma"]))
    assert not any(map(is_name, ["common", "patients", "weight", "observed", "month"]))


@given(st.text(max_size=80))
def test_any_text_is_read_without_a_traceback(text):
    check_summary(text, SOURCE)
    if text.strip():
        check_summary("Pain fell by 2 points.", text)


# -- the written pairs ---------------------------------------------------------------------------


@functools.cache
def refused(split):
    return {one.id: not check_summary(one.summary, one.text).ok for one in summary_pairs(split)}


def test_the_pairs_are_what_they_are_said_to_be():
    pairs = summary_pairs()
    assert len([one for one in pairs if not one.faithful]) >= 60
    assert not {p.source for p in summary_pairs("dev")} & {p.source for p in summary_pairs("test")}
    by_id = {one.id: one for one in pairs}
    for one in pairs:
        assert one.faithful or by_id[one.of].faithful
        assert one.faithful or one.summary != by_id[one.of].summary
    assert {one.kind for one in summary_pairs("test")} == {"faithful", *CORRUPTIONS}
    with pytest.raises(MedaiError, match="split='train'"):
        summary_pairs("train")


def test_a_sentence_of_the_source_is_never_refused():
    for text in {one.text for one in summary_pairs()}:
        for sentence in source_sentences(text):
            assert check_summary(sentence.text, text).ok, sentence.text
        assert check_summary(lead(text, 9).text, text).ok


@pytest.mark.parametrize("kind", CORRUPTIONS)
def test_each_corruption_is_mostly_caught_on_dev(kind):
    ids = [one.id for one in summary_pairs("dev") if one.kind == kind]
    assert sum(refused("dev")[one] for one in ids) >= 0.8 * len(ids)


def test_rouge_does_not_see_a_swapped_dose():
    from medai.metrics.generated import rouge

    pairs = {one.id: one for one in summary_pairs("dev")}
    for one in pairs.values():
        if one.kind != "unit":
            continue
        good, bad = pairs[one.of], one
        score = rouge([one.text] * 2, [good.summary, bad.summary], ["rougeL"], each=True)["rougeL"]
        assert abs(score.f1[0] - score.f1[1]) < 0.1  # nearly the same score
        assert not check_summary(bad.summary, bad.text).ok
        assert check_summary(good.summary, good.text).ok


# -- what a model wrote ------------------------------------------------------------------------


def test_strict_refuses_words_that_the_source_does_not_have():
    text = "The study showed that apixaban prevents embolism."
    assert check_summary("Weight rose from 70 to 72 kg.", SOURCE, strict=True).ok
    found = check_summary(text, SOURCE, strict=True)
    assert found.kinds == {"word"}
    assert found.unsupported[0].why == "word: not in the source: prevents, embolism"


def test_a_number_that_stands_in_another_sentence_is_refused():
    source = "Blood viscosity fell by a third. Nausea lasted 30 minutes in two adults."
    assert check_summary("Nausea lasted 30 minutes.", source).ok
    found = check_summary("Blood viscosity fell to 30 minutes.", source)
    assert found.kinds == {"number"}


def test_the_judged_sentences_are_what_they_are_said_to_be():
    abstracts = {one.id: one for one in summarised_abstracts()}
    rows = read_sentences()
    assert {one.abstract for one in rows} == set(abstracts)
    for one in rows:
        assert one.faithful == (one.why == "")
        copied = one.text in [s.text for s in source_sentences(abstracts[one.abstract].text)]
        assert one.faithful or not copied
    for one in abstracts.values():
        assert len(source_sentences(one.text)) >= 6
        assert 1 <= len(source_sentences(one.reference)) <= 2


def test_a_damaged_table_is_refused(tmp_path, monkeypatch):
    import shutil

    from medai.datasets import summaries
    from medai.datasets.paths import data_path

    folder = tmp_path / "summaries"
    shutil.copytree(data_path("summaries"), folder)
    monkeypatch.setattr(summaries, "data_path", lambda _: folder)
    file = folder / "summaries.csv"
    good = file.read_text(encoding="utf-8")
    for old, new in (("s01-number1,s01,number,s01-f1", "s01-number1,s01,number,s02-f1"),
                     ("s01-number1,s01,number,s01-f1", "s01-number1,s01,number,"),
                     ("s01-number1,s01,number", "s01-number1,s99,number"),
                     ("s01-number1,s01,number", "s01-number1,s01,typo")):  # fmt: skip
        assert old in good
        file.write_text(good.replace(old, new), encoding="utf-8")
        summaries._tables.cache_clear()
        summaries._pairs.cache_clear()
        with pytest.raises(MedaiError, match=r"summaries\.csv"):
            summary_pairs()
    summaries._tables.cache_clear()
    summaries._pairs.cache_clear()


def test_the_stored_results_are_those_of_this_code():
    path = Path(__file__).parents[3] / "data" / "results" / "summaries.json"
    stored = json.loads(path.read_text(encoding="utf-8"))
    for split in ("dev", "test"):
        no = refused(split)
        pairs = summary_pairs(split)
        caught = [no[one.id] for one in pairs if not one.faithful]
        alarms = [no[one.id] for one in pairs if one.faithful]
        told = stored["check"][split]["check"]
        assert (told["caught"]["k"], told["caught"]["n"]) == (sum(caught), len(caught))
        assert (told["false alarms"]["k"], told["false alarms"]["n"]) == (sum(alarms), len(alarms))
    written = stored["llm"]["written"]
    for one in read_sentences():  # what was judged is what the model wrote in that run
        assert one.text in written[one.abstract]


def refused_share(mode):
    """How many of the model's false sentences about the even abstracts are refused."""
    abstracts = {one.id: one.text for one in summarised_abstracts() if one.split == "test"}
    false = [o for o in read_sentences() if o.abstract in abstracts and not o.faithful]
    texts = [(one.text, abstracts[one.abstract]) for one in false]
    return sum(not check_summary(*pair, strict=mode).ok for pair in texts) / len(texts)


@pytest.mark.xfail(
    reason="3 of 9: the rules were made for other errors than models make", strict=True
)
def test_the_plain_check_refuses_most_false_sentences_of_the_model():
    assert refused_share(mode=False) >= 0.8


@pytest.mark.xfail(reason="7 of 9; what passes has every word of the source", strict=True)
def test_the_strict_check_refuses_most_false_sentences_of_the_model():
    assert refused_share(mode=True) >= 0.8
