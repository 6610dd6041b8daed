"""Red flags: never lost to ranking, never fired by what is denied, past or a relative's."""

import pytest

from medai.datasets.common import common_conditions
from medai.diagnosis import assess
from medai.diagnosis.flags import URGENCY, near_flags, red_flags, urgency
from medai.knowledge import load_graph

CHEST, SWEAT, FEVER = "HP:0100749", "HP:0000975", "HP:0001945"


@pytest.fixture(scope="module")
def graph():
    return load_graph()


def test_every_flag_of_the_table_fires(graph):
    for row in common_conditions().rows("red_flags"):
        shown = red_flags(graph, row.hpo)
        assert any(set(one.hpo_ids) == set(row.hpo) for one in shown), row.flag


def test_a_flag_is_there_however_improbable_its_condition(graph):
    """The setting, the age and other findings change the posterior, not the flag."""
    many = ["HP:0031417", "HP:0001742", "HP:0033050", "HP:0012735", "HP:0025095"]  # a cold
    for patient in ({"age": 5}, {"age": 90, "setting": "emergency"}, {}):
        answer = assess({"present": [*many, CHEST, SWEAT]}, **patient)
        assert answer.red_flags[0].flag == "Chest pain with sweating"
        assert answer.red_flags[0].action == "Call an ambulance"


def test_a_more_specific_finding_completes_a_flag(graph):
    pleuritic = "HP:0033771"  # below chest pain
    assert CHEST in graph.ancestors(pleuritic)
    assert any(
        one.flag == "Chest pain with sweating" for one in red_flags(graph, [pleuritic, SWEAT])
    )


@pytest.mark.parametrize("status", ["absent", "uncertain", "history", "family"])
def test_only_what_is_present_fires(graph, status):
    for row in common_conditions().rows("red_flags")[::7]:
        last = row.hpo[-1]
        given = {"present": list(row.hpo[:-1]), status: [last]}
        if not row.hpo[:-1]:
            given["present"] = ["HP:0001519"]
        if any(last in graph.ancestors(hpo) for hpo in given["present"]):
            continue
        answer = assess(given)
        assert not any(last in one.hpo_ids for one in answer.red_flags), row.flag


def test_a_denied_finding_is_not_asked_and_an_uncertain_one_is(graph):
    near = near_flags(graph, [CHEST], {SWEAT})
    assert SWEAT not in {one.missing for one in near}
    near = near_flags(graph, [CHEST], set())
    assert SWEAT in {one.missing for one in near}
    alone = next(row for row in common_conditions().rows("red_flags") if len(row.hpo) == 1)
    assert alone.hpo[0] in {one.missing for one in near_flags(graph, [CHEST], set(), alone.hpo)}


def test_a_safety_question_says_what_a_yes_means():
    answer = assess("chest pain, possibly sweating")
    asked = {one.hpo_id: one for one in answer.safety_questions}
    assert SWEAT in asked
    assert any("ambulance" in action for _, action in asked[SWEAT].why)
    assert not answer.red_flags


def test_the_most_urgent_stand_first(graph):
    every = {hpo for row in common_conditions().rows("red_flags") for hpo in row.hpo}
    levels = [one.urgency for one in red_flags(graph, every)]
    assert levels == sorted(levels)
    assert set(levels) == set(URGENCY)


@pytest.mark.parametrize(
    ("action", "level"),
    [
        ("Call an ambulance when it lasts over 15 minutes", 1),
        ("Adrenaline into the thigh now, call an ambulance", 1),
        ("Emergency department now: cauda equina syndrome, emergency scan", 2),
        ("Surgical exploration at once", 2),
        ("Same-day eye specialist", 3),
        ("Paediatric emergency department today: coronary arteries", 3),
        ("Urgent cancer referral within two weeks", 4),
        ("Blood tests this week", 4),
    ],
)
def test_urgency_comes_from_the_words_of_the_action(action, level):
    assert urgency(action) == level


def test_what_the_body_cannot_have_is_left_out(graph):
    rows = [row for row in common_conditions().rows("red_flags")
            if row.condition == "ectopic-pregnancy"]  # fmt: skip
    for row in rows:
        man = red_flags(graph, row.hpo, 30, "male")
        assert not any("ectopic-pregnancy" in one.conditions for one in man)
        woman = red_flags(graph, row.hpo, 30, "female")
        assert any("ectopic-pregnancy" in one.conditions for one in woman)


EMERGENCIES = """
pre-eclampsia, no pressure measured: Headache, Photopsia, Abdominal pain
pre-eclampsia, swollen face: Headache, Facial edema
septic arthritis without fever: Joint swelling, Limited knee flexion
septic arthritis, no weight on it: Joint swelling, Inability to walk
Kawasaki disease: Persistent fever, Conjunctival hyperemia, Cheilitis
heart attack: Chest pain, Dyspnea
stroke: Slurred speech, Hypoesthesia
loss of sight: Sudden loss of visual acuity
sepsis: Fever, Hypotension
meningitis: Fever, Headache, Photophobia
meningococcal disease: Fever, Petechiae
floppy child: Fever, Hypotonia
child that does not drink: Fever, Poor suck
anaphylactic shock: Hypotension, Tachycardia
anaphylaxis: Urticaria, Wheezing
cauda equina: Low back pain, Bowel incontinence
spinal cord: Back pain, Lower limb muscle weakness
testicular torsion: Testicular pain
ectopic pregnancy: Abnormal vaginal bleeding, Abdominal pain
suicide: Suicidal ideation
self-harm: Self-injurious behavior
ketoacidosis: Hyperglycemia, Vomiting
epiglottitis: Fever, Drooling, Dysphagia
glaucoma: Ocular pain, Blurred vision, Vomiting
giant cell arteritis: Headache, Jaw claudication
aortic aneurysm: Abdominal pain, Back pain, Hypotension
embolism: Dyspnea, Syncope
gastrointestinal bleeding: Melena, Hypotension
subarachnoid haemorrhage: Thunderclap headache
limb ischaemia: Lower limb pain, Absent pulse
neutropenic sepsis: Fever, Neutropenia
hypothermia: Hypothermia
"""
EVERYDAY = """
Headache; Chest pain; Fever; Vomiting; Abdominal pain; Joint swelling; Back pain; Diarrhea
Cough; Vertigo; Fatigue; Dyspnea; Pharyngalgia; Palpitations; Hypertension; Photopsia
Headache, Photopsia, Nausea; Fever, Cough, Headache; Abdominal pain, Diarrhea, Vomiting
Fever, Vomiting, Diarrhea; Fever, Lethargy; Fever, Myalgia, Fatigue; Low back pain, Sciatica
"""


def _ids(graph, names):
    by_name = dict(zip(graph.term_names, graph.term_ids, strict=True))
    return [by_name[name.strip()] for name in names.split(",")]


@pytest.mark.parametrize("line", EMERGENCIES.strip().splitlines())
def test_the_least_that_says_an_emergency_raises_an_urgent_flag(graph, line):
    ids = _ids(graph, line.split(":")[1])
    assert min(one.urgency for one in red_flags(graph, ids)) <= 3


@pytest.mark.parametrize(
    "text",
    [
        "An elephant stands on my chest.",
        "A vice is closing round my ribs.",
        "It feels as if a lorry were parked on my breastbone.",
    ],
)
def test_an_emergency_in_words_that_are_not_read_is_no_answer(text):
    answer = assess(text, age=60)
    assert {"nothing", "unread"} <= {doubt.code for doubt in answer.doubts}
    assert answer.unsure
    assert any(word in answer.to_markdown() for word in text.lower().rstrip(".").split()[1:])


@pytest.mark.parametrize("text", ["An elephant stands on my chest.", "лихорадка и кашель"])
def test_where_nothing_is_read_no_list_stands(text):
    answer = assess(text, age=60)
    page = answer.to_markdown()
    assert "## I don't know" in page
    assert "No list: nothing was recognised" in page
    assert "Common cold" not in page.split("## Ask")[0]
    assert "## First tests" not in page


@pytest.mark.parametrize("names", EVERYDAY.replace("\n", ";").strip(";").split(";"))
def test_everyday_complaints_raise_no_flag(graph, names):
    assert red_flags(graph, _ids(graph, names)) == ()
