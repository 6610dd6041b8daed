"""Versions of the training rows: sizes, shares, controls; oversampling before the split."""

import numpy as np
import pytest

from medai.nn.augmentation import bit_by_bit, draw_bits, nearest_distance, training_sets
from medai.nn.gan import ConditionalWGANGP, fingerprint_critic, fingerprint_generator
from medai.runtime import MedaiError

pytestmark = pytest.mark.once

RNG = np.random.default_rng(0)
X = RNG.integers(0, 2, (60, 8)).astype("float32")
Y = (np.arange(60) < 12).astype(int)


@pytest.fixture(scope="module")
def sets():
    gan = ConditionalWGANGP(fingerprint_generator(8, width=4), fingerprint_critic(8, width=4))
    return training_sets(X, Y, gan, seed=3)


def test_bits_are_drawn_with_their_probability():
    p = np.tile([0.0, 0.3, 1.0], (20_000, 1))
    drawn = draw_bits(p, seed=1)
    assert set(np.unique(drawn)) == {0, 1}
    # three standard errors of a share at n = 20,000 are 0.01
    np.testing.assert_allclose(drawn.mean(axis=0), [0, 0.3, 1], atol=0.01)
    np.testing.assert_array_equal(drawn, draw_bits(p, seed=1))


def test_bit_by_bit_keeps_the_shares_and_breaks_the_ties():
    twins = np.repeat([[0, 0], [1, 1]], 50, axis=0)  # two bits that always agree
    made = bit_by_bit(twins, 20_000, seed=1)
    np.testing.assert_allclose(made.mean(axis=0), [0.5, 0.5], atol=0.011)
    # independent halves agree half the time
    np.testing.assert_allclose((made[:, 0] == made[:, 1]).mean(), 0.5, atol=0.011)


def test_every_version_has_the_sizes_it_claims(sets):
    assert list(sets) == [
        "real", "class weights", "SMOTE", "bit by bit", "real + GAN", "GAN only",
    ]  # fmt: skip
    for name, (x, y, weight) in sets.items():
        assert len(x) == len(y)
        assert weight == ("balanced" if name == "class weights" else None)
        rare = int(y.sum())
        assert (len(y), rare) == ((96, 48) if name in list(sets)[2:5] else (60, 12)), name
    for name in ("SMOTE", "bit by bit", "real + GAN"):
        np.testing.assert_array_equal(sets[name][0][:60], X)
        assert sets[name][1][60:].all()
    assert set(np.unique(sets["GAN only"][0])) <= {0, 1}


def test_smote_rows_lie_between_real_rare_ones(sets):
    made = sets["SMOTE"][0][60:]
    assert made.min() >= 0
    assert made.max() <= 1
    rare = X[Y == 1]
    a, b = rare[:, None, None], rare[None, :, None]  # each row lies on some segment a to b
    gap = np.linalg.norm(made - a, axis=-1) + np.linalg.norm(made - b, axis=-1)
    gap -= np.linalg.norm(a - b, axis=-1)
    np.testing.assert_allclose(gap.min(axis=(0, 1)), 0, atol=1e-5)


def test_what_cannot_be_filled_up_is_refused(sets):
    with pytest.raises(MedaiError, match="class 1 must be the rarer"):
        training_sets(X, 1 - Y, None)
    with pytest.raises(MedaiError, match="One class only"):
        training_sets(X, np.zeros(60, int), None)


def test_nearest_distance_by_hand():
    rows, others = np.array([[0.0, 0], [3, 4]]), np.array([[0.0, 0], [0, 4]])
    np.testing.assert_allclose(nearest_distance(rows, others), [0, 3])
    with pytest.raises(MedaiError, match="same width"):
        nearest_distance(rows, np.zeros((2, 3)))


def test_oversampling_before_the_split_finds_skill_in_noise():
    """The correction: labels are coins, so nothing can be learned and the AUC must be 0.5.

    SMOTE on training rows only keeps that.  SMOTE on all rows first puts a row's relatives
    on the other side, and a nearest-neighbour rule then recognises them.
    """
    from imblearn.over_sampling import SMOTE
    from sklearn.metrics import roc_auc_score
    from sklearn.neighbors import KNeighborsClassifier

    rng = np.random.default_rng(5)
    x, y = rng.normal(size=(600, 20)), (rng.random(600) < 0.1).astype(int)

    def auc(train_x, train_y, test_x, test_y):
        model = KNeighborsClassifier(5).fit(train_x, train_y)
        return roc_auc_score(test_y, model.predict_proba(test_x)[:, 1])

    more_x, more_y = SMOTE(random_state=0).fit_resample(x, y)
    half = rng.random(len(more_y)) < 0.5
    wrong = auc(more_x[half], more_y[half], more_x[~half], more_y[~half])
    right = auc(*SMOTE(random_state=0).fit_resample(x[:300], y[:300]), x[300:], y[300:])
    # the truth is 0.5; with about 30 rare test rows its standard error is about 0.055
    assert abs(right - 0.5) < 3 * 0.055
    # some 270 rows of each label are tested here: standard error 0.025, and 10 of them
    assert wrong > 0.5 + 10 * 0.025
