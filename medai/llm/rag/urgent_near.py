"""Signs of an emergency in words that no sign has: found by meaning, in English.

The table of signs cannot hold all the words that frightened people use.  A sentence that tells
of somebody ("my husband's mouth hangs") is compared with every sign by MiniLM's cosine; from
``NEAR`` on it counts.  The guards are those of :mod:`medai.llm.rag.urgent`, but stricter, since
likeness does not see a "not": a sentence that denies anything is not looked at here.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from medai.llm.rag.asked import folded
from medai.llm.rag.library import kept_vectors
from medai.llm.rag.urgent import CUT, Alarm, Sign, could_be_now, denies

NEAR = 0.55  # cosine from which a sentence counts; costs some false alarms on the dev half


def near_alarm(question: str, signs: Sequence[Sign], near: float = NEAR) -> Alarm | None:
    """Return the sign nearest to a sentence of the question, if it is near enough.

    Parameters
    ----------
    question
        As :func:`medai.llm.rag.asked.checked` returns it.
    signs
        The English ones are compared.
    near
        The cosine that is enough.
    """
    english = [sign for sign in signs if sign.lang == "en"]
    told = [one.strip() for one in CUT.split(folded(question))]
    told = [one for one in told if one.isascii() and could_be_now(one) and not denies(one)]
    if not english or not told:
        return None
    from medai.llm.embeddings import embed

    cosines = embed([one[:900] for one in told]) @ kept_vectors([one.phrase for one in english]).T
    place = int(np.argmax(cosines.max(axis=0)))
    return Alarm(english[place]) if cosines[:, place].max() >= near else None
