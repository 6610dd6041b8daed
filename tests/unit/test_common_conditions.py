"""The table of common conditions: its rules, its graph, its priors."""

import csv
import dataclasses
import math
import re
import shutil

import numpy as np
import pytest

from medai.datasets import card, data_path, fetch
from medai.datasets._common_records import COLUMNS, KINDS
from medai.datasets.common import (
    BASES,
    FREQUENCIES,
    CommonConditions,
    common_conditions,
    provenance_markdown,
    read_conditions,
    validate,
)
from medai.datasets.common_page import conditions_markdown
from medai.knowledge import load_graph
from medai.knowledge.common import (
    age_group,
    check_against,
    closure,
    common_graph,
    graph_of,
    most_specific,
    prior,
)
from medai.knowledge.query import make_query
from medai.runtime import MedaiError

FOLDER = data_path("common_conditions")
COUGH, DRY, PRODUCTIVE, SPUTUM = "HP:0012735", "HP:0031246", "HP:0031245", "HP:0033709"
FEVER, STIFF, NUCHAL = "HP:0001945", "HP:0025258", "HP:0031179"


@pytest.fixture(scope="module")
def table():
    return common_conditions()


@pytest.fixture(scope="module")
def graph():
    return load_graph()


def rows_of(name, folder=FOLDER):
    with open(folder / f"{name}.csv", encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


@pytest.fixture
def damage(tmp_path):
    """A function that copies the table, changes the rows of one file, and returns the folder."""

    def change(name, edit):
        folder = shutil.copytree(FOLDER, tmp_path / "copy")
        rows = rows_of(name)
        rows = edit(rows) or rows
        with open(folder / f"{name}.csv", "w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, COLUMNS[name], lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        return folder

    return change


# -- the data -------------------------------------------------------------------------------


def test_the_table_keeps_its_rules(table, graph):
    validate()
    check_against(graph)
    assert len(table) >= 120
    assert all(len(one.findings) >= 8 and one.first_tests for one in table.values())
    assert all(re.search("[\u4e00-\u9fff]", one.name_zh) for one in table.values())


def test_an_untouched_copy_passes(damage, table):
    copy = read_conditions(damage("findings", lambda rows: None))
    assert copy == table
    assert copy.sources == table.sources


def test_rows_are_counted_by_basis_as_in_the_files(table):
    counts = table.provenance()
    for part in ("modifiers", "findings", "excludes", "red_flags", "first_tests"):
        bases = [row["basis"] for row in rows_of(part)]
        assert counts[part] == {basis: bases.count(basis) for basis in BASES}
    assert sum(counts["emergency"].values()) == len(table)


def test_the_readme_says_what_is_counted():
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    block = re.search(r"<!-- counts: [^\n]*-->\n\n(.*)\n\n<!-- end of counts -->", text, re.DOTALL)
    assert block[1] == provenance_markdown(), "run: python -m tools.common_conditions"
    for name in COLUMNS:
        assert f"`{name}.csv`" in text


def test_the_card_says_what_is_counted(table):
    what = card("common-conditions").what
    for count, word in [
        (len(table), "common conditions"),
        (len(table.rows("findings")), "findings"),
        (len(table.rows("red_flags")), "red flags"),
        (len(table.rows("first_tests")), "first"),
    ]:
        assert f"{count:,} {word}" in what
    assert fetch("common-conditions") == FOLDER
    copies = np.mean([source.copy for source in table.sources.values()])
    assert 0.15 < copies < 0.25, "the card says about one in five"


def test_files_are_sorted(table):
    assert list(table) == sorted(table)
    for name in ("findings", "modifiers", "excludes", "red_flags", "first_tests"):
        conditions = [row["condition"] for row in rows_of(name)]
        assert conditions == sorted(conditions), name
    keys = [row["key"] for row in rows_of("sources")]
    assert keys == sorted(keys)


def test_every_source_is_opened_and_used_and_has_its_own_address(table):
    used = {row.source for part in ("findings", "modifiers", "excludes", "red_flags", "first_tests")
            for row in table.rows(part)}  # fmt: skip
    used |= {one.prior_source for one in table.values()}
    notes = " ".join(one.note for one in (*table.values(), *table.rows("findings")))
    for source in table.sources.values():
        assert source.opened
        assert source.key in used or re.search(rf"(?<![\w-]){source.key}(?![\w-])", notes)
    addresses = [s.url.split("//")[1].rstrip("/") for s in table.sources.values()]
    assert len(set(addresses)) == len(addresses)


def test_one_combination_has_one_action_and_no_weaker_one_with_more(table, graph):
    flags = table.rows("red_flags")
    actions = {}
    for flag in flags:
        actions.setdefault(frozenset(flag.hpo), set()).add(flag.action)
    assert {key: found for key, found in actions.items() if len(found) > 1} == {}
    confused = {FEVER, "HP:0001289"}
    assert actions[frozenset(confused)]
    for flag in flags:
        if confused <= closure(graph, flag.hpo):
            assert flag.action.startswith("Call an ambulance"), flag


def test_an_unknown_condition_names_close_ones(table):
    with pytest.raises(MedaiError, match=r"'influensa'.*Did you mean 'influenza'"):
        table["influensa"]
    assert table.get("influensa") is None
    assert "influensa" not in table
    assert 3 not in table


def test_records_are_frozen(table):
    with pytest.raises(dataclasses.FrozenInstanceError):
        table["influenza"].name = "flu"


# -- the validator refuses damaged copies ---------------------------------------------------


def put(**cells):
    return lambda rows: rows[0].update(cells)


def only_first_with(column, text, **cells):
    def edit(rows):
        next(row for row in rows if row[column] == text).update(cells)

    return edit


def repeat(rows):
    return [*rows, dict(rows[0])]


def swapped_flag(rows):
    row = next(row for row in rows if row["hpo"].count("+") == 1)
    return [*rows, row | {"hpo": "+".join(reversed(row["hpo"].split("+")))}]


def seven_findings(rows):
    name, kept = rows[0]["condition"], 0
    for row in list(rows):
        kept += row["condition"] == name
        if row["condition"] == name and kept > 7:
            rows.remove(row)


def also_excluded(rows):
    finding = rows_of("findings")[0]
    new = {key: finding[key] for key in ("condition", "hpo", "finding", "source", "basis")}
    return [*rows, new]


DAMAGES = {
    "basis": ("findings", put(basis="known"), r"'known' is no basis; write one of opened"),
    "prior-basis": ("conditions", put(gp_basis=""), r"conditions.csv, line 2: '' is no basis"),
    "frequency": ("findings", put(frequency="often"), r"'often' is no frequency class"),
    "kind": ("conditions", put(kind="cardiac"), r"'cardiac' is no kind; write one of allergic"),
    "prior-high": ("conditions", put(gp="0"), r"'0' \(gp\) is no prior.*write -0.5 to -5"),
    "prior-low": ("conditions", put(emergency="-5.5"), r"'-5.5' \(emergency\) is no prior"),
    "prior-step": ("conditions", put(gp="-2.25"), r"'-2.25'.*steps of 0.5"),
    "prior-text": ("conditions", put(gp="rare"), r"'rare' \(gp\) is no prior"),
    "factor": ("modifiers", put(factor="2"), r"'2' is no factor; write one of 0, 0.03, 0.1, 0.3"),
    "factor-one": ("modifiers", put(factor="1"), r"a factor of 1 needs no row"),
    "modifier": ("modifiers", put(kind="height"), r"'height' is no kind of modifier"),
    "age": ("modifiers", put(kind="age", value="young"), r"'young' is no age; write one of infant"),
    "sex": ("modifiers", put(kind="sex", value="f"), r"'f' is no sex; write one of female, male"),
    "share": (
        "findings",
        only_first_with("frequency", "frequent", share="0.9", basis="opened"),
        r"'0.9' \(share\) is outside frequent: from 0.3 to below 0.8",
    ),
    "share-nan": (
        "findings",
        only_first_with("frequency", "occasional", share="nan"),
        r"'nan' \(share\) is outside occasional",
    ),
    "share-estimate": (
        "findings",
        only_first_with("basis", "teaching estimate", share="0.5", frequency="frequent"),
        r"'0.5' \(share\) stands on the basis 'teaching estimate'",
    ),
    "no-source": (
        "findings",
        only_first_with("basis", "listed", source=""),
        r"'listed' needs a source; name an opened one, or make it a teaching estimate",
    ),
    "no-prior-source": (
        "conditions",
        only_first_with("gp_basis", "opened", prior_source=""),
        r"conditions.csv.*'opened' needs a source",
    ),
    "needless-source": (
        "modifiers",
        only_first_with("basis", "teaching estimate", source="holm2007"),
        r"'holm2007' is the source of a teaching estimate",
    ),
    "unknown-source": (
        "red_flags",
        only_first_with("basis", "opened", source="hearsay"),
        r"'hearsay' is no key of sources.csv",
    ),
    "not-opened": (
        "sources",
        only_first_with("key", "holm2007", opened="no"),
        r"conditions.csv.*'holm2007' was not opened",
    ),
    "opened": ("sources", put(opened="maybe"), r"'maybe' \(opened\) is neither yes nor no"),
    "url": ("sources", put(url="a book"), r"'a book' is no address"),
    "date": ("sources", put(date="yesterday"), r"'yesterday' is no date"),
    "repeated-condition": ("conditions", repeat, r"line 151: 'abc' repeats line 2"),
    "repeated-finding": ("findings", repeat, r"repeats line 2; delete one"),
    "repeated-modifier": ("modifiers", repeat, r"repeats line 2; delete one"),
    "repeated-exclusion": ("excludes", repeat, r"repeats line 2; delete one"),
    "repeated-test": ("first_tests", repeat, r"repeats line 2; delete one"),
    "repeated-source": ("sources", repeat, r"repeats line 2; delete one"),
    "repeated-pair": ("same", repeat, r"repeats line 2; delete one"),
    "repeated-flag": ("red_flags", swapped_flag, r"red_flags.csv, line \d+: .* repeats line \d+"),
    "condition": ("findings", put(condition="flu"), r"'flu' is no condition of conditions.csv"),
    "few": ("findings", seven_findings, r"has 7 findings: a condition needs at least 8"),
    "icd": ("conditions", put(icd10="J20.99"), r"'J20.99' is no WHO ICD-10 code"),
    "chinese": ("conditions", put(name_zh="flu"), r"'flu' is no Chinese name"),
    "chinese-missing": ("conditions", put(name_zh=""), r"'' \(name_zh\) is empty"),
    "id": ("conditions", put(id="Common Cold"), r"'Common Cold' is no id"),
    "hpo": ("findings", put(hpo="0012735"), r"'0012735' is no HPO id"),
    "many-terms": (
        "red_flags",
        put(hpo="HP:0000001+HP:0000002+HP:0000003+HP:0000004"),
        r"is not 1 to 3 different ids",
    ),
    "spaces": ("first_tests", put(test="blood  count "), r"has stray spaces"),
    "empty": ("red_flags", put(action=""), r"'' \(action\) is empty; fill it in"),
    "itself": ("same", put(same_as="HP:0000458"), r"is said to be the same as itself"),
    "both": ("excludes", also_excluded, r"is also a finding of"),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_copy_is_refused(damage, name):
    file, edit, message = DAMAGES[name]
    if name == "repeated-condition":
        message = message.replace("abc", rows_of("conditions")[0]["id"])
    folder = damage(file, edit)
    with pytest.raises(MedaiError, match=message) as caught:
        validate(folder)
    assert re.match(r"\w+\.csv, line \d+: ", str(caught.value))
    with pytest.raises(MedaiError):
        read_conditions(folder)


def test_many_breaches_are_cut_short(damage):
    def edit(rows):
        for row in rows:
            row.update(basis="x")

    folder = damage("findings", edit)
    with pytest.raises(MedaiError, match=r"… and \d+ more$") as caught:
        validate(folder)
    assert len(str(caught.value).splitlines()) == 11


def test_a_broken_file_is_named(damage):
    folder = damage("findings", lambda rows: None)
    path = folder / "excludes.csv"
    good = path.read_text(encoding="utf-8")
    path.write_text(good + "a,b\n", encoding="utf-8")
    with pytest.raises(MedaiError, match=r"excludes.csv, line \d+: 2 cells for 5 columns"):
        validate(folder)
    path.write_text("x" + good, encoding="utf-8")
    with pytest.raises(MedaiError, match=r"excludes.csv, line 1: the columns are"):
        validate(folder)
    path.write_bytes(good.encode("utf-16"))
    with pytest.raises(MedaiError, match=r"excludes.csv is no CSV in UTF-8"):
        validate(folder)
    path.unlink()
    with pytest.raises(MedaiError, match=r"excludes.csv is missing"):
        validate(folder)


def rarer_cough(rows):
    wanted = ("influenza", COUGH)
    row = next(row for row in rows if (row["condition"], row["hpo"]) == wanted)
    row.update(frequency="very rare", share="")


ONTOLOGY = {
    "unknown": ("findings", put(hpo="HP:9999999"), r"findings.csv, line 2: HP:9999999 is unknown"),
    "obsolete": ("findings", put(hpo="HP:0000057"), r"line 2: HP:0000057 .*is obsolete|an old id"),
    "name": ("findings", put(finding="Couch"), r"line 2: HP:\d+ is called .*, not 'Couch'"),
    "no-finding": ("findings", put(hpo="HP:0000006"), r"is no phenotypic abnormality"),
    "flag": ("red_flags", put(hpo="HP:9999999"), r"red_flags.csv, line 2: HP:9999999 is unknown"),
    "implied": ("red_flags", put(hpo=f"{COUGH}+{DRY}"), r"one term implies another"),
    "same": ("same", put(finding="Smell"), r"same.csv, line 2: .* not 'Smell'"),
    "general": (
        "findings",
        rarer_cough,
        r"'Nonproductive cough' is frequent in influenza, but 'Cough'.* only very rare",
    ),
    "excludes-own": (
        "excludes",
        put(condition="copd-exacerbation", hpo="HP:0002795",
            finding="Abnormal respiratory system physiology"),
        r"excludes.csv, line 2: .* would also exclude",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ONTOLOGY)
def test_what_the_ontology_does_not_know_is_refused(damage, graph, name):
    file, edit, message = ONTOLOGY[name]
    damaged = read_conditions(damage(file, edit))
    with pytest.raises(MedaiError, match=message):
        check_against(graph, damaged)
    with pytest.raises(MedaiError, match=message):
        graph_of(damaged, graph)


# -- the graph ------------------------------------------------------------------------------


def test_the_graph_holds_the_table(table, graph):
    common = common_graph(graph)
    assert common is common_graph(graph) is common_graph()
    assert list(common.disease_ids) == [f"COMMON:{name}" for name in table]
    assert list(common.term_ids) == list(graph.term_ids)
    for one in table.values():
        rows = {a.term_id: a for a in common.disease(f"COMMON:{one.id}").annotations}
        for row in one.findings:
            annotation = rows[row.hpo]
            assert annotation.term_name == row.finding
            assert annotation.evidence == row.basis
            assert annotation.references == (row.source or f"COMMON:{one.id}",)
            hpo_class = FREQUENCIES[row.frequency][0]
            if row.share is None:
                assert annotation.frequency == hpo_class
            else:
                stated = float(annotation.frequency.rstrip("%")) / 100
                assert math.isclose(stated, row.share, rel_tol=1e-9)
        assert {a for a in rows if rows[a].excluded} == {row.hpo for row in one.excludes}
        extra = rows.keys() - {row.hpo for row in (*one.findings, *one.excludes)}
        assert all(rows[a].modifier.startswith("same as ") for a in extra)


def test_the_frequency_used_is_the_share_or_the_middle_of_the_class(table, graph):
    common = common_graph(graph)
    middle = {"obligate": 0.98, "very frequent": 0.895, "frequent": 0.545, "occasional": 0.17,
              "very rare": 0.025}  # fmt: skip
    for row in table["influenza"].findings:
        below = [o for o in table["influenza"].findings if row.hpo in graph.ancestors(o.hpo)]
        expected = max(o.share or middle[o.frequency] for o in below)
        assert common.frequency("COMMON:influenza", row.hpo) == pytest.approx(expected)


def test_the_rare_graph_is_not_changed(graph):
    before = {name: table.copy() for name, table in graph.tables.items()}
    graph_of(common_conditions(), graph)
    assert before.keys() == graph.tables.keys()
    assert all(np.array_equal(before[name], graph.tables[name]) for name in before)


def test_the_synonyms_come_along(graph):
    common = common_graph(graph)
    for term in (COUGH, FEVER, STIFF):
        assert common.term(term) == graph.term(term)


def test_the_engine_ranks_and_explains(graph):
    common = common_graph(graph)
    ranking = common.rank([COUGH, FEVER], source="all", top=len(common.disease_ids))
    assert len(ranking) == len(common_conditions())
    scores = common.scorer.scores(make_query(common, [COUGH, FEVER]))
    for line in (ranking[0], ranking[-1]):
        assert line.explanation.score == pytest.approx(line.score)
        assert line.score == pytest.approx(scores[common.disease_number(line.disease_id)])


def test_a_finding_that_speaks_against_a_condition_costs_it(table, graph):
    common = common_graph(graph)
    one = next(one for one in table.values() if one.excludes)
    against = one.excludes[0].hpo
    line = next(r for r in common.rank([against], source="all", top=999)
                if r.disease_id == f"COMMON:{one.id}")  # fmt: skip
    assert [c.kind for c in line.explanation.opposing].count("excluded_by_disease") == 1


@pytest.mark.parametrize("said", [COUGH, DRY, PRODUCTIVE])
def test_a_general_and_a_special_row_do_not_both_count(graph, said):
    """Influenza lists cough, dry cough and productive cough; the patient says one of them."""
    common = common_graph(graph)
    query = make_query(common, [said])
    number = common.disease_number("COMMON:influenza")
    line = next(r for r in common.rank([said], source="all", top=999)
                if r.disease_id == "COMMON:influenza")  # fmt: skip
    kinds = [c.kind for c in line.explanation.contributions]
    assert kinds.count("present") == 1
    # by hand: the better of the two matches, never their sum
    f = {t: common.frequency("COMMON:influenza", t) for t in graph.ancestors(said)}
    ic = {t: common.information_content(t) for t in f}
    ratios = [
        f[t] * math.exp(ic[t] - (0 if t == said else 1.2 + 0.3 * (ic[said] - ic[t]))) for t in f
    ]
    expected = math.log(0.05 + 0.95 * max(ratios))
    assert common.scorer.evidence_row(query.present[0])[number] == pytest.approx(expected)
    # and neither the finding nor what is more general is called silent as well
    silent = {c.term_id for c in line.explanation.silent}
    assert silent & graph.ancestors(said) == set()


def test_an_absent_finding_counts_once(graph):
    """Who says "no cough" does not lose the dry cough of the same condition as well."""
    common = common_graph(graph)
    line = next(r for r in common.rank([FEVER], [COUGH], source="all", top=999)
                if r.disease_id == "COMMON:influenza")  # fmt: skip
    absent = [c.term_id for c in line.explanation.contributions if c.kind == "absent"]
    assert absent == [COUGH]


def test_most_specific_leaves_one_of_each_complaint(graph):
    assert most_specific(graph, [COUGH, FEVER, DRY]) == (FEVER, DRY)
    assert most_specific(graph, [PRODUCTIVE, COUGH, SPUTUM, PRODUCTIVE]) == (PRODUCTIVE,)
    assert most_specific(graph, []) == ()
    with pytest.raises(MedaiError, match="unknown"):
        most_specific(graph, ["HP:9999999"])


def test_a_flag_fires_on_the_words_of_the_patient(table, graph):
    """Patients say stiff neck; the table says nuchal rigidity."""
    flag = next(f for f in table["bacterial-meningitis"].red_flags if set(f.hpo) == {FEVER, NUCHAL})
    assert set(flag.hpo) <= closure(graph, [FEVER, STIFF])
    assert set(flag.hpo) <= closure(graph, ["HP:0011134", STIFF])  # low-grade fever is a fever
    assert not set(flag.hpo) <= closure(graph, [FEVER, COUGH])
    common = common_graph(graph)
    row = common.scorer.evidence_row(graph.term_number(STIFF))
    assert row[common.disease_number("COMMON:bacterial-meningitis")] > 1


# -- the priors -----------------------------------------------------------------------------


@pytest.mark.parametrize("setting", ["general practice", "emergency"])
@pytest.mark.parametrize("age", [None, 0, 0.5, 11.9, 45, 64.99, 120])
@pytest.mark.parametrize("sex", [None, "female", "male"])
def test_priors_sum_to_one(setting, age, sex, graph):
    found = prior(setting, age, sex)
    assert math.fsum(found.values()) == pytest.approx(1)
    assert min(found.values()) >= 0
    assert [f"COMMON:{name}" for name in found] == list(common_graph(graph).disease_ids)


def test_the_prior_is_the_product_of_its_factors(table):
    one, other = table["croup"], table["common-cold"]
    found = prior("general practice", 3, "male")
    expected = 10 ** (one.gp - other.gp) * one.factor("age", "child") * one.factor("sex", "male")
    expected /= other.factor("age", "child") * other.factor("sex", "male")
    assert found["croup"] / found["common-cold"] == pytest.approx(expected)


def test_the_impossible_has_no_prior():
    male, female = prior("emergency", 30, "male"), prior("emergency", 30, "female")
    for name in ("ectopic-pregnancy", "pre-eclampsia", "vaginal-candidiasis"):
        assert male[name] == 0 < female[name]
    for name in ("testicular-torsion", "benign-prostatic-hyperplasia"):
        assert female[name] == 0 < male[name]
    assert prior("emergency", 80, "female")["ectopic-pregnancy"] == 0


@pytest.mark.parametrize("column", ["gp", "emergency"])
def test_all_conditions_together_are_not_more_than_all_consultations(table, column):
    assert 0.3 < sum(10 ** getattr(one, column) for one in table.values()) < 1


def test_the_common_is_common():
    for setting in ("general practice", "emergency"):
        found = prior(setting)
        assert found["common-cold"] > found["community-acquired-pneumonia"] > found["epiglottitis"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"setting": "ward"}, r"setting='ward': choose one of 'general practice', 'emergency'"),
        ({"setting": None}, r"setting=None: choose"),
        ({"age": 200}, r"age=200: give the age in years, from 0 to 120"),
        ({"age": -1}, r"age=-1"),
        ({"age": math.nan}, r"age=nan"),
        ({"age": "45"}, r"age='45'"),
        ({"age": True}, r"age=True"),
        ({"sex": "F"}, r"sex='F': write 'female' or 'male'"),
        ({"sex": 1}, r"sex=1"),
    ],
)
def test_bad_settings_ages_and_sexes_are_refused(arguments, message):
    with pytest.raises(MedaiError, match=message):
        prior(**arguments)


@pytest.mark.parametrize(
    ("age", "group"),
    [(0.9, "infant"), (1, "child"), (11.9, "child"), (12, "adolescent"), (18, "adult"),
     (39.5, "adult"), (40, "middle"), (np.float64(64.9), "middle"), (np.int64(65), "older")],
)  # fmt: skip
def test_ages_fall_into_the_groups_of_the_readme(age, group):
    assert age_group(age) == group


def posterior_order(graph, present, **patient) -> list[str]:
    common = common_graph(graph)
    chances = prior(**patient)
    scores = common.scorer.scores(make_query(common, most_specific(graph, present)))
    with np.errstate(divide="ignore"):
        total = scores + np.log(np.fromiter(chances.values(), float))
    return [list(chances)[i] for i in np.argsort(-total, kind="stable")]


@pytest.mark.parametrize("sputum", [PRODUCTIVE, SPUTUM])
def test_cough_sputum_fever_of_a_patient_of_45(graph, sputum):
    order = posterior_order(graph, [COUGH, sputum, FEVER], setting="general practice", age=45)
    assert {"acute-bronchitis", "community-acquired-pneumonia", "influenza"} <= set(order[:5])


def test_an_impossible_condition_ranks_last(graph):
    missed_period = ["HP:0000141", "HP:0002027"]
    order = posterior_order(graph, missed_period, setting="emergency", age=30, sex="male")
    assert order.index("ectopic-pregnancy") > len(order) - 12
    order = posterior_order(graph, missed_period, setting="emergency", age=30, sex="female")
    assert order.index("ectopic-pregnancy") < 5


def test_kinds_are_all_used(table):
    assert {one.kind for one in table.values()} == set(KINDS)


def test_an_empty_table_is_a_table():
    assert len(CommonConditions({}, {})) == 0


def test_the_page_shows_every_row_and_what_it_rests_on(table):
    page = conditions_markdown()
    assert provenance_markdown() in page
    boxes = dict(re.findall(r"(?ms)^:::\{admonition\} (.*?) · .*?$(.*?)^:::$", page))
    assert sorted(boxes) == sorted(one.name for one in table.values())
    for one in table.values():
        parts = (one.findings, one.excludes, one.red_flags, one.first_tests)
        rows = [line for line in boxes[one.name].splitlines() if line.startswith("- ")]
        assert len(rows) == sum(map(len, parts))
        assert all(re.search(r"(opened|listed|teaching estimate)( in a copy)?\)$", r) for r in rows)
    cough = table["influenza"].findings[0]
    source = table.sources[cough.source]
    assert (cough.finding, cough.share, source.copy) == ("Cough", 0.93, True)
    assert f"- Cough: very frequent, 93\u00a0% ([{source.publisher.split(' (')[0]}]" in page


def test_an_unknown_disease_names_ids_of_the_graph_at_hand(graph):
    with pytest.raises(MedaiError, match=r"'OMIM:1' is not among .* Ids look like COMMON:"):
        common_graph(graph).disease("OMIM:1")
