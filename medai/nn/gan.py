"""Two networks against each other: the GAN game, DCGAN for small images.

Each network has its own optimizer and its own step, and a step touches one network only.  The
recipe of many tutorials, compile the discriminator, set ``discriminator.trainable = False``
and compile the pair, silently leaves the discriminator untrained in Keras 3; nothing here is
frozen or compiled.  The conditional WGAN-GP stands in :mod:`medai.nn.wgan`.
"""

from __future__ import annotations

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
from medai.nn.gradients import compiled, value_and_gradients
from medai.nn.wgan import (
    ConditionalWGANGP,
    fingerprint_critic,
    fingerprint_generator,
    gradient_penalty,
)
from medai.runtime import MedaiError

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "GAN",
    "ConditionalWGANGP",
    "dcgan",
    "dcgan_discriminator",
    "dcgan_generator",
    "discriminator_loss",
    "fingerprint_critic",
    "fingerprint_generator",
    "generator_loss",
    "gradient_penalty",
]

Tensor = Any  # a tensor of the backend in use


def discriminator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """Return the discriminator's cross-entropy: call the real real and the fake fake.

    Parameters
    ----------
    real, fake : tensor
        Logits (before the sigmoid) for a batch of each, any shape.

    Returns
    -------
    tensor
        Scalar, ``mean softplus(-real) + mean softplus(fake)``; 2 ln 2 for a coin.
    """
    return ops.mean(ops.softplus(-real)) + ops.mean(ops.softplus(fake))


def generator_loss(fake: Tensor) -> Tensor:
    """Return the generator's loss, ``mean softplus(-fake)``: have the fake called real.

    This is the "non-saturating" loss of Goodfellow 2014.  The game's own loss,
    ``-mean softplus(fake)``, has almost no gradient while the discriminator is sure.

    Examples
    --------
    >>> unsure, caught = keras.ops.array([0.0]), keras.ops.array([-4.0])  # logits for a fake
    >>> round(float(generator_loss(unsure)), 2), round(float(generator_loss(caught)), 2)
    (0.69, 4.02)
    """
    return ops.mean(ops.softplus(-fake))


def dcgan_generator(latent: int = 32, width: int = 16, channels: int = 1) -> keras.Model:
    """Return a network from noise to a 32×32 image: three doublings by transposed convolution.

    Batch normalisation (momentum 0.9) and ReLU after every layer but the last, as in Radford
    2015; a sigmoid instead of its tanh, because images lie in [0, 1].

    Parameters
    ----------
    latent : int
        Length of the noise vector.
    width : int
        Filters of the last hidden layer; earlier ones have twice and four times as many.
    channels : int
        Channels of the image.

    Returns
    -------
    keras.Model
        Maps (B, latent) to (B, 32, 32, channels).
    """
    x = inputs = keras.Input((latent,), name="noise")
    x = layers.Dense(4 * 4 * 4 * width, use_bias=False)(x)
    x = layers.Reshape((4, 4, 4 * width))(x)
    for filters in (2 * width, width):
        x = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))
        x = layers.Conv2DTranspose(filters, 4, strides=2, padding="same", use_bias=False)(x)
    x = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))
    x = layers.Conv2DTranspose(channels, 4, strides=2, padding="same", activation="sigmoid")(x)
    return keras.Model(inputs, x, name="dcgan_generator")


def dcgan_discriminator(width: int = 16, channels: int = 1) -> keras.Model:
    """Return a network from a 32×32 image to one logit: three strided convolutions.

    Leaky ReLU and no pooling, as in Radford 2015, but no batch normalisation, whose moving
    means would also change in the generator's step.

    Returns
    -------
    keras.Model
        Maps (B, 32, 32, channels) to (B, 1).
    """
    x = inputs = keras.Input((32, 32, channels), name="image")
    for filters in (width, 2 * width, 4 * width):
        x = layers.Conv2D(filters, 4, strides=2, padding="same")(x)
        x = layers.LeakyReLU(negative_slope=0.2)(x)
    x = layers.Dense(1, name="logit")(layers.Flatten()(x))
    return keras.Model(inputs, x, name="dcgan_discriminator")


def dcgan(latent: int = 32, width: int = 16, channels: int = 1, **arguments: Any) -> GAN:
    """Return a :class:`GAN` of the two DCGAN networks; `arguments` go to the class."""
    return GAN(
        dcgan_generator(latent, width, channels), dcgan_discriminator(width, channels), **arguments
    )


class GAN:
    """A generator, a discriminator, an optimizer each, and one training step for each.

    Parameters
    ----------
    generator : keras.Model
        Noise (B, latent) to data (B, ...).
    discriminator : keras.Model
        Data (B, ...) to one logit (B, 1): large means "real".  Without batch normalisation or
        dropout, so that only its own step changes it.
    learning_rate : float
        Of both Adam optimizers, β₁ = 0.5 (Radford 2015).
    discriminator_rate : float, optional
        If the discriminator's is to differ.

    Attributes
    ----------
    generator, discriminator : keras.Model
    generator_optimizer, discriminator_optimizer : keras.optimizers.Adam
    latent : int
    """

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        learning_rate: float = 2e-4,
        discriminator_rate: float | None = None,
    ) -> None:
        _check_pair(generator, discriminator)
        self.generator, self.discriminator = generator, discriminator
        self.latent = int(generator.input_shape[-1])
        self.generator_optimizer = adam(generator, learning_rate, 0.5, 0.999)
        self.discriminator_optimizer = adam(
            discriminator, discriminator_rate or learning_rate, 0.5, 0.999
        )
        self._discriminator_step = compiled(self._train_discriminator)
        self._generator_step = compiled(self._train_generator)

    def _train_discriminator(self, real: Tensor, noise: Tensor) -> Tensor:
        fake = without_side_effects(lambda: self.generator(noise, training=True))
        variables = self.discriminator.trainable_variables
        loss, gradients = value_and_gradients(
            lambda: discriminator_loss(self.discriminator(real), self.discriminator(fake)),
            variables,
        )
        self.discriminator_optimizer.apply(gradients, variables)
        return loss

    def _train_generator(self, noise: Tensor) -> Tensor:
        variables = self.generator.trainable_variables
        loss, gradients = value_and_gradients(
            lambda: generator_loss(self.discriminator(self.generator(noise, training=True))),
            variables,
            state=self.generator.non_trainable_variables,
        )
        self.generator_optimizer.apply(gradients, variables)
        return loss

    def discriminator_step(self, real: np.ndarray, noise: np.ndarray) -> float:
        """Change the discriminator, and nothing else, by one step; return its loss before.

        Parameters
        ----------
        real : numpy.ndarray
            Real data, shape (B, ...).
        noise : numpy.ndarray
            Standard normal, shape (B, latent).
        """
        return number(self._discriminator_step(tensor(real), tensor(noise)))

    def generator_step(self, noise: np.ndarray) -> float:
        """Change the generator, and nothing else, by one step; return its loss before."""
        return number(self._generator_step(tensor(noise)))

    def fit(
        self, x: np.ndarray, steps: int, batch_size: int = 64, seed: int = 0, every: int = 10
    ) -> pd.DataFrame:
        """Train both by turns, one step each.

        Parameters
        ----------
        x : numpy.ndarray
            Real data, shape (n, ...) as the discriminator takes them.
        steps : int
            Steps of each network.
        batch_size : int
            Rows of a batch, drawn with replacement.
        seed : int
            Seed of the batches and of the noise.
        every : int
            A row of the history for so many steps, with the means of the losses.

        Returns
        -------
        pandas.DataFrame
            Columns ``step``, ``discriminator`` and ``generator`` (losses).

        Raises
        ------
        MedaiError
            Wrong shape, NaN or infinite values, no data, or a number below 1.
        """
        x = checked_data(x, self.discriminator.input_shape[1:])
        check_counts(steps=steps, batch_size=batch_size, every=every)
        rng = np.random.default_rng(seed)

        def one() -> tuple[float, float]:
            noise = rng.normal(size=(2, batch_size, self.latent)).astype("float32")
            rows = rng.integers(len(x), size=batch_size)
            return self.discriminator_step(x[rows], noise[0]), self.generator_step(noise[1])

        return history(one, steps, every, ("discriminator", "generator"))

    def sample(self, n: int, seed: int = 0) -> np.ndarray:
        """Return `n` synthetic rows, float32, shape (n, ...)."""
        check_counts(n=n)
        noise = np.random.default_rng(seed).normal(size=(n, self.latent)).astype("float32")
        parts = [
            ops.convert_to_numpy(self.generator(tensor(noise[i : i + 256]), training=False))
            for i in range(0, n, 256)
        ]
        return np.concatenate(parts)


def _check_pair(generator: keras.Model, discriminator: keras.Model) -> None:
    made, taken = generator.output_shape[1:], discriminator.input_shape[1:]
    if made != taken:
        raise MedaiError(f"The generator makes {made}, the discriminator takes {taken}.")
    if discriminator.non_trainable_variables:
        raise MedaiError(
            "The discriminator has variables that change without training (batch normalisation "
            "or dropout): leave them out, or the generator's step changes it too."
        )
