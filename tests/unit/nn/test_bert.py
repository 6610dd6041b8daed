"""The small BERT: equal to BERT of transformers; masks are drawn as the paper says."""

import keras
import numpy as np
import pytest
from keras import ops

from medai.nn.attention import TransformerBlock
from medai.nn.bert import BertEncoder, MaskedLanguageModel, mask_tokens
from medai.nn.pretrained import copy_bert, copy_bert_block
from medai.runtime import MedaiError

SIZES = {"vocabulary": 40, "context": 12, "width": 16, "depth": 2, "heads": 4, "hidden": 24}
PAD, CLS, MASK = 0, 1, 2
TOKENS = {"mask": MASK, "vocabulary": 40, "special": [PAD, CLS]}


def number(x):
    return ops.convert_to_numpy(x)


@pytest.fixture(scope="module")
def bert():
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    torch.set_num_threads(1)
    torch.manual_seed(0)
    config = transformers.BertConfig(
        vocab_size=40, max_position_embeddings=12, hidden_size=16, num_hidden_layers=2,
        num_attention_heads=4, intermediate_size=24, initializer_range=0.3,
        hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    model = transformers.BertModel(config, add_pooling_layer=False).eval()
    with torch.no_grad():
        for p in model.parameters():
            p.add_(torch.randn_like(p) * 0.1)
    return model


def state_of(model):
    return {name: x.numpy() for name, x in model.state_dict().items()}


def test_vectors_equal_those_of_transformers(bert):
    import torch

    ids = np.random.default_rng(0).integers(3, 40, (3, 10))
    ids[0, 6:] = ids[1, 9:] = PAD
    segments = (np.arange(10) > 4).astype(int) * np.ones((3, 1), int)
    with torch.no_grad():
        wanted = bert(
            input_ids=torch.tensor(ids), attention_mask=torch.tensor(ids != PAD).long(),
            token_type_ids=torch.tensor(segments),
        ).last_hidden_state.numpy()  # fmt: skip
    ours = BertEncoder(**SIZES)
    copy_bert(ours, state_of(bert))
    found = number(ours(ops.convert_to_tensor(ids), ops.convert_to_tensor(segments)))
    np.testing.assert_allclose(found[ids != PAD], wanted[ids != PAD], atol=2e-5)
    mean = number(ours.mean(ops.convert_to_tensor(ids)))
    np.testing.assert_allclose(
        mean[0], number(ours(ops.convert_to_tensor(ids)))[0, :6].mean(0), atol=1e-5
    )


def test_one_block_equals_that_of_transformers(bert):
    import torch

    x = np.random.default_rng(1).normal(size=(2, 7, 16)).astype("float32")
    theirs = bert.encoder.layer[0]
    with torch.no_grad():
        wanted = theirs(torch.tensor(x))
    wanted = (wanted[0] if isinstance(wanted, tuple) else wanted).numpy()
    block = TransformerBlock(16, 4, "post", hidden=24, epsilon=1e-12)
    copy_bert_block(block, state_of(theirs))
    np.testing.assert_allclose(number(block(ops.convert_to_tensor(x))), wanted, atol=1e-5)


def test_padding_changes_nothing():
    keras.utils.set_random_seed(0)
    model = BertEncoder(**SIZES)
    short = np.array([[CLS, 7, 8]])
    long = np.array([[CLS, 7, 8, PAD, PAD]])
    np.testing.assert_allclose(number(model(long))[:, :3], number(model(short)), atol=1e-6)
    np.testing.assert_allclose(number(model.mean(long)), number(model.mean(short)), atol=1e-6)


def test_both_directions_count():
    keras.utils.set_random_seed(0)
    model = BertEncoder(**SIZES)
    a, b = (number(model(np.array([ids])))[0, 1] for ids in ([CLS, MASK, 7], [CLS, MASK, 8]))
    assert np.abs(a - b).max() > 1e-4


def test_hidden_positions_alone_give_the_same_logits():
    keras.utils.set_random_seed(0)
    model = MaskedLanguageModel(BertEncoder(**SIZES))
    ids = np.random.default_rng(0).integers(3, 40, (2, 9))
    at = np.array([[1, 4], [8, 2]], dtype="int32")
    everywhere, there = number(model(ids)), number(model((ids, at)))
    assert everywhere.shape == (2, 9, 40)
    np.testing.assert_allclose(there, everywhere[np.arange(2)[:, None], at], atol=1e-5)


@pytest.mark.once
def test_it_learns_which_word_is_missing():
    # sentences "CLS a b a": the hidden word follows from its neighbours
    keras.utils.set_random_seed(1)
    rng = np.random.default_rng(0)
    a = rng.integers(3, 13, 512)
    ids = np.stack([np.full(512, CLS), a, a + 20, a], axis=1)
    model = MaskedLanguageModel(BertEncoder(**{**SIZES, "width": 32, "hidden": 64}))
    hidden, at, targets, weights = mask_tokens(ids, rng, **TOKENS)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=keras.optimizers.Adam(0.01), loss=loss)
    model.fit((hidden, at), targets, sample_weight=weights, epochs=12, batch_size=64, verbose=0)
    answer = number(model(np.array([[CLS, 5, MASK, 5]])))[0, 2]
    assert answer.argmax() == 25


@pytest.mark.once
def test_masks_are_drawn_as_the_paper_says():
    rng = np.random.default_rng(0)
    ids = rng.integers(3, 40, (2000, 41))
    ids[:, 0] = CLS
    hidden, at, targets, weights = mask_tokens(ids, rng, **TOKENS)
    assert at.shape == (2000, 6)  # 15 % of 40, exactly
    assert weights.all()
    rows = np.arange(2000)[:, None]
    assert (targets == ids[rows, at]).all()
    assert (at != 0).all()
    untouched = np.ones_like(ids, bool)
    untouched[rows, at] = False
    assert (hidden[untouched] == ids[untouched]).all()
    new = hidden[rows, at]
    # 12,000 draws: the standard error of each share is below 0.004; four of them are allowed
    assert np.mean(new == MASK) == pytest.approx(0.8, abs=0.016)
    assert np.mean(new == targets) == pytest.approx(0.1 + 0.1 / 37, abs=0.012)
    assert not np.isin(new, [PAD, CLS]).any()


@pytest.mark.once
def test_short_texts_and_padding():
    ids = np.array([[CLS, 9, PAD, PAD], [CLS, PAD, PAD, PAD], [CLS, 5, 6, 7]])
    draw = np.random.default_rng(0)
    hidden, at, targets, weights = mask_tokens(ids, draw, **TOKENS)
    assert weights.sum(1).tolist() == [1, 0, 1]
    assert at[0, 0] == 1
    assert targets[0, 0] == 9
    assert (hidden[1] == ids[1]).all()


@pytest.mark.once
@pytest.mark.parametrize(
    ("ids", "options", "words"),
    [
        (np.array([1, 2, 3]), {}, "table"),
        (np.array([[1, 99]]), {}, "table"),
        (np.array([[3, 4]]), {"share": 1.0}, "share=1.0"),
        (np.array([[3, 4]]), {"special": list(range(40))}, "special"),
    ],
    ids=["row", "outside", "share", "all_special"],
)
def test_bad_input_is_refused(ids, options, words):
    with pytest.raises(MedaiError, match=words):
        mask_tokens(ids, np.random.default_rng(0), **(TOKENS | options))
