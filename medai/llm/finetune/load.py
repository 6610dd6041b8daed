"""Read a saved classifier without running anybody's code."""

from __future__ import annotations

from pathlib import Path

from medai.datasets.datacard import sha256_of
from medai.llm._quiet import quiet
from medai.llm.finetune.checks import read_json, safe_folder
from medai.llm.finetune.classifier import FORMAT, VERSION, TextClassifier
from medai.llm.finetune.loop import seeded
from medai.runtime import MedaiError


def load_classifier(folder: str | Path) -> TextClassifier:
    """Read a classifier that :meth:`TextClassifier.save` has written.

    Parameters
    ----------
    folder : path
        Read from the disk only; no code of the folder is run.

    Returns
    -------
    TextClassifier

    Raises
    ------
    MedaiError
        When the folder holds a pickle, another format, damaged or misfitting weights.
    """
    needs = ["config.json", "model.safetensors", "tokenizer.json"]
    folder = safe_folder(folder, "a saved classifier", needs)
    config = read_json(folder / "config.json", FORMAT, VERSION)
    if config.get("sha256") != sha256_of(folder / "model.safetensors"):
        raise MedaiError(
            f"{folder / 'model.safetensors'} is not the file that was saved (its SHA-256 "
            "differs from the one in config.json); copy the folder again"
        )
    from safetensors.torch import load_file
    from transformers import AutoConfig, AutoModel, AutoTokenizer

    with quiet(), seeded(0):
        try:
            settings = dict(config["encoder"])
            kind = settings.pop("model_type")
            encoder = AutoModel.from_config(AutoConfig.for_model(kind, **settings))
            if hasattr(encoder, "pooler"):
                encoder.pooler = None
            tokenizer = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
            found = TextClassifier(
                encoder,
                tokenizer,
                config["classes"],
                max_length=config["max_length"],
                pooling=config["pooling"],
                temperature=config["temperature"],
                facts=config["facts"],
            )
            weights = load_file(folder / "model.safetensors")
            for part in ("encoder", "head"):
                mine = {k[len(part) + 1 :]: v for k, v in weights.items() if k.startswith(part)}
                getattr(found, part).load_state_dict(mine)
        except (OSError, ValueError, KeyError, RuntimeError, TypeError) as error:
            raise MedaiError(f"The classifier in {folder} cannot be read: {error}") from None
    found.encoder.eval()
    return found
