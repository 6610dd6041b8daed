"""The English lay lexicon: its tables, what its patterns find, and what they must not find."""

import random
import re
import shutil
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medai.datasets import data_path
from medai.datasets.en import counts, part_rows, read_en_findings
from medai.knowledge import link, load_graph
from medai.knowledge.lay import lay_lexicon
from medai.knowledge.lay_patterns import Automaton, pieces_of
from medai.knowledge.lay_words import adjoining, tokens_of
from medai.knowledge.lexicon import lexicon_of
from medai.knowledge.words import normalise, words_of
from medai.runtime import MedaiError

TABLES = read_en_findings()
GRAPH = load_graph()


def everything(found):
    return [*found.present, *found.excluded, *found.uncertain, *found.history, *found.family]


# -- the tables ----------------------------------------------------------------------------


@pytest.fixture
def copy(tmp_path):
    return shutil.copytree(data_path("en_findings"), tmp_path / "en")


def test_every_id_is_current_and_every_name_is_its_own():
    for row in TABLES["findings"]:
        assert GRAPH.term(row["hpo"]).name == row["name"], row
        assert GRAPH.is_phenotype(row["hpo"])
    ids = {row["hpo"] for name in ("parts", "statements", "preferred") for row in TABLES[name]}
    ids |= {row["over"] for row in TABLES["preferred"]}
    ids |= {one for row in TABLES["traps"] for one in row["must_not_find"].split("|")}
    ids |= {i for row in TABLES["findings"] if row["kind"] == "ask" for i in row["note"].split("|")}
    assert all(one in GRAPH.term_index for one in ids)


def test_the_counts_are_those_of_the_readme():
    readme = (data_path("en_findings") / "README.md").read_text(encoding="utf-8")
    for name, count in counts().items():
        shown = re.search(rf"^\| `?{re.escape(name)}(?:\.csv)?`? \| ([\d,]+) \|", readme, re.M)
        assert shown is not None, name
        assert int(shown[1].replace(",", "")) == count, name


@pytest.mark.parametrize(
    ("table", "row", "says"),
    [
        ("findings", "HP:1,Fever,hot,exact,", "must be an HPO id"),
        ("findings", "HP:0001945,Fever,hot,sure,", "must be one of exact, broader, ask"),
        ("findings", "HP:0001945,Fever,{hot|warm,exact,", "every { needs its }"),
        ("findings", "HP:0001945,Fever,{hot {very|so}},exact,", "must not be nested"),
        ("findings", "HP:0001945,Fever,hot|warm,exact,", "in braces only"),
        ("findings", "HP:0001945,Fever,... hot,exact,", "between words"),
        ("findings", "HP:0001945,Fever,{a ... b|c} hot,exact,", "must not stand in braces"),
        ("findings", "HP:0001945,Fever,warm,ask,HP:0001945", "joined by |"),
        ("findings", "HP:0001945,Heat,warm,exact,", "is called 'Fever' elsewhere"),
        ("findings", "HP:0001945,Fever, warm,exact,", "no blanks around it"),
        ("findings", "HP:0001945,Fever,warm,exact", "5 are needed"),
        ("parts", "elbow,glows,HP:0001945", "part_templates.csv has"),
        ("part_templates", "pain,it hurts", "must hold <part> once"),
        ("complaint_words", "pain,two words", "one word"),
        ("statements", "warm,HP:0001945,maybe", "must be one of absent"),
        ("traps", "warm,fever", "joined by |"),
    ],
)
def test_a_row_that_breaks_a_rule_is_refused(copy, table, row, says):
    with open(copy / f"{table}.csv", "a", encoding="utf-8") as file:
        file.write(row + "\n")
    with pytest.raises(MedaiError, match=re.escape(says)) as error:
        read_en_findings(copy)
    assert f"{table}.csv, line " in str(error.value)


def test_a_row_must_not_stand_twice_and_no_file_may_lack(copy):
    first = (copy / "findings.csv").read_text(encoding="utf-8").splitlines()[1]
    with open(copy / "findings.csv", "a", encoding="utf-8") as file:
        file.write(first + "\n")
    with pytest.raises(MedaiError, match="stands in line 2 already"):
        read_en_findings(copy)
    shutil.copy(data_path("en_findings") / "findings.csv", copy)
    (copy / "traps.csv").unlink()
    with pytest.raises(MedaiError, match="is missing"):
        read_en_findings(copy)


# -- traps, statements, expansions ---------------------------------------------------------


def test_no_trap_finds_what_it_must_not():
    wrong = []
    for row in TABLES["traps"]:
        found = link(row["text"], GRAPH)
        must_not = set(row["must_not_find"].split("|"))
        claimed = [*found.present, *found.uncertain, *found.history]
        wrong += [(row["text"], one.name) for one in claimed if one.hpo_id in must_not]
    assert not wrong


def test_every_statement_has_its_status():
    """A text that states something of several terms is read for one of them."""
    groups = {"absent": "excluded", "past": "history", "possible": "uncertain"}
    stated = {}
    for row in TABLES["statements"]:
        found = link(row["text"], GRAPH)
        group = getattr(found, groups.get(row["status"], row["status"]))
        ids = {one.hpo_id for one in group}
        if row["status"] == "absent":
            ids |= set(found.excluded_ids)  # "temp 36.8" is measured
        holds = row["hpo"] in ids
        stated[row["text"]] = stated.get(row["text"], False) or holds
    assert not [text for text, holds in stated.items() if not holds]


def expansions(pattern, rng, count):
    """Return some texts that a pattern stands for, without words in its gaps."""
    pieces = pieces_of(pattern.replace(" ... ", " "))
    texts = ("".join(rng.choice(choices) for choices in pieces) for _ in range(count))
    return {" ".join(text.split()) for text in texts}


def test_expansions_of_every_pattern_are_understood():
    """As the row's term; or a term that the ontology, a longer or a preferred row names."""
    rng, wrong, count = random.Random(5), [], 0
    rows = [(row["hpo"], row["expression"], row) for row in TABLES["findings"]]
    rows += [(hpo, pattern, {"kind": "exact"}) for hpo, pattern in part_rows(TABLES)]
    for hpo, pattern, row in rows:
        wanted = set(row["note"].split("|")) if row["kind"] == "ask" else {hpo}
        for text in expansions(pattern, rng, 3):
            count += 1
            found = link(text, GRAPH)
            asked = {i for one in found.unrecognised for i, _ in one.suggestions}
            if not (
                any(_related(one, wanted) for one in asked)
                or any(_right(one, wanted, row["kind"]) for one in everything(found))
            ):
                wrong.append((text, hpo, [one.name for one in everything(found)]))
    assert count > 9_000
    assert not wrong


def _related(hpo, wanted):
    """One of the wanted terms, or wider or narrower than it."""
    number = GRAPH.term_number(hpo)
    return any(
        GRAPH.term_number(one) in GRAPH.ancestor_numbers(number)
        or number in GRAPH.ancestor_numbers(GRAPH.term_number(one))
        for one in wanted
    )


def _right(found, wanted, kind):
    """What may come out: the term or a related one, or what goes before this row."""
    lexicon = lexicon_of(GRAPH)
    return (
        _related(found.hpo_id, wanted)
        or found.method in ("exact", "synonym")  # the ontology's own words
        or normalise(found.text) in lexicon.everyday
        or (kind != "exact" and found.method == "everyday")  # an exact row goes first
        or any((found.hpo_id, one) in lay_lexicon().preferred for one in wanted)
    )


# -- reading -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "present"),
    [
        ("I cant sleep", ["Insomnia"]),
        ("I can’t sleep", ["Insomnia"]),
        ("I cannot sleep", ["Insomnia"]),
        ("my left knee is really swollen", ["Joint swelling"]),
        ("My jaw and left arm ache", ["Jaw pain", "Upper limb pain"]),
        ("pain in the knees and hips", ["Knee pain", "Hip pain"]),
        ("their throat hurts", ["Pharyngalgia"]),
        ("He came back sore", []),
        ("I'm sick of waiting", []),
        ("Mum: his throat hurts", ["Pharyngalgia"]),
    ],
)
def test_what_counts_as_the_same(text, present):
    assert [one.name for one in link(text, GRAPH).present] == present


@pytest.mark.parametrize(
    ("text", "excluded"),
    [
        ("My knees aren't swollen", ["Joint swelling"]),
        ("my eyes don't itch", ["Ocular pruritus"]),
        ("her head does not hurt", ["Headache"]),
        ("I've not been sick or feverish", ["Vomiting", "Fever"]),
        ("No temperature, cough or rash", ["Fever", "Cough", "Skin rash"]),
        ("temperature is normal", ["Fever"]),
        ("My eyes are not red or itchy", ["Conjunctival hyperemia", "Pruritus"]),
    ],
)
def test_denied(text, excluded):
    found = link(text, GRAPH)
    assert [one.name for one in found.excluded] == excluded
    assert not found.present


def test_a_denied_denial_and_a_relative():
    found = link("My mother gets short of breath. My mother's chest is killing her.", GRAPH)
    assert not found.present
    assert found.family
    assert not link("I am not breathing okay", GRAPH).excluded


def test_ask_is_no_finding():
    found = link("She had a funny turn", GRAPH)
    assert not everything(found)
    (one,) = [one for one in found.unrecognised if one.reason == "ambiguous"]
    assert "HP:0001250" in dict(one.suggestions)


def test_gaps_do_not_jump_over_a_denial_or_a_full_stop():
    automaton = Automaton(["leg ... swollen"])

    def hits(text):
        words = words_of(text)
        tokens = tokens_of(text, words)
        return automaton.hits(tokens, adjoining(text, words, tokens))

    assert hits("leg is red and swollen")
    assert not hits("leg is red and hot and swollen")  # four words
    assert not hits("leg is hot. Swollen")
    assert not hits("leg stopped being swollen")
    assert [hit.denied for hit in hits("leg is not swollen")] == [True]


MASKS = [row["phrase"] for row in TABLES["harmless"] if "{" not in row["phrase"]]
SAFE = ["today", "the train", "we", "then", "a table", "work"]


@given(st.sampled_from(MASKS), st.lists(st.sampled_from(SAFE), max_size=3), st.booleans())
def test_masks_find_nothing_wherever_they_stand(mask, around, before):
    plain = " ".join(around)
    text = f"{plain}. {mask}. we" if before else f"{mask}; {plain}"
    found = link(text, GRAPH)
    at = text.index(mask)
    inside = [one for one in everything(found) if at <= one.start < at + len(mask)]
    assert not inside


@given(st.text(alphabet="abc not'’ -,.{}|", max_size=40))
def test_any_text_is_read(text):
    found = link(text, GRAPH)
    assert all(text[one.start : one.end] == one.text for one in everything(found))


def test_a_warm_text_of_sixty_words_costs_little():
    """A warm link() of such a text takes 8 ms on the machine this was written on."""
    text = (
        "My left knee is really swollen and I couldn't sleep. He's burning up and cant keep "
        "anything down. The pain in my lower back goes down my leg and I feel sick in the "
        "mornings. I have been really tired for three weeks and my periods are heavy. She threw "
        "up twice in the night and is off her food."
    )
    words, lexicon, times = words_of(text), lexicon_of(GRAPH), []
    assert len(words) >= 60
    for _ in range(9):
        start = time.process_time()
        lay_lexicon().hear(lexicon, text, words)
        times.append(time.process_time() - start)
    assert min(times) <= 0.005
