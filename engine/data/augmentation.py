"""Varying images at random, with Keras' own layers; they stand before the network and are never saved with it."""

from __future__ import annotations

import keras
import numpy as np
from keras import layers

from engine.data.settings import AugmentationSettings

_FILL = "nearest"  # what comes in from outside when an image is turned or moved: its edge, not black


def augmentation_layers(settings: AugmentationSettings, seed: int = 0) -> list[layers.Layer]:
    """Layers for batches (N, H, W, C) float32 of 0..1, identity unless `training`; none for no variation."""
    made: list[layers.Layer] = []
    turns = settings.rotation / 360
    if settings.flip != "none":
        mode = "horizontal_and_vertical" if settings.flip == "both" else settings.flip
        made.append(layers.RandomFlip(mode, seed=seed))
    if settings.rotation:
        made.append(layers.RandomRotation(turns, fill_mode=_FILL, seed=seed + 1))
    if settings.shift:
        made.append(layers.RandomTranslation(settings.shift, settings.shift, fill_mode=_FILL, seed=seed + 2))
    if settings.zoom:
        made.append(layers.RandomZoom(settings.zoom, fill_mode=_FILL, seed=seed + 3))
    if settings.brightness:
        made.append(layers.RandomBrightness(settings.brightness, value_range=(0, 1), seed=seed + 4))
    if settings.contrast:
        made.append(layers.RandomContrast(settings.contrast, value_range=(0, 1), seed=seed + 5))
    if settings.noise:
        made.append(layers.GaussianNoise(settings.noise, seed=seed + 6))
    if settings.erasing:
        made.append(layers.RandomErasing(settings.erasing, value_range=(0, 1), seed=seed + 7))
    return made


def preview(images: np.ndarray, settings: AugmentationSettings, seed: int = 0) -> np.ndarray:
    """Images (N, H, W, C) uint8 as one draw of training would show them to the network, uint8."""
    varied = keras.ops.convert_to_tensor(images.astype(np.float32) / 255)
    for layer in augmentation_layers(settings, seed):
        varied = layer(varied, training=True)
    return np.clip(np.rint(keras.ops.convert_to_numpy(varied) * 255), 0, 255).astype(np.uint8)


@keras.saving.register_keras_serializable("cnn_studio")
class Scaling(layers.Layer):
    """0..255 to what the network expects, in the graph: equal to `preprocessing.SCALES` of the same name."""

    def __init__(self, scale: str, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.scale = scale

    def call(self, images: keras.KerasTensor) -> keras.KerasTensor:
        """Scale images (N, H, W, C) of 0..255, any dtype."""
        x = keras.ops.cast(images, "float32")
        if self.scale == "unit":
            return x / 255
        if self.scale == "signed":
            return x / 127.5 - 1
        if self.scale == "caffe":
            return keras.ops.flip(x, axis=-1) - keras.ops.array([103.939, 116.779, 123.68])
        if self.scale == "torch":
            mean, std = keras.ops.array([0.485, 0.456, 0.406]), keras.ops.array([0.229, 0.224, 0.225])
            return (x / 255 - mean) / std
        return x

    def get_config(self) -> dict:
        """The scale's name beside what every layer has."""
        return {**super().get_config(), "scale": self.scale}
