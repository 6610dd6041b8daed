"""The table of common conditions as a page of the book.  Standard library only."""

from __future__ import annotations

import re
from collections.abc import Iterator

from medai.datasets._common_records import ESTIMATE, KINDS
from medai.datasets.common import (
    AGES,
    CommonConditions,
    Condition,
    common_conditions,
    provenance_markdown,
)

# How a prior is said: 10 ** -2.5 is about 3 in 1,000.
_ODDS = {
    -0.5: "3 in 10",
    -1.0: "1 in 10",
    -1.5: "3 in 100",
    -2.0: "1 in 100",
    -2.5: "3 in 1,000",
    -3.0: "1 in 1,000",
    -3.5: "3 in 10,000",
    -4.0: "1 in 10,000",
    -4.5: "3 in 100,000",
    -5.0: "1 in 100,000 or less",
}


def conditions_markdown(table: CommonConditions | None = None) -> str:
    """Return the table as MyST Markdown: what rests on what, then the conditions by kind.

    Parameters
    ----------
    table : CommonConditions, optional
        By default the book's own.

    Returns
    -------
    str
        Second-level headings for the kinds, and a folded box for each condition, in which
        every row names what it rests on.
    """
    table = common_conditions() if table is None else table
    parts = ["## How much rests on what\n", provenance_markdown(table), ""]
    for kind in KINDS:
        group = [one for one in table.values() if one.kind == kind]
        if group:
            parts.append(f"## {kind[0].upper()}{kind[1:]}\n")
            parts += [_box(one, table) for one in sorted(group, key=lambda one: one.name)]
    return "\n".join(parts)


def _box(one: Condition, table: CommonConditions) -> str:
    lines = [
        f":::{{admonition}} {one.name} · {one.name_zh}",
        ":class: dropdown",
        f"ICD-10 {one.icd10}.",
        f"Of all new complaints about {_ODDS[one.gp]} in general practice "
        f"({_basis(one.gp_basis, one.prior_source, table)}) and {_ODDS[one.emergency]} in an "
        f"emergency department ({_basis(one.emergency_basis, one.prior_source, table)}).",
    ]
    if one.modifiers:
        lines.append(f"Age and sex: {', '.join(_factors(one))}.")
    if one.note:
        lines.append(f"{_plain(one.note).rstrip('.')}.")
    lines += ["", "**Findings**", ""]
    for row in one.findings:
        often = row.frequency
        if row.share is not None:
            often += f", {100 * row.share:.3g}\u00a0%"
        if row.note:
            often += f"; {row.note}"
        basis = _basis(row.basis, row.source, table)
        lines.append(f"- {row.finding}: {_plain(often)} ({basis})")
    for title, rows in (
        ("Against it", [(row, row.finding) for row in one.excludes]),
        ("Red flags", [(row, f"{row.flag}: {row.action}") for row in one.red_flags]),
        ("First tests", [(row, f"{row.test}: {row.why}") for row in one.first_tests]),
    ):
        if rows:
            lines += ["", f"**{title}**", ""]
        for row, text in rows:
            lines.append(f"- {_plain(text)} ({_basis(row.basis, row.source, table)})")
    return "\n".join([*lines, ":::", ""])


def _factors(one: Condition) -> Iterator[str]:
    """Yield the age and sex modifiers in words."""
    for row in one.modifiers:
        first, last = AGES.get(row.value, (0, 0))
        years = {"infant": "below 1 year", "older": f"from {first} years"}
        group = years.get(row.value, f"from {first} to {last} years") if row.kind == "age" else ""
        yield f"{row.factor:g} times {group or f'in {row.value}s'}"


def _basis(basis: str, source: str, table: CommonConditions) -> str:
    """Say what a row rests on, with a link to the source where there is one."""
    if basis == ESTIMATE:
        return basis
    page = table.sources[source]
    label = page.publisher.split(" (")[0]
    return f"[{label}](<{page.url}>), {basis}{' in a copy' if page.copy else ''}"


def _plain(text: str) -> str:
    """Take the meaning of Markdown out of a text."""
    return re.sub(r"([\\`*_<>|\[\]$])", r"\\\1", text)
