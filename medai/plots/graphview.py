"""A small network to look at and to ask: in the page, offline, with the mouse or the keys.

Nodes are buttons laid over an SVG of lines, so the text keeps its size on a phone.  Pointing at
a node, or reaching it with the Tab key, shows the sentences behind its edges.  Kinds differ by
shape and border, statuses by the stroke of the line, never by colour alone.  Where scripts do
not run, and for screen readers, the same edges stand below as a list.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from html import escape
from typing import NamedTuple

import numpy as np

from medai.runtime import MedaiError


class Line(NamedTuple):
    """One edge to draw: the two labels and their kinds, the relation, status and sentence."""

    source: str
    source_kind: str
    target: str
    target_kind: str
    relation: str
    status: str = "asserted"
    sentence: str = ""
    origin: str = ""


STROKES = {"asserted": "", "negated": "2 5", "hypothetical": "8 5"}
MOST_NODES = 40


class GraphView:
    """A network that shows itself in a notebook; make it with :func:`graph_view`."""

    def __init__(self, lines: Sequence[Line], title: str, places: dict) -> None:
        self.lines, self.title, self.places = tuple(lines), title, places

    def __repr__(self) -> str:
        rows = [f"{self.title}: {len(self.places)} nodes, {len(self.lines)} edges"]
        return "\n".join([*rows, *(f"  {_said(line)}" for line in self.lines)])

    def _repr_html_(self) -> str:
        text = json.dumps([self.title, *map(list, self.lines)])
        name = "g" + hashlib.sha256(text.encode()).hexdigest()[:8]
        number = {label: i for i, label in enumerate(self.places)}
        strokes = "".join(self._line(line, number) for line in self.lines)
        nodes = "".join(self._node(label, i) for label, i in number.items())
        items = "".join(_item(line, number) for line in self.lines)
        title = escape(self.title)
        return (
            f'<div class="medai-graph" id="{name}"><style>{_style(name)}</style>'
            f'<p class="t" id="{name}-t">{title}</p>'
            f'<div class="b" role="group" aria-labelledby="{name}-t">'
            f'<svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">{strokes}'
            f"</svg>{nodes}</div>"
            f'<p class="k">{self._key()}</p>'
            '<p class="h" hidden>Point at a node, or go from node to node with the Tab key: '
            "its sentences are shown alone.</p>"
            f'<ul class="e" tabindex="0" aria-live="polite" '
            f'aria-label="Edges with their sentences">{items}</ul>'
            f"<script>{_script(name)}</script></div>"
        )

    def _node(self, label: str, i: int) -> str:
        x, y, kind = self.places[label]
        return (
            f'<button type="button" data-n="{i}" class="n {escape(kind, quote=True)}" '
            f'style="left:{x:.1f}%;top:{y:.1f}%">{escape(label)}'
            f'<span class="s"> ({escape(kind)})</span></button>'
        )

    def _line(self, line: Line, number: dict[str, int]) -> str:
        (x1, y1, _), (x2, y2, _) = self.places[line.source], self.places[line.target]
        return (
            f'<line data-a="{number[line.source]}" data-b="{number[line.target]}" x1="{x1:.1f}" '
            f'y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
            f'stroke-dasharray="{STROKES[line.status]}"/>'
        )

    def _key(self) -> str:
        kinds = dict.fromkeys(kind for _, _, kind in self.places.values())
        marks = [
            f'<span class="n {escape(kind, quote=True)}">{escape(kind)}</span>' for kind in kinds
        ]
        for status in dict.fromkeys(line.status for line in self.lines):
            marks.append(
                '<svg width="34" height="8" aria-hidden="true"><line x1="0" y1="4" x2="34" y2="4" '
                f'stroke-dasharray="{STROKES[status]}"/></svg>{status}'
            )
        return " ".join(f'<span class="m">{mark}</span>' for mark in marks)


def graph_view(lines: Iterable[Line | Sequence], title: str, seed: int = 0) -> GraphView:
    """Lay out a network and return a picture that can be asked.

    Parameters
    ----------
    lines : iterable of Line
        The edges, or tuples in the order of :class:`Line`.
    title : str
        What the picture shows, in one sentence; also its text alternative.
    seed : int
        Of the layout.

    Returns
    -------
    GraphView
        Shows itself when it is the last value of a cell.

    Raises
    ------
    MedaiError
        Without a title or an edge, with an unknown status, or with more than 40 nodes, which
        nobody can read.
    """
    lines = [line if isinstance(line, Line) else Line(*line) for line in lines]
    if not lines or not title.strip():
        raise MedaiError("graph_view: give at least one edge and a title that says what is shown.")
    for line in lines:
        if line.status not in STROKES:
            raise MedaiError(f"graph_view: status {line.status!r}; one of {', '.join(STROKES)}.")
    kinds: dict[str, str] = {}
    for line in lines:
        kinds.setdefault(line.source, line.source_kind)
        kinds.setdefault(line.target, line.target_kind)
    if len(kinds) > MOST_NODES:
        raise MedaiError(
            f"graph_view: {len(kinds)} nodes cannot be read; choose at most {MOST_NODES} of them, "
            "such as the neighbours of one."
        )
    labels = list(kinds)
    ends = [(labels.index(line.source), labels.index(line.target)) for line in lines]
    spots = layout(len(labels), ends, seed)
    places = {
        label: (float(x), float(y), kinds[label])
        for label, (x, y) in zip(labels, spots, strict=True)
    }
    return GraphView(lines, title, places)


def layout(n: int, ends: Sequence[tuple[int, int]], seed: int = 0, steps: int = 400) -> np.ndarray:
    """Place nodes so that edges pull and all nodes push (Fruchterman and Reingold 1991).

    Returns
    -------
    numpy.ndarray, shape (n, 2)
        Per cent of width and height, inside 14 to 86 and 7 to 93, so that labels fit.  Rows
        of labels then get distances of their own, since labels are wider than high.
    """
    rng = np.random.default_rng(seed)
    spots = rng.uniform(-1, 1, (n, 2))
    apart = 1.6 / max(n, 1) ** 0.5
    for step in range(steps):
        gaps = spots[:, None] - spots[None]  # (n, n, 2)
        size = np.maximum(np.hypot(gaps[..., 0], gaps[..., 1]), 1e-3)
        move = (gaps * (apart**2 / size**2)[..., None]).sum(axis=1) - 0.05 * spots
        for a, b in ends:
            pull = gaps[a, b] * size[a, b] / apart
            move[a] -= pull
            move[b] += pull
        length = np.maximum(np.hypot(*move.T), 1e-9)[:, None]
        spots += move / length * np.minimum(length, 0.15 * (1 - step / steps))
    low, high = spots.min(axis=0), spots.max(axis=0)
    unit = (spots - low) / np.maximum(high - low, 1e-9)
    unit[:, (high - low) < 1e-9] = 0.5
    return _spread(np.array([14.0, 7.0]) + unit * np.array([72.0, 86.0]))


def _spread(spots: np.ndarray, wide: float = 27.0, high: float = 10.0) -> np.ndarray:
    """Push labels apart that would lie on each other; a label covers wide × high per cent."""
    spots = spots.copy()
    for _ in range(300):
        moved = False
        for i in range(len(spots)):
            for j in range(i):
                dx, dy = spots[i] - spots[j]
                if abs(dx) < wide and abs(dy) < high:
                    moved = True
                    push = (high - abs(dy)) / 2 + 0.1
                    sign = 1 if dy > 0 or (dy == 0 and i > j) else -1
                    spots[i, 1] += sign * push
                    spots[j, 1] -= sign * push
        if not moved:
            break
        low, top = spots[:, 1].min(), spots[:, 1].max()
        if top - low > 86:
            spots[:, 1] = 7 + (spots[:, 1] - low) * 86 / (top - low)
        spots[:, 1] += max(0, 7 - spots[:, 1].min()) - max(0, spots[:, 1].max() - 93)
    return spots


def _said(line: Line) -> str:
    sign = {"asserted": "", "negated": "not: ", "hypothetical": "perhaps: "}[line.status]
    relation = line.relation.replace("_", " ")
    return f"{sign}{line.source} → {relation} → {line.target}"


def _item(line: Line, number: dict[str, int]) -> str:
    quote = f" <q>{escape(line.sentence)}</q>" if line.sentence else ""
    origin = f" <small>{escape(line.origin)}</small>" if line.origin else ""
    return (
        f'<li data-a="{number[line.source]}" data-b="{number[line.target]}">'
        f"<strong>{escape(_said(line))}</strong>{quote}{origin}</li>"
    )


def _style(name: str) -> str:
    dark = "--p:#14181f;--i:#e8ecf2;--l:#9aa6b8;--f:#232a35;--a:#5fd0c5"
    return (
        f"#{name}{{--p:#fff;--i:#14213d;--l:#6b7687;--f:#f3f6f9;--a:#0b7a75;background:var(--p);"
        "color:var(--i);padding:.6rem;border-radius:6px;max-width:760px;font-size:14px;"
        "line-height:1.35}"
        f'html[data-theme="dark"] #{name},body[data-jp-theme-light="false"] #{name}{{{dark}}}'
        f"@media (prefers-color-scheme:dark){{html:not([data-theme]) "
        f"body:not([data-jp-theme-light]) #{name}{{{dark}}}}}"
        f"#{name} .t{{font-weight:600;margin:.2rem 0 .6rem}}"
        f"#{name} .b{{position:relative;height:480px}}"
        f"#{name} .b>svg{{position:absolute;inset:0;width:100%;height:100%}}"
        f"#{name} line{{stroke:var(--l);stroke-width:1.6;vector-effect:non-scaling-stroke}}"
        f"#{name} line.on{{stroke:var(--a);stroke-width:3.5}}"
        f"#{name} .n{{font:inherit;font-size:13px;line-height:1.2;color:var(--i);"
        "background:var(--f);border:1.5px solid var(--l);border-radius:14px;padding:3px 8px;"
        "overflow-wrap:break-word;hyphens:auto}"
        f"#{name} .b .n{{position:absolute;transform:translate(-50%,-50%);width:max-content;"
        "max-width:28%;min-height:26px;cursor:pointer}"
        f"#{name} .n.drug{{border-radius:0;border-style:dashed;border-width:2px}}"
        f"#{name} .n.disease{{border-radius:0;border-width:3px;font-weight:600}}"
        f"#{name} .n.anatomy{{border-style:dotted;border-width:2px}}"
        f"#{name} .n.on,#{name} .n:focus-visible{{outline:3px solid var(--a);outline-offset:1px}}"
        f"#{name} line.off{{opacity:.3}}#{name} .b .n.off{{color:var(--l);background:var(--p)}}"
        f"#{name} .s{{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}}"
        f"#{name} .k,#{name} .h{{margin:.6rem 0;font-size:13px}}"
        f"#{name} .m{{display:inline-block;margin:0 .8rem .4rem 0}}"
        f"#{name} .m svg{{vertical-align:middle;margin-right:4px}}"
        f"#{name} .e{{margin:0;padding-left:1.1rem;max-height:15rem;overflow:auto}}"
        f"#{name} .e li{{margin:.25rem 0}}"
        f"#{name} q{{font-style:italic}}"
        f"@media (max-width:500px){{#{name} .b{{height:560px}}#{name} .n{{padding:2px 5px}}}}"
    )


def _script(name: str) -> str:
    return (
        f"(function(){{var g=document.getElementById('{name}');if(!g)return;"
        "var all=function(q){return Array.prototype.slice.call(g.querySelectorAll(q))};"
        "var held=null,u=g.querySelector('.e');g.querySelector('.h').hidden=false;"
        "function show(n){if(!u.style.minHeight)u.style.minHeight=u.offsetHeight+'px';"
        "all('[data-a]').forEach(function(e){"
        "var hit=n===null||e.dataset.a===n||e.dataset.b===n;"
        "if(e.tagName==='LI'){e.hidden=!hit}else{"
        "e.classList.toggle('on',n!==null&&hit);e.classList.toggle('off',!hit)}});"
        "all('.b .n').forEach(function(b){var i=b.dataset.n;"
        "var near=n===null||i===n||g.querySelector("
        "'line[data-a=\"'+i+'\"][data-b=\"'+n+'\"],line[data-b=\"'+i+'\"][data-a=\"'+n+'\"]');"
        "b.classList.toggle('off',!near);b.classList.toggle('on',i===n);"
        "b.setAttribute('aria-pressed',String(held===i))})}"
        "all('.b .n').forEach(function(b){var n=b.dataset.n;"
        "b.addEventListener('mouseenter',function(){show(n)});"
        "b.addEventListener('mouseleave',function(){show(held)});"
        "b.addEventListener('focus',function(){show(n)});"
        "b.addEventListener('blur',function(){show(held)});"
        "b.addEventListener('click',function(){held=held===n?null:n;show(held)})});"
        "g.addEventListener('keydown',function(e){if(e.key==='Escape'){held=null;show(null)}})"
        "})();"
    )
