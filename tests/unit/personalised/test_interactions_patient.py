"""Alerts for one patient: organ measures, questions, QT, duplicates and allergies."""

import pytest

from medai.datasets.interactions import interactions
from medai.personalised.interactions import Allergy, check, missing
from medai.personalised.interactions.qt import qt_drugs
from medai.runtime.errors import MedaiError

TABLE = interactions()


def alerts(*drugs, allergies=(), **facts):
    return check(drugs, allergies=list(allergies), **facts)


def of_kind(found, kind):
    return [(one.drugs, one.severity) for one in found if one.kind == kind]


# -- the patient -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "facts",
    [
        {"egfr_ml_min_1_73m2": -1},
        {"egfr_ml_min_1_73m2": float("nan")},
        {"egfr_ml_min_1_73m2": "60"},
        {"creatinine_clearance_ml_min": 1000},
        {"child_pugh": "D"},
        {"child_pugh": 7},
        {"age_years": 200},
        {"sex": "F"},
        {"pregnant": "yes"},
        {"pregnant": 1},
        {"pregnant": True, "sex": "male"},
        {"weeks": 12},
        {"pregnant": True, "weeks": 60},
        {"qtc_ms": 0.45},
        {"potassium_mmol_l": 30},
        {"allergies": "penicillin"},
        {"allergies": [3]},
        {"allergies": [""]},
    ],
)
def test_what_cannot_be_is_refused(facts):
    with pytest.raises(MedaiError):
        check(["warfarin"], **facts)


def test_the_other_measure_of_the_kidney_stands_in_and_says_so():
    (one,) = [a for a in alerts("dabigatran", egfr_ml_min_1_73m2=12) if a.kind == "renal"]
    assert one.severity == "contraindicated"
    assert "Judged by the eGFR" in one.action
    asked = missing(["dabigatran"], egfr_ml_min_1_73m2=12, allergies=[])
    assert "creatinine_clearance_ml_min" in {q.argument for q in asked}
    own = alerts("dabigatran", creatinine_clearance_ml_min=80, egfr_ml_min_1_73m2=12)
    assert not of_kind(own, "renal")  # the rule's own measure decides


def test_metformin():
    # FDA 2016: contraindicated below 30, no start at 30 to 45, nothing above.
    bands = {29.9: ["contraindicated"], 30: ["moderate"], 44.9: ["moderate"], 45: []}
    for egfr, expected in bands.items():
        found = of_kind(alerts("metformin", egfr_ml_min_1_73m2=egfr), "renal")
        assert [severity for _, severity in found] == expected, egfr


# -- questions ---------------------------------------------------------------------------------


def test_what_is_missing():
    asked = {q.argument: q for q in missing(["metformin", "dabigatran"])}
    assert asked["egfr_ml_min_1_73m2"].text == "eGFR is not known: metformin depends on it."
    assert asked["creatinine_clearance_ml_min"].drugs == ("dabigatran",)
    assert "allergies" in asked
    assert not missing(["loratadine"], allergies=[])


def test_a_woman_of_childbearing_age_is_asked():
    def asked(**facts):
        return {q.argument for q in missing(["valproic acid"], allergies=[], **facts)}

    assert "pregnant" in asked(sex="female", age_years=25)
    assert "pregnant" in asked()
    for facts in ({"sex": "male"}, {"age_years": 70}, {"pregnant": False}, {"age_years": 5}):
        assert "pregnant" not in asked(**facts)
    assert not of_kind(alerts("valproic acid", sex="female", age_years=25), "pregnancy")


# -- QT ----------------------------------------------------------------------------------------


def test_qt_together():
    (one,) = [a for a in alerts("amiodarone", "haloperidol", "methadone") if a.kind == "qt"]
    assert one.high_priority
    assert one.severity == "contraindicated"
    assert one.drugs == ("amiodarone", "haloperidol", "methadone")
    found = alerts("sotalol", "risperidone")
    assert of_kind(found, "qt") == [(("risperidone", "sotalol"), "major")]
    assert of_kind(alerts("risperidone", "quinine"), "qt") == [
        (("quinine", "risperidone"), "moderate")
    ]
    assert not of_kind(alerts("sotalol"), "qt")


def test_qt_and_risk_factors():
    def severity(**facts):
        return [s for _, s in of_kind(alerts("haloperidol", **facts), "qt")]

    assert severity(qtc_ms=510) == ["contraindicated"]
    assert severity(qtc_ms=465, sex="female") == ["major"]
    assert severity(qtc_ms=455, sex="female") == []
    assert severity(qtc_ms=455, sex="male") == ["major"]
    assert severity(potassium_mmol_l=3.0) == ["major"]
    assert severity(magnesium_mmol_l=0.6) == ["major"]
    assert severity(heart_rate_per_min=45) == ["major"]
    assert severity(age_years=70, sex="female") == ["moderate"]
    assert severity(age_years=70, sex="male") == []
    assert set(qt_drugs()) >= TABLE.classes["qt-high"]


# -- duplicates --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "drugs",
    [
        ["aspirin", "clopidogrel"],
        ["insulin glargine", "insulin aspart"],
        ["salbutamol", "salmeterol"],
        ["morphine", "paracetamol"],
        ["amlodipine", "lisinopril"],
    ],
)
def test_what_is_meant_does_not_alert(drugs):
    assert not of_kind(alerts(*drugs), "duplicate")


def test_duplicates_through_a_combination():
    found = alerts("paracetamol", "co-codamol")
    assert of_kind(found, "duplicate") == [(("paracetamol",), "moderate")]


def test_dual_blockade():
    assert of_kind(alerts("ramipril", "losartan"), "duplicate") == [
        (("losartan", "ramipril"), "major")
    ]


# -- allergy -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("allergy", "severity"),
    [
        ("penicillin: anaphylaxis", "contraindicated"),
        ("penicillin: rash", "major"),
        ("penicillin", "major"),
        ("penicillin: went green", "major"),
        ("penicillin: nausea", "minor"),
        ("penicillin: nausea and anaphylaxis", "contraindicated"),
        ("penicillin: no anaphylaxis", "major"),
        ("青霉素: 过敏性休克", "contraindicated"),
    ],
)
def test_penicillin_allergy(allergy, severity):
    assert of_kind(alerts("amoxicillin", allergies=[allergy]), "allergy") == [
        (("amoxicillin",), severity)
    ]


def test_side_chains():
    # 2022 practice parameter: similar R1 of cefalexin and amoxicillin, cefazolin unique.
    found = alerts(
        "cefalexin", "ceftriaxone", "cefazolin", "meropenem", allergies=["amoxicillin: hives"]
    )
    assert of_kind(found, "cross-allergy") == [
        (("cefalexin",), "major"),
        (("ceftriaxone",), "minor"),
    ]
    assert {note.drugs for note in found.notes} == {("cefazolin",), ("meropenem",)}
    assert of_kind(alerts("cefotaxime", allergies=["ceftriaxone: rash"]), "cross-allergy")
    assert not of_kind(alerts("cefazolin", allergies=["ceftriaxone: rash"]), "cross-allergy")
    assert of_kind(alerts("ceftazidime", allergies=["aztreonam: rash"]), "cross-allergy")


@pytest.mark.parametrize(
    ("allergy", "drug"),
    [
        ("sulfa", "furosemide"),
        ("sulfa: anaphylaxis", "celecoxib"),
        ("sulfamethoxazole: rash", "hydrochlorothiazide"),
        ("shellfish: anaphylaxis", "iohexol"),
        ("iodine", "iopamidol"),
        ("egg: anaphylaxis", "influenza vaccine"),
    ],
)
def test_what_is_feared_without_reason_is_a_note(allergy, drug):
    found = alerts(drug, allergies=[allergy])
    assert not of_kind(found, "allergy")
    assert not of_kind(found, "cross-allergy")
    assert [note.drugs for note in found.notes] == [(drug,)]
    assert found.notes[0].sources


def test_other_groups():
    assert of_kind(alerts("phenytoin", allergies=["carbamazepine: SJS"]), "cross-allergy") == [
        (("phenytoin",), "contraindicated")
    ]
    assert of_kind(alerts("ibuprofen", allergies=["aspirin: bronchospasm"]), "cross-allergy") == [
        (("ibuprofen",), "contraindicated")
    ]
    assert of_kind(alerts("codeine", allergies=["morphine: nausea"]), "cross-allergy") == [
        (("codeine",), "minor")
    ]
    assert not of_kind(alerts("fentanyl", allergies=["morphine: rash"]), "cross-allergy")
    assert of_kind(alerts("sulfadiazine", allergies=["sulfa: rash"]), "allergy")


def test_an_unknown_reaction_or_allergen_is_asked_about():
    asked = [q.text for q in missing(["amoxicillin"], allergies=["penicillin", "elderberries"])]
    assert "What happened with penicillin? The reaction decides." in asked
    assert any("elderberries" in text for text in asked)
    assert not any(
        "What happened" in q.text for q in missing(["metformin"], allergies=["penicillin"])
    )


def test_allergies_in_three_shapes():
    shapes = ["penicillin: rash", ("penicillin", "rash"), Allergy("penicillin", "rash")]
    found = [list(alerts("amoxicillin", allergies=[shape])) for shape in shapes]
    assert found[0] == found[1] == found[2]
