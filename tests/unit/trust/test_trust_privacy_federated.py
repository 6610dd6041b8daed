"""Federated averaging by hand and by Flower, and attacks on membership."""

import numpy as np
import pytest

from medai.datasets.hospitals import HOSPITALS, RARE, hospital_patients, together
from medai.metrics import roc_auc
from medai.runtime.errors import MedaiError
from medai.trust.privacy.federated import average, descend, federate, federate_flower
from medai.trust.privacy.membership import calibrated, log_loss_each, loss_attack, tpr_at


def test_average_by_hand():
    one, two = [np.array([[1.0, 2.0]]), np.array([0.0])], [np.array([[5.0, 6.0]]), np.array([3.0])]
    # 300 and 100 patients: three quarters and one quarter
    mean = average([one, two], [300, 100])
    assert mean[0] == pytest.approx(np.array([[2.0, 3.0]]))
    assert mean[1] == pytest.approx(np.array([0.75]))


def test_one_step_a_round_is_gradient_descent_on_the_pool():
    """FedAvg with one local step averages gradients, weighted by patients: the pooled step."""
    parts = [
        hospital_patients(name, n) for name, n in zip(HOSPITALS, (80, 40, 20, 10), strict=True)
    ]
    pool, sizes = together(*parts), [80, 40, 20, 10]
    start = np.zeros(pool.x.shape[1] + 1)

    def train(w, client, turn):
        return [descend(w[0], parts[client].x, parts[client].y, 1)]

    (w,) = federate([start], sizes, train, 15)
    assert w == pytest.approx(descend(start, pool.x, pool.y, 15), abs=1e-12)
    # several local steps are not the same any more
    (far,) = federate([start], sizes, lambda w, c, t: [descend(w[0], parts[c].x, parts[c].y, 5)], 3)
    assert np.abs(far - w).max() > 1e-3


def test_flower_averages_as_we_do():
    pytest.importorskip("flwr")
    rounds_seen = []

    def train(w, client, turn):
        rounds_seen.append((client, turn))
        return [part * 0.9 + client + turn for part in w]

    start, sizes = [np.ones((2, 3)), np.zeros(2)], [7, 1, 12]
    by_hand = federate(start, sizes, train, 3)
    wanted = sorted(rounds_seen)
    rounds_seen.clear()
    by_flower = federate_flower(start, sizes, train, 3)
    assert sorted(rounds_seen) == wanted
    for one, other in zip(by_hand, by_flower, strict=True):
        assert one == pytest.approx(other, abs=1e-12)


def test_a_client_that_fails_is_not_left_out_in_silence():
    pytest.importorskip("flwr")

    def train(w, client, turn):
        if client == 1:
            raise MedaiError("the disk of hospital 1 is full: free some space.")
        return w

    with pytest.raises(MedaiError, match="hospital 1 is full"):
        federate_flower([np.zeros(2)], [3, 4], train, 1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: average([], []), "one size a client"),
        (lambda: average([[np.zeros(2)]], [0]), "at least 1"),
        (lambda: average([[np.zeros(2)], [np.zeros(3)]], [1, 1]), "different shapes"),
        (lambda: federate([np.zeros(1)], [1], lambda *a: a[0], 0), "rounds=0"),
        (lambda: federate_flower([np.zeros(1)], [1], lambda *a: a[0], 1), "at least two clients"),
    ],
)
def test_what_is_refused(call, message):
    with pytest.raises(MedaiError, match=message):
        call()


# -- membership ----------------------------------------------------------------------------------


def test_attack_by_hand():
    members, others = np.array([0.1, 0.2, 0.9, 1.0]), np.array([0.15, 0.5, 0.8, 1.1])
    # pairs in which the member's loss is smaller: 4 + 3 + 1 + 1 of 16
    found = loss_attack(members, others, fpr=0.25, n_boot=50)
    assert found.auc == pytest.approx(9 / 16)
    # one false alarm of four allowed: below 0.5, which is two members of four
    assert found.tpr == 0.5
    assert tpr_at(members, others, 0.01) == 0.25  # nobody below 0.15 but the first


def test_attack_knows_nothing_where_nothing_is_to_know():
    rng = np.random.default_rng(0)
    found = loss_attack(rng.exponential(size=2000), rng.exponential(size=2000), n_boot=200)
    assert found.auc_low < 0.5 < found.auc_high
    assert found.tpr_low < 0.01 < found.tpr_high


def test_calibration_takes_off_what_is_easy_for_everybody():
    """Losses of ease + a small gain for members: hidden in the loss, plain after calibration."""
    rng = np.random.default_rng(1)
    ease = rng.exponential(5, size=4000)
    reference = ease + rng.normal(0, 0.1, (20, 4000))
    loss = ease + rng.normal(0, 0.1, 4000) - 0.5 * (np.arange(4000) < 2000)
    plain = loss_attack(loss[:2000], loss[2000:], n_boot=50)
    sharp = calibrated(loss, reference)
    better = loss_attack(sharp[:2000], sharp[2000:], n_boot=50)
    assert plain.auc < 0.6
    # difference of means 0.5, standard deviation 0.1 * sqrt(1 + 1/20): AUC is all but 1
    assert better.auc > 0.99
    assert better.tpr > 0.9
    with pytest.raises(MedaiError, match="one row a model"):
        calibrated(loss, reference[:, :5])


def test_log_loss_agrees_with_the_plain_formula_and_does_not_overflow():
    y, logit = np.array([0, 1, 1]), np.array([-0.3, 2.0, -1.0])
    p = 1 / (1 + np.exp(-logit))
    assert log_loss_each(y, logit) == pytest.approx(-np.log(np.where(y == 1, p, 1 - p)))
    assert log_loss_each([0], [1000.0]) == pytest.approx([1000.0])


def test_membership_refuses():
    with pytest.raises(MedaiError, match="at least two"):
        loss_attack([1.0], [1.0, 2.0])
    with pytest.raises(MedaiError, match="not finite"):
        loss_attack([1.0, np.inf], [1.0, 2.0])
    with pytest.raises(MedaiError, match="fpr=0"):
        tpr_at([1.0], [1.0], 0)


# -- the hospitals ---------------------------------------------------------------------------------


def test_hospitals_are_what_their_description_says():
    north, west = (hospital_patients(name, 6000, part="test") for name in ("North", "West"))
    assert abs(north.rare.mean() - RARE) < 4 * np.sqrt(RARE * (1 - RARE) / 6000)
    marker = 2  # runs the other way at West
    assert roc_auc(north.y, north.x[:, marker]) > 0.6
    assert roc_auc(west.y, west.x[:, marker]) < 0.4
    second = 3  # runs the other way in the rare group
    assert roc_auc(north.y[north.rare], north.x[north.rare, second]) < 0.45
    assert roc_auc(north.y[~north.rare], north.x[~north.rare, second]) > 0.6
    assert (hospital_patients("East").x == hospital_patients("East").x).all()
    assert list(north.table().columns[-3:]) == ["rare", "hospital", "outcome"]
    assert len(north.take(north.rare)) == north.rare.sum()


def test_hospitals_refuse():
    with pytest.raises(MedaiError, match="'North'"):
        hospital_patients("Centre")
    with pytest.raises(MedaiError, match="n=1"):
        hospital_patients("East", 1)
    with pytest.raises(MedaiError, match="part"):
        hospital_patients("East", part="valid")
    with pytest.raises(MedaiError, match="no patients"):
        together()
