"""Conditional Wasserstein GAN with gradient penalty (WGAN-GP), for fingerprints or images.

The critic gives a score instead of a verdict.  It is trained to score real rows higher than
synthetic ones, while a penalty keeps its slope near 1, so that the gap it finds estimates a
distance between the two distributions (Gulrajani 2017).  Both networks are told the class.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import layers, ops

from medai.nn._game import (
    adam,
    check_counts,
    checked_data,
    history,
    number,
    tensor,
    without_side_effects,
)
from medai.nn.gradients import compiled, input_gradients, value_and_gradients
from medai.nn.training.checks import check_training_data
from medai.runtime import MedaiError

if TYPE_CHECKING:
    import pandas as pd

Tensor = Any  # a tensor of the backend in use


def gradient_penalty(score: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """Return the mean of (‖∇ score(x)‖ − 1)² over the rows of `x`.

    Parameters
    ----------
    score : callable
        Maps (B, ...) to one number a row, (B,) or (B, 1).  No batch normalisation: the
        penalty is on the slope of each row by itself.
    x : tensor
        Where the slope is measured, shape (B, ...).

    Returns
    -------
    tensor
        Scalar; for ``score(x) = w·x`` it is (‖w‖ − 1)² whatever `x` is.

    Notes
    -----
    Equation 3 of Gulrajani et al. 2017, arXiv:1704.00028.  The norm is taken as
    √(Σ² + 1e-12), which has a gradient at zero too.
    """
    slopes = input_gradients(score, x)
    squares = ops.sum(ops.reshape(slopes, (ops.shape(slopes)[0], -1)) ** 2, axis=1)
    return ops.mean((ops.sqrt(squares + 1e-12) - 1) ** 2)


def fingerprint_generator(
    n_bits: int, n_classes: int = 2, latent: int = 32, width: int = 128
) -> keras.Model:
    """Return a dense network from noise and a one-hot class to `n_bits` numbers in [0, 1].

    Returns
    -------
    keras.Model
        Maps [(B, latent), (B, n_classes)] to (B, n_bits).
    """
    noise = keras.Input((latent,), name="noise")
    condition = keras.Input((n_classes,), name="class")
    x = layers.Concatenate()([noise, condition])
    for _ in range(2):
        x = layers.Dense(width, use_bias=False)(x)
        x = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))
    x = layers.Dense(n_bits, activation="sigmoid")(x)
    return keras.Model([noise, condition], x, name="fingerprint_generator")


def fingerprint_critic(n_bits: int, n_classes: int = 2, width: int = 128) -> keras.Model:
    """Return a dense network from a row and its one-hot class to one score.

    Returns
    -------
    keras.Model
        Maps [(B, n_bits), (B, n_classes)] to (B, 1).
    """
    row = keras.Input((n_bits,), name="row")
    condition = keras.Input((n_classes,), name="class")
    x = layers.Concatenate()([row, condition])
    for _ in range(2):
        x = layers.LeakyReLU(negative_slope=0.2)(layers.Dense(width)(x))
    return keras.Model([row, condition], layers.Dense(1)(x), name="fingerprint_critic")


class ConditionalWGANGP:
    """A generator and a critic, an optimizer each, several critic steps to one of the generator.

    Parameters
    ----------
    generator : keras.Model
        [noise (B, latent), one-hot class (B, n_classes)] to rows (B, ...).
    critic : keras.Model
        [rows (B, ...), one-hot class (B, n_classes)] to scores (B, 1).  Without batch
        normalisation (the penalty is per row) and without dropout.
    penalty : float
        Weight λ of the gradient penalty; 10 in the paper.
    critic_steps : int
        Critic steps to one of the generator; 5 in the paper.
    learning_rate : float
        Of both Adam optimizers; β₁ = 0 and β₂ = 0.9 as in the paper, whose rate is 1e-4.

    Attributes
    ----------
    generator, critic : keras.Model
    generator_optimizer, critic_optimizer : keras.optimizers.Adam
    latent, n_classes : int

    Raises
    ------
    MedaiError
        When the two networks do not fit, or the critic is normalised over the batch.

    Notes
    -----
    Algorithm 1 of Gulrajani et al. 2017, arXiv:1704.00028, with a class given to both.
    """

    def __init__(
        self,
        generator: keras.Model,
        critic: keras.Model,
        penalty: float = 10.0,
        critic_steps: int = 5,
        learning_rate: float = 1e-4,
    ) -> None:
        _check_networks(generator, critic)
        if penalty < 0 or critic_steps < 1:
            raise MedaiError(f"penalty={penalty}, critic_steps={critic_steps}: >= 0 and >= 1.")
        self.generator, self.critic = generator, critic
        self.penalty, self.critic_steps = penalty, critic_steps
        self.latent = int(generator.input_shape[0][-1])
        self.n_classes = int(generator.input_shape[1][-1])
        self.generator_optimizer = adam(generator, learning_rate, 0.0, 0.9)
        self.critic_optimizer = adam(critic, learning_rate, 0.0, 0.9)
        self._critic_step = compiled(self._train_critic)
        self._generator_step = compiled(self._train_generator)

    def _train_critic(self, real: Tensor, classes: Tensor, noise: Tensor, mix: Tensor) -> Tensor:
        fake = without_side_effects(lambda: self.generator([noise, classes], training=True))
        between = mix * real + (1 - mix) * fake

        def loss() -> Tensor:
            gap = ops.mean(self.critic([fake, classes])) - ops.mean(self.critic([real, classes]))
            slope = gradient_penalty(lambda x: self.critic([x, classes]), between)
            return gap + self.penalty * slope

        variables = self.critic.trainable_variables
        value, gradients = value_and_gradients(loss, variables)
        self.critic_optimizer.apply(gradients, variables)
        return value

    def _train_generator(self, noise: Tensor, classes: Tensor) -> Tensor:
        variables = self.generator.trainable_variables
        value, gradients = value_and_gradients(
            lambda: (
                -ops.mean(self.critic([self.generator([noise, classes], training=True), classes]))
            ),
            variables,
            state=self.generator.non_trainable_variables,
        )
        self.generator_optimizer.apply(gradients, variables)
        return value

    def critic_step(
        self, real: np.ndarray, classes: np.ndarray, noise: np.ndarray, mix: np.ndarray
    ) -> float:
        """Change the critic, and nothing else, by one step; return its loss before.

        Parameters
        ----------
        real : numpy.ndarray
            Real rows, shape (B, ...).
        classes : numpy.ndarray
            Their class, 0 … n_classes - 1, shape (B,).
        noise : numpy.ndarray
            Standard normal, shape (B, latent).
        mix : numpy.ndarray
            Uniform in [0, 1], shape (B,): where between a real and a synthetic row the slope
            is measured.
        """
        mix = np.reshape(mix, (-1,) + (1,) * (np.ndim(real) - 1))
        condition = self._one_hot(classes)
        return number(self._critic_step(tensor(real), condition, tensor(noise), tensor(mix)))

    def generator_step(self, noise: np.ndarray, classes: np.ndarray) -> float:
        """Change the generator, and nothing else, by one step; return its loss before."""
        return number(self._generator_step(tensor(noise), self._one_hot(classes)))

    def fit(
        self,
        x: np.ndarray,
        y: np.ndarray,
        steps: int,
        batch_size: int = 64,
        balanced: bool = True,
        seed: int = 0,
        every: int = 10,
    ) -> pd.DataFrame:
        """Train: `critic_steps` of the critic, one of the generator, and so on.

        Parameters
        ----------
        x : numpy.ndarray
            Real rows, shape (n, ...) as the critic takes them.
        y : numpy.ndarray
            Their class, shape (n,).
        steps : int
            Steps of the generator.
        batch_size : int
            Rows of a batch, drawn with replacement.
        balanced : bool
            Draw every class equally often, so that a rare class is learned too; otherwise as
            often as it occurs.
        seed : int
            Seed of batches, noise and mixtures.
        every : int
            A row of the history for so many steps, with the means of the losses.

        Returns
        -------
        pandas.DataFrame
            Columns ``step``, ``critic`` and ``generator`` (losses).

        Raises
        ------
        MedaiError
            Wrong shape, NaN, labels outside the classes, one class only, a number below 1.
        """
        x = checked_data(x, self.critic.input_shape[0][1:])
        check_training_data(x, y, n_classes=self.n_classes if self.n_classes > 1 else None)
        check_counts(steps=steps, batch_size=batch_size, every=every)
        y = np.asarray(y, dtype=int).reshape(-1)
        rng = np.random.default_rng(seed)
        share = np.bincount(y)[y]
        chance = (1 / share) / (1 / share).sum() if balanced else None

        def noise() -> np.ndarray:
            return rng.normal(size=(batch_size, self.latent))

        def one() -> tuple[float, float]:
            losses = []
            for _ in range(self.critic_steps):
                rows = rng.choice(len(x), size=batch_size, p=chance)
                losses.append(self.critic_step(x[rows], y[rows], noise(), rng.random(batch_size)))
            rows = rng.choice(len(x), size=batch_size, p=chance)
            return float(np.mean(losses)), self.generator_step(noise(), y[rows])

        return history(one, steps, every, ("critic", "generator"))

    def sample(self, classes: np.ndarray, seed: int = 0) -> np.ndarray:
        """Return one synthetic row for each entry of `classes`, float32, shape (n, ...).

        Raises
        ------
        MedaiError
            When a class does not exist, or `classes` is empty.
        """
        classes = np.asarray(classes)
        check_counts(n=len(classes))
        noise = np.random.default_rng(seed).normal(size=(len(classes), self.latent))
        parts = []
        for i in range(0, len(classes), 256):
            part = slice(i, i + 256)
            inputs = [tensor(noise[part]), self._one_hot(classes[part])]
            parts.append(ops.convert_to_numpy(self.generator(inputs, training=False)))
        return np.concatenate(parts)

    def score(self, x: np.ndarray, classes: np.ndarray) -> np.ndarray:
        """Return the critic's score of each row, shape (n,): larger means more real to it."""
        x = checked_data(x, self.critic.input_shape[0][1:])
        found = self.critic([tensor(x), self._one_hot(classes)])
        return ops.convert_to_numpy(ops.stop_gradient(found)).reshape(-1)

    def _one_hot(self, classes: np.ndarray) -> Tensor:
        classes = np.asarray(classes)
        if not np.isin(classes, np.arange(self.n_classes)).all():
            raise MedaiError(f"classes must be 0 to {self.n_classes - 1}.")
        return tensor(np.eye(self.n_classes)[classes.astype(int).reshape(-1)])


def _check_networks(generator: keras.Model, critic: keras.Model) -> None:
    if len(generator.inputs) != 2 or len(critic.inputs) != 2:
        raise MedaiError("Generator and critic take two inputs each: noise or rows, and the class.")
    made, taken = generator.output_shape[1:], critic.input_shape[0][1:]
    if made != taken or generator.input_shape[1] != critic.input_shape[1]:
        raise MedaiError(
            f"The generator makes {made} of {generator.input_shape[1][-1]} classes, the critic "
            f"takes {taken} of {critic.input_shape[1][-1]}."
        )
    if critic.non_trainable_variables:
        raise MedaiError(
            "The critic has batch normalisation or dropout. The gradient penalty is on each row "
            "by itself: leave them out (layer normalisation is fine)."
        )
