"""Mermaid diagrams, drawn where the notebook runs: no browser, no network, no script."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from medai.runtime import MedaiError

if TYPE_CHECKING:
    from IPython.display import SVG

# Labels as HTML inside the SVG: six times faster to lay out than SVG text.
_THEME = (
    "%%{init: {'theme': 'base', 'flowchart': {'padding': 10, 'nodeSpacing': 28,"
    " 'rankSpacing': 36}, 'themeVariables': {'primaryColor': '#eaf4f2',"
    " 'primaryBorderColor': '#0b7a75', 'primaryTextColor': '#14213d',"
    " 'lineColor': '#4d5666', 'fontSize': '16px'}}}%%\n"
)


def diagram_svg(source: str, alt: str) -> str:
    """Draw a Mermaid diagram and return it as SVG text.

    Parameters
    ----------
    source : str
        Mermaid text, for example ``"flowchart LR; A --> B"``.
    alt : str
        What the picture says, for readers who cannot see it.

    Returns
    -------
    str
        A complete ``<svg>`` element with a title, on a white background.

    Raises
    ------
    MedaiError
        If ``alt`` is empty or the diagram cannot be drawn.
    """
    if not alt.strip():
        raise MedaiError("diagram: alt is empty; say in one sentence what the picture shows.")
    import mermaidx

    try:
        svg = mermaidx.render(_THEME + source.strip()).svg()
    except Exception as error:
        raise MedaiError(
            f"diagram: Mermaid could not draw this text ({error}); check its syntax."
        ) from error
    head, body = svg.split(">", 1)
    width, height = re.search(r'viewBox="[-\d.]+ [-\d.]+ ([\d.]+) ([\d.]+)"', head).groups()
    label = escape(" ".join(alt.split()), quote=True)
    for attribute in ("role", "width", "height", "style"):
        head = re.sub(rf'\s{attribute}="[^"]*"', "", head)
    head += (
        f' role="img" aria-label="{label}" width="{float(width):.0f}"'
        f' height="{float(height):.0f}" style="background-color: white"'
    )
    return f"{head}><title>{label}</title>{body}"


def diagram(source: str, alt: str) -> SVG:
    """Draw a Mermaid diagram as the output of a notebook cell.

    Parameters
    ----------
    source : str
        Mermaid text.
    alt : str
        What the picture says, for readers who cannot see it.

    Returns
    -------
    IPython.display.SVG
        Shows itself when it is the last value of a cell.
    """
    from IPython.display import SVG

    return SVG(diagram_svg(source, alt))
