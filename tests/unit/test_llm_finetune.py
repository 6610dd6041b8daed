"""A classifier on a small BERT: training, resuming, saving, refusing."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from tiny_llm import LABELS, TEXTS, bert_folder

from medai.llm.finetune import (
    fine_tune_classifier,
    fit_temperature,
    length_batches,
    load_classifier,
    train,
)
from medai.llm.finetune.loop import NAME, warmup_decay
from medai.runtime import MedaiError


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    import torch

    torch.set_num_threads(1)
    return bert_folder(tmp_path_factory.mktemp("bert"))


@pytest.fixture
def tune(base):
    def run(texts=TEXTS, labels=LABELS, **changes):
        settings = {"base": base, "epochs": 3, "batch_size": 4, "learning_rate": 3e-3, "seed": 3}
        return fine_tune_classifier(texts, labels, **{**settings, **changes}, progress=False)

    return run


def same(a, b):
    import torch

    return all(torch.equal(x, b.state()[k]) for k, x in a.state().items())


def test_it_learns_and_answers_with_probabilities(tune):
    model = tune(epochs=20)
    p = model.predict_proba(TEXTS)
    assert model.classes == ["heart", "skin"]
    assert p.shape == (10, 2)
    assert np.allclose(p.sum(1), 1)
    assert model.predict(TEXTS) == LABELS
    assert model.predict(TEXTS, abstain_below=1.0) == [None] * 10
    assert np.allclose(model.predict_proba(TEXTS[:3]), p[:3], atol=1e-6)  # padding is no matter
    assert len(model.losses) == 60
    assert model.losses[-1] < model.losses[0]


def test_seed_decides_and_the_callers_random_state_is_left_alone(tune):
    import torch

    torch.manual_seed(7)
    expected = torch.rand(1)
    torch.manual_seed(7)
    one = tune()
    assert torch.rand(1) == expected
    assert same(one, tune())
    assert not same(one, tune(seed=4))


@pytest.mark.parametrize("layers", [0, 1])
def test_only_the_top_layers_train(tune, base, layers):
    import torch

    from medai.llm.finetune.folders import load_base

    before = load_base(base)[0].state_dict()
    after = tune(layers=layers).encoder.state_dict()
    changed = {k.split(".")[2] for k in before if not torch.equal(before[k], after[k])}
    assert changed == ({"1"} if layers else set())
    assert not [k for k in before if "embeddings" in k and not torch.equal(before[k], after[k])]


class Kill(Exception):
    pass


def test_killed_at_any_step_it_ends_with_the_same_weights(tune, tmp_path, monkeypatch):
    held = (TEXTS[:3], LABELS[:3])
    whole = tune(validation=held)
    for stop in (1, 4, 6):  # 3 steps an epoch
        folder = tmp_path / str(stop)
        kept = train.run

        def broken(parameters, groups, loss_of, steps, *, stop=stop, kept=kept, **more):
            def loss(step):
                if step == stop:
                    raise Kill
                return loss_of(step)

            return kept(parameters, groups, loss, steps, **more)

        settings = {"checkpoint": folder, "checkpoint_seconds": 0, "validation": held}
        monkeypatch.setattr(train, "run", broken)
        with pytest.raises(Kill):
            tune(**settings)
        monkeypatch.setattr(train, "run", kept)
        again = tune(**settings)
        assert same(whole, again)
        assert again.losses == whole.losses
        assert again.history == whole.history
        assert [h["epoch"] for h in again.history] == [1, 2, 3]
    monkeypatch.setattr(train, "length_batches", None)  # a finished one takes no step
    assert same(whole, tune(**settings))


@pytest.mark.once
def test_a_real_kill(base, tmp_path):
    code = (
        "import sys; sys.path[:0] = [sys.argv[1]]\n"
        "import torch; torch.set_num_threads(1)\n"
        "from tiny_llm import TEXTS, LABELS\n"
        "from medai.llm.finetune import fine_tune_classifier\n"
        "fine_tune_classifier(TEXTS, LABELS, base=sys.argv[2], epochs=6000, batch_size=4, seed=3,\n"
        "    learning_rate=1e-3, checkpoint=sys.argv[3], checkpoint_seconds=0, progress=False)\n"
    )
    here = str(Path(__file__).parent)
    folder = tmp_path / "run"
    process = subprocess.Popen([sys.executable, "-c", code, here, str(base), str(folder)])
    deadline = time.monotonic() + 300
    while not (folder / NAME).exists():
        assert process.poll() is None, "the training ended without a checkpoint"
        assert time.monotonic() < deadline, "the training never wrote a checkpoint"
        time.sleep(0.02)
    time.sleep(0.3)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    from safetensors import safe_open

    with safe_open(folder / NAME, framework="pt") as file:  # complete, whenever the kill came
        step = json.loads(file.metadata()["medai"])["notes"]["step"]
    assert 1 <= step < 18_000


def test_checkpoints_of_other_data_settings_or_damaged_are_refused(tune, tmp_path):
    folder = tmp_path / "run"
    tune(checkpoint=folder)
    with pytest.raises(MedaiError, match=r"another training: data was .*, is now"):
        tune(checkpoint=folder, labels=LABELS[::-1])
    with pytest.raises(MedaiError, match=r"another training: settings was .*3 epochs.*4 epochs"):
        tune(checkpoint=folder, epochs=4)
    path = folder / NAME
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(MedaiError, match=r"is damaged .*Delete it to start afresh"):
        tune(checkpoint=folder)


def test_temperature_makes_overconfident_probabilities_honest():
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(20_000, 3)) * 2
    p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    y = np.array([rng.choice(3, p=row) for row in p])
    # 3 times the logits that made y: T must be 3, within 5 standard errors of the fit (0.02)
    assert abs(fit_temperature(3 * logits, y) - 3) < 0.1


def test_calibration_changes_no_answer(tune):
    model = tune(epochs=10)
    before, order = model.predict(TEXTS), model.logits(TEXTS)
    wrong = [*LABELS[:8], "heart", "skin"]  # 8 of 10 right: less sure than before
    model.calibrate(TEXTS, wrong)
    assert model.predict(TEXTS) == before
    assert np.array_equal(order, model.logits(TEXTS))
    assert model.temperature > 1
    with pytest.raises(MedaiError, match=r"'lung' is not among the 2 classes"):
        model.calibrate(["chest pain"], ["lung"])


def test_saved_and_read_back_it_answers_the_same(tune, tmp_path):
    model = tune().calibrate(TEXTS, LABELS)
    folder = model.save(tmp_path / "model", metrics={"accuracy on 10 | texts": 0.87654})
    back = load_classifier(folder)
    assert np.array_equal(back.predict_proba(TEXTS), model.predict_proba(TEXTS))
    assert back.temperature == model.temperature
    assert back.classes == model.classes
    card = (folder / "README.md").read_text()
    for piece in ("training texts | 10", "heart, skin", "0.8765", "not medical advice", "licence"):
        assert piece in card
    kinds = {p.suffix for p in folder.iterdir()}
    assert kinds <= {".safetensors", ".json", ".md", ".txt"}
    assert not any(str(tmp_path) in p.read_text() for p in folder.glob("*.json"))
    model.save(folder)  # again: replaced
    assert "Nothing was measured" in (folder / "README.md").read_text()
    assert list(tmp_path.iterdir()) == [folder]  # nothing left beside it


def test_nothing_foreign_is_overwritten(tune, tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("years of work")
    with pytest.raises(MedaiError, match="nothing is written over it"):
        tune(epochs=1).save(tmp_path / "thesis")
    assert (tmp_path / "thesis" / "chapter.txt").read_text() == "years of work"


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda f: (f / "pytorch_model.bin").write_bytes(b"x"), "loading a pickle runs whatever"),
        (lambda f: (f / "model.safetensors").unlink(), "holds no model.safetensors"),
        (lambda f: (f / "config.json").write_text("{"), "cannot be read as a JSON object"),
        (lambda f: (f / "config.json").write_text('{"format": "x"}'), "this medai reads"),
        (
            lambda f: (f / "model.safetensors").write_bytes(b"0" * 999),
            "is not the file that was saved",
        ),
    ],
    ids=["pickle", "missing", "broken", "format", "weights"],
)
def test_what_load_refuses(tune, tmp_path, spoil, message):
    folder = tune(epochs=1).save(tmp_path / "model")
    spoil(folder)
    with pytest.raises(MedaiError, match=message):
        load_classifier(folder)


def test_no_such_folder(tmp_path):
    with pytest.raises(MedaiError, match="There is no folder"):
        load_classifier(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"texts": "rash"}, "one str where a list"),
        ({"texts": []}, "texts is empty"),
        ({"texts": [*TEXTS[:9], " "]}, r"texts\[9\] is empty"),
        ({"texts": [*TEXTS[:9], None]}, r"texts\[9\] is a NoneType"),
        ({"labels": LABELS[:9]}, "9 entries for 10 texts"),
        ({"labels": [*LABELS[:9], float("nan")]}, r"labels\[9\] is NaN"),
        ({"labels": ["skin"] * 10}, "at least two classes"),
        ({"epochs": 0}, "epochs=0"),
        ({"batch_size": 2.5}, "batch_size=2.5"),
        ({"learning_rate": float("nan")}, "learning_rate=nan"),
        ({"learning_rate": 0}, "learning_rate=0"),
        ({"layers": 3}, "layers=3"),
        ({"layers": "top"}, "'all' or how many"),
        ({"max_length": 65}, "at most 64"),
        ({"pooling": "max"}, "pooling='max'"),
        ({"class_weight": "even"}, "class_weight='even'"),
        ({"class_weight": {"skin": 1}}, r"differ in \['heart'\]"),
        ({"class_weight": {"skin": 1, "heart": 0}}, r"class_weight\['heart'\]=0"),
        ({"validation": (["cough"], ["lung"])}, "'lung' is not among"),
        ({"base": "/nowhere"}, "There is no folder /nowhere"),
    ],
    ids=lambda x: "-".join(x) if isinstance(x, dict) else "",
)
def test_bad_input_is_refused(tune, changes, message):
    with pytest.raises(MedaiError, match=message):
        tune(**changes)


def test_a_loss_that_explodes_is_told(tune):
    with pytest.raises(MedaiError, match="lower learning_rate"):
        tune(class_weight={"skin": 1e38, "heart": 1e38}, learning_rate=1.0, epochs=30)


def test_balanced_weights_are_scikit_learns():
    from sklearn.utils.class_weight import compute_class_weight

    from medai.llm.finetune.checks import weights_of_classes

    labels = ["a"] * 7 + ["b"] * 2 + ["c"]
    expected = compute_class_weight("balanced", classes=np.array(list("abc")), y=labels)
    assert np.allclose(weights_of_classes("balanced", list("abc"), labels), expected)


def test_batches_hold_every_row_once_and_like_lengths():
    lengths = np.random.default_rng(0).integers(1, 60, 1003)
    batches = length_batches(lengths, 8, seed=1, epoch=0)
    assert sorted(np.concatenate(batches)) == list(range(1003))
    assert len(batches) == 126
    again = length_batches(lengths, 8, seed=1, epoch=0)
    assert all(np.array_equal(a, b) for a, b in zip(batches, again, strict=True))
    other = length_batches(lengths, 8, seed=1, epoch=1)
    assert not all(np.array_equal(a, b) for a, b in zip(batches, other, strict=True))
    padded = sum(lengths[b].max() * len(b) for b in batches)
    assert padded < 1.2 * lengths.sum()  # unsorted, batches of 8 pad this to about 1.8


def test_warm_up_and_decay_by_hand():
    # 10 steps, 2 of them warm-up: 1/2, 1, then 8/8 down to 1/8
    found = [warmup_decay(step, 10, 0.2) for step in range(10)]
    assert np.allclose(found, [0.5, 1, 1, 7 / 8, 6 / 8, 5 / 8, 4 / 8, 3 / 8, 2 / 8, 1 / 8])


@pytest.mark.once
def test_the_real_minilm_learns_a_dozen_phrases():
    texts = ["chest pain", "palpitations", "slow heartbeat", "rapid pulse", "heart murmur"]
    texts += ["itchy rash", "dry skin", "blisters", "hives", "eczema on the hands"]
    labels = ["heart"] * 5 + ["skin"] * 5
    settings = {"epochs": 6, "batch_size": 5, "learning_rate": 2e-4, "layers": 2, "seed": 0}
    model = fine_tune_classifier(texts, labels, **settings, progress=False)
    assert model.predict(texts) == labels
    assert model.predict(["peeling skin", "irregular heart rhythm"]) == ["skin", "heart"]
    assert model.facts["base model"] == "all-MiniLM-L6-v2"
