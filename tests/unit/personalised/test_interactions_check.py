"""Alerts on a list of medicines: organs, pregnancy, allergies, duplicates, and the door."""

import time
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medai.datasets.interactions import interactions
from medai.personalised.interactions import check
from medai.personalised.interactions.alert import KINDS, SEVERITIES
from medai.personalised.interactions.names import ingredients_of
from medai.runtime.errors import MedaiError

TABLE = interactions()


def alerts(*drugs, allergies=(), **facts):
    return check(drugs, allergies=list(allergies), **facts)


def of_kind(found, kind):
    return [(one.drugs, one.severity) for one in found if one.kind == kind]


def one_of(side):
    return sorted(side)[0]


# -- every row of every table can be reached --------------------------------------------------


@pytest.mark.parametrize("rule", TABLE.rules["pairs"], ids=lambda rule: rule.id)
def test_every_pair_fires_for_every_member(rule):
    for drugs in product(*map(sorted, rule.sides)):
        if len(set(drugs)) < len(drugs):
            continue
        found = alerts(*drugs)
        mine = [one for one in found if set(one.drugs) >= set(drugs) and one.kind == rule["kind"]]
        assert mine, drugs
        best = min(SEVERITIES.index(one.severity) for one in mine)
        assert best <= SEVERITIES.index(rule["severity"]), drugs


@pytest.mark.parametrize("rule", TABLE.rules["renal"], ids=lambda rule: rule.id)
def test_every_renal_row_fires_in_its_band_only(rule):
    name = {"egfr": "egfr_ml_min_1_73m2", "crcl": "creatinine_clearance_ml_min"}[rule["measure"]]
    low, high = float(rule["at_least"]), float(rule["below"])
    drug = one_of(rule.sides[0])

    def fires(value):
        return f"renal/{rule.id}" in {one.rule for one in alerts(drug, **{name: value})}

    assert fires(low)
    assert fires(low + 1)
    if high < 300:
        assert not fires(high)
    if low > 0:
        assert not fires(low - 0.5)


@pytest.mark.parametrize("rule", TABLE.rules["hepatic"], ids=lambda rule: rule.id)
def test_every_hepatic_row_fires_in_its_classes_only(rule):
    drug = one_of(rule.sides[0])
    for letter in "ABC":
        found = {one.rule for one in alerts(drug, child_pugh=letter)}
        assert (f"hepatic/{rule.id}" in found) == (letter in rule["child_pugh"])
    assert not of_kind(alerts(drug), "hepatic")


@pytest.mark.parametrize("rule", TABLE.rules["pregnancy"], ids=lambda rule: rule.id)
def test_every_pregnancy_row_fires_in_its_weeks_only(rule):
    drug = one_of(rule.sides[0])
    name = f"pregnancy/{rule.id}"
    if rule["state"] == "breastfeeding":
        assert name in {one.rule for one in alerts(drug, breastfeeding=True)}
        assert name not in {one.rule for one in alerts(drug, pregnant=True, weeks=20)}
        return
    low, high = float(rule["from_week"]), float(rule["to_week"])
    for week in (0, 5, 13, 14, 19, 20, 29, 30, 44):
        found = {one.rule for one in alerts(drug, pregnant=True, weeks=week)}
        assert (name in found) == (low <= week < high), week
    assert name in {one.rule for one in alerts(drug, pregnant=True)}
    assert name not in {one.rule for one in alerts(drug, pregnant=False)}


@pytest.mark.parametrize("rule", TABLE.rules["duplicates"], ids=lambda rule: rule.id)
def test_every_duplicate_row_fires(rule):
    if rule.id == "same-ingredient":
        drugs = ["paracetamol", "Paracetamol"]
    elif len(rule.sides) == 2:
        drugs = [one_of(side) for side in rule.sides]
    else:
        drugs = sorted(rule.sides[0])[:2]
    assert f"duplicates/{rule.id}" in {one.rule for one in alerts(*drugs)}


@pytest.mark.parametrize("rule", TABLE.rules["cross_allergy"], ids=lambda rule: rule.id)
def test_every_cross_allergy_row_is_reached(rule):
    group = sorted(TABLE.classes[rule["from"]])
    reached = 0
    for drug in sorted(rule.sides[0]):
        names = [name for name in group if name != drug]
        if not names:
            continue
        # the first drug of the group that is not also in a graver rule about the pair
        for name in names:
            found = alerts(drug, allergies=[name])
            if rule["outcome"] == "note":
                reached += any(note.text.endswith(rule["action"]) for note in found.notes)
            else:
                reached += any(one.rule == f"cross_allergy/{rule.id}" for one in found)
    assert reached


# -- sources, order, shape ---------------------------------------------------------------------


def test_every_source_is_opened_and_used():
    assert {source.basis for source in TABLE.sources.values()} == {"opened"}
    used = {"qt-clinic", "aaaai-2022"}  # named in the code
    for rows in TABLE.raw.values():
        for row in rows:
            used.update(row.get("source", "").split(" | "))
    assert set(TABLE.sources) - used == set()


def test_alerts_are_sorted_and_complete():
    found = alerts(
        "warfarin", "ibuprofen", "lisinopril", "furosemide", "simvastatin", "clarithromycin",
        "metformin", "amoxicillin", "citalopram", "omeprazole",
        egfr_ml_min_1_73m2=25, child_pugh="C", pregnant=True, weeks=31,
        allergies=["penicillin: anaphylaxis"],
    )  # fmt: skip
    ranks = [SEVERITIES.index(one.severity) for one in found]
    assert ranks == sorted(ranks)
    assert {one.kind for one in found} >= {"interaction", "renal", "hepatic", "pregnancy"}
    for one in found:
        assert one.kind in KINDS
        assert all((one.title, one.mechanism, one.action, one.sources, one.drugs))
        assert one.drugs == tuple(sorted(one.drugs))
        assert one.to_dict()["severity"] == one.severity


DRUGS = st.lists(st.sampled_from(sorted(TABLE.drugs)), min_size=0, max_size=8, unique=True)


@given(DRUGS, st.randoms(use_true_random=False))
def test_order_and_case_do_not_matter(drugs, random):
    mixed = [f" {name.upper()} " for name in drugs]
    random.shuffle(mixed)
    assert list(check(mixed)) == list(check(drugs))
    assert check(mixed).questions == check(drugs).questions


@given(DRUGS, st.sampled_from(sorted(TABLE.drugs)), st.sampled_from([5.0, 28.0, 40.0, 90.0]))
def test_another_drug_never_takes_an_alert_away(drugs, more, egfr):
    facts = {
        "egfr_ml_min_1_73m2": egfr,
        "child_pugh": "B",
        "pregnant": True,
        "allergies": ["nsaid"],
    }
    before, after = check(drugs, **facts), check([*drugs, more], **facts)
    for one in before:
        assert any(
            other.rule == one.rule and set(other.drugs) >= set(one.drugs) for other in after
        ) or any(
            other.kind == one.kind
            and set(other.drugs) >= set(one.drugs)
            and SEVERITIES.index(other.severity) <= SEVERITIES.index(one.severity)
            for other in after
        ), one


@given(st.sampled_from(sorted(TABLE.drugs)))
def test_the_same_drug_twice_adds_only_a_duplicate(drug):
    once, twice = check([drug]), check([drug, drug])
    extra = [one for one in twice if one not in list(once)]
    assert {one.rule for one in extra} <= {"duplicates/same-ingredient"}
    assert [one for one in twice if one not in extra] == list(once)


@given(st.lists(st.text(max_size=20), max_size=4))
def test_any_text_is_answered_or_refused(names):
    try:
        found = check(names)
    except MedaiError:
        assert any(not name.strip() for name in names)
    else:
        known = [name for name in names if ingredients_of(name)]
        assert len(found.not_checked) == len({" ".join(n.split()) for n in names} - {
            " ".join(n.split()) for n in known})  # fmt: skip


# -- names -------------------------------------------------------------------------------------


def test_an_unknown_medicine_is_returned_not_passed_over():
    found = alerts("warfarin", "foozolumab")
    assert found.not_checked == ("foozolumab",)
    assert any(question.argument == "drugs" for question in found.questions)


def test_a_known_medicine_without_rules_is_named():
    assert alerts("warfarin", "loratadine").without_rules == ("loratadine",)


@pytest.mark.parametrize(
    ("written", "ingredients"),
    [
        ("co-trimoxazole", ("sulfamethoxazole", "trimethoprim")),
        ("Acetaminophen", ("paracetamol",)),
        ("amoxicillin + clavulanic acid", ("amoxicillin", "clavulanic acid")),
        ("华法林", ("warfarin",)),
        ("methamphetamine", ("metamfetamine",)),
    ],
)
def test_names(written, ingredients):
    assert ingredients_of(written) == ingredients


def test_drugs_of_the_tables_that_the_book_of_names_does_not_know():
    # 30 rare or withdrawn drugs, and two that are no medicines; they are known here only.
    from medai.datasets.drugs import drug_tables

    missing_there = TABLE.drugs - set(drug_tables().drugs)
    assert len(missing_there) <= 30, sorted(missing_there)


def test_a_text_is_no_list():
    with pytest.raises(MedaiError, match="must be a list"):
        check("warfarin, ibuprofen")
    with pytest.raises(MedaiError, match="no name of a medicine"):
        check(["warfarin", 7])


# -- speed -------------------------------------------------------------------------------------


def test_twelve_drugs_in_two_milliseconds():
    drugs = [
        "warfarin", "ibuprofen", "lisinopril", "furosemide", "simvastatin", "clarithromycin",
        "metformin", "digoxin", "amiodarone", "citalopram", "omeprazole", "apixaban",
    ]  # fmt: skip
    check(drugs)
    times = []
    for _ in range(50):
        start = time.process_time()
        check(drugs, egfr_ml_min_1_73m2=28, allergies=["penicillin"], sex="female", age_years=70)
        times.append(time.process_time() - start)
    assert sorted(times)[len(times) // 2] <= 0.002
