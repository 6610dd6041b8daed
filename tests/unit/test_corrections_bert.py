"""BERT with a new head knows no disease: its answer is a coin, thrown when the head was made."""

import numpy as np
import pytest
from scipy.stats import binom

HEADS = 400


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A tiny BERT on the disk, as any encoder is published: without a head for our task."""
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    torch.set_num_threads(1)
    torch.manual_seed(0)
    config = transformers.BertConfig(
        vocab_size=40, max_position_embeddings=12, hidden_size=16, num_hidden_layers=2,
        num_attention_heads=4, intermediate_size=24, initializer_range=0.5,
    )  # fmt: skip
    path = tmp_path_factory.mktemp("bert")
    transformers.BertModel(config).save_pretrained(path)
    return path


def with_new_head(folder, seed):
    import torch
    from transformers import AutoModelForSequenceClassification
    from transformers.utils import logging

    torch.manual_seed(seed)
    level = logging.get_verbosity()
    logging.set_verbosity_error()
    try:
        model, info = AutoModelForSequenceClassification.from_pretrained(
            folder, num_labels=2, output_loading_info=True, local_files_only=True
        )
    finally:
        logging.set_verbosity(level)
    return model.eval(), info


def answers(model, ids):
    """1 where the model says "ill"."""
    import torch

    with torch.inference_mode():
        return model(torch.tensor(ids)).logits.numpy().argmax(1)


@pytest.fixture(scope="module")
def texts():
    """Half the texts hold token 5, "ill"; half token 6, "well"; the last token is noise."""
    rng = np.random.default_rng(0)
    y = np.arange(200) % 2
    ids = rng.integers(7, 40, (200, 8))
    ids[:, 0] = 1  # every text begins alike, with [CLS]
    ids[:, 1:7] = np.where(y, 5, 6)[:, None]
    return ids, y


def test_the_head_is_made_while_loading_and_depends_on_the_seed(folder):
    (a, info), (b, _) = with_new_head(folder, 1), with_new_head(folder, 2)
    assert set(info["missing_keys"]) == {"classifier.weight", "classifier.bias"}
    assert not a.classifier.bias.any()  # it begins at 0: no class is preferred
    for name, tensor in a.state_dict().items():
        same = bool((tensor == b.state_dict()[name]).all())
        assert same == (name != "classifier.weight")


def test_a_head_and_its_mirror_image_share_the_right_answers(folder, texts):
    # w and -w are drawn equally often, so the expected accuracy is exactly one half
    import torch

    ids, y = texts
    model, _ = with_new_head(folder, 3)
    before = answers(model, ids)
    with torch.no_grad():
        model.classifier.weight.neg_()
    after = answers(model, ids)
    assert (before != after).all()
    assert np.mean(before == y) + np.mean(after == y) == pytest.approx(1)


def test_many_heads_are_a_coin_on_texts_that_a_trained_head_tells_apart(folder, texts):
    import torch
    from sklearn.linear_model import LogisticRegression

    ids, y = texts
    model, _ = with_new_head(folder, 0)
    with torch.inference_mode():
        pooled = model.bert(torch.tensor(ids)).pooler_output.numpy()  # (200, 16)
    head = LogisticRegression(C=1e6, max_iter=5000).fit(pooled, y)
    assert head.score(pooled, y) == 1  # a head without error exists
    rng = np.random.default_rng(1)
    heads = rng.normal(0, 0.02, (HEADS, 2, 16))  # as transformers draws them, bias 0
    said = np.einsum("nd,hkd->hnk", pooled, heads).argmax(2)
    accuracy = (said == y).mean(1)
    better, worse = (accuracy > 0.5).sum(), (accuracy < 0.5).sum()
    # heads better than one half: binomial(n, 1/2); the test fails by chance once in 10,000
    low, high = binom.interval(0.9999, better + worse, 0.5)
    assert low <= better <= high
    assert accuracy.std() > 0.05  # it is the head that decides
