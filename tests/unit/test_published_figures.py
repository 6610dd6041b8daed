"""The figures of others that Chapter 21 prints, and our own row without a cap on cases."""

import json
import re

import pytest

from medai.datasets import data_path

PLACES = ("top-1", "top-3", "top-10")


def read(name):
    return json.loads(data_path(f"results/{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("row", read("21_published")["rows"], ids=lambda row: row["system"])
def test_a_published_figure_names_a_source_and_what_of_it_was_opened(row, root):
    bibliography = (root / "book" / "references.bib").read_text(encoding="utf-8")
    for key in row["source"]:
        entry = re.search(rf"^@\w+\{{{key},.*?^\}}", bibliography, re.DOTALL | re.MULTILINE)
        assert entry, key
        assert "note = {Opened" in entry[0], key
    assert len(row["opened"]) > 10
    given = [row[place] for place in PLACES if row[place] is not None]
    assert given
    assert given == sorted(given)  # more places, more hits
    assert all(1 < value < 100 for value in given)  # percent, not a share
    assert row["cases"] > 0


def test_the_row_without_a_cap_counts_every_case_of_the_same_file():
    every, capped = read("21_every_case"), read("21_diagnosis")
    assert every["made"]["cases_sha256"] == capped["made"]["cases_sha256"]
    assert every["cases_read"] == capped["cases_read"]
    first = every["results"][0]
    assert (first["regime"], first["method"]) == ("ALL", "medai")
    assert first["cases"] == every["cases_read"]
    with_cap = capped["results"][0]
    assert with_cap["regime"] == "ALL"
    # "costs the score over ten points"
    assert with_cap["top-1"]["estimate"] - first["top-1"]["estimate"] > 0.10
