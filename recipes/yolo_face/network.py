"""The network of the face detector: a small residual backbone, one way up, one way down, heads at strides 8, 16, 32."""

from __future__ import annotations

import math

import keras
from keras import layers

from recipes import backends

STRIDES = (8, 16, 32)
CHANNELS = 5  # of a head: centre x and y, log width and height, face
RARE = 0.01  # the score that every cell starts with, since few hold a face
# Boxes in the middle of the cell, e strides wide, and hardly ever a face.
FIRST_GUESS = (0.0, 0.0, 1.0, 1.0, -math.log((1 - RARE) / RARE))


def face_network(side: int | None = None) -> keras.Model:
    """Images (N, side, side, 3) in 0..1 to three maps (N, side / stride, side / stride, 5), in the layout in force.

    side: a multiple of 32, or None for any.
    """
    images = keras.Input((side, side, 3), name="images")
    x = backends.entered(images)
    x = _conv(x, 16, 3, "stem", stride=2)
    x = _residual(_conv(x, 32, 3, "down4", stride=2), "at4", 1)
    fine = _residual(_conv(x, 64, 3, "down8", stride=2), "at8", 2)
    middle = _residual(_conv(fine, 128, 3, "down16", stride=2), "at16", 2)
    coarse = _residual(_conv(middle, 176, 3, "down32", stride=2), "at32", 1)
    coarse = _pyramid(coarse, 96)
    middle = _joined(_raised(coarse, "up16"), middle, 96, "join16")
    fine = _joined(_raised(_conv(middle, 64, 1, "narrow16"), "up8"), fine, 64, "join8")
    middle = _joined(_conv(fine, 64, 3, "back16", stride=2), middle, 96, "back_join16")
    coarse = _joined(_conv(middle, 96, 3, "back32", stride=2), coarse, 128, "back_join32")
    maps = [_head(x, f"stride{stride}") for x, stride in zip((fine, middle, coarse), STRIDES, strict=True)]
    network = keras.Model(images, maps, name="yolo_face")
    for stride in STRIDES:
        network.get_layer(f"stride{stride}").bias.assign(FIRST_GUESS)
    return network


def _conv(x: keras.KerasTensor, filters: int, size: int, name: str, stride: int = 1) -> keras.KerasTensor:
    if stride == 2:  # the same on both sides, so that every framework agrees where the pixels are
        x = layers.ZeroPadding2D(1, name=f"{name}_pad")(x)
    padding = "valid" if stride == 2 else "same"
    x = layers.Conv2D(filters, size, stride, padding, use_bias=False, name=name)(x)
    return layers.ReLU(name=f"{name}_relu")(backends.normalisation(f"{name}_norm", momentum=0.97)(x))


def _residual(x: keras.KerasTensor, name: str, blocks: int) -> keras.KerasTensor:
    """Blocks that narrow to half the channels, look at 3 x 3, and add what they found."""
    filters = x.shape[backends.channel_axis()]
    for number in range(1, blocks + 1):
        found = _conv(x, filters // 2, 1, f"{name}_{number}_narrow")
        found = _conv(found, filters, 3, f"{name}_{number}_look")
        x = layers.Add(name=f"{name}_{number}")([x, found])
    return x


def _pyramid(x: keras.KerasTensor, filters: int) -> keras.KerasTensor:
    """Maxima over 5, 9 and 13 cells beside the map itself (spatial pyramid pooling, He et al. 2015)."""
    seen = [_conv(x, filters, 1, "pyramid_narrow")]
    for number in (1, 2, 3):
        seen.append(layers.MaxPooling2D(5, 1, "same", name=f"pyramid_{number}")(seen[-1]))
    return _conv(layers.Concatenate(backends.channel_axis(), name="pyramid_all")(seen), filters, 1, "pyramid")


def _raised(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
    return layers.UpSampling2D(2, name=name)(x)


def _joined(x: keras.KerasTensor, other: keras.KerasTensor, filters: int, name: str) -> keras.KerasTensor:
    x = layers.Concatenate(backends.channel_axis(), name=name)([x, other])
    return _conv(_conv(x, filters, 1, f"{name}_narrow"), filters, 3, f"{name}_look")


def _head(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
    """Five numbers a cell; in float32, since exponentials follow."""
    x = _conv(x, 64, 3, f"{name}_look")
    return layers.Conv2D(CHANNELS, 1, dtype="float32", name=name)(x)
