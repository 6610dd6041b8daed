"""Pharmacogenomic advice on drugs (``data/pgx_advice``), read and checked.

Each recommendation belongs to one or more drugs and holds when the phenotypes of its genes are
the ones in its column ``when``.  The words are the book's own; the README beside the files says
what each column holds, and each row says which guideline it follows and through which source it
was read.  Standard library only.

Examples
--------
>>> table = pgx_advice()
>>> table.drugs["codeine"].genes
('CYP2D6',)
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from pathlib import Path

from medai.datasets._pgx_records import (
    DrugEntry,
    DrugNote,
    Guideline,
    Modifier,
    PgxSource,
    Recommendation,
)
from medai.datasets.checked_tables import (
    Check,
    Tables,
    anything,
    filled,
    one_of,
    read_tables,
    refusal,
)
from medai.datasets.paths import data_path

__all__ = [
    "ACTIONS",
    "STRENGTHS",
    "DrugEntry",
    "DrugNote",
    "Guideline",
    "Modifier",
    "PgxAdvice",
    "PgxSource",
    "Recommendation",
    "pgx_advice",
    "read_pgx_advice",
]

BOOK = "pgx_advice"
ACTIONS = ("standard", "adjust", "alternative", "avoid", "no recommendation")
STRENGTHS = ("strong", "moderate", "optional", "no recommendation", "not read")
CHECKED = ("truth table", "PharmCAT copy", "pypgx copy", "guideline page")
ENZYMES = ("CYP2B6", "CYP2C19", "CYP2C9", "CYP2D6", "CYP3A")
GENE = r"(?:CYP\w+|HLA-[AB]|MT-RNR1|[A-Z][A-Z0-9]+)"


def _year(value: str) -> str:
    return "" if re.fullmatch(r"(19|20)\d\d", value) else "it must be a year such as 2023"


def _link(value: str) -> str:
    return "" if re.fullmatch(r"https?://\S+", value) else "it must be an address, https://…"


def _when(value: str) -> str:
    parts = [part.partition(": ") for part in value.split("; ")]
    for gene, colon, rule in parts:
        if not (colon and rule and re.fullmatch(GENE, gene)):
            return "it must be GENE: phenotype | phenotype; GENE: …"
        for one in rule.split(" | "):
            limits = re.fullmatch(r"score ([\d.]+)(?:-([\d.]+))?", one)
            if not one.strip() or (one.startswith("score") and not limits):
                return "a score must be written like score 1 or score 0-0.5"
    if len({gene for gene, _, _ in parts}) < len(parts):
        return "a gene must stand in it once"
    return ""


COLUMNS: dict[str, dict[str, Check]] = {
    "recommendations": {
        "id": filled,
        "drugs": filled,
        "when": _when,
        "population": filled,
        "action": one_of(*ACTIONS),
        "strength": one_of(*STRENGTHS),
        "text": filled,
        "implication": filled,
        "text_zh": filled,
        "implication_zh": filled,
        "guideline": filled,
        "source": filled,
        "checked": one_of(*CHECKED),
        "note": anything,
    },
    "drugs": {
        "drug": filled,
        "name_zh": filled,
        "genes": filled,
        "more_genes": anything,
        "aliases": anything,
    },
    "guidelines": {"key": filled, "title": filled, "body": filled, "year": _year, "url": _link},
    "notes": {"drug": filled, "text": filled, "text_zh": filled, "source": filled},
    "inhibitors": {
        "drug": filled,
        "enzyme": one_of(*ENZYMES),
        "strength": one_of("strong", "moderate", "weak", "not stated"),
        "source": filled,
        "note": anything,
    },
    "inducers": {
        "drug": filled,
        "enzyme": one_of(*ENZYMES),
        "strength": one_of("strong", "moderate", "weak", "not stated"),
        "source": filled,
        "note": anything,
    },
    "sources": {
        "key": filled,
        "title": filled,
        "url": _link,
        "publisher": filled,
        "copy": one_of("yes", "no"),
        "opened": one_of("yes", "no"),
        "what": filled,
        "date": lambda value: "" if re.fullmatch(r"\d{4}-\d\d-\d\d", value) else "2026-11-22",
    },
}
KEYS = {
    "notes": ("drug", "text"),
    "inhibitors": ("drug", "enzyme"),
    "inducers": ("drug", "enzyme"),
}


@dataclass(frozen=True)
class PgxAdvice:
    """All tables, joined."""

    recommendations: tuple[Recommendation, ...]
    drugs: dict[str, DrugEntry]
    notes: tuple[DrugNote, ...]
    inhibitors: tuple[Modifier, ...]
    inducers: tuple[Modifier, ...]
    sources: dict[str, PgxSource]

    def rows_of(self, drug: str) -> tuple[Recommendation, ...]:
        """Return the rows of a drug, in the order of the table."""
        return self._rows.get(drug, ())

    @functools.cached_property
    def _rows(self) -> dict[str, tuple[Recommendation, ...]]:
        rows: dict[str, list[Recommendation]] = {}
        for row in self.recommendations:
            for drug in dict.fromkeys(row.drugs):
                rows.setdefault(drug, []).append(row)
        return {drug: tuple(found) for drug, found in rows.items()}

    @functools.cached_property
    def by_name(self) -> dict[str, DrugEntry]:
        """The entry of each name in lower case: English, Chinese, and other names."""
        found: dict[str, DrugEntry] = {}
        for entry in self.drugs.values():
            for name in (entry.drug, entry.name_zh.lower(), *entry.aliases):
                found.setdefault(name, entry)
        return found

    @functools.cached_property
    def modifying(self) -> tuple[str, ...]:
        """The drugs that inhibit or induce an enzyme, sorted."""
        return tuple(sorted({row.drug for row in (*self.inhibitors, *self.inducers)}))


def read_pgx_advice(folder: Path | None = None) -> PgxAdvice:
    """Read and check the tables.

    Parameters
    ----------
    folder
        Where the CSV files stand; by default ``data/pgx_advice`` of the book.

    Raises
    ------
    MedaiError
        For a missing file, and for the first row that breaks a rule.
    """
    tables = read_tables(folder or data_path(BOOK), BOOK, COLUMNS, KEYS, fold=str.casefold)
    _check_together(tables)
    sources = {row["key"]: _source(row) for row in tables["sources"]}
    guides = {
        row["key"]: Guideline(**{**row, "year": int(row["year"])}) for row in tables["guidelines"]
    }
    return PgxAdvice(
        tuple(_recommendation(row, guides, sources) for row in tables["recommendations"]),
        {row["drug"]: _drug(row) for row in tables["drugs"]},
        tuple(DrugNote(**{**row, "source": sources[row["source"]]}) for row in tables["notes"]),
        *(
            tuple(Modifier(**{**row, "source": sources[row["source"]]}) for row in tables[name])
            for name in ("inhibitors", "inducers")
        ),
        sources,
    )


@functools.lru_cache(maxsize=1)
def pgx_advice() -> PgxAdvice:
    """Return the tables of the book, read once."""
    return read_pgx_advice()


def _listed(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(" | ") if part.strip())


def _source(row: dict[str, str]) -> PgxSource:
    return PgxSource(**{**row, "copy": row["copy"] == "yes", "opened": row["opened"] == "yes"})


def _drug(row: dict[str, str]) -> DrugEntry:
    many = {name: _listed(row[name]) for name in ("genes", "more_genes", "aliases")}
    return DrugEntry(drug=row["drug"], name_zh=row["name_zh"], **many)


def _recommendation(row: dict, guides: dict, sources: dict) -> Recommendation:
    when = tuple(
        (gene, _listed(rule))
        for gene, _, rule in (part.partition(": ") for part in row["when"].split("; "))
    )
    joined = {
        "drugs": _listed(row["drugs"]),
        "when": when,
        "guideline": guides[row["guideline"]],
        "source": sources[row["source"]],
    }
    return Recommendation(**{**row, **joined})


def _check_together(tables: Tables) -> None:
    """Check that every key that a row names stands in its table."""
    known = {
        "guideline": {row["key"] for row in tables["guidelines"]},
        "source": {row["key"] for row in tables["sources"]},
        "drug": {row["drug"] for row in tables["drugs"]},
    }
    asked = (
        ("recommendations", "guideline", "guideline"),
        ("recommendations", "source", "source"),
        ("notes", "source", "source"),
        ("notes", "drug", "drug"),
        ("inhibitors", "source", "source"),
        ("inducers", "source", "source"),
    )
    for name, column, table in asked:
        for line, row in enumerate(tables[name], 2):
            if row[column] not in known[table]:
                rule = f"{table}s.csv has no such row"
                raise refusal(BOOK, name, line, f"{column} is {row[column]!r}", rule)
    genes = {row["drug"]: set(_listed(row["genes"])) for row in tables["drugs"]}
    for line, row in enumerate(tables["recommendations"], 2):
        used = {part.partition(": ")[0] for part in row["when"].split("; ")}
        for drug in _listed(row["drugs"]):
            if not used <= genes.get(drug, set()):
                rule = f"drugs.csv must hold it with the genes {', '.join(sorted(used))}"
                raise refusal(BOOK, "recommendations", line, f"drug {drug!r}", rule)
