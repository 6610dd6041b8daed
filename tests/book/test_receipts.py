"""What makes a chapter run again: its code, the modules behind it, the data; nothing else."""

import nbformat
import pytest

from tools import notebooks
from tools.notebooks import ROOT, chapter_paths, modules_behind, package_hash


def names(code):
    return {path.relative_to(ROOT).as_posix() for path in modules_behind(code)}


def test_a_module_brings_the_ones_it_imports_and_the_packages_above():
    found = names("from medai.nn import gpt\n")
    assert {"medai/__init__.py", "medai/nn/__init__.py", "medai/nn/gpt.py"} <= found
    assert {"medai/nn/attention.py", "medai/text/sampling.py", "medai/runtime/errors.py"} <= found
    assert "medai/nn/bert.py" not in found
    assert not any(name.startswith("medai/knowledge") for name in found)


@pytest.mark.parametrize(
    "code",
    [
        "import medai\nmedai.nn.gpt",
        "import medai.nn.gpt as g",
        "from medai.nn.gpt import GPT",
        "from medai.nn import (\n    bert,\n    gpt,\n)",
    ],
    ids=["attribute", "alias", "from_module", "several_lines"],
)
def test_every_way_to_name_a_module_is_seen(code):
    assert "medai/text/sampling.py" in names(code)


def test_an_import_inside_a_function_counts():
    # medai.text.ngram shows its bar with tqdm; medai.plots.quiz reads through datasets
    assert "medai/datasets/paths.py" in names("medai.plots.quiz('03')")


@pytest.mark.parametrize(
    "code", ["!medai diagnose x", 'run([sys.executable, "-m", "medai", "diagnose"])', "medai.cli"],
    ids=["shell", "module", "cli"],
)  # fmt: skip
def test_the_command_line_reaches_everything(code):
    assert modules_behind(code) == set((ROOT / "medai").rglob("*.py"))


def test_the_bootstrap_cell_names_nothing_and_the_hash_follows_what_is_named(tmp_path, monkeypatch):
    for room, text in {"": "", "a": "X = 1\n", "b": "Y = 1\n"}.items():
        folder = tmp_path / "medai" / room
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "__init__.py").write_text(text)
    (tmp_path / "data").mkdir()
    monkeypatch.setattr(notebooks, "ROOT", tmp_path)
    boot = nbformat.v4.new_code_cell('find_spec("medai")', metadata={"tags": ["bootstrap"]})
    cells = [boot, nbformat.v4.new_code_cell("import medai.a")]
    chapter = tmp_path / "40_name.ipynb"
    chapter.write_text(nbformat.writes(nbformat.v4.new_notebook(cells=cells)))
    before = package_hash(chapter)
    (tmp_path / "medai" / "b" / "__init__.py").write_text("Y = 2\n")
    assert package_hash(chapter) == before
    (tmp_path / "medai" / "a" / "__init__.py").write_text("X = 2\n")
    changed = package_hash(chapter)
    assert changed != before
    (tmp_path / "data" / "new.csv").write_text("1")
    assert package_hash(chapter) != changed


def test_every_chapter_reaches_something():
    for path in chapter_paths():
        code = "\n".join(c.source for c in notebooks.own_cells(nbformat.read(path, as_version=4)))
        assert "medai/runtime/session.py" in names(code), path.name
