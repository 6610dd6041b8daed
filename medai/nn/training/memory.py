"""Undo a setting of TensorFlow that makes training on a CPU a good deal slower."""

from __future__ import annotations

import ctypes
import functools
import sys

import keras

# glibc's names for these numbers are M_TRIM_THRESHOLD and M_MMAP_THRESHOLD (malloc.h).
TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3
MEBIBYTE = 2**20


@functools.cache
def keep_freed_memory() -> bool:
    """Let the process keep the memory that a batch frees, for the next batch.

    The first time that Python code feeds ``Model.fit``, TensorFlow 2.21 tells glibc to hand
    freed memory back to the system at once ("Memory patch applied", it logs).  Each batch then
    asks the system for all its memory anew: on two cores about a third of the time of a small
    network goes there.  So that patch is provoked here, and then replaced by the largest values
    that glibc chooses by itself.  Nothing is done elsewhere (JAX, torch, macOS, Windows), where
    there is nothing to undo.

    Returns
    -------
    bool
        Whether anything was set.
    """
    if keras.backend.backend() != "tensorflow" or sys.platform != "linux":
        return False
    import tensorflow as tf

    signature = tf.TensorSpec((), tf.int32)
    list(tf.data.Dataset.from_generator(lambda: iter([0]), output_signature=signature))
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is None:  # not glibc
        return False
    set_option(MMAP_THRESHOLD, 32 * MEBIBYTE)
    set_option(TRIM_THRESHOLD, 64 * MEBIBYTE)
    return True
