"""The frame of the command line: exit codes, messages, speed of start-up."""

import os
import subprocess
import sys
import types

import pytest

import medai
from medai import cli
from medai.runtime import MedaiError


@pytest.fixture
def command(monkeypatch):
    """Replace the subcommands by one, ``a-test``, whose ``run`` is given."""

    def make(run):
        module = types.ModuleType("medai.cli.a_test")
        module.add_parser = lambda subparsers: subparsers.add_parser("a-test")
        module.run = run
        monkeypatch.setitem(sys.modules, "medai.cli.a_test", module)
        monkeypatch.setattr(cli, "command_modules", lambda: ["a_test"])

    return make


def test_exit_code_is_what_run_returns(command):
    command(lambda args: 1)
    assert cli.main(["a-test"]) == 1


def test_medai_error_is_two_and_no_traceback(command, capsys):
    def run(args):
        raise MedaiError("The value 3 is too big. Give 2.")

    command(run)
    assert cli.main(["a-test"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "medai: The value 3 is too big. Give 2.\n"


def test_other_errors_are_not_hidden(command):
    def run(args):
        raise KeyError("a bug")

    command(run)
    with pytest.raises(KeyError, match="a bug"):
        cli.main(["a-test"])


def test_interrupt_is_130(command, capsys):
    def run(args):
        raise KeyboardInterrupt

    command(run)
    assert cli.main(["a-test"]) == 130
    assert "interrupted" in capsys.readouterr().err


@pytest.mark.parametrize("argv", [[], ["no-such-command"]])
def test_wrong_usage_is_two(argv, capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(argv)
    assert stop.value.code == 2
    assert "usage: medai" in capsys.readouterr().err


def test_version(capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(["--version"])
    assert stop.value.code == 0
    assert capsys.readouterr().out == f"medai {medai.__version__}\n"


@pytest.mark.parametrize("name", cli.command_modules())
def test_every_command_has_help(name, capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main([name.replace("_", "-"), "--help"])
    assert stop.value.code == 0
    assert "usage: medai" in capsys.readouterr().out


def test_module_and_console_script_agree():
    module = [sys.executable, "-m", "medai", "--version"]
    assert subprocess.check_output(module, text=True) == f"medai {medai.__version__}\n"
    script = os.path.join(os.path.dirname(sys.executable), "medai")
    if not os.path.exists(script):
        pytest.skip("medai is not installed as a console script here")
    assert subprocess.check_output([script, "--version"], text=True).startswith("medai ")


@pytest.mark.skipif(os.name == "nt", reason="pipes break differently on Windows")
def test_a_reader_that_leaves_early_is_no_error(tmp_path):
    code = (
        "import sys, types; from medai import cli\n"
        "m = types.ModuleType('medai.cli.x'); m.add_parser = lambda s: s.add_parser('x')\n"
        "def run(args):\n"
        "    for i in range(100_000): print('line', i)\n"
        "    return 0\n"
        "m.run = run; sys.modules['medai.cli.x'] = m; cli.command_modules = lambda: ['x']\n"
        "sys.exit(cli.main(['x']))"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert child.stdout.readline() == "line 0\n"
    child.stdout.close()
    assert child.stderr.read() == ""
    child.stderr.close()
    assert child.wait(timeout=300) == 141


def test_output_survives_a_terminal_without_the_letters():
    env = {**os.environ, "PYTHONIOENCODING": "ascii"}
    program = (
        "from medai import cli\n"
        "try:\n    cli.main(['--version'])\nexcept SystemExit:\n    print('caf\\u00e9 \\U0001f600')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=env, check=True
    )
    assert done.stdout.splitlines()[-1] == r"caf\xe9 \U0001f600"
