"""A passage about another medicine is no answer: the medicines of a question must be in it.

An encoder puts "side effects of amiodarone" near "side effects of statins".  So a passage is
dropped when the question names a medicine that the passage names neither by any of its names or
brands, nor by its own class ("statin" for atorvastatin), nor by its ending ("-pril").
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from medai.llm.rag.asked import folded
from medai.llm.rag.library import Found

_ENDING = re.compile(r"(?<![a-z])-([a-z]{3,8})(?![a-z])")  # "medicines ending in -pril"
_CHINESE = re.compile("[\u3400-\u9fff]")


@functools.lru_cache(maxsize=4096)
def medicines_in(text: str) -> frozenset[str]:
    """Return the ingredients that a text names, by any name or brand, English or Chinese.

    Examples
    --------
    >>> sorted(medicines_in("Is Tylenol the same as paracetamol, or 布洛芬?"))
    ['ibuprofen', 'paracetamol']
    """
    seen = folded(text)
    pattern, of_name = _names()
    return frozenset(one for match in pattern.finditer(seen) for one in of_name[match[0]])


@functools.lru_cache(maxsize=1)
def _names() -> tuple[re.Pattern, dict[str, tuple[str, ...]]]:
    """Return a pattern for all names, longest first, and the ingredients of each."""
    from medai.datasets.drugs import drug_tables

    tables = drug_tables()
    found: dict[str, tuple[str, ...]] = {}
    for drug in tables.drugs.values():
        for name in (drug.name, *drug.english, *drug.chinese):
            found.setdefault(folded(name), (drug.name,))
    for brand in tables.brands.values():
        found.setdefault(folded(brand.name), tuple(brand.ingredients))
    ordered = sorted(found, key=len, reverse=True)
    latin = "|".join(re.escape(one) for one in ordered if not _CHINESE.search(one))
    chinese = "|".join(re.escape(one) for one in ordered if _CHINESE.search(one))
    return re.compile(rf"(?<![a-z])(?:{latin})(?![a-z])|{chinese}"), found


def _class_words(ingredient: str) -> tuple[str, ...]:
    """Return the names of an ingredient's own class."""
    from medai.datasets.drugs import drug_tables

    tables = drug_tables()
    classes = tables.drugs[ingredient].classes[:1] if ingredient in tables.drugs else ()
    return tuple(
        folded(word) for key in classes for word in (key, tables.classes[key].chinese) if word
    )


def about_these(question: str, found: Sequence[Found]) -> list[Found]:
    """Return the passages that name every medicine that the question names."""
    asked = medicines_in(question)
    return [one for one in found if all(_named(drug, one) for drug in asked)]


def _named(drug: str, one: Found) -> bool:
    text = f"{one.passage.title}. {one.passage.text}"
    seen = folded(text)
    if drug in medicines_in(text) or any(word in seen for word in _class_words(drug)):
        return True
    return any(drug.endswith(ending) for ending in _ENDING.findall(seen))
