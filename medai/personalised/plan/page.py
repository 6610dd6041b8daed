"""A plan as a page: Markdown, and HTML that prints on paper."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence

from medai.diagnosis.report import plain
from medai.diagnosis.sources import Source
from medai.personalised.plan.line import LEVEL_NAMES, SECTIONS, Line, check_language

WORDS = {
    "title": ("Personalised plan", "个体化方案"),
    "sources": ("Sources", "资料来源"),
    "disclaimer": ("For teaching; not medical advice.", "仅供教学，不构成医疗建议。"),
}
STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.45 system-ui, sans-serif; color: #111; background: #fff;
  max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin-bottom: .2rem; } h2 { font-size: 1.15rem; margin-top: 1.6rem; }
li { margin: .35rem 0; overflow-wrap: anywhere; }
.level { font-weight: 700; } .contraindicated, .major { border-left: 4px solid #111;
  padding-left: .6rem; list-style: none; margin-left: -1rem; }
.who, .note { color: #444; } a { color: #0b4f8a; }
@media print { body { margin: 0; max-width: none; font-size: 11pt; } h2 { break-after: avoid; }
  li { break-inside: avoid; } a { color: inherit; text-decoration: none; } }
"""


def word(key: str, lang: str) -> str:
    """Return a fixed word of the page."""
    return WORDS[key][lang == "zh"]


class Notes:
    """Numbers the sources in the order in which they are cited."""

    def __init__(self) -> None:
        self.numbers: dict[Source, int] = {}

    def cite(self, sources: Sequence[Source]) -> str:
        """Return the numbers of these sources, e.g. ``[1] [3]``."""
        numbers = [self.numbers.setdefault(one, len(self.numbers) + 1) for one in sources]
        return " ".join(f"[{number}]" for number in dict.fromkeys(numbers))


def by_section(lines: Sequence[Line]) -> list[tuple[str, list[Line]]]:
    """Return the sections that have lines, in the order of the page."""
    found = [(name, [one for one in lines if one.section == name]) for name in SECTIONS]
    return [(name, inside) for name, inside in found if inside]


def markdown(who: str, lines: Sequence[Line], lang: str = "en") -> str:
    """Return the plan as Markdown with numbered sources.

    Parameters
    ----------
    who : str
        One line about the patient.
    lines : sequence of Line
    lang : {"en", "zh"}
    """
    check_language(lang)
    notes = Notes()
    out = [f"# {word('title', lang)}", "", plain(who), ""]
    for name, inside in by_section(lines):
        out += [f"## {SECTIONS[name][lang == 'zh']}", ""]
        out += [_item(one, lang, notes, plain, "**{}** ") for one in inside]
        out += [""]
    if notes.numbers:
        out += [f"## {word('sources', lang)}", ""]
        out += [f"{number}. {_printed(one)}" for one, number in notes.numbers.items()]
        out += [""]
    return "\n".join([*out, f"*{word('disclaimer', lang)}*"]) + "\n"


def _item(one: Line, lang: str, notes: Notes, escape: Callable[[str], str], strong: str) -> str:
    level = LEVEL_NAMES[one.level][lang == "zh"]
    head = strong.format(escape(level)) if level else ""
    return f"- {head}{escape(one.words(lang))} {notes.cite(one.sources)}".rstrip()


def _printed(one: Source) -> str:
    where = f", <{one.url}>" if one.url else ""
    name = one.title or one.key
    return f"{plain(name)}{where} ({one.basis})" if name else one.basis


def html_page(who: str, lines: Sequence[Line], lang: str = "en") -> str:
    """Return the plan as one HTML page without scripts, for the screen and for paper."""
    check_language(lang)
    notes, e = Notes(), html.escape
    body = [f"<h1>{e(word('title', lang))}</h1>", f'<p class="who">{e(who)}</p>']
    for name, inside in by_section(lines):
        body.append(f"<h2>{e(SECTIONS[name][lang == 'zh'])}</h2><ul>")
        body += [_html_item(one, lang, notes) for one in inside]
        body.append("</ul>")
    if notes.numbers:
        body.append(f"<h2>{e(word('sources', lang))}</h2><ol>")
        body += [f"<li>{_html_source(one)}</li>" for one in notes.numbers]
        body.append("</ol>")
    body.append(f'<p class="note">{e(word("disclaimer", lang))}</p>')
    return (
        f'<!DOCTYPE html>\n<html lang="{"zh-CN" if lang == "zh" else "en"}"><head>'
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{e(word('title', lang))}</title><style>{STYLE}</style></head>\n<body><main>\n"
        + "\n".join(body)
        + "\n</main></body></html>\n"
    )


def _html_item(one: Line, lang: str, notes: Notes) -> str:
    text = html.escape(one.words(lang))
    if lang == "zh" and not one.text_zh:
        text = f'<span lang="en">{text}</span>'
    level = LEVEL_NAMES[one.level][lang == "zh"]
    kind = f' class="{one.level}"' if one.level else ""
    head = f'<span class="level">{html.escape(level)}</span>: ' if level else ""
    return f"<li{kind}>{head}{text} {notes.cite(one.sources)}</li>"


def _html_source(one: Source) -> str:
    title = html.escape(one.title or one.key)
    if not title:
        return html.escape(one.basis)
    if one.url.startswith(("http://", "https://")):
        title = f'<a href="{html.escape(one.url)}">{title}</a>'
    return f"{title} ({html.escape(one.basis)})"
