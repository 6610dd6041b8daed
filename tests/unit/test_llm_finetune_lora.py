"""LoRA: equal to peft, the base untouched, resumable, saved without pickles."""

import hashlib

import numpy as np
import pytest
from tiny_llm import llama, tokenizer

from medai.llm.finetune import load_lora, lora, lora_size, lora_tune, lora_weight
from medai.llm.finetune.loop import NAME
from medai.llm.finetune.tokens import token_logprobs
from medai.metrics import perplexity
from medai.runtime import MedaiError

TEXTS = ["the potassium is low", "the sodium is low", "the potassium is high", "the skin is dry"]


def digest(model):
    found = hashlib.sha256()
    for name, p in sorted(model.named_parameters()):
        found.update(name.encode() + p.detach().numpy().tobytes())
    return found.hexdigest()


def tune(model, texts=TEXTS, **changes):
    settings = {
        "tokenizer": tokenizer(),
        "steps": 6,
        "batch_size": 2,
        "learning_rate": 0.02,
        "seed": 2,
    }
    settings |= {"dropout": 0.1, "progress": False}
    return lora_tune(model, texts, **{**settings, **changes})


def adapter(tuned):
    return {n: p.detach().clone() for n, p in tuned.model.named_parameters() if "lora_" in n}


def same(a, b):
    return a.keys() == b.keys() and all(bool((a[k] == b[k]).all()) for k in a)


def test_lora_by_hand():
    # W = 0, A reads the second of three inputs, B writes 5 to the first of two outputs; r = 1
    a, b = np.array([[0.0, 1.0, 0.0]]), np.array([[5.0], [0.0]])
    assert np.array_equal(lora_weight(np.zeros((2, 3)), a, b, alpha=2), [[0, 10, 0], [0, 0, 0]])
    with pytest.raises(MedaiError, match=r"must be \(out, in\)"):
        lora_weight(np.zeros((2, 3)), b, a, alpha=2)
    assert lora_size([(576, 576), (192, 576)], rank=8) == 8 * (1152 + 768)


def test_from_scratch_equals_peft_on_a_linear_layer():
    import torch
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Linear(12, 7))
    config = LoraConfig(r=3, lora_alpha=16, target_modules=["0"], init_lora_weights=False)
    tuned = get_peft_model(net, config)
    layer = tuned.base_model.model[0]
    a, b = layer.lora_A["default"].weight, layer.lora_B["default"].weight
    x = torch.randn(5, 12)
    weight = lora_weight(layer.base_layer.weight, a, b, alpha=16)
    mine = torch.nn.functional.linear(x, weight, layer.base_layer.bias)
    assert torch.allclose(mine, tuned(x), atol=1e-5)
    assert not torch.allclose(mine, layer.base_layer(x), atol=1e-2)
    assert lora_size([(7, 12)], 3) == a.numel() + b.numel()


def test_it_learns_and_the_base_stays_as_it_was():
    model = llama()
    before, words = digest(model), tokenizer()
    base = perplexity(token_logprobs(model, words, TEXTS))
    tuned = tune(model, steps=60)
    assert perplexity(tuned.logprobs(TEXTS)) < base
    assert np.mean(tuned.losses[-4:]) < np.mean(tuned.losses[:4])
    with tuned.disabled():
        assert np.isclose(perplexity(tuned.logprobs(TEXTS)), base, rtol=1e-6)
    # q: 32 x 32, v: 16 x 32 (two key-value heads of 8), two layers
    assert tuned.trainable == 2 * lora_size([(32, 32), (16, 32)], 8)
    assert tuned.total == sum(p.numel() for p in model.parameters()) - tuned.trainable
    merged = tuned.merge()
    one, two = token_logprobs(merged, words, TEXTS), tuned.logprobs(TEXTS)
    assert all(np.allclose(a, b, atol=1e-5) for a, b in zip(one, two, strict=True))
    assert not any("lora_" in name for name, _ in merged.named_parameters())
    plain = tuned.remove()
    assert digest(plain) == before
    assert plain is model


def test_only_the_answer_counts():
    from medai.llm.finetune.tokens import padded, token_rows

    words = tokenizer()
    rows = token_rows(words, [("the potassium is", "low"), "the skin"], 64)
    _ids, mask, target = padded(rows, 0, "cpu")
    low, end, skin = (words.convert_tokens_to_ids(w) for w in ("low", "</s>", "skin"))
    assert target.tolist() == [[-100, -100, -100, low, end], [-100, skin, end, -100, -100]]
    assert mask.sum(1).tolist() == [5, 3]
    model = llama()
    both = token_logprobs(model, words, [("the potassium is", "low"), "the potassium is low"])
    assert np.allclose(both[0], both[1][-2:], atol=1e-6)


def test_log_probabilities_are_the_models_loss():
    import torch

    model, words = llama(), tokenizer()
    ids = torch.tensor([words("the skin is dry")["input_ids"] + [words.eos_token_id]])
    loss = model(input_ids=ids, labels=ids).loss.item()
    found = token_logprobs(model, words, ["the skin is dry", "itch", "the potassium is low"])
    assert np.isclose(-found[0].mean(), loss, atol=1e-5)
    assert [len(x) for x in found] == [4, 1, 4]


class Kill(Exception):
    pass


def test_killed_it_ends_with_the_same_adapter(tmp_path, monkeypatch):
    whole = adapter(tune(llama()))
    kept = lora.run

    def broken(parameters, groups, loss_of, steps, **more):
        def loss(step):
            if step == 3:
                raise Kill
            return loss_of(step)

        return kept(parameters, groups, loss, steps, **more)

    monkeypatch.setattr(lora, "run", broken)
    model, settings = llama(), {"checkpoint": tmp_path, "checkpoint_seconds": 0}
    before = digest(model)
    with pytest.raises(Kill):
        tune(model, **settings)
    assert digest(model) == before  # and free of the adapter: it can be tuned again
    monkeypatch.setattr(lora, "run", kept)
    again = tune(model, **settings)
    assert same(whole, adapter(again))
    assert len(again.losses) == 6
    with pytest.raises(MedaiError, match="another training: data was"):
        tune(llama(), TEXTS[:3], **settings)
    with pytest.raises(MedaiError, match="another training: base model was"):
        tune(llama(seed=2), **settings)
    with pytest.raises(MedaiError, match=r"settings was rank 8.* is now rank 4"):
        tune(llama(), rank=4, **settings)
    (tmp_path / NAME).write_bytes(b"")
    with pytest.raises(MedaiError, match="is damaged"):
        tune(llama(), **settings)


def test_saved_and_read_back(tmp_path):
    tuned = tune(llama())
    folder = tuned.save(tmp_path / "adapter", metrics={"perplexity": 12.5})
    expected = tuned.logprobs(TEXTS)
    back = load_lora(llama(), folder, tokenizer=tokenizer())
    assert all(np.allclose(a, b) for a, b in zip(expected, back.logprobs(TEXTS), strict=True))
    assert (folder / "adapter_model.safetensors").stat().st_size < 60_000  # not the base model
    card = (folder / "README.md").read_text()
    assert "perplexity | 12.5" in card
    assert "training texts | 4" in card
    assert "rank 8" in card
    with pytest.raises(MedaiError, match="another base model"):
        load_lora(llama(seed=2), folder, tokenizer=tokenizer())
    with pytest.raises(MedaiError, match="has an adapter already"):
        tune(tuned.model)
    (folder / "adapter_model.bin").write_bytes(b"x")
    with pytest.raises(MedaiError, match="loading a pickle runs whatever"):
        load_lora(llama(), folder, tokenizer=tokenizer())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"texts": "low"}, "one str where a list"),
        ({"texts": []}, "texts is empty"),
        ({"texts": [("the skin is", "")]}, r"texts\[1\] is empty"),
        ({"texts": [("the skin is", "dry")], "max_length": 3}, "nothing is left to predict"),
        ({"steps": 0}, "steps=0"),
        ({"rank": 0}, "rank=0"),
        ({"alpha": -1}, "alpha=-1"),
        ({"targets": ["nothing"]}, r"targets=\['nothing'\] do not fit"),
        ({"tokenizer": None}, "needs tokenizer="),
    ],
    ids=lambda x: "-".join(x) if isinstance(x, dict) else "",
)
def test_bad_input_is_refused(changes, message):
    with pytest.raises(MedaiError, match=message):
        tune(llama(), **changes)


def test_a_server_cannot_be_tuned():
    class Remote:
        pass

    with pytest.raises(MedaiError, match="a Remote cannot be trained here"):
        tune(Remote())
