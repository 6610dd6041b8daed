"""Sentence vectors equal those of sentence-transformers."""

import numpy as np
import pytest

import medai.llm
from medai.runtime import MedaiError

pytestmark = pytest.mark.once
TEXTS = [
    "Chest pain on exertion.",
    "Pain",
    "A man of 54 with a swollen, red big toe and a high uric acid, treated with colchicine.",
    "fièvre, 38,5 °C",
    "no fever",
]


def test_equal_to_sentence_transformers():
    from sentence_transformers import SentenceTransformer

    theirs = SentenceTransformer(
        str(medai.llm.minilm_folder()), device="cpu", local_files_only=True
    )
    long = "The patient reports pain in the left knee. " * 60
    with pytest.warns(UserWarning, match="1 of 6 texts have more than 256 word pieces"):
        ours = medai.llm.embed([*TEXTS, long], batch_size=2)
    expected = theirs.encode([*TEXTS, long], normalize_embeddings=True, show_progress_bar=False)
    assert (ours.shape, ours.dtype) == ((6, 384), np.float32)
    np.testing.assert_allclose(ours, expected, atol=1e-5)


def test_unit_length_and_the_batch_does_not_matter():
    a, b = medai.llm.embed(TEXTS), medai.llm.embed(TEXTS[::-1], batch_size=1)[::-1]
    np.testing.assert_allclose(np.linalg.norm(a, axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(a, b, atol=1e-5)


def test_near_in_meaning_is_near_in_space():
    a, near, far = medai.llm.embed(["nosebleed", "bleeding from the nose", "flat feet"])
    assert a @ near > a @ far


@pytest.mark.parametrize("texts", ["one text", [], [""], [None]])
def test_bad_texts(texts):
    with pytest.raises(MedaiError):
        medai.llm.embed(texts)


@pytest.mark.parametrize("size", [0, 2.5, True])
def test_bad_batches(size):
    with pytest.raises(MedaiError, match="batch_size"):
        medai.llm.embed(["x"], batch_size=size)
