"""The model card that every saved model carries as its README.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

SENTENCE = (
    "Made for teaching. It is not medical advice, it has not been validated on patients, and it "
    "must not be used to decide about a person."
)


def model_card(
    title: str,
    facts: Mapping[str, Any],
    *,
    metrics: Mapping[str, Any] | None,
    limits: Sequence[str],
    licence: str,
) -> str:
    """Return a model card as Markdown.

    Parameters
    ----------
    title : str
        Name of the model.
    facts : mapping
        Rows of the first table: base model, data, classes, settings.
    metrics : mapping, optional
        What was measured, on what; shown as given, and said to be missing if None.
    limits : sequence of str
        What the model cannot do.
    licence : str
        Licence of the base model.

    Returns
    -------
    str
        The card, with YAML metadata in front as model hubs read it.
    """
    lines = ["---", f"license: {licence}", "library_name: medai", "---", "", f"# {title}", ""]
    lines += [SENTENCE, "", "## What it is", "", *_table(facts), "", "## Measured", ""]
    lines += _table(metrics) if metrics else ["Nothing was measured when this was saved."]
    lines += ["", "## Limits", "", *(f"- {limit}" for limit in limits), ""]
    return "\n".join(lines)


def write_card(folder: Path, card: str) -> None:
    """Write the card as README.md."""
    (folder / "README.md").write_text(card, encoding="utf-8")


def _table(rows: Mapping[str, Any]) -> list[str]:
    def cell(value: Any) -> str:
        text = f"{value:.4g}" if isinstance(value, float) else str(value)
        return " ".join(text.split()).replace("|", "\\|")

    return ["| | |", "|---|---|", *(f"| {cell(k)} | {cell(v)} |" for k, v in rows.items())]
