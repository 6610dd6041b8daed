"""What the rest of the package asks of a language model.

Every function of the book that takes a model names the least that it needs: a :class:`Writer`, a
:class:`Scorer`, or a :class:`Model`, which is both.  :func:`medai.llm.load` returns a model; so is
any object with these methods, such as a stand-in in a test.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np

    from medai.llm._prompts import Prompt


class Writer(Protocol):
    """A language model that writes.

    Examples
    --------
    >>> class Parrot:
    ...     def generate(self, prompt, **settings):
    ...         return prompt.split()[-1]
    >>> writer: Writer = Parrot()
    >>> writer.generate("Her temperature is 39.2")
    '39.2'
    """

    def generate(self, prompt: Prompt, **settings: Any) -> str:
        """Continue a text, or answer chat messages.

        Parameters
        ----------
        prompt : str or list of dict
            A text, or messages such as ``[{"role": "user", "content": "..."}]``.
        **settings
            As in :meth:`medai.llm.local.LocalModel.generate`: ``max_new_tokens``, ``stop``, ...

        Returns
        -------
        str
            The new text only, without the prompt.
        """


class Scorer(Protocol):
    """A language model that says how likely a text is."""

    def score(self, prompt: Prompt, continuations: Sequence[str], **settings: Any) -> np.ndarray:
        """Return how likely each continuation is after the prompt.

        Parameters
        ----------
        prompt : str or list of dict
            A text or chat messages.
        continuations : sequence of str
            The candidates, usually with a leading space (``" asthma"``).
        **settings
            As in :meth:`medai.llm.local.LocalModel.score`: ``method``, ``neutral``.

        Returns
        -------
        numpy.ndarray, shape (continuations,)
            Natural logarithms; higher is likelier.
        """


class Model(Writer, Scorer, Protocol):
    """A language model that does both, as those of :func:`medai.llm.load` do."""
