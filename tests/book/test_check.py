"""Each defect a chapter can have is found, and the message says where and what to do."""

import copy

import nbformat
import pytest

from tools import check
from tools.notebooks import chapter_paths, code_hash
from tools.text import METADATA, to_notebook, to_text

PNG = "iVBORw0KGgo="


@pytest.fixture
def notebook():
    """A small notebook without defects in code, outputs, receipt or pictures."""
    cell = nbformat.v4.new_code_cell("plot()", execution_count=1)
    cell.outputs = [nbformat.v4.new_output("display_data", data={"image/png": PNG})]
    cell.metadata["mystnb"] = {
        "figure": {"name": "fig-40-x", "caption": "What it shows."},
        "image": {"alt": "A curve that falls."},
    }
    notebook = nbformat.v4.new_notebook(cells=[cell], metadata=copy.deepcopy(METADATA))
    notebook.metadata["medai"] = {
        "receipt": {"code": code_hash(notebook), "outputs": [1], "seconds": 3.0}
    }
    return notebook


def complaints(notebook):
    return check.check_receipt(notebook) + check.check_images(notebook)


def test_the_good_notebook_has_none(notebook):
    assert complaints(notebook) == []


def test_stale_receipt(notebook):
    notebook.cells[0].source += "  # changed"
    (message,) = complaints(notebook)
    assert "stale receipt" in message
    assert "make chapters" in message


def test_no_receipt(notebook):
    del notebook.metadata["medai"]
    (message,) = complaints(notebook)
    assert message.startswith("no receipt")


def test_missing_output(notebook):
    notebook.cells[0].outputs = []
    (message,) = complaints(notebook)
    assert "code cell 1" in message
    assert "missing output" in message
    assert "make chapters" in message


def test_stored_error(notebook):
    notebook.cells[0].outputs = [
        nbformat.v4.new_output("error", ename="NameError", evalue="x", traceback=[])
    ]
    assert any("a stored error" in message for message in complaints(notebook))


def test_too_slow(notebook):
    notebook.metadata["medai"]["receipt"]["seconds"] = 61.0
    (message,) = complaints(notebook)
    assert "61.0 s" in message


@pytest.mark.parametrize("part", ["image", "figure"])
def test_figure_without_alt_text_or_caption(notebook, part):
    del notebook.cells[0].metadata["mystnb"][part]
    (message,) = complaints(notebook)
    assert "code cell 1" in message
    assert "mystnb" in message


@pytest.mark.parametrize(
    "source",
    [
        "![](x.png)",
        "<img src='x.png'>",
        "<img src='x.png' alt=''>",
        "```{figure} x.png\nCaption.\n```",
    ],
)
def test_markdown_image_without_alt_text(notebook, source):
    notebook.cells.append(nbformat.v4.new_markdown_cell(source))
    (message,) = complaints(notebook)
    assert "alt" in message


def test_anatomy_names_every_missing_part(notebook, tmp_path):
    found = "\n".join(check.check_anatomy(tmp_path / "99_x.ipynb", notebook))
    for part in ["When this harms", "Predict before you run", "claims cell", "quiz", "exercise"]:
        assert part in found


@pytest.mark.parametrize(
    ("text", "titles"),
    [("# One\n\n```\n# no title, a comment\n```", 1), ("# One\n\n# Two", 2), ("## Section", 0)],
)
def test_a_chapter_has_one_title(notebook, tmp_path, text, titles):
    notebook.cells.append(nbformat.v4.new_markdown_cell(text))
    found = check.check_anatomy(tmp_path / "99_x.ipynb", notebook)
    said = [line for line in found if "titles" in line]
    assert said == ([] if titles == 1 else [line for line in found if f"{titles} titles" in line])
    assert len(said) == (titles != 1)


def test_source_that_does_not_say_whether_it_was_opened(tmp_path, monkeypatch):
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "references.bib").write_text(
        "@article{a, title={A}, note={Opened: the abstract}}\n@article{b, title={B}}\n"
    )
    monkeypatch.setattr(check, "ROOT", tmp_path)
    (message,) = check.check_sources()
    assert "b:" in message


@pytest.mark.parametrize("path", chapter_paths(), ids=lambda path: path.stem)
def test_text_form_and_back_keeps_a_chapter(path, tmp_path):
    """Editing as text loses neither outputs nor ids nor metadata."""
    copied = tmp_path / path.name
    copied.write_bytes(path.read_bytes())
    to_text(copied, tmp_path / "work.md")
    to_notebook(tmp_path / "work.md", copied)
    before, after = (nbformat.read(p, as_version=4) for p in (path, copied))
    for old, new in zip(before.cells, after.cells, strict=True):
        assert (old.cell_type, old.source, old.id) == (new.cell_type, new.source, new.id)
        assert old.get("outputs") == new.get("outputs")
        assert old.metadata == new.metadata
    assert before.metadata["medai"] == after.metadata["medai"]
