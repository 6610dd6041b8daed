"""What this book adds to Jupyter Book.

* chapters are numbered by their file names, so chapter 21 is 21 though 20 others are missing;
* MathJax is copied beside the pages, and Thebe is left out: no page needs another host;
* ``{mermaid}`` is drawn to SVG at build time;
* ``{data-cards}``, ``{receipts}``, ``{chapter-times}``, ``{common-conditions}`` and
  ``{external-links}`` turn the registry, the notebooks' receipts and lengths, the table of common
  conditions and the list of addresses into tables and lists;
* figures without alt text fail the build;
* a plugin of pybtex is looked up once, not once per citation, and autodoc imports nothing that is
  mocked;
* the arrows of the sidebar have a name for screen readers.
"""

from __future__ import annotations

import functools
import importlib.util
import os
import re
import shutil
import sys
from pathlib import Path

import pybtex.plugin
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.errors import PycodeError
from sphinx.pycode import ModuleAnalyzer
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx_external_toc.collectors import TocTreeCollectorWithStyles

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

logger = logging.getLogger(__name__)

MATHJAX_PARTS = ["tex-mml-chtml.js", "output/chtml/fonts", "input/tex/extensions", "a11y"]


def number_chapters(collector: TocTreeCollectorWithStyles, env: BuildEnvironment) -> list[str]:
    """Let Sphinx number the sections, then put each chapter's own number in front."""
    rewrite = _assign_in_order(collector, env)
    for docname, numbers in env.toc_secnumbers.items():
        match = re.match(r"(\d\d)_", docname.rsplit("/", 1)[-1])
        if not match:
            continue
        chapter = int(match.group(1))

        def renumber(number: tuple | list | None, chapter: int = chapter) -> tuple | None:
            return (chapter, *tuple(number)[1:]) if number else None

        for anchor, number in numbers.items():
            numbers[anchor] = renumber(number)
        for reference in env.tocs[docname].findall(nodes.reference):
            if "secnumber" in reference:
                reference["secnumber"] = renumber(reference["secnumber"])
        title = env.titles.get(docname)
        if title is not None and "secnumber" in title:
            title["secnumber"] = renumber(title["secnumber"])
    return rewrite


class Mermaid(SphinxDirective):
    """``{mermaid}`` with ``:alt:`` and an optional ``:caption:``, drawn to SVG."""

    has_content = True
    option_spec = {"alt": str, "caption": str, "name": str}  # noqa: RUF012

    def run(self) -> list[nodes.Node]:
        """Draw the diagram beside the page and refer to it as an image."""
        from medai.plots.diagram import diagram_svg
        from medai.runtime import MedaiError

        try:
            svg = diagram_svg("\n".join(self.content), alt=self.options.get("alt", ""))
        except MedaiError as error:
            raise self.error(str(error)) from error
        folder = Path(self.env.app.doctreedir).parent / "_diagrams"
        folder.mkdir(parents=True, exist_ok=True)
        name = f"{self.env.docname.replace('/', '-')}-{self.env.new_serialno('mermaid')}.svg"
        (folder / name).write_text(svg, encoding="utf-8")
        uri = "/" + Path(os.path.relpath(folder / name, self.env.srcdir)).as_posix()
        figure = nodes.figure("", nodes.image(uri=uri, alt=self.options["alt"]))
        if "caption" in self.options:
            figure += nodes.caption("", self.options["caption"])
            self.add_name(figure)
        return [figure]


class Generated(SphinxDirective):
    """A directive whose Markdown is made by a function; what it reads stands in `parts`."""

    parts = (
        *("chapters/*/*.ipynb", "medai/datasets/*.py", "data/common_conditions/*.csv"),
        "data/external_links.csv",
    )

    def text(self) -> str:
        """Return the Markdown."""
        return GENERATORS[self.name]()

    def run(self) -> list[nodes.Node]:
        """Parse the generated Markdown in place."""
        for path in (path for part in self.parts for path in ROOT.glob(part)):
            self.env.note_dependency(str(path))  # so that the page is made anew when they change
        text = self.text()
        container = nodes.section()
        container.document = self.state.document
        self.state.nested_parse(
            StringList(text.splitlines(), source=self.name),
            self.content_offset,
            container,
            match_titles=True,
        )
        return container.children


def data_cards() -> str:
    """Return the registry of datasets and models as Markdown."""
    from medai.datasets import cards_markdown

    return cards_markdown()


def common_conditions() -> str:
    """Return the table of common conditions as Markdown."""
    from medai.datasets.common_page import conditions_markdown

    return conditions_markdown()


WORDS_A_MINUTE, SECONDS_A_CELL = 130, 20  # reading; teaching estimates


def chapter_times() -> str:
    """Return a table of how long each chapter takes to read and to run, and its exercises."""
    import nbformat

    from tools.notebooks import chapter_paths, receipt

    rows = ["| chapter | read, min | run, s | exercises |", "|--:|--:|--:|--:|"]
    for path in chapter_paths():
        notebook = nbformat.read(path, as_version=4)
        text = "\n".join(c.source for c in notebook.cells if c.cell_type == "markdown")
        hidden = {"remove-cell", "remove-input", "hide-input"}
        shown = [
            c
            for c in notebook.cells
            if c.cell_type == "code" and not hidden & set(c.metadata.get("tags", []))
        ]
        minutes = len(text.split()) / WORDS_A_MINUTE + len(shown) * SECONDS_A_CELL / 60
        stored = receipt(notebook)
        seconds = f"{stored['seconds']:.0f}" if stored else ""
        number, exercises = int(path.name[:2]), text.count("```{exercise}")
        rows.append(f"| {number} | {5 * round(minutes / 5)} | {seconds} | {exercises} |")
    return "\n".join(rows)


def receipts() -> str:
    """Return a table of when, where and how fast each chapter last ran."""
    import nbformat

    from tools.notebooks import chapter_paths, receipt

    rows = ["| chapter | seconds | peak memory | device | run on |", "|---|--:|--:|---|---|"]
    for path in chapter_paths():
        notebook = nbformat.read(path, as_version=4)
        stored = receipt(notebook)
        title = next(
            (
                line.lstrip("# ")
                for cell in notebook.cells
                for line in cell.source.splitlines()
                if line.startswith("# ")
            ),
            path.stem,
        )
        number = path.name[:2]
        if stored:
            rows.append(
                f"| {number} {title} | {stored['seconds']:.0f} | {stored['peak_memory_mb']} MB "
                f"| {stored['device']} | {stored['executed']} |"
            )
        else:
            rows.append(f"| {number} {title} | | | not yet run | |")
    return "\n".join(rows)


def external_links() -> str:
    """Return the list of addresses outside the book as Markdown."""
    from tools.external import page

    return page()


GENERATORS = {
    "chapter-times": chapter_times,
    "common-conditions": common_conditions,
    "data-cards": data_cards,
    "external-links": external_links,
    "receipts": receipts,
}


def copy_mathjax(app: Sphinx, error: Exception | None) -> None:
    """Put the parts of MathJax that the pages use beside them."""
    if error or app.builder.format != "html":
        return
    spec = importlib.util.find_spec("sphinx-mathjax-offline")
    source = Path(spec.origin).parent / "static" / "mathjax"
    target = Path(app.outdir) / "_static" / "mathjax"
    for part in MATHJAX_PARTS:
        if (source / part).is_dir():
            shutil.copytree(source / part, target / part, dirs_exist_ok=True)
        else:
            target.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source / part, target / part)


def leave_out_thebe(app: Sphinx, config: object) -> None:
    """Disconnect sphinx-thebe, which Jupyter Book always loads: live code here means Colab."""
    for listeners in app.events.listeners.values():
        for listener in [x for x in listeners if x.handler.__module__ == "sphinx_thebe"]:
            if listener.handler.__name__ != "init_thebe_default_config":
                listeners.remove(listener)
    app.registry.css_files[:] = [c for c in app.registry.css_files if c[0] != "sphinx-thebe.css"]


def read_no_mocked_source(app: Sphinx, config: Config) -> None:
    """Stop autodoc from importing what is mocked: it looks for the source of every base class.

    Keras alone would bring TensorFlow, and with it ten seconds.
    """
    find = ModuleAnalyzer.get_module_source

    def find_unmocked(name: str) -> tuple:
        if name.split(".")[0] in config.autodoc_mock_imports:
            raise PycodeError(f"{name} is mocked")
        return find(name)

    ModuleAnalyzer.get_module_source = staticmethod(find_unmocked)


def reach_by_keyboard(app: Sphinx, page: str, template: str, context: dict, tree: object) -> None:
    """Let the keyboard reach what scrolls sideways on a phone: wide diagrams and tables."""
    body = context.get("body", "")
    with_svg = r"<figure(?=[^>]*>\s*(?:<a[^>]*>\s*)?<img[^>]*\.svg)"
    body = re.sub(with_svg, '<figure tabindex="0"', body)
    # docutils calls this a list but gives it no list items, which misleads screen readers
    body = body.replace('<div role="list" class="citation-list">', '<div class="citation-list">')
    for scrolling in ('class="output text_html"', 'class="pst-scrollable-table-container"'):
        body = body.replace(scrolling, f'{scrolling} tabindex="0"')
    context["body"] = body


def name_the_toggles(app: Sphinx, page: str, template: str, context: dict, tree: object) -> None:
    """Give a name to the arrows that open a part of the sidebar; the theme makes them without."""
    make = context["generate_toctree_html"]

    def make_named(*args: object, **settings: object) -> str:
        made = str(make(*args, **settings))
        return made.replace("<summary>", '<summary aria-label="Pages of this entry">')

    context["generate_toctree_html"] = make_named


def check_alt_text(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Warn (and so fail the build) about an image without alt text."""
    for image in doctree.findall(nodes.image):
        if not image.get("alt", "").strip():
            logger.warning(
                "image %s has no alt text: add `alt` (figure directive) or the cell metadata "
                "mystnb.image.alt",
                image.get("uri"),
                location=image if image.line else docname,
                type="medai",
            )


# Jupyter Book numbers through sphinx-external-toc's collector; we go last.
_assign_in_order = TocTreeCollectorWithStyles.assign_section_numbers
TocTreeCollectorWithStyles.assign_section_numbers = number_chapters


def remember_plugins() -> None:
    """Let pybtex remember its plugins: each look-up reads what every installed package offers.

    With 340 packages that was a sixth of the time of the whole build.
    """
    pybtex.plugin._load_entry_point = functools.cache(pybtex.plugin._load_entry_point)


def setup(app: Sphinx) -> dict:
    """Register everything above."""
    remember_plugins()
    app.connect("config-inited", leave_out_thebe, priority=900)
    app.connect("config-inited", read_no_mocked_source, priority=900)
    app.connect("doctree-resolved", check_alt_text)
    app.connect("html-page-context", reach_by_keyboard)
    app.connect("html-page-context", name_the_toggles, priority=900)  # after the theme
    app.connect("build-finished", copy_mathjax)
    app.add_directive("mermaid", Mermaid)
    for name in GENERATORS:
        app.add_directive(name, Generated)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
