"""``{model-cards}`` and ``{risk-file} NAME``: pages made from data, so that no number is typed."""

from __future__ import annotations

import sys
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

PARTS = (
    *("data/model_cards/*.json", "data/results/*.json", "data/risk_files/*.csv"),
    *("medai/trust/governance/*.py", "medai/datasets/cards_*.py"),
)


class FromData(SphinxDirective):
    """A directive whose Markdown is made from the book's data."""

    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Parse the generated Markdown in place."""
        from medai.runtime import MedaiError

        for path in (path for part in PARTS for path in ROOT.glob(part)):
            self.env.note_dependency(str(path))  # so that the page is made anew when they change
        try:
            text = GENERATORS[self.name](*self.arguments)
        except MedaiError as error:
            raise self.error(str(error)) from error
        container = nodes.section()
        container.document = self.state.document
        self.state.nested_parse(
            StringList(text.splitlines(), source=self.name),
            self.content_offset,
            container,
            match_titles=True,
        )
        return container.children


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
