"""One look for every figure: readable on a phone, in print and in grey."""

from __future__ import annotations

#: Colours by role.  Their luminances differ, so they stay apart when printed in grey.
COLOURS = {
    "ink": "#14213d",
    "teal": "#0b7a75",
    "amber": "#e39a1c",
    "rose": "#b23a6b",
    "sky": "#7fb7e6",
    "grey": "#8d99ae",
}

_LINES = ["-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1))]


def style() -> None:
    """Set Matplotlib's defaults for the book.

    The colour cycle goes together with a cycle of line styles, so that no figure
    depends on colour alone.
    """
    import matplotlib as mpl
    from cycler import cycler

    mpl.rcParams.update(
        {
            "figure.figsize": (6.4, 3.4),
            "figure.dpi": 144,
            "figure.facecolor": "white",
            "savefig.facecolor": "white",
            "figure.constrained_layout.use": True,
            "font.size": 10,
            "axes.titlesize": 11,
            "axes.titlelocation": "left",
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.edgecolor": COLOURS["ink"],
            "axes.labelcolor": COLOURS["ink"],
            "text.color": COLOURS["ink"],
            "xtick.color": COLOURS["ink"],
            "ytick.color": COLOURS["ink"],
            "axes.grid": True,
            "axes.axisbelow": True,
            "grid.color": "#dfe3ea",
            "grid.linewidth": 0.7,
            "legend.frameon": False,
            "lines.linewidth": 1.8,
            "axes.prop_cycle": cycler(color=list(COLOURS.values())) + cycler(linestyle=_LINES),
        }
    )
