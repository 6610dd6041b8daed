"""Misspelt names: when one letter or two are wrong, and when to ask instead.

A misspelling is read only when one letter is wrong (two in a long generic name), every known name
near it means the same medicine, no other real name (``neighbours.csv``) is near, and the name is
none of those that people confuse (``lookalikes.csv``).  Names of fewer than five letters are never
mended.
"""

from __future__ import annotations

SHORTEST = 5
TWO_FROM = 8  # letters, to be near enough for a question
READ_TWO_FROM = 10  # letters, to be read with two wrong; never of a brand


def allowed(name: str) -> int:
    """Return how many edits may lie between what was written and a name."""
    if len(name) < SHORTEST:
        return 0
    return 1 if len(name) < TWO_FROM else 2


def readable(name: str, distance: int, brand: bool) -> bool:
    """Say whether so many edits may be read as a misspelling, not only asked about."""
    return distance == 1 or (distance == 2 and len(name) >= READ_TWO_FROM and not brand)


def near(name: str, names: list[str], limit: int | None = None) -> list[tuple[str, int]]:
    """Return the names within the distance, nearest first.

    Parameters
    ----------
    name
        What was written, in the form of :func:`medai.personalised.drugs.wording.key`.
    names
        Known names in the same form.
    limit
        The greatest optimal string alignment distance (insert, delete, replace, swap two
        neighbours); by default :func:`allowed`.
    """
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    limit = allowed(name) if limit is None else limit
    if not limit:
        return []
    found = process.extract(name, names, scorer=OSA.distance, score_cutoff=limit, limit=None)
    return [(other, int(distance)) for other, distance, _ in found if _same_short(name, other)]


def _same_short(name: str, other: str) -> bool:
    """Say whether the short words and the numbers agree: *tylenol pm* is not *tylenol 3*."""
    if name.replace(" ", "") == other.replace(" ", ""):
        return True
    short = [
        [word for word in text.split() if len(word) < SHORTEST or not word.isalpha()]
        for text in (name, other)
    ]
    return short[0] == short[1]


def similar(name: str, names: list[str], count: int = 3) -> list[str]:
    """Return the most similar names, for a message only."""
    from rapidfuzz import process
    from rapidfuzz.distance import JaroWinkler

    found = process.extract(
        name, names, scorer=JaroWinkler.similarity, score_cutoff=0.82, limit=count
    )
    return [other for other, _, _ in found]
