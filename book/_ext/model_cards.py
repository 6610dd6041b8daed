"""``{model-cards}`` and ``{risk-file} NAME``: pages made from data, so that no number is typed."""

from __future__ import annotations

from medai_book import Generated
from sphinx.application import Sphinx


class FromData(Generated):
    """A directive whose Markdown is made from the book's data."""

    optional_arguments = 1
    parts = (
        *("data/model_cards/*.json", "data/results/*.json", "data/risk_files/*.csv"),
        *("medai/trust/governance/*.py", "medai/datasets/cards_*.py"),
    )

    def text(self) -> str:
        """Return the Markdown, or say what is wrong with the data."""
        from medai.runtime import MedaiError

        try:
            return GENERATORS[self.name](*self.arguments)
        except MedaiError as error:
            raise self.error(str(error)) from error


def model_cards() -> str:
    """Return all model cards as Markdown."""
    from medai.trust.governance.cards import model_cards_markdown

    return model_cards_markdown()


def risk_file(model: str) -> str:
    """Return the risk file of a model as Markdown."""
    from medai.trust.governance import risks

    return risks.risk_file(model).to_markdown()


GENERATORS = {"model-cards": model_cards, "risk-file": risk_file}


def setup(app: Sphinx) -> dict:
    """Register the directives."""
    for name in GENERATORS:
        app.add_directive(name, FromData)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
