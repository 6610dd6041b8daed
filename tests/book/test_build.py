"""Defects that only a build can see fail it, and the message says where and what to do."""

import shutil

import pytest

from tools.build import advice, build
from tools.notebooks import ROOT

PAGE = """# A page of defects

[A link to nowhere](nowhere.md)

A citation of {footcite:t}`nobody2099`.

A cross-reference to {numref}`fig-missing`, an equation {eq}`eq-missing`.

![](logo.svg)

<a href="lost.html">raw</a> <a href="#lost-place">place</a>

```{footbibliography}
```
"""


@pytest.fixture(scope="module")
def messages(tmp_path_factory):
    """Build a book of one broken page with this book's configuration and extension."""
    folder = tmp_path_factory.mktemp("broken_book")
    (folder / "book").mkdir()
    plain = shutil.ignore_patterns("__pycache__")  # another process may be writing there
    for part in ["_ext", "_static"]:
        shutil.copytree(ROOT / "book" / part, folder / "book" / part, ignore=plain)
    shutil.copy(ROOT / "book" / "_static" / "logo.svg", folder / "book")
    shutil.copytree(ROOT / "medai", folder / "medai", ignore=plain)
    shutil.copy(ROOT / "_config.yml", folder)
    (folder / "book" / "references.bib").write_text("")
    (folder / "_toc.yml").write_text("format: jb-book\nroot: book/index\n")
    (folder / "book" / "index.md").write_text(PAGE)
    lines = []
    status = build(folder, folder / "_build", say=lines.append)
    assert status != 0
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("what", "mend"),
    [
        ("nowhere.md", "_toc.yml"),
        ("nobody2099", "references.bib"),
        ("fig-missing", "label does not exist"),
        ("eq-missing", "label the equation"),
        ("no alt text", "what the picture shows"),
        ("lost.html", "correct the link"),
        ("#lost-place", "correct the link"),
    ],
)
def test_defect_fails_the_build_and_says_what_to_do(messages, what, mend):
    at = messages.find(what)
    assert at >= 0, messages
    assert mend in messages[at : at + 400]
    assert "book/index" in messages[max(0, at - 300) : at + 300]


def test_a_place_in_a_notebook_is_named_by_cell_and_line():
    said = advice("/x/03_ngrams.ipynb:80016: WARNING: undefined label: 'a'")
    assert "03_ngrams.ipynb, cell 8, line 16: WARNING" in said
    assert "label does not exist" in said


def test_advice_ignores_what_is_not_a_complaint():
    assert advice("reading sources... [100%] book/index") is None
    assert advice("x.md:3: WARNING: something new") == "x.md:3: WARNING: something new"
