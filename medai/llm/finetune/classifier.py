"""A text classifier on a small BERT: mean of the token vectors, then one linear layer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from medai.datasets.datacard import sha256_of
from medai.llm._prompts import check_texts
from medai.llm.finetune.card import model_card, write_card
from medai.llm.finetune.checks import (
    checked_labels,
    number,
)
from medai.llm.finetune.folders import replacing_model
from medai.llm.finetune.temperature import fit_temperature, softmax
from medai.runtime import MedaiError

if TYPE_CHECKING:
    import torch

FORMAT, VERSION = "medai-text-classifier", 1
POOLING = ("mean", "cls")
LIMITS = (
    "It answers with one of its classes whatever it is given: a label that was not in the "
    "training data, another language and nonsense included. Set a threshold and abstain below it.",
    "Probabilities are calibrated, if at all, for texts like the validation texts only.",
    "Words of another group of people than the one that wrote the training texts may be "
    "classified worse; measure each group.",
)


class TextClassifier:
    """A fine-tuned encoder with one linear layer.

    Made by :func:`medai.llm.finetune.fine_tune_classifier` or
    :func:`medai.llm.finetune.load_classifier`.

    Parameters
    ----------
    encoder : torch.nn.Module
        A BERT-like encoder of `transformers`.
    tokenizer : transformers tokeniser
        Its tokeniser.
    classes : sequence of str
        The K labels in the order of the probabilities.
    max_length : int
        Longer texts are cut after so many tokens.
    pooling : {"mean", "cls"}
        The text's vector: mean over its tokens, or the vector of the first token.
    temperature : float
        The logits are divided by it; set by :meth:`calibrate`.
    facts : mapping, optional
        Rows of the model card.

    Attributes
    ----------
    head : torch.nn.Linear
        From the encoder's width to K logits.
    history : list of dict
        Loss and accuracy on the validation texts after each epoch, if any were given.
    losses : list of float
        The training loss of each step.
    """

    def __init__(
        self,
        encoder: torch.nn.Module,
        tokenizer: Any,
        classes: Sequence[str],
        *,
        max_length: int = 64,
        pooling: str = "mean",
        temperature: float = 1.0,
        facts: Mapping[str, Any] | None = None,
    ) -> None:
        import torch

        if pooling not in POOLING:
            raise MedaiError(f"pooling={pooling!r}; choose one of {', '.join(POOLING)}")
        self.encoder, self.tokenizer = encoder, tokenizer
        self.classes, self.max_length, self.pooling = list(classes), int(max_length), pooling
        self.temperature, self.facts = float(temperature), dict(facts or {})
        self.head = torch.nn.Linear(encoder.config.hidden_size, len(self.classes))
        self.history: list[dict[str, float]] = []
        self.losses: list[float] = []

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return next(self.encoder.parameters()).device  # a quantised head has no tensors of its own

    def encode(self, texts: Sequence[str]) -> dict[str, torch.Tensor]:
        """Return token ids and mask, padded to the longest of these texts only."""
        batch = self.tokenizer(
            list(texts),
            padding=True,
            truncation=True,
            max_length=self.max_length,
            return_tensors="pt",
        )
        return {k: v.to(self.device) for k, v in batch.items()}

    def pooled(self, batch: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Return one vector per text, shape (B, D)."""
        hidden = self.encoder(**batch).last_hidden_state  # (B, T, D)
        if self.pooling == "cls":
            return hidden[:, 0]
        mask = batch["attention_mask"].unsqueeze(-1).to(hidden.dtype)  # (B, T, 1)
        return (hidden * mask).sum(1) / mask.sum(1)

    def logits(self, texts: Sequence[str], batch_size: int = 64) -> np.ndarray:
        """Compute the scores before temperature and softmax.

        Parameters
        ----------
        texts : sequence of str
            n texts.
        batch_size : int
            Texts computed at once; sorted by length first, so that little is padded.

        Returns
        -------
        numpy.ndarray, shape (n, K)
            float64.

        Raises
        ------
        MedaiError
            For no texts, an empty text, or one str.
        """
        import torch

        texts = check_texts(texts)
        size = number("batch_size", batch_size, 1, whole=True)
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        found = np.empty((len(texts), len(self.classes)))
        training = self.encoder.training
        self.encoder.eval()
        with torch.inference_mode():
            for start in range(0, len(order), size):
                rows = order[start : start + size]
                batch = self.encode([texts[i] for i in rows])
                found[rows] = self.head(self.pooled(batch)).double().cpu().numpy()
        self.encoder.train(training)
        return found

    def predict_proba(self, texts: Sequence[str], batch_size: int = 64) -> np.ndarray:
        """Compute the probability of each class, shape (n, K); rows sum to 1."""
        return softmax(self.logits(texts, batch_size) / self.temperature)

    def predict(
        self, texts: Sequence[str], *, abstain_below: float = 0.0, batch_size: int = 64
    ) -> list[str | None]:
        """Return the most probable class of each text, or None where it is too unsure.

        Parameters
        ----------
        texts : sequence of str
            The texts.
        abstain_below : float
            None is answered where the largest probability is below this.
        batch_size : int
            See :meth:`logits`.
        """
        least = number("abstain_below", abstain_below, 0, 1)
        p = self.predict_proba(texts, batch_size)
        best = p.argmax(1)
        pairs = zip(best, p[np.arange(len(p)), best], strict=True)
        return [self.classes[i] if value >= least else None for i, value in pairs]

    def label_numbers(self, labels: Sequence[str]) -> np.ndarray:
        """Return the place of each label in `classes`.

        Raises
        ------
        MedaiError
            For a label that was not in the training data.
        """
        where = {c: i for i, c in enumerate(self.classes)}
        unknown = sorted(set(labels) - set(where))
        if unknown:
            raise MedaiError(
                f"label {unknown[0]!r} is not among the {len(where)} classes that were trained; "
                "leave such texts out, or train with them"
            )
        return np.array([where[label] for label in labels])

    def calibrate(self, texts: Sequence[str], labels: Sequence[str]) -> TextClassifier:
        """Set the temperature that fits texts the model has not been trained on.

        One number T divides all logits, so that the order of the classes, and with it the
        accuracy, stays as it was (Guo et al., 2017).

        Parameters
        ----------
        texts, labels : sequence of str
            Validation data.

        Returns
        -------
        TextClassifier
            Itself.
        """
        texts = check_texts(texts)
        y = self.label_numbers(checked_labels(labels, len(texts)))
        self.temperature = fit_temperature(self.logits(texts), y)
        return self

    def save(self, folder: str | Path, *, metrics: Mapping[str, Any] | None = None) -> Path:
        """Write weights, tokeniser, settings and model card to a folder.

        Parameters
        ----------
        folder : path
            New, empty, or holding a classifier that was saved before (it is replaced).
        metrics : mapping, optional
            What was measured on which data, for the card.

        Returns
        -------
        Path
            The folder.

        Raises
        ------
        MedaiError
            When the folder holds something else.
        """
        from safetensors.torch import save_file

        folder = Path(folder)
        config = {"format": FORMAT, "version": VERSION, "classes": self.classes}
        config |= {"max_length": self.max_length, "pooling": self.pooling}
        config |= {"temperature": self.temperature, "facts": self.facts}
        encoder = self.encoder.config.to_dict()
        config["encoder"] = {k: v for k, v in encoder.items() if not k.startswith("_name")}
        card = model_card(
            "Text classifier",
            {**self.facts, "temperature": self.temperature, "classes": ", ".join(self.classes)},
            metrics=metrics,
            limits=LIMITS,
            licence=str(self.facts.get("licence of the base model", "other")).lower(),
        )
        with replacing_model(folder, FORMAT) as new:
            save_file(self.state(), new / "model.safetensors")
            config["sha256"] = sha256_of(new / "model.safetensors")
            self.tokenizer.save_pretrained(new)
            text = json.dumps(config, indent=1, ensure_ascii=False, default=str)
            (new / "config.json").write_text(text + "\n", encoding="utf-8")
            write_card(new, card)
        return folder

    def state(self) -> dict[str, torch.Tensor]:
        """Return all weights by name: ``encoder.…`` and ``head.…``."""
        parts = {"encoder": self.encoder, "head": self.head}
        return {
            f"{part}.{name}": tensor.detach().contiguous()
            for part, module in parts.items()
            for name, tensor in module.state_dict().items()
        }
