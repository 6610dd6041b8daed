"""A language model in this process, through transformers: generate, score, perplexity."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from queue import SimpleQueue
from typing import Any

import numpy as np

from medai.llm._likelihood import (
    check_method,
    combine,
    row_logprobs,
    seam,
    split_space,
)
from medai.llm._pieces import StopFilter, TextPieces
from medai.llm._prompts import Prompt, Settings, check_prompt, check_settings, check_texts
from medai.runtime import MedaiError
from medai.text.sampling import choose

NEUTRAL = "Answer:"


class LocalModel:
    """A causal language model of this process; made by :func:`medai.llm.load`.

    Attributes
    ----------
    name : str
        What was loaded.
    model : transformers.PreTrainedModel
        The network, in evaluation mode.
    tokenizer : transformers.PreTrainedTokenizerBase
        Its tokeniser.
    context : int
        The most tokens that prompt and answer may have together.
    """

    def __init__(self, name: str, model: Any, tokenizer: Any) -> None:
        self.name, self.model, self.tokenizer = name, model, tokenizer
        self.context = int(getattr(model.config, "max_position_embeddings", 0) or 2**31)

    def __repr__(self) -> str:
        millions = sum(p.numel() for p in self.model.parameters()) / 1e6
        dtype = str(self.model.dtype).removeprefix("torch.")
        return (
            f"<medai.llm {self.name}: {millions:.0f} M parameters, {dtype}, {self.context} tokens>"
        )

    # ---- text in and out -----------------------------------------------------------

    def count_tokens(self, prompt: Prompt) -> int:
        """Count the tokens of a text or of chat messages, as the model reads them."""
        return len(self._ids(check_prompt(prompt)))

    def _ids(self, prompt: str | list[dict[str, str]]) -> list[int]:
        """Turn a checked prompt into tokens; chat messages go through the model's template."""
        if isinstance(prompt, str):
            return list(self.tokenizer(prompt)["input_ids"])
        if not self.tokenizer.chat_template:
            raise MedaiError(
                f"{self.name} has no chat template, so it cannot read messages; pass one text."
            )
        for i, message in enumerate(prompt):
            for mark in self.tokenizer.all_special_tokens:
                if mark in message["content"]:
                    raise MedaiError(
                        f"Message {i} contains {mark!r}, which would end or forge a turn of the "
                        "conversation; remove it from the text."
                    )
        text = self.tokenizer.apply_chat_template(
            prompt, tokenize=False, add_generation_prompt=True
        )
        return list(self.tokenizer(text, add_special_tokens=False)["input_ids"])

    def _need_room(self, used: int, new: int = 0) -> None:
        if used + new > self.context:
            rest = self.context - used
            way = f"lower max_new_tokens to {rest} or " if new and rest > 0 else ""
            wanted = f" and max_new_tokens={new}" if new else ""
            raise MedaiError(
                f"The text has {used:,} tokens{wanted}, and {self.name} reads at most "
                f"{self.context:,} in all. Nothing is cut silently: {way}shorten or split the text."
            )

    def generate(
        self,
        prompt: Prompt,
        max_new_tokens: int = 128,
        temperature: float = 0.0,
        top_p: float = 1.0,
        seed: int = 0,
        stop: str | Sequence[str] = (),
        stream: bool = False,
    ) -> str | Iterator[str]:
        """Continue a text, or answer chat messages.

        Parameters
        ----------
        prompt : str or list of dict
            A text, which is continued as it stands, or messages such as
            ``[{"role": "user", "content": "..."}]``, which are answered.
        max_new_tokens : int
            The most tokens to add; the text may end in mid-sentence there.
        temperature : float
            0 takes the likeliest token; 1 draws from the model's probabilities.
        top_p : float
            Draw among the likeliest tokens that together have this probability.
        seed : int
            Seed of the draws; no global generator is touched.
        stop : str or sequence of str
            The text ends before the first of these strings.
        stream : bool
            Return an iterator of pieces of text.  Its ``close()`` (or leaving the loop and
            dropping it) stops the model and waits until it has stopped.

        Returns
        -------
        str or iterator of str
            The new text only, without the prompt.  The pieces of a stream join to it.

        Raises
        ------
        MedaiError
            For an empty or malformed prompt, a setting out of range, or a prompt that does
            not fit the model's context together with `max_new_tokens`.
        """
        settings = check_settings(max_new_tokens, temperature, top_p, seed, stop)
        ids = self._ids(check_prompt(prompt))
        self._need_room(len(ids), settings.max_new_tokens)
        if stream:
            return self._stream(ids, settings)
        pieces: list[str] = []
        self._run(ids, settings, pieces.append, threading.Event())
        return "".join(pieces)

    def _stream(self, ids: list[int], settings: Settings) -> Iterator[str]:
        queue: SimpleQueue = SimpleQueue()
        cancelled = threading.Event()

        def work() -> None:
            try:
                self._run(ids, settings, queue.put, cancelled)
                queue.put(None)
            except BaseException as error:
                queue.put(error)

        thread = threading.Thread(target=work, name="medai.llm stream", daemon=True)
        thread.start()
        try:
            while (piece := queue.get()) is not None:
                if isinstance(piece, BaseException):
                    raise piece
                yield piece
        finally:
            cancelled.set()
            thread.join()

    def _run(self, ids: list[int], settings: Settings, give: Any, cancelled: Any) -> None:
        """Generate in this thread; each piece of text goes to `give`."""
        import torch
        from transformers import GenerationConfig, StoppingCriteria

        tokenizer = self.tokenizer
        pieces = TextPieces(
            lambda ids: tokenizer.decode(
                ids, skip_special_tokens=True, clean_up_tokenization_spaces=False
            )
        )
        stops = StopFilter(settings.stop)

        class Watch(StoppingCriteria):
            """See each new token, pass its text on, and say when to stop."""

            def __call__(self, input_ids: Any, scores: Any, **_: Any) -> Any:
                text = "" if cancelled.is_set() else pieces.feed(int(input_ids[0, -1]))
                if text := stops.feed(text):
                    give(text)
                done = stops.stopped or cancelled.is_set()
                return torch.full((len(input_ids),), done, device=input_ids.device)

        own = self.model.generation_config
        config = GenerationConfig(
            max_new_tokens=settings.max_new_tokens,
            do_sample=False,
            use_cache=True,
            eos_token_id=own.eos_token_id,
            bos_token_id=own.bos_token_id,
            pad_token_id=own.pad_token_id if own.pad_token_id is not None else 0,
        )
        inputs = torch.tensor([ids], device=self.model.device)
        with torch.inference_mode():
            self.model.generate(
                inputs,
                attention_mask=torch.ones_like(inputs),
                generation_config=config,
                logits_processor=[Draw(settings)] if settings.temperature > 0 else [],
                stopping_criteria=[Watch()],
            )
        if not cancelled.is_set() and (rest := stops.finish()):
            give(rest)

    # ---- likelihood ----------------------------------------------------------------

    def score(
        self,
        prompt: Prompt,
        continuations: Sequence[str],
        method: str = "total",
        neutral: str = NEUTRAL,
    ) -> np.ndarray:
        r"""Compute how likely each continuation is after the prompt.

        Parameters
        ----------
        prompt : str or list of dict
            A text or chat messages.
        continuations : sequence of str
            The candidates, usually with a leading space (``" asthma"``).
        method : {"total", "pmi", "length"}
            ``total``: :math:`\ln P(c \mid p)`, the sum over the tokens of the continuation.
            ``pmi``: :math:`\ln P(c \mid p) - \ln P(c \mid n)` with the neutral prompt
            :math:`n`, which takes away what is likely anyway (Holtzman et al., 2021).
            ``length``: the mean per token.
        neutral : str
            The neutral prompt of ``pmi``: the end of the prompt without the case.

        Returns
        -------
        numpy.ndarray, shape (continuations,)
            Natural logarithms; higher is likelier.

        Raises
        ------
        MedaiError
            For empty input, an unknown method, or a text that does not fit the context.

        Notes
        -----
        Prompt and continuation are tokenised together.  Where a token spans the seam, all
        continuations are scored from the last token boundary that they share.
        """
        check_method(method)
        continuations = check_texts(continuations, "continuations")
        scores = self._continued(check_prompt(prompt), continuations)
        base = self._continued(neutral, continuations) if method == "pmi" else None
        return combine(method, scores, base)

    def _continued(self, prompt: str | list, continuations: list[str]) -> list[np.ndarray]:
        if isinstance(prompt, str):
            bare, ends = split_space(prompt, continuations)
            start = self._ids(bare) if bare else []
            joint = [self._ids(bare + end) for end in ends]
        else:
            start = self._ids(prompt)
            joint = [
                start + list(self.tokenizer(end, add_special_tokens=False)["input_ids"])
                for end in continuations
            ]
        first = self._first_token()
        if not start or start[0] != first:
            start, joint = [first, *start], [[first, *ids] for ids in joint]
        self._need_room(max(map(len, joint)))
        cut = seam(start, joint)
        return row_logprobs(self.model, start[:cut], [ids[cut:] for ids in joint])

    def _first_token(self) -> int:
        """Return the token that a text begins after: <|endoftext|>, else the model's own."""
        known = self.tokenizer.get_added_vocab()
        choices = (known.get("<|endoftext|>"), self.tokenizer.bos_token_id)
        found = [one for one in (*choices, self.tokenizer.eos_token_id) if one is not None]
        return found[0]

    def logprobs(self, texts: Iterable[str]) -> list[np.ndarray]:
        """Compute ln P of every token of each text, from its beginning (the end not counted)."""
        first = self._first_token()
        rows = [self._ids(text) for text in check_texts(texts)]
        rows = [ids[1:] if ids[0] == first else ids for ids in rows]
        self._need_room(max(map(len, rows)) + 1)
        return row_logprobs(self.model, [first], rows)

    def perplexity(self, texts: Iterable[str]) -> float:
        """Compute the perplexity of all tokens of all texts together.

        It is per token of this model's tokeniser: compare models with other tokenisers by
        ``medai.metrics.bits_per_character``.
        """
        from medai.metrics.text import perplexity

        return perplexity(self.logprobs(texts))


class Draw:
    """Choose the next token with a generator of its own, by leaving no other choice.

    Examples
    --------
    >>> import torch
    >>> scores = torch.tensor([[2.0, 1.9, -5.0]])  # for a vocabulary of three
    >>> draws = [Draw(Settings(1, 1.0, 1.0, seed, ())) for seed in range(8)]  # temperature 1
    >>> [int(draw(None, scores).argmax()) for draw in draws]
    [1, 0, 0, 0, 1, 1, 1, 1]
    """

    def __init__(self, settings: Settings) -> None:
        self._rule = {"temperature": settings.temperature, "top_p": settings.top_p}
        self._rng = np.random.default_rng(settings.seed)

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        """Return scores, shape (1, V), that leave one token possible."""
        import torch

        chosen = choose(scores[0].float().cpu().numpy(), self._rng, **self._rule)
        only = torch.full_like(scores, -torch.inf)
        only[0, chosen] = 0.0
        return only
