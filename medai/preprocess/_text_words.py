"""Stop words, and the negations that must not be among them."""

from __future__ import annotations

from medai.preprocess._text_split import word_set

NEGATIONS: frozenset[str] = word_set(
    "no not nor neither never none nothing without cannot absent absence lack lacks lacking "
    "deny denies denied denying negative unremarkable free except unless "
    "ain't aren't can't couldn't didn't doesn't don't hadn't hasn't haven't isn't mustn't "
    "shouldn't wasn't weren't won't wouldn't"
)
"""Words that turn a finding round: "no fever", "denies pain", "free of stones"."""

STOP_WORDS: frozenset[str] = word_set(
    "a an the this that these those i me my we us our you your he him his she her hers it its "
    "they them their theirs himself herself itself themselves who whom whose which what "
    "am is are was were be been being has have had having do does did doing will would shall "
    "should may might must can could and but or as if because while of at by for with about "
    "into through during to from in on then there here when where how why so than too very "
    "just also such own same"
)
"""Words that say little alone.  No negation is among them, and no word of direction or degree
("up", "down", "above", "below", "off", "more", "less"): those change what a finding means."""


def stop_words(keep_negations: bool = True) -> frozenset[str]:
    """Return the words to drop from a bag of words.

    Common lists of stop words hold "no" and "not".  Dropping these makes "no fever" and
    "fever" the same text, and a ruled-out disease a present one (chapter 04).

    Parameters
    ----------
    keep_negations : bool
        Whether negations stay in the text (default), that is, are *not* in the list.

    Returns
    -------
    frozenset of str
        Lower-case words; :data:`STOP_WORDS`, and with ``keep_negations=False`` also
        :data:`NEGATIONS`.
    """
    return STOP_WORDS if keep_negations else STOP_WORDS | NEGATIONS
