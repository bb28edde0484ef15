"""Batches for training: shuffled by seed and epoch alone, so that an interrupted run sees what it would have seen."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import tensorflow as tf

from engine.data.preparation import Dataset
from engine.errors import EngineError

BLOCK = 256  # images a pass when nothing is trained


class Feed:
    """Training batches of a dataset, epoch after epoch."""

    def __init__(self, dataset: Dataset, batch: int, seed: int, one_hot: bool = False) -> None:
        self.dataset = dataset
        self.batch = batch
        self.seed = seed
        self.one_hot = one_hot
        self.failure: EngineError | None = None  # why reading failed, since TensorFlow keeps only the words

    @property
    def steps(self) -> int:
        """Batches an epoch; the last may be smaller."""
        return -(-len(self.dataset.split.train) // self.batch)

    def batches(self, first_epoch: int = 0) -> tf.data.Dataset:
        """Endless batches from `first_epoch` on: images (n, H, W, C) uint8, labels (n,) int32 or one-hot float32."""
        epochs = tf.data.Dataset.range(first_epoch, np.iinfo(np.int64).max)
        found = epochs.flat_map(self._epoch)
        found = found.map(self._load, num_parallel_calls=2, deterministic=True)
        return found.prefetch(2)

    def _epoch(self, epoch: tf.Tensor) -> tf.data.Dataset:
        indices = tf.constant(self.dataset.split.train)
        order = tf.random.experimental.stateless_shuffle(indices, seed=tf.stack([tf.cast(self.seed, tf.int64), epoch]))
        return tf.data.Dataset.from_tensor_slices(order).batch(self.batch)

    def _load(self, indices: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        how = self.dataset.how
        images = tf.numpy_function(self._read, [indices], tf.uint8, stateful=False)
        images.set_shape((None, how.height, how.width, how.channels))
        labels = tf.gather(tf.constant(self.dataset.labels), indices)
        if self.one_hot:
            labels = tf.one_hot(labels, len(self.dataset.class_names))
        return images, labels

    def _read(self, indices: np.ndarray) -> np.ndarray:
        try:
            return np.asarray(self.dataset.pixels[indices])
        except EngineError as error:
            self.failure = error
            raise


def blocks(dataset: Dataset, part: np.ndarray, size: int = BLOCK) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Images (n, H, W, C) uint8 and labels (n,) of some indices, in order, block by block."""
    for start in range(0, len(part), size):
        indices = part[start : start + size]
        yield np.asarray(dataset.pixels[indices]), dataset.labels[indices]
