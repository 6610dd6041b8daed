"""Classes of medicines: who belongs to a class, and to which classes a medicine belongs.

>>> "simvastatin" in [drug.name for drug in drugs_in_class("statin")]
True
>>> classes_of("amoxicillin")
('penicillin', 'beta-lactam', 'antibacterial')
"""

from __future__ import annotations

import difflib

from medai.datasets.drugs import Drug, drug_tables
from medai.personalised.drugs.names import ingredient
from medai.runtime.errors import MedaiError


def _key(name: str) -> str:
    return " ".join(str(name).casefold().replace("_", " ").split())


def class_key(name: str) -> str:
    """Return the key of a class: ``ACE_inhibitor``, ``ace inhibitor`` and 他汀类 are understood.

    Raises
    ------
    MedaiError
        For a class that the table does not hold; the message names close ones.
    """
    classes = drug_tables().classes
    wanted = _key(name)
    for key, row in classes.items():
        if wanted in (key, key.replace("-", " "), row.chinese.casefold()):
            return key
        if wanted == key + "s":
            return key
    close = difflib.get_close_matches(wanted, classes, n=3, cutoff=0.5)
    hint = f"Did you mean {' or '.join(map(repr, close))}?" if close else "No key is close."
    raise MedaiError(
        f"There is no class {name!r} among the {len(classes)} classes. {hint} "
        "data/drugs/classes.csv lists them all."
    )


def drugs_in_class(key: str) -> tuple[Drug, ...]:
    """Return the members of a class, those of its narrower classes included, by name."""
    tables = drug_tables()
    return tuple(tables.drugs[name] for name in tables.members[class_key(key)])


def classes_of(drug: Drug | str) -> tuple[str, ...]:
    """Return the keys of the classes of a medicine, the narrow ones first.

    Parameters
    ----------
    drug
        A :class:`~medai.datasets.drugs.Drug` or any name that
        :func:`~medai.personalised.drugs.ingredient` understands.
    """
    return (drug if isinstance(drug, Drug) else ingredient(drug)).classes
