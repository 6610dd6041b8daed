"""LoRA: train two thin matrices beside each frozen weight of a language model."""

from __future__ import annotations

import copy
import json
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from medai.llm._quiet import quiet
from medai.llm.finetune.card import model_card, write_card
from medai.llm.finetune.checks import digest, number, read_json, safe_folder
from medai.llm.finetune.folders import replacing_model
from medai.llm.finetune.loop import Store, run, seeded
from medai.llm.finetune.tokens import (
    Text,
    fingerprint,
    model_and_tokenizer,
    padded,
    token_logprobs,
    token_rows,
)
from medai.llm.finetune.train import length_batches
from medai.runtime import MedaiError

if TYPE_CHECKING:
    import torch

FORMAT, VERSION = "medai-lora", 1
NEEDS = ["adapter_model.safetensors", "adapter_config.json", "medai.json"]
LIMITS = (
    "It changes style and likely words. It does not make statements true: a fluent sentence "
    "about a disease or a dose may be invented.",
    "It fits one base model only, the one whose fingerprint is in medai.json.",
    "What was in the training texts may be repeated word for word: never train it on records "
    "of patients without their protection.",
)


class LoraTuned:
    """A language model with an adapter in place.

    Parameters
    ----------
    model : peft.PeftModel
        The base model with the adapter.
    tokenizer : transformers tokeniser
    facts : mapping
        Rows of the model card.

    Attributes
    ----------
    losses : list of float
        The training loss of each step.
    """

    def __init__(self, model: Any, tokenizer: Any, facts: Mapping[str, Any]) -> None:
        self.model, self.tokenizer, self.facts = model, tokenizer, dict(facts)
        self.losses: list[float] = []

    @property
    def trainable(self) -> int:
        """How many numbers the adapter has."""
        return sum(p.numel() for n, p in self.model.named_parameters() if "lora_" in n)

    @property
    def total(self) -> int:
        """How many numbers the base model has."""
        return sum(p.numel() for n, p in self.model.named_parameters() if "lora_" not in n)

    def logprobs(self, texts: Sequence[Text], max_length: int = 256) -> list[np.ndarray]:
        """Compute ln P of each token but the first, see :func:`token_logprobs`."""
        return token_logprobs(self.model, self.tokenizer, texts, max_length)

    def disabled(self) -> Any:
        """Return a context in which the base model answers as if there were no adapter."""
        return self.model.disable_adapter()

    def merge(self) -> torch.nn.Module:
        """Return a plain model with the adapter added into its weights; the base stays as it is."""
        return copy.deepcopy(self.model).merge_and_unload()

    def remove(self) -> torch.nn.Module:
        """Take the adapter out and return the base model, unchanged."""
        return self.model.unload()

    def save(self, folder: str | Path, *, metrics: Mapping[str, Any] | None = None) -> Path:
        """Write the adapter (not the base model), its settings and a model card.

        Parameters
        ----------
        folder : path
            New, empty, or holding an adapter saved before (it is replaced).
        metrics : mapping, optional
            What was measured, for the card.
        """
        folder = Path(folder)
        config = {"format": FORMAT, "version": VERSION, "base": fingerprint(self.model)}
        card = model_card(
            "LoRA adapter",
            {**self.facts, "numbers trained": f"{self.trainable:,} beside {self.total:,}"},
            metrics=metrics,
            limits=LIMITS,
            licence=str(self.facts.get("licence of the base model", "other")).lower(),
        )
        with replacing_model(folder, FORMAT) as new:
            with quiet():
                self.model.save_pretrained(new, save_embedding_layers=False)
            settings = json.loads((new / "adapter_config.json").read_text("utf-8"))
            settings["base_model_name_or_path"] = self.facts.get("base model", "")  # no local path
            text = json.dumps(settings, indent=1, sort_keys=True)
            (new / "adapter_config.json").write_text(text + "\n", "utf-8")
            config["facts"] = self.facts
            text = json.dumps(config, indent=1, ensure_ascii=False, default=str)
            (new / "medai.json").write_text(text + "\n", "utf-8")
            write_card(new, card)
        return folder


def lora_tune(
    model: Any,
    texts: Sequence[Text],
    *,
    tokenizer: Any = None,
    rank: int = 8,
    alpha: float = 16,
    steps: int,
    batch_size: int = 4,
    max_length: int = 128,
    learning_rate: float = 1e-3,
    dropout: float = 0.0,
    targets: Sequence[str] = ("q_proj", "v_proj"),
    warmup: float = 0.1,
    seed: int = 0,
    checkpoint: str | Path | None = None,
    checkpoint_seconds: float = 30.0,
    progress: bool = True,
) -> LoraTuned:
    """Train a LoRA adapter beside the frozen weights of a language model (through `peft`).

    Parameters
    ----------
    model : object
        ``medai.llm.load("smollm2")``, or a `transformers` model with its `tokenizer`. The
        adapter is put into it; ``.remove()`` takes it out, and its own weights never change.
    texts : sequence of str or of (prompt, answer)
        Of a pair, only the answer's tokens count in the loss.
    tokenizer : transformers tokeniser, optional
        For a bare `transformers` model.
    rank, alpha : int, float
        Each target weight W acts as W + alpha/rank B A.
    steps, batch_size, max_length : int
        Steps of AdamW; texts per step; tokens after which a text is cut.
    learning_rate, dropout, warmup : float
        Largest learning rate; dropout before A; share of steps in which the rate rises.
    targets : sequence of str
        Names of the linear layers that get an adapter.
    seed : int
        A, dropout and order of the data.
    checkpoint, checkpoint_seconds :
        As in :func:`medai.llm.finetune.fine_tune_classifier`.
    progress : bool
        Whether to show a bar.

    Returns
    -------
    LoraTuned

    Raises
    ------
    MedaiError
        For bad texts or settings, a model that has an adapter, a checkpoint of another training.
    """
    from peft import LoraConfig, get_peft_model

    inner, tokenizer = model_and_tokenizer(model, tokenizer)
    rank = number("rank", rank, 1, whole=True)
    alpha = number("alpha", alpha, 0, above=True)
    steps = number("steps", steps, 1, whole=True)
    batch_size = number("batch_size", batch_size, 1, whole=True)
    max_length = number("max_length", max_length, 2, whole=True)
    rate = number("learning_rate", learning_rate, 0, 1, above=True)
    dropout, warmup = number("dropout", dropout, 0, 1), number("warmup", warmup, 0, 1)
    seed = number("seed", seed, 0, 2**31, whole=True)
    rows = token_rows(tokenizer, texts, max_length)
    lengths, per_epoch = [len(ids) for ids, _ in rows], -(-len(rows) // batch_size)
    named = getattr(model, "name", None) or getattr(inner.config, "_name_or_path", "") or "unknown"
    facts = {
        "base model": Path(str(named)).name,
        "training texts": len(rows),
        "settings": f"rank {rank}, alpha {alpha:g}, {steps} steps, batches of {batch_size} x "
        f"{max_length} tokens, learning rate {rate:g}, dropout {dropout:g}, "
        f"targets {' '.join(targets)}, seed {seed}",
    }
    store = None
    if checkpoint is not None:
        prints = {"data": digest(rows), "settings": facts["settings"] + f", warmup {warmup:g}"}
        prints["base model"] = fingerprint(inner)
        store = Store(Path(checkpoint), prints, checkpoint_seconds)
    config = LoraConfig(
        r=rank,
        lora_alpha=alpha,
        lora_dropout=dropout,
        target_modules=list(targets),
        task_type="CAUSAL_LM",
    )
    with seeded(seed):
        try:
            with warnings.catch_warnings():  # peft asks transformers with a name that is going
                warnings.simplefilter("ignore", FutureWarning)
                tuned = LoraTuned(get_peft_model(inner, config), tokenizer, facts)
        except ValueError as error:
            raise MedaiError(f"targets={list(targets)} do not fit this model: {error}") from None
        parameters = {n: p for n, p in tuned.model.named_parameters() if p.requires_grad}
        groups = [{"params": list(parameters.values()), "lr": rate, "weight_decay": 0.0}]
        pad, device = tokenizer.pad_token_id or 0, next(inner.parameters()).device

        def loss_of(step: int) -> torch.Tensor:
            epoch, place = divmod(step, per_epoch)
            some = length_batches(lengths, batch_size, seed, epoch)[place]
            ids, mask, target = padded([rows[i] for i in some], pad, device)
            return tuned.model(input_ids=ids, attention_mask=mask, labels=target).loss

        tuned.model.train()
        try:
            tuned.losses, _ = run(
                parameters,
                groups,
                loss_of,
                steps,
                warmup=warmup,
                store=store,
                progress=progress,
                label="LoRA",
            )
        except BaseException:
            tuned.remove()  # the caller's model is as it was
            raise
        tuned.model.eval()
    return tuned


def load_lora(model: Any, folder: str | Path, *, tokenizer: Any = None) -> LoraTuned:
    """Put a saved adapter into its base model.

    Parameters
    ----------
    model, tokenizer :
        As in :func:`lora_tune`; the model must be the one that the adapter was trained on.
    folder : path
        What :meth:`LoraTuned.save` wrote.

    Returns
    -------
    LoraTuned

    Raises
    ------
    MedaiError
        For a pickle, another format, damaged weights or another base model.
    """
    folder = safe_folder(folder, "a saved adapter", NEEDS)
    settings = read_json(folder / "medai.json", FORMAT, VERSION)
    inner, tokenizer = model_and_tokenizer(model, tokenizer)
    here = fingerprint(inner)
    if settings.get("base") != here:
        raise MedaiError(
            f"the adapter in {folder} was trained on another base model (fingerprint "
            f"{settings.get('base')}, this one is {here}); on a foreign base it would write noise"
        )
    from peft import PeftModel
    from safetensors import SafetensorError

    with quiet(), warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        try:
            found = PeftModel.from_pretrained(inner, str(folder), local_files_only=True)
        except (SafetensorError, OSError, ValueError, KeyError, RuntimeError) as error:
            raise MedaiError(f"The adapter in {folder} cannot be read: {error}") from None
    found.eval()
    return LoraTuned(found, tokenizer, settings.get("facts", {}))
