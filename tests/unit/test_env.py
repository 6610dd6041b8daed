"""Setting up can be interrupted and repeated, and a second run installs nothing."""

import subprocess
import sys

import pytest

from tools import env


class Pip:
    """Stand in for subprocess.run: records the commands, fails on demand."""

    def __init__(self, fail_at=None):
        self.commands, self.fail_at = [], fail_at

    def __call__(self, command, **_):
        installing = "install" in command
        if installing:
            self.commands.append(command[command.index("install") :])
        failed = installing and len(self.commands) == self.fail_at
        return subprocess.CompletedProcess(command, int(failed))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty checkout with requirement files."""
    for name in {file for files in env.FILES.values() for file in files}:
        (tmp_path / name).write_text("package==1.0\n")
    monkeypatch.setattr(env, "ROOT", tmp_path)
    monkeypatch.setattr(env, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(env, "PYTHON", tmp_path / ".venv" / "python")
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "python").touch()
    return tmp_path


def run(monkeypatch, level, pip):
    monkeypatch.setattr(env.subprocess, "run", pip)
    return env.main(level), pip.commands


def test_a_second_run_installs_nothing(folder, monkeypatch):
    status, commands = run(monkeypatch, "full", Pip())
    assert status == 0
    assert len(commands) == len(env.LEVELS["full"])
    assert run(monkeypatch, "full", Pip()) == (0, [])


def test_the_full_setup_serves_the_book_too(folder, monkeypatch):
    run(monkeypatch, "full", Pip())
    assert run(monkeypatch, "book", Pip()) == (0, [])


def test_after_a_failure_the_same_command_goes_on(folder, monkeypatch):
    status, _ = run(monkeypatch, "full", Pip(fail_at=2))
    assert status == 1
    assert not env.stamp("full").exists()
    status, commands = run(monkeypatch, "full", Pip())
    assert status == 0
    assert len(commands) == len(env.LEVELS["full"])


def test_changed_requirements_are_installed(folder, monkeypatch):
    run(monkeypatch, "book", Pip())
    (folder / "requirements-book.txt").write_text("package==2.0\n")
    _, commands = run(monkeypatch, "book", Pip())
    assert commands
    assert len(list((folder / ".venv").glob("installed-book-*"))) == 1


def test_a_failed_upgrade_leaves_no_stamp_of_the_old_state(folder, monkeypatch):
    run(monkeypatch, "full", Pip())
    (folder / "requirements.txt").write_text("package==2.0\n")
    status, _ = run(monkeypatch, "full", Pip(fail_at=1))
    assert status == 1
    (folder / "requirements.txt").write_text("package==1.0\n")  # back to the old branch
    _, commands = run(monkeypatch, "full", Pip())
    assert commands


def test_a_half_made_environment_is_made_again(folder, monkeypatch):
    (folder / ".venv" / "python").unlink()
    pip = Pip()
    made = []

    def fake(command, **options):
        if "venv" in command:
            made.append(command)
            (folder / ".venv" / "python").touch()
        return pip(command, **options)

    monkeypatch.setattr(env.subprocess, "run", fake)
    assert env.main("book") == 0
    assert "--clear" in made[0]


def test_an_unsupported_python_says_which_to_get(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 9, 0))
    monkeypatch.setattr(env.shutil, "which", lambda name: None)
    with pytest.raises(SystemExit, match=r"3\.11 or 3\.12"):
        env.find_python()


def test_the_weights_without_dependencies_are_part_of_the_setup():
    assert ["--no-deps", "-r", "requirements-nodeps.txt"] in env.LEVELS["full"]
