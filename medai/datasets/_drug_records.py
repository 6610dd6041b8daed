"""The rows of the tables of medicines, as records; :mod:`medai.datasets.drugs` reads them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Drug:
    """One active ingredient.

    Attributes
    ----------
    name
        The name that the whole book uses, lower case: the INN, or ``adrenaline``, ``aspirin``,
        ``pethidine`` and a few others (``is_inn`` is then False).
    english, chinese
        Other names; salts are not listed.
    rxcui
        Concept of RxNorm where it was read in an opened source, else "".
    atc
        Codes of the WHO's ATC index that were read in an opened copy.
    classes
        Keys of its classes, the narrow ones first, then the wider ones they belong to.
    is_inn
        Whether FDA's list of substances marks the name as an INN.
    basis, source
        ``opened`` with the key of the source that holds the name, or ``teaching``.
    """

    name: str
    english: tuple[str, ...] = ()
    chinese: tuple[str, ...] = ()
    rxcui: str = ""
    atc: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    is_inn: bool = True
    basis: str = "teaching"
    source: str = ""

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Brand:
    """A brand or the name of a fixed combination, with its ingredients and where it is sold."""

    name: str
    ingredients: tuple[str, ...]
    regions: tuple[str, ...]
    kind: str
    basis: str
    source: str


@dataclass(frozen=True, slots=True)
class Unclear:
    """A name that means different medicines: `could_be` names them, `why` says when."""

    name: str
    could_be: tuple[str, ...]
    why: str
    basis: str
    source: str


@dataclass(frozen=True, slots=True)
class DrugClass:
    """A class of medicines: key, Chinese name, the wider class ("" if none), ATC groups."""

    key: str
    chinese: str
    parent: str
    atc: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DrugSource:
    """A source of the tables, as in sources.csv."""

    key: str
    title: str
    url: str
    publisher: str
    copy: str
    opened: str
    what: str
    date: str


@dataclass(frozen=True)
class DrugTables:
    """All tables: mappings by name, each sorted.

    Attributes
    ----------
    drugs
        Ingredients by name.
    brands
        Brands by name as printed.
    unclear
        Names that mean different medicines.
    lookalikes
        Pairs of names that people confuse.
    neighbours
        Real medicines that are not in the table but are spelt almost like one that is.
    classes, members
        Classes by key, and the names of the members of each, narrower classes included.
    basis
        For (class, ingredient) the basis of the row and its source.
    sources
        Sources by key.
    """

    drugs: dict[str, Drug]
    brands: dict[str, Brand]
    unclear: dict[str, Unclear]
    lookalikes: tuple[tuple[str, str], ...]
    neighbours: frozenset[str]
    classes: dict[str, DrugClass]
    members: dict[str, tuple[str, ...]]
    basis: dict[tuple[str, str], tuple[str, str]]
    sources: dict[str, DrugSource]
