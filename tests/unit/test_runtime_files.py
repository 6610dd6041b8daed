"""A file or a folder appears whole, or not at all."""

import pytest

from medai.runtime.files import replacing, replacing_folder


class Stop(Exception):
    """Something that goes wrong while the block runs."""


def stop(_written):
    raise Stop


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_appears_when_it_is_done(tmp_path):
    with replacing(tmp_path / "a") as file:
        file.write(b"new")
        assert not (tmp_path / "a").exists()
    assert (tmp_path / "a").read_bytes() == b"new"
    assert names(tmp_path) == ["a"]


def test_a_file_that_fails_leaves_the_old_one(tmp_path):
    (tmp_path / "a").write_bytes(b"old")
    with pytest.raises(Stop), replacing(tmp_path / "a") as file:
        stop(file.write(b"half"))
    assert (tmp_path / "a").read_bytes() == b"old"
    assert names(tmp_path) == ["a"]


def test_a_folder_appears_when_it_is_done(tmp_path):
    folder = tmp_path / "above" / "model"
    with replacing_folder(folder) as new:
        (new / "weights").write_text("new")
        assert not folder.exists()
    assert names(folder) == ["weights"]
    assert names(folder.parent) == ["model"]
    assert folder.stat().st_mode & 0o777 == 0o755


def test_a_folder_is_replaced_with_all_it_held(tmp_path):
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "old").write_text("old")
    with replacing_folder(tmp_path / "model") as new:
        (new / "new").write_text("new")
        assert names(tmp_path / "model") == ["old"]
    assert names(tmp_path / "model") == ["new"]
    assert names(tmp_path) == ["model"]


def test_a_folder_that_fails_leaves_the_old_one(tmp_path):
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "old").write_text("old")
    with pytest.raises(Stop), replacing_folder(tmp_path / "model") as new:
        stop((new / "half").write_text("half"))
    assert names(tmp_path / "model") == ["old"]
    assert names(tmp_path) == ["model"]
