"""Seeds, the offline switch, the data folder, the two printed lines."""

import os
import random
import subprocess
import sys
import types
from pathlib import Path

import numpy as np
import pytest

from medai.runtime import MedaiError, Session, data_home, offline, setup
from medai.runtime.paths import tilde


@pytest.mark.parametrize("value", ["1", "true", "YES", " on "])
def test_offline_yes(monkeypatch, value):
    monkeypatch.setenv("MEDAI_OFFLINE", value)
    assert offline() is True


@pytest.mark.parametrize("value", [None, "", "0", "False", "no"])
def test_offline_no(monkeypatch, value):
    monkeypatch.delenv("MEDAI_OFFLINE", raising=False)
    if value is not None:
        monkeypatch.setenv("MEDAI_OFFLINE", value)
    assert offline() is False


def test_offline_unclear(monkeypatch):
    monkeypatch.setenv("MEDAI_OFFLINE", "maybe")
    with pytest.raises(MedaiError, match=r"MEDAI_OFFLINE='maybe'.*Set it to 1"):
        offline()
    with pytest.raises(MedaiError, match="MEDAI_OFFLINE"):
        setup(quiet=True)


def test_data_home_is_made_only_when_wanted(monkeypatch, tmp_path):
    monkeypatch.setenv("MEDAI_DATA_HOME", str(tmp_path / "a" / "b"))
    assert data_home(create=False) == tmp_path / "a" / "b"
    assert not (tmp_path / "a").exists()
    assert data_home().is_dir()


def test_data_home_default_is_the_users_cache(monkeypatch):
    monkeypatch.delenv("MEDAI_DATA_HOME", raising=False)
    home = data_home(create=False)
    assert home.is_absolute()
    assert "medai" in home.parts


def test_data_home_that_is_a_file(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("x")
    monkeypatch.setenv("MEDAI_DATA_HOME", str(tmp_path / "file"))
    with pytest.raises(MedaiError, match="Set MEDAI_DATA_HOME to a folder"):
        data_home()


def test_tilde_hides_the_home_folder(tmp_path):
    assert tilde(Path.home() / "x") == str(Path("~") / "x")
    assert tilde(Path("/nowhere/x")) == str(Path("/nowhere/x"))


def test_setup_seeds_python_and_numpy():
    def draw() -> tuple:
        session = setup(seed=5, quiet=True)
        return random.random(), np.random.random(), session.rng.random()

    first = draw()
    assert draw() == first
    # the reference: the libraries' own seeding
    assert first[0] == random.Random(5).random()
    assert first[1] == np.random.RandomState(5).random_sample()
    assert first[2] == np.random.default_rng(5).random()


def test_setup_prints_exactly_two_lines(capsys):
    session = setup(seed=1)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert session.device in lines[0]
    assert session.backend in lines[0]
    assert session.data_source in lines[1]


def test_setup_quiet_prints_nothing(capsys):
    assert isinstance(setup(quiet=True), Session)
    assert capsys.readouterr().out == ""


def test_setup_says_that_it_is_offline(monkeypatch, capsys):
    monkeypatch.setenv("MEDAI_OFFLINE", "1")
    setup()
    assert "nothing is downloaded" in capsys.readouterr().out.splitlines()[1]


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5, "1", None, True])
def test_setup_refuses_bad_seeds(seed):
    with pytest.raises(MedaiError, match="seed="):
        setup(seed=seed, quiet=True)


@pytest.mark.parametrize("threads", [0, -2, 1.0])
def test_setup_refuses_bad_threads(threads):
    with pytest.raises(MedaiError, match="threads="):
        setup(threads=threads, quiet=True)


def test_setup_accepts_numpy_integers():
    assert setup(seed=np.int64(3), quiet=True).seed == 3


def run(code: str, **env: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **env},
    )
    return done.stdout


def test_threads_reach_libraries_loaded_later():
    code = (
        "from medai.runtime import setup; setup(threads=1, quiet=True)\n"
        "import os; print(os.environ['OMP_NUM_THREADS'], os.environ['TF_NUM_INTRAOP_THREADS'])"
    )
    assert run(code).split() == ["1", "1"]


def test_torch_is_seeded_and_limited_when_loaded():
    pytest.importorskip("torch")
    code = (
        "import torch; from medai.runtime import setup\n"
        "a = setup(7, threads=1); x = torch.rand(1).item()\n"
        "torch.manual_seed(7); print(x == torch.rand(1).item(), torch.get_num_threads())"
    )
    out = run(code).splitlines()
    assert "PyTorch" in out[0]
    assert out[2].split() == ["True", "1"]


def test_keras_is_seeded_and_named_when_loaded(monkeypatch):
    """A stand-in: the real Keras takes up to 20 s to import on this suite's machines."""
    seeds = []
    keras = types.ModuleType("keras")
    keras.__version__ = "3.99"
    keras.utils = types.SimpleNamespace(set_random_seed=seeds.append)
    keras.backend = types.SimpleNamespace(backend=lambda: "jax")
    monkeypatch.setitem(sys.modules, "keras", keras)
    assert setup(7, quiet=True).backend.startswith("Keras 3.99 on jax")
    assert seeds == [7]


def test_a_broken_nvidia_driver_counts_as_no_gpu(monkeypatch, tmp_path):
    from medai.runtime import devices

    program = tmp_path / "nvidia-smi"
    program.write_text("#!/bin/sh\necho 'NVIDIA-SMI has failed' >&2\nexit 9\n")
    program.chmod(0o755)
    monkeypatch.setattr(devices.shutil, "which", lambda name: str(program))
    assert devices._nvidia_smi() == []
    program.write_text("#!/bin/sh\necho 'NVIDIA H100 80GB HBM3'\necho 'NVIDIA H100 80GB HBM3'\n")
    assert devices._nvidia_smi() == ["NVIDIA H100 80GB HBM3"] * 2


def test_device_name_counts_equal_gpus(monkeypatch):
    from medai.runtime import devices

    monkeypatch.setattr(devices, "gpus", lambda: ["T4", "T4"])
    monkeypatch.setattr(devices, "cpu_cores", lambda: 1)
    assert devices.device_name() == "1 CPU core, GPU 2 x T4"
