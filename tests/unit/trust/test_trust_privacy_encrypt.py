"""A file at rest: what comes back, what is refused, and what must not be in a message."""

import logging

import pytest

from medai.runtime.errors import MedaiError
from medai.trust.privacy import encrypt
from medai.trust.privacy.encrypt import read_encrypted, write_encrypted

PASS = "four plain words here"
NOTE = b"Ms Whitcombe, HIV, 2026-02-03"


@pytest.fixture(autouse=True)
def cheap(monkeypatch):
    """Deriving the key costs half a second on purpose; not in thirty tests."""
    monkeypatch.setattr(encrypt, "COST", 2**4)


@pytest.fixture
def path(tmp_path):
    write_encrypted(tmp_path / "note.enc", NOTE, PASS)
    return tmp_path / "note.enc"


def test_round_trip_and_nothing_in_the_clear(path):
    assert read_encrypted(path, PASS) == NOTE
    raw = path.read_bytes()
    assert b"Whitcombe" not in raw
    assert PASS.encode() not in raw
    assert len(raw) == 6 + 16 + 12 + len(NOTE) + 16


def test_the_same_data_never_look_the_same(path):
    first = path.read_bytes()
    write_encrypted(path, NOTE, PASS)
    second = path.read_bytes()
    assert first[6:34] != second[6:34]
    assert first[34:] != second[34:]


def test_every_changed_byte_is_noticed(path):
    raw = path.read_bytes()
    for place in range(len(raw)):
        changed = bytearray(raw)
        changed[place] ^= 1
        path.write_bytes(bytes(changed))
        with pytest.raises(MedaiError):
            read_encrypted(path, PASS)


@pytest.mark.parametrize("keep", [0, 5, 30, 49])
def test_a_cut_file_is_refused(path, keep):
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(MedaiError, match="cut short"):
        read_encrypted(path, PASS)


def test_wrong_passphrase_says_so_and_tells_nothing(path, caplog):
    caplog.set_level(logging.DEBUG)
    with pytest.raises(MedaiError, match="passphrase is wrong, or the file was changed") as error:
        read_encrypted(path, PASS + "!")
    said = str(error.value) + caplog.text + repr(error.value.__cause__)
    assert PASS not in said
    assert "Whitcombe" not in said


def test_what_is_refused(tmp_path):
    with pytest.raises(MedaiError, match="shorter than 12") as error:
        write_encrypted(tmp_path / "x", NOTE, "hunter2")
    assert "hunter2" not in str(error.value)
    assert not list(tmp_path.iterdir())
    with pytest.raises(MedaiError, match="encode text"):
        write_encrypted(tmp_path / "x", "text", PASS)
    with pytest.raises(MedaiError, match="not a file"):
        read_encrypted(tmp_path / "none", PASS)


def test_a_failed_write_leaves_the_old_file(path, monkeypatch):
    def full_disk(*_):
        raise OSError("no space left")

    before = path.read_bytes()
    monkeypatch.setattr("medai.runtime.files.os.replace", full_disk)
    with pytest.raises(OSError, match="no space"):
        write_encrypted(path, b"new", PASS)
    assert path.read_bytes() == before
    assert [one.name for one in path.parent.iterdir()] == ["note.enc"]


def test_the_real_cost_is_the_advised_one():
    import importlib

    fresh = importlib.reload(encrypt)
    assert (fresh.COST, fresh.BLOCK, fresh.LANES) == (131_072, 8, 1)


def test_key_agrees_with_the_standard_library():
    import hashlib

    expected = hashlib.scrypt(PASS.encode(), salt=b"0" * 16, n=2**4, r=8, p=1, dklen=32)
    assert encrypt._key(PASS, b"0" * 16) == expected
