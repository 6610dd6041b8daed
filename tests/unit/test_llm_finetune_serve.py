"""Quantised weights, and the first endpoint with its refusals."""

import http.client
import json
import socket
import threading
import urllib.request

import numpy as np
import pytest
from tiny_llm import LABELS, TEXTS, bert_folder

from medai.llm.finetune import (
    ClassifierServer,
    fine_tune_classifier,
    quantize_rows,
    quantized,
    size_in_bytes,
)
from medai.runtime import MedaiError

HANG = 60  # seconds; only for what would never come, on however busy a machine


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    import torch

    torch.set_num_threads(1)
    base = bert_folder(tmp_path_factory.mktemp("bert"))
    settings = {"epochs": 15, "batch_size": 4, "learning_rate": 3e-3, "seed": 3, "progress": False}
    return fine_tune_classifier(TEXTS, LABELS, base=base, **settings)


def test_rows_by_hand():
    # the largest of a row becomes 127; 0.5 / (2 / 127) = 31.75 -> 32; a row of zeros stays
    q, scale = quantize_rows(np.array([[2.0, 0.5, -2.0], [0, 0, 0]]))
    assert q.tolist() == [[127, 32, -127], [0, 0, 0]]
    assert q.dtype == np.int8
    assert np.allclose(scale[:, 0], [2 / 127, 1])


@pytest.mark.parametrize("bits", [2, 4, 8])
def test_rounding_is_within_half_a_scale(bits):
    w = np.random.default_rng(0).normal(size=(20, 30))
    q, scale = quantize_rows(w, bits)
    assert np.abs(q * scale - w).max() <= scale.max() / 2 + 1e-6
    assert np.abs(q).max() == 2 ** (bits - 1) - 1


@pytest.mark.parametrize("bad", [np.ones(3), np.array([[np.nan, 1]])], ids=["vector", "nan"])
def test_quantize_refuses(bad):
    with pytest.raises(MedaiError, match="a matrix of finite numbers"):
        quantize_rows(bad)


@pytest.mark.parametrize(
    ("kind", "shrinks", "atol"),
    [("bfloat16", 0.51, 0.1), ("int8-weights", 0.4, 0.05), ("int8-dynamic", 0.7, 0.2)],
)
def test_a_quantised_classifier_is_smaller_and_answers_alike(model, kind, shrinks, atol):
    before, p = size_in_bytes(model), model.predict_proba(TEXTS)
    small = quantized(model, kind)
    assert size_in_bytes(small) < shrinks * before
    assert np.allclose(small.predict_proba(TEXTS), p, atol=atol)
    assert size_in_bytes(model) == before
    assert np.array_equal(model.predict_proba(TEXTS), p)


def test_int8_weights_are_the_rounded_weights(model):
    small = quantized(model, "int8-weights")
    q, scale = quantize_rows(model.head.weight.detach().numpy())
    assert np.array_equal(small.head.weight.numpy(), q * scale)


def test_unknown_kind(model):
    with pytest.raises(MedaiError, match="kind='int3'"):
        quantized(model, "int3")


@pytest.fixture(scope="module")
def server(model):
    with ClassifierServer(model, max_bytes=2000, max_texts=3, timeout=HANG) as found:
        yield found


def post(server, body, headers=None, path="/predict", method="POST"):
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=HANG)
    headers = {"Content-Type": "application/json"} if headers is None else headers
    connection.request(method, path, body, headers)
    reply = connection.getresponse()
    return reply.status, json.loads(reply.read())


def test_it_answers_as_the_model(server, model):
    status, found = post(server, json.dumps({"texts": TEXTS[:3]}))
    assert status == 200
    assert found["note"].endswith("not medical advice.")
    assert [f["label"] for f in found["predictions"]] == model.predict(TEXTS[:3])
    p = model.predict_proba(TEXTS[:3]).max(1)
    assert np.allclose([f["probability"] for f in found["predictions"]], p, atol=6e-5)
    with urllib.request.urlopen(server.url + "/health", timeout=HANG) as reply:
        assert json.load(reply)["classes"] == ["heart", "skin"]


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        ("{", 400, "not JSON"),
        (b"\xff\xfe", 400, "not JSON"),
        ("[" * 1500, 400, "not JSON"),
        ("[]", 422, "and nothing else"),
        ('{"texts": ["rash"], "patient": "A. Lund"}', 422, "and nothing else"),
        ('{"texts": []}', 422, "1 to 3"),
        ('{"texts": ["a", "b", "c", "d"]}', 422, "1 to 3"),
        ('{"texts": ["rash", 5]}', 422, r"texts[1]"),
        ('{"texts": ["  "]}', 422, r"texts[0]"),
        (json.dumps({"texts": ["x" * 501]}), 422, "longer than 500"),
        ("x" * 2001, 413, "larger than 2000"),
    ],
    ids=list("abcdefghijk"),
)
def test_refusals(server, body, status, reason):
    found = post(server, body)
    assert found[0] == status
    assert reason in found[1]["error"]


def test_other_doors_are_closed(server):
    assert post(server, "{}", {"Content-Type": "text/plain"})[0] == 415
    assert post(server, "{}", path="/admin")[0] == 404
    assert post(server, None, path="/", method="GET")[0] == 404


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:1", "localhost", ""])
def test_a_web_page_with_a_name_of_its_own_gets_nothing(server, host):
    headers = {"Host": host, "Content-Type": "application/json"}
    found = post(server, json.dumps({"texts": ["rash"]}), headers)
    assert found == (403, {"error": "the Host is not this machine"})
    assert post(server, None, {"Host": host}, path="/health", method="GET")[0] == 403


def test_the_machine_may_be_called_localhost(server):
    port = server.url.rpartition(":")[2]
    assert post(server, None, {"Host": f"localhost:{port}"}, path="/health", method="GET")[0] == 200


def begin(server):
    """Send a request whose body does not come to its end."""
    host, port = server.url.removeprefix("http://").split(":")
    slow = socket.create_connection((host, int(port)), timeout=HANG)
    head = b"POST /predict HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: 50\r\n"
    slow.sendall(head + b"\r\n{")
    return slow


def test_while_a_slow_client_is_waited_for_others_are_served(server):
    with begin(server) as slow:
        assert post(server, '{"texts": ["rash"]}')[0] == 200
        slow.setblocking(False)
        with pytest.raises(BlockingIOError):  # no answer yet: it was waited for meanwhile
            slow.recv(1)


def test_a_slow_client_is_cut_off(model):
    with ClassifierServer(model, timeout=1) as hasty, begin(hasty) as slow:
        assert b" 408 " in slow.recv(1000)


def test_many_at_once_get_their_own_answers(server, model):
    expected, found = model.predict(TEXTS), {}

    def ask(i):
        reply = post(server, json.dumps({"texts": [TEXTS[i]]}))
        found[i] = reply[1]["predictions"][0]["label"]

    threads = [threading.Thread(target=ask, args=(i,)) for i in range(len(TEXTS))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[i] for i in range(len(TEXTS))] == expected


def test_it_abstains_and_hides_its_failures(model, monkeypatch):
    with ClassifierServer(model, abstain_below=1.0) as strict:
        assert post(strict, '{"texts": ["rash"]}')[1]["predictions"][0]["label"] is None
        monkeypatch.setattr(model, "predict_proba", lambda texts: 1 / 0)
        status, found = post(strict, '{"texts": ["rash of Mrs Lund"]}')
        assert status == 500
        assert found == {"error": "the model failed on this request"}


def test_a_port_in_use_is_told(server, model):
    port = int(server.url.rsplit(":", 1)[1])
    with pytest.raises(MedaiError, match="port=0 takes a free one"):
        ClassifierServer(model, port=port).__enter__()
