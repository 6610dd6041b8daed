"""Faults in the data are named before any training starts."""

import numpy as np
import pytest

from medai.nn.training.checks import check_training_data
from medai.nn.training.weights import class_weights
from medai.runtime import MedaiError

pytestmark = pytest.mark.once
X = np.arange(24, dtype="float32").reshape(6, 2, 2)
Y = np.array([0, 1, 0, 1, 2, 2])


def broken(value, where=(3, 1, 0)):
    x = X.copy()
    x[where] = value
    return x


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x": broken(np.nan)}, r"1 NaN and 0 infinite values in 1 of 6 rows.*x\[3, 1, 0\]"),
        ({"x": broken(np.inf, 4)}, r"0 NaN and 4 infinite values in 1 of 6 rows.*x\[4, 0, 0\]"),
        ({"y": np.array([0, 1, 2, 3, 1, 9])}, "2 labels lie outside the classes 0 to 2: row 3"),
        ({"y": np.array([0, 1, 0.5, 1, 2, 2])}, "row 2 has label 0.5"),
        ({"y": np.array([0, -1, 0, 1, 2, 2])}, "row 1 has label -1"),
        ({"y": np.ones(6)}, "One class only: all 6 labels are 1"),
        ({"y": np.eye(3)[[0] * 6]}, "One class only"),
        ({"y": np.ones((6, 3))}, "Row 0 of y"),
        ({"y": np.zeros((6, 4))}, r"y has shape \(6, 4\)"),
        ({"y": Y[:4]}, "lengths differ: x has 6, y has 4"),
        ({"x": X[:0], "y": Y[:0]}, "no row"),
        ({"x": X.astype(object)}, "object values"),
        ({"input_shape": (2, 2, 1)}, r"shape \(2, 2\), the model takes \(2, 2, 1\). Add the chan"),
        ({"input_shape": (2, 3)}, r"takes \(2, 3\)"),
        ({"patients": [1, 2]}, "patients has 2"),
        ({"patients": [1, 1, 1, 2, 2, 2], "n_folds": 3}, "3 folds and 2 patients"),
        ({"n_folds": 7}, "7 folds and 6 rows"),
        ({"x": {"image": X, "age": np.full(6, np.nan)}}, r"x\['age'\] holds 6 NaN"),
        ({"x": [X, X[:3]]}, r"x\[0\] has 6, x\[1\] has 3"),
    ],
)
def test_faults_are_named(change, message):
    arguments = {"x": X, "y": Y, "n_classes": 3, **change}
    x, y = arguments.pop("x"), arguments.pop("y")
    with pytest.raises(MedaiError, match=message):
        check_training_data(x, y, **arguments)


def test_good_data_pass_in_every_form():
    check_training_data(X, Y, n_classes=3, input_shape=(None, 2), patients=Y, n_folds=3)
    check_training_data(X, np.eye(3)[Y], n_classes=3)
    check_training_data(X.tolist(), Y[:, None], n_classes=3)
    check_training_data([X, X], Y)
    check_training_data(X, X)  # an autoencoder: no classes
    check_training_data(np.full((2, 3), 3e38, "float32"), [0, 1])  # the sum overflows, data do not


def test_class_weights_are_scikit_learns():
    from sklearn.utils.class_weight import compute_class_weight

    y = np.array([0] * 7 + [1] * 2 + [4])
    expected = compute_class_weight("balanced", classes=np.array([0, 1, 4]), y=y)
    found = class_weights(y)
    assert list(found) == [0, 1, 4]
    np.testing.assert_allclose(list(found.values()), expected, rtol=1e-12)
    assert sum(found[int(label)] for label in y) == pytest.approx(len(y))
    with pytest.raises(MedaiError, match="All 3 labels are 1"):
        class_weights([1, 1, 1])
    with pytest.raises(MedaiError, match="whole-number"):
        class_weights([0.5, 1])
