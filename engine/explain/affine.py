"""The affine start of a network: the layers before its first non-linearity, whose gradient is everywhere the same."""

from __future__ import annotations

import keras
from keras import layers

from engine.models.logits import activation_name
from engine.models.opening import Opened

# What these compute at inference is A x + b. A convolution is one when it has no activation of its own.
AFFINE = (
    layers.AveragePooling2D,
    layers.BatchNormalization,
    layers.Cropping2D,
    layers.Normalization,
    layers.Rescaling,
    layers.ZeroPadding2D,
)
CONVOLUTIONS = (layers.Conv2D, layers.DepthwiseConv2D)


def split_start(opened: Opened, logits: object) -> tuple[keras.Model, keras.Model] | None:
    """The affine start, from the image to a tensor, and the rest, from there to the logits.

    None when there is no such layer, when something leads around it, or when it lies in a network within the network.
    """
    at = opened.inputs[0]
    passed = [at]
    while True:
        following = [step for step in opened.steps if step.before is at]
        if len(following) != 1 or not _is_affine(following[0].layer):
            break
        at = following[0].after
        passed.append(at)
    for tensor in reversed(passed[1:]):
        try:
            return opened.model(tensor), keras.Model(tensor, logits)
        except ValueError:  # the logits need more than this tensor
            continue
    return None


def _is_affine(layer: keras.layers.Layer) -> bool:
    if isinstance(layer, CONVOLUTIONS):
        return activation_name(layer) == "linear"
    return isinstance(layer, AFFINE)
