"""Lists of medicines written by a second reader: what must speak, and what must stay silent."""

import pytest

from medai.personalised.interactions import check
from medai.personalised.interactions.alert import SEVERITIES

# list, gravest alert expected; none of these has any other alert of a higher grade
MUST = [
    ("trimethoprim, spironolactone", "major"),
    ("Bactrim, spironolactone", "major"),
    ("复方新诺明, 甲氨蝶呤", "major"),
    ("lithium, furosemide", "moderate"),
    ("clozapine, carbamazepine", "major"),
    ("clozapine, fluvoxamine", "major"),
    ("oxycodone, pregabalin", "major"),
    ("morphine, zopiclone", "major"),
    ("estazolam, morphine", "major"),
    ("moclobemide, sertraline", "contraindicated"),
    ("rasagiline, sertraline", "moderate"),
    ("moclobemide, pethidine", "contraindicated"),
    ("rasagiline, tramadol", "contraindicated"),
    ("linezolid, pethidine", "major"),
    ("phenelzine, mirtazapine", "contraindicated"),
    ("phenelzine, dosulepin", "contraindicated"),
    ("riociguat, isosorbide mononitrate", "contraindicated"),
    ("sildenafil, nicorandil", "contraindicated"),
    ("atorvastatin, clarithromycin", "moderate"),
    ("rosuvastatin, ciclosporin", "major"),
    ("simvastatin, fusidic acid", "contraindicated"),
    ("sirolimus, voriconazole", "contraindicated"),
    ("ciclosporin, rifampicin", "major"),
    ("tacrolimus, diltiazem", "moderate"),
    ("theophylline, fluvoxamine", "major"),
    ("ergotamine, voriconazole", "contraindicated"),
    ("gliclazide, fluconazole", "moderate"),
    ("glibenclamide, Bactrim", "moderate"),
    ("repaglinide, gemfibrozil", "contraindicated"),
    ("carbamazepine, clarithromycin", "major"),
    ("warfarin, capecitabine", "major"),
    ("warfarin, clopidogrel", "major"),
    ("warfarin, sertraline", "moderate"),
    ("apixaban, aspirin", "major"),
    ("enoxaparin, ibuprofen", "major"),
    ("洛索洛芬, 华法林", "major"),
    ("dabigatran, dronedarone", "contraindicated"),
    ("Entresto, ramipril", "contraindicated"),
    ("aliskiren, ramipril", "major"),
    ("amiodarone, diltiazem", "moderate"),
    ("ivabradine, verapamil", "contraindicated"),
    ("eplerenone, clarithromycin", "contraindicated"),
    ("ticagrelor, clarithromycin", "major"),
    ("midazolam, itraconazole", "contraindicated"),
    ("hydroxychloroquine, azithromycin", "major"),
    ("donepezil, citalopram", "major"),
    ("lamotrigine, ethinylestradiol", "moderate"),
    ("ritonavir, hypericum perforatum", "contraindicated"),
    ("diazepam, zolpidem", "moderate"),
    ("sumatriptan, naratriptan", "moderate"),
    # US labels: no change of dose with clarithromycin; a strong azole is another matter
    ("apixaban, clarithromycin", "moderate"),
    ("apixaban, ketoconazole", "major"),
    ("edoxaban, verapamil", "moderate"),
    ("digoxin, verapamil", "major"),
    ("digoxin, ritonavir", "major"),
]

# common and harmless: nothing above minor
SILENT = [
    "aspirin, clopidogrel, atorvastatin, bisoprolol, ramipril",
    "lisinopril, hydrochlorothiazide",
    "metformin, gliclazide",
    "二甲双胍, 格列美脲",
    "Lantus, NovoRapid, metformin",
    "Seretide, Ventolin",
    "布地奈德, 福莫特罗, 沙丁胺醇",
    "amlodipine, ramipril",
    "苯磺酸氨氯地平, 缬沙坦",
    "rosuvastatin, ezetimibe",
    "warfarin, bisoprolol, paracetamol, pantoprazole",
    "apixaban, bisoprolol, atorvastatin",
    "levothyroxine, metformin, atorvastatin",
    "furosemide, digoxin, ramipril, bisoprolol",
    "clopidogrel, pantoprazole",
    "aspirin, ticagrelor, atorvastatin",
    "metformin, iohexol",
    "methotrexate, folic acid, prednisolone, hydroxychloroquine",
    "硝苯地平, 厄贝沙坦, 氢氯噻嗪",
    "阿卡波糖, 二甲双胍, 甘精胰岛素",
]


def worst(text, **facts):
    found = check(text.split(", "), allergies=[], **facts)
    assert not found.not_checked
    return min((SEVERITIES.index(one.severity) for one in found), default=len(SEVERITIES))


@pytest.mark.parametrize(("text", "severity"), MUST)
def test_a_dangerous_list_speaks(text, severity):
    assert worst(text) == SEVERITIES.index(severity)


@pytest.mark.parametrize("text", SILENT)
def test_a_harmless_list_stays_below_moderate(text):
    assert worst(text) >= SEVERITIES.index("minor")


@pytest.mark.parametrize(
    ("allergy", "drug", "severity"),
    [
        ("aspirin: bronchospasm", "mefenamic acid", "contraindicated"),
        ("阿司匹林: 哮喘", "洛索洛芬", "contraindicated"),
        ("aspirin: bronchospasm", "nimesulide", "major"),
        ("头孢: 过敏性休克", "头孢哌酮", "contraindicated"),
        ("ceftriaxone: anaphylaxis", "cefuroxime", "major"),
        ("cefuroxime: anaphylaxis", "ceftriaxone", "major"),
        ("sulfa: rash", "sulfasalazine", "major"),
        ("levofloxacin: anaphylaxis", "moxifloxacin", "major"),
        ("imipenem: anaphylaxis", "meropenem", "moderate"),
    ],
)
def test_an_allergy_reaches_its_relatives(allergy, drug, severity):
    assert [one.severity for one in check([drug], allergies=[allergy])] == [severity]


@pytest.mark.parametrize(
    ("allergy", "drug"),
    [
        ("sulfa: anaphylaxis", "furosemide"),
        ("磺胺: 皮疹", "celecoxib"),
        ("penicillin: anaphylaxis", "cefazolin"),
    ],
)
def test_a_feared_relative_is_a_note(allergy, drug):
    found = check([drug], allergies=[allergy])
    assert not found
    assert found.notes


@pytest.mark.parametrize(
    ("drug", "facts", "expected"),
    [
        ("ibuprofen", {"egfr_ml_min_1_73m2": 29.9}, ["major"]),
        ("ibuprofen", {"egfr_ml_min_1_73m2": 30}, ["moderate"]),
        ("ibuprofen", {"egfr_ml_min_1_73m2": 60}, []),
        ("fondaparinux", {"creatinine_clearance_ml_min": 29}, ["contraindicated"]),
        ("valaciclovir", {"creatinine_clearance_ml_min": 29}, ["major"]),
        ("atorvastatin", {"child_pugh": "C"}, ["contraindicated"]),
        ("atorvastatin", {"child_pugh": "A"}, []),
        ("riociguat", {"pregnant": True, "weeks": 8}, ["contraindicated"]),
    ],
)
def test_organs_and_pregnancy(drug, facts, expected):
    assert [one.severity for one in check([drug], allergies=[], **facts)] == expected
