"""From a name as it was typed to the ingredients that the tables speak of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from medai.datasets.interactions import interactions
from medai.runtime.errors import MedaiError


@dataclass(frozen=True)
class Resolved:
    """The medicines of a list, by ingredient.

    Attributes
    ----------
    counts
        Ingredient to how many of the named medicines hold it, sorted by name.
    unknown
        Names that nothing here knows, or that mean two medicines, as they were typed, sorted.
    """

    counts: dict[str, int]
    unknown: tuple[str, ...]

    @property
    def drugs(self) -> frozenset[str]:
        """The ingredients, each once."""
        return frozenset(self.counts)


def ingredients_of(name: str) -> tuple[str, ...]:
    """Return the ingredients of one medicine; empty when nothing here knows the name.

    Parameters
    ----------
    name
        An ingredient (``warfarin``), a combination (``amoxicillin + clavulanic acid``) or
        another name that ``names.csv`` has (``methamphetamine``).
    """
    table = interactions()
    text = " ".join(name.lower().split())
    if text in table.names:
        return table.names[text]
    if text in table.drugs:
        return (text,)
    parts = [part.strip() for part in text.replace("/", "+").split("+")]
    if len(parts) > 1 and all(parts):
        found = [ingredients_of(part) for part in parts]
        if all(found):
            return tuple(sorted({drug for one in found for drug in one}))
    return _from_drugs(" ".join(name.split()))


def _from_drugs(name: str) -> tuple[str, ...]:
    """Ask the room of drug names, which knows brands, Chinese names and misspellings."""
    try:
        from medai.personalised.drugs import match
    except ImportError:
        return ()
    found = match(name)
    return () if found.asked else tuple(sorted(drug.name for drug in found.drugs))


def which_is_meant(name: str) -> str:
    """Return the question about a name that was not understood, "" without drug names."""
    try:
        from medai.personalised.drugs import match
    except ImportError:
        return f"{name!r} is not a known name: which medicine is meant?"
    return match(name).question


def resolve(drugs: Iterable[str]) -> Resolved:
    """Return the ingredients of a list of medicines.

    Raises
    ------
    MedaiError
        When the list is a string, or an entry is no text or empty.
    """
    if isinstance(drugs, str):
        raise MedaiError(
            f"The medicines are given as one text, {drugs!r}. "
            "They must be a list of names, one medicine each: ['warfarin', 'ibuprofen']."
        )
    counts: dict[str, int] = {}
    unknown = set()
    for name in drugs:
        if not isinstance(name, str) or not name.strip():
            raise MedaiError(
                f"{name!r} is no name of a medicine. Each entry must be a text such as 'warfarin'."
            )
        found = ingredients_of(name)
        if not found:
            unknown.add(" ".join(name.split()))
        for drug in found:
            counts[drug] = counts.get(drug, 0) + 1
    return Resolved(dict(sorted(counts.items())), tuple(sorted(unknown)))
