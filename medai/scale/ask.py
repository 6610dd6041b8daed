"""Ask a language model's server many things at once, such as a vLLM server on a GPU."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from medai.scale.batch import Row, map_batches


def generate_many(
    model: Any,
    prompts: Iterable,
    *,
    concurrency: int = 8,
    out: str | Path | None = None,
    job: str | None = None,
    progress: Callable[[int], None] = lambda rows: None,
    **options: Any,
) -> Iterator[Row]:
    """Yield the model's answer to each prompt, in order, with several questions under way.

    The server joins what arrives together into batches of its own; the client's part is to keep
    enough requests open, to repeat those that a busy server refuses (``retries`` of
    :func:`medai.llm.load`), and to keep order.

    Parameters
    ----------
    model : ServerModel
        Of ``medai.llm.load("openai:MODEL@http://host:port/v1")``.
    prompts : iterable of str or list
        Texts, or lists of messages.
    concurrency : int
        Requests open at the same time.
    out, job, progress
        As in :func:`medai.scale.batch.map_batches`; `job` is wanted with `out`.
    **options
        Passed on to ``model.generate``.

    Yields
    ------
    Row
        The answer as its value, or why there is none.

    Raises
    ------
    MedaiError
        For bad arguments.

    Examples
    --------
    >>> from medai.scale.ask import generate_many
    >>> class StandIn:
    ...     name = "stand-in"
    ...     def generate(self, prompt, **options):
    ...         return prompt.upper()
    >>> [row.value for row in generate_many(StandIn(), ["fever", "cough"], concurrency=2)]
    ['FEVER', 'COUGH']
    """
    return map_batches(
        functools.partial(_answers, model, options),
        prompts,
        backend="threads",
        chunk=1,
        workers=concurrency,
        out=out,
        job=job,
        progress=progress,
    )


def _answers(model: Any, options: dict, prompts: list) -> list[str]:
    return [model.generate(prompt, **options) for prompt in prompts]
