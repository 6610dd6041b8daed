"""Named entities: exact and relaxed F1 of marked spans (book, chapter 02)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from medai.metrics._binary import ratio
from medai.runtime import MedaiError

Span = tuple[int, int, str]


class EntityScore(NamedTuple):
    """Micro-averaged precision, recall and F1 with their counts; a share of nothing is NaN."""

    precision: float
    recall: float
    f1: float
    tp: int
    fp: int
    fn: int


def listed(values: Any, name: str, what: str) -> list:
    """Return `values` as a non-empty list, or say what is wrong."""
    if isinstance(values, str | bytes | dict) or not isinstance(values, Iterable):
        raise MedaiError(
            f"{name} is one {type(values).__name__}, but a list of {what} is wanted; "
            "wrap a single one in a list"
        )
    values = list(values)
    if not values:
        raise MedaiError(f"{name} is empty: nothing can be measured on no {what}")
    return values


def same_length(one: list, two: list, names: tuple[str, str]) -> None:
    """Raise when two lists that belong together differ in length."""
    if len(one) != len(two):
        raise MedaiError(
            f"{len(one)} {names[0]} and {len(two)} {names[1]}: pass one of each per document, "
            "in the same order"
        )


def entity_f1(
    gold: Sequence[Sequence[Span]],
    predicted: Sequence[Sequence[Span]],
    relaxed: bool = False,
) -> EntityScore:
    r"""Compare predicted spans with gold spans: micro precision, recall and F1.

    .. math:: F_1 = \frac{2\,TP}{2\,TP + FP + FN}

    Parameters
    ----------
    gold, predicted : sequence of documents, each a sequence of (start, end, label)
        Characters from start up to, not including, end; a document may hold no span.
    relaxed : bool
        False: a prediction counts when start, end and label are right.  True: when its
        label is right and it shares at least one character with the gold span.

    Returns
    -------
    EntityScore
        The counts of all documents are added first.  Every span is matched at most once:
        the second of two predictions on one gold span is a false positive (in relaxed
        mode the pairs are chosen so that as many as possible match).

    Raises
    ------
    MedaiError
        On unequal numbers of documents, no document, spans that are no triple, ends that are
        not after starts.

    Examples
    --------
    >>> entity_f1([[(0, 5, "drug")]], [[(0, 4, "drug")]], relaxed=True).f1
    1.0
    """
    gold = listed(gold, "gold", "documents (each a list of spans)")
    predicted = listed(predicted, "predicted", "documents (each a list of spans)")
    same_length(gold, predicted, ("gold documents", "predicted documents"))
    tp = n_gold = n_predicted = 0
    for i, (one, two) in enumerate(zip(gold, predicted, strict=True)):
        one, two = _spans(one, f"gold[{i}]"), _spans(two, f"predicted[{i}]")
        matched = _overlapping(one, two) if relaxed else sum((Counter(one) & Counter(two)).values())
        tp, n_gold, n_predicted = tp + matched, n_gold + len(one), n_predicted + len(two)
    return EntityScore(
        float(ratio(tp, n_predicted)),
        float(ratio(tp, n_gold)),
        float(ratio(2 * tp, n_gold + n_predicted)),
        tp,
        n_predicted - tp,
        n_gold - tp,
    )


def _spans(document: Any, name: str) -> list[Span]:
    if isinstance(document, str | dict) or not isinstance(document, Iterable):
        raise MedaiError(f"{name} is {document!r}; a document is a list of (start, end, label)")
    spans = []
    for span in document:
        if not isinstance(span, list | tuple) or len(span) != 3:
            hint = "; is this one document? Wrap it in a list" if isinstance(span, int) else ""
            raise MedaiError(f"{name} holds {span!r}; a span is (start, end, label){hint}")
        start, end, label = span
        whole = all(isinstance(n, int | np.integer) for n in (start, end))
        if not whole or isinstance(start, bool) or isinstance(end, bool):
            raise MedaiError(f"{name} holds {span!r}; start and end are whole numbers")
        if not isinstance(label, str) or not label:
            raise MedaiError(f"{name} holds {span!r}; the label is a word, such as 'drug'")
        if not 0 <= start < end:
            raise MedaiError(f"{name} holds {span!r}; 0 <= start < end is wanted, end not included")
        spans.append((int(start), int(end), label))
    return spans


def _overlapping(gold: list[Span], predicted: list[Span]) -> int:
    """Return the largest number of pairs with one label and a shared character (Kuhn)."""
    touches = defaultdict(list)
    for i, (start, end, label) in enumerate(gold):
        for j, (first, last, other) in enumerate(predicted):
            if label == other and start < last and first < end:
                touches[i].append(j)
    partner: dict[int, int] = {}

    def place(i: int, tried: set[int]) -> bool:
        for j in touches[i]:
            if j not in tried:
                tried.add(j)
                if j not in partner or place(partner[j], tried):
                    partner[j] = i
                    return True
        return False

    return sum(place(i, set()) for i in range(len(gold)))
