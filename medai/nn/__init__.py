"""Networks in Keras 3, for every backend: cnn, rnn, autoencoder, gan, and how to train them.

Importing this room loads Keras, without the lines that TensorFlow writes to the screen.
"""

from medai.nn._quiet import load_keras

load_keras()
