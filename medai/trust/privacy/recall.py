"""How many planted identifiers are found, by kind, and what is taken that is none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

import numpy as np

from medai.datasets.identified_notes import IdentifiedNote
from medai.metrics import bootstrap_interval, sensitivity, wilson
from medai.runtime.errors import MedaiError


def covered(text: str, start: int, end: int, spans: Iterable[tuple[int, int]]) -> bool:
    """Return whether every letter and digit of ``text[start:end]`` lies in one of the spans.

    Half a name is a name: one letter left over counts as missed.

    Examples
    --------
    >>> from medai.trust.privacy.recall import covered
    >>> note = "Seen: Mrs Whitcombe-Hale."
    >>> for found in [(10, 19)], [(10, 24)]:
    ...     print([note[low:high] for low, high in found], covered(note, 10, 24, found))
    ['Whitcombe'] False
    ['Whitcombe-Hale'] True
    """
    inside = np.zeros(len(text), dtype=bool)
    for low, high in spans:
        inside[low:high] = True
    return all(inside[i] for i in range(start, end) if text[i].isalnum())


def score_notes(
    notes: Sequence[IdentifiedNote], found: Sequence[Sequence]
) -> dict[str, np.ndarray]:
    """Compare what was found with what was planted.

    Parameters
    ----------
    notes : sequence of IdentifiedNote
        The notes.
    found : sequence of sequence of Identifier
        What a method found in each note, in the same order.

    Returns
    -------
    dict of numpy.ndarray
        Of each planted identifier: ``kind``, ``group``, ``template``, ``hit``.  Of each
        look-alike: ``lookalike_template`` and ``taken`` (any of it was marked).  Of each mark:
        ``mark_template`` and ``right`` (it touches something planted).

    Raises
    ------
    MedaiError
        When there is not one list a note.
    """
    if len(notes) != len(found):
        raise MedaiError(f"{len(found)} lists for {len(notes)} notes: give one a note.")
    rows, looks, marks = [], [], []
    for note, ones in zip(notes, found, strict=True):
        spans = [(one.start, one.end) for one in ones]
        for p in note.planted:
            hit = covered(note.text, p.start, p.end, spans)
            rows.append((p.kind, p.group, note.template, hit))
        for p in note.lookalikes:
            taken = any(low < p.end and p.start < high for low, high in spans)
            looks.append((note.template, taken))
        for low, high in spans:
            right = any(low < p.end and p.start < high for p in note.planted)
            marks.append((note.template, right))
    names = ("kind", "group", "template", "hit")
    out = {name: np.array([row[i] for row in rows]) for i, name in enumerate(names)}
    for (first, second), values in (
        (("lookalike_template", "taken"), looks),
        (("mark_template", "right"), marks),
    ):
        out[first] = np.array([one[0] for one in values])
        out[second] = np.array([one[1] for one in values], dtype=bool)
    return out


def share_by_template(
    hit: Sequence[bool], template: Sequence[str], n_boot: int = 1000
) -> tuple[float, float, float]:
    """Return a share and its 95 % interval, resampling whole templates.

    Notes of one template fail together, so they are not independent.  Where all are hit, or
    none, or one template holds them all, resampling says nothing; then the interval is
    Wilson's, as if each template counted once.

    Raises
    ------
    MedaiError
        For nothing to count.
    """
    hit, template = np.asarray(hit, dtype=float), np.asarray(template)
    if not len(hit):
        raise MedaiError("nothing to count: there is no row of this kind.")
    groups = len(set(template.tolist()))
    share = float(hit.mean())
    if share in (0.0, 1.0) or groups == 1:
        low, high = wilson(share * groups, groups)
    else:
        metric = partial(sensitivity, threshold=0.5)
        low, high = bootstrap_interval(metric, np.ones(len(hit)), hit, template, n_boot)
    return share, min(share, float(low)), max(share, float(high))  # rounding at 0 and 1
