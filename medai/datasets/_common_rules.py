"""What may stand in the table of common conditions: the rules, and how a breach is told."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from medai.datasets._common_records import (
    AGES,
    BASES,
    COLUMNS,
    ESTIMATE,
    FACTORS,
    FREQUENCIES,
    KINDS,
    OPENED,
    PRIORS,
    SEXES,
)
from medai.runtime.errors import MedaiError

FEWEST, MOST_TERMS, SHOWN = 8, 3, 10
HAN = re.compile(r"[\u4e00-\u9fff]")
ICD10 = re.compile(r"[A-Z]\d\d(\.\d)?")
HPO = re.compile(r"HP:\d{7}")
ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
EMPTY_ALLOWED = {"source", "prior_source", "note", "share"}
# What makes two rows of a file the same row.
KEYS = {
    "conditions": ("id",),
    "modifiers": ("condition", "kind", "value"),
    "findings": ("condition", "hpo"),
    "excludes": ("condition", "hpo"),
    "red_flags": ("condition", "hpo"),
    "first_tests": ("condition", "test"),
    "same": ("hpo",),
    "sources": ("key",),
}
Rows = list[tuple[int, dict[str, str]]]


def read_cells(folder: Path) -> dict[str, Rows]:
    """Return the rows of every file as (line, cells).

    Raises
    ------
    MedaiError
        When a file is missing, is not UTF-8, or has other columns.
    """
    tables: dict[str, Rows] = {}
    for name, columns in COLUMNS.items():
        path = Path(folder) / f"{name}.csv"
        try:
            with open(path, encoding="utf-8", newline="") as handle:
                reader = csv.reader(handle, strict=True)
                header = next(reader, [])
                if tuple(header) != columns:
                    raise MedaiError(
                        f"{path.name}, line 1: the columns are {','.join(header)!r}, but must be "
                        f"{','.join(columns)!r}: put them back in this order."
                    )
                tables[name] = []
                for cells in reader:
                    if len(cells) != len(columns):
                        raise MedaiError(
                            f"{path.name}, line {reader.line_num}: {len(cells)} cells for "
                            f"{len(columns)} columns: put text with a comma in quotes."
                        )
                    row = dict(zip(columns, cells, strict=True))
                    tables[name].append((reader.line_num, row))
        except FileNotFoundError:
            raise MedaiError(f"{path} is missing: take it from data/common_conditions/.") from None
        except (UnicodeDecodeError, csv.Error) as error:
            raise MedaiError(
                f"{path.name} is no CSV in UTF-8 ({error}): save it as such."
            ) from None
    return tables


def check_cells(tables: dict[str, Rows]) -> None:
    """Refuse tables that break a rule.

    Raises
    ------
    MedaiError
        Naming for each breach the file, the line, the value, the rule and the way out.
    """
    found = [problem for name in COLUMNS for problem in _problems(name, tables)]
    if found:
        more = f"\n… and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
        raise MedaiError("\n".join(found[:SHOWN]) + more)


def _problems(name: str, tables: dict[str, Rows]) -> Iterator[str]:
    """Yield every breach in one file."""
    ids = {row["id"] for _, row in tables["conditions"]}
    opened = {row["key"]: row["opened"] for _, row in tables["sources"]}
    counts = Counter(row["condition"] for _, row in tables["findings"])
    seen: dict[tuple, int] = {}
    for line, row in tables[name]:
        found = [*_empty(row), *_RULES[name](row)]
        key = tuple("+".join(sorted(row[c].split("+"))) for c in KEYS[name])
        if key in seen:
            found.append((" ".join(key), f"repeats line {seen[key]}", "delete one of the two"))
        seen.setdefault(key, line)
        if "condition" in row and row["condition"] not in ids:
            way = "add it to conditions.csv or correct the id"
            found.append((row["condition"], "is no condition of conditions.csv", way))
        if name == "conditions" and counts[row["id"]] < FEWEST:
            rule = f"has {counts[row['id']]} findings: a condition needs at least {FEWEST}"
            found.append((row["id"], rule, "add rows to findings.csv"))
        if name not in ("same", "sources"):
            found += _provenance(row, opened)
        for value, rule, way in found:
            yield f"{name}.csv, line {line}: {value!r} {rule}; {way}."
    if name == "excludes":
        has = {(row["condition"], row["hpo"]) for _, row in tables["findings"]}
        for line, row in tables[name]:
            if (row["condition"], row["hpo"]) in has:
                yield (
                    f"excludes.csv, line {line}: {row['finding']!r} is also a finding of "
                    f"{row['condition']}; delete one of the two rows."
                )


Found = Iterator[tuple[str, str, str]]  # value, rule, way out


def _empty(row: dict[str, str]) -> Found:
    for column, text in row.items():
        if text != " ".join(text.split()):
            yield text, f"({column}) has stray spaces or line breaks", "take them out"
        if not text and column not in EMPTY_ALLOWED:
            yield text, f"({column}) is empty", "fill it in"


def _provenance(row: dict[str, str], opened: dict[str, str]) -> Found:
    """Every row says what it rests on: an opened source, or nothing but an estimate."""
    if "basis" in row:
        bases, source = [row["basis"]], row["source"]
    else:
        bases, source = [row["gp_basis"], row["emergency_basis"]], row["prior_source"]
    for basis in bases:
        if basis not in BASES:
            yield basis, "is no basis", f"write one of {', '.join(BASES)}"
    needs = [basis for basis in bases if basis in BASES and basis != ESTIMATE]
    if needs and not source:
        yield needs[0], "needs a source", f"name an opened one, or make it a {ESTIMATE}"
    elif source and set(bases) == {ESTIMATE}:
        yield source, f"is the source of a {ESTIMATE}", "leave the source empty, or say its basis"
    elif source and source not in opened:
        yield source, "is no key of sources.csv", f"add the source, or make it a {ESTIMATE}"
    elif source and opened[source] != "yes":
        yield source, "was not opened", f"open it and write yes, or make it a {ESTIMATE}"


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _condition(row: dict[str, str]) -> Found:
    if not ID.fullmatch(row["id"]):
        yield row["id"], "is no id", "use small letters, digits and single hyphens"
    if not ICD10.fullmatch(row["icd10"]):
        yield row["icd10"], "is no WHO ICD-10 code of 3 or 4 characters", "write it like J20.9"
    if not HAN.search(row["name_zh"]):
        yield row["name_zh"], "is no Chinese name", "give one in simplified characters"
    if row["kind"] not in KINDS:
        yield row["kind"], "is no kind", f"write one of {', '.join(KINDS)}"
    for column in ("gp", "emergency"):
        if _number(row[column]) not in PRIORS:
            rule = f"({column}) is no prior: log10 of a share, in steps of 0.5"
            yield row[column], rule, f"write {PRIORS[0]} to {PRIORS[-1]:g}"


def _modifier(row: dict[str, str]) -> Found:
    allowed = {"age": tuple(AGES), "sex": SEXES}.get(row["kind"])
    if allowed is None:
        yield row["kind"], "is no kind of modifier", "write age or sex"
    elif row["value"] not in allowed:
        yield row["value"], f"is no {row['kind']}", f"write one of {', '.join(allowed)}"
    if _number(row["factor"]) not in FACTORS:
        words = ", ".join(f"{factor:g}" for factor in FACTORS)
        yield row["factor"], "is no factor", f"write one of {words}; a factor of 1 needs no row"


def _term(text: str) -> Found:
    if not HPO.fullmatch(text):
        yield text, "is no HPO id", "write it like HP:0012735"


def _finding(row: dict[str, str]) -> Found:
    yield from _term(row["hpo"])
    if row["frequency"] not in FREQUENCIES:
        yield row["frequency"], "is no frequency class", f"write one of {', '.join(FREQUENCIES)}"
    elif row["share"]:
        _, low, below = FREQUENCIES[row["frequency"]]
        if not low <= _number(row["share"]) < below:
            above = "" if low == 1 else f" to below {below:g}"
            rule = f"(share) is outside {row['frequency']}: from {low:g}{above}"
            yield row["share"], rule, "correct the share or the class, or leave the share empty"
        if row["basis"] != OPENED:
            rule = f"(share) stands on the basis {row['basis']!r}"
            yield row["share"], rule, "only an opened source gives a share: leave it empty"


def _exclusion(row: dict[str, str]) -> Found:
    yield from _term(row["hpo"])


def _red_flag(row: dict[str, str]) -> Found:
    terms = row["hpo"].split("+")
    for term in terms:
        yield from _term(term)
    if len(terms) > MOST_TERMS or len(set(terms)) < len(terms):
        yield row["hpo"], f"is not 1 to {MOST_TERMS} different ids", "join them with +"


def _same(row: dict[str, str]) -> Found:
    yield from _term(row["hpo"])
    yield from _term(row["same_as"])
    if row["hpo"] == row["same_as"]:
        yield row["hpo"], "is said to be the same as itself", "name another term"


def _source(row: dict[str, str]) -> Found:
    for column in ("copy", "opened"):
        if row[column] not in ("yes", "no"):
            yield row[column], f"({column}) is neither yes nor no", "write one of the two"
    if not re.fullmatch(r"https?://\S+", row["url"]):
        yield row["url"], "is no address", "write https://…"
    try:
        date.fromisoformat(row["date"])
    except ValueError:
        yield row["date"], "is no date", "write it like 2026-11-22"


_RULES = {
    "conditions": _condition,
    "modifiers": _modifier,
    "findings": _finding,
    "excludes": _exclusion,
    "red_flags": _red_flag,
    "first_tests": lambda row: iter(()),
    "same": _same,
    "sources": _source,
}
