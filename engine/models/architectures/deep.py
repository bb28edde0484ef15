"""Deeper networks for small images: VGG, ResNet and MobileNetV2 in the sizes that 32 to 96 pixels need."""

from __future__ import annotations

import keras
from keras import layers

from engine.models.architectures.blocks import Plan, classes, convolution, dense, depthwise, dropout

_EXPANSION = 4  # of the inverted residuals; 6 in the paper, whose networks are for 224 pixels


def vgg_small(shape: tuple[int, int, int], count: int, plan: Plan) -> keras.Model:
    """Blocks of 32, 64 and 128 filters, each ending in a pooling, then a dense layer of 128 (Simonyan 2014)."""
    inputs = x = keras.Input(shape, name="image")
    for block, filters in enumerate((32, 64, 128), 1):
        for index in range(plan.depth):
            x = convolution(x, plan, plan.filters(filters), f"block{block}_conv{index + 1}")
        x = layers.MaxPooling2D(2, name=f"block{block}_pool")(x)
        x = dropout(x, plan.settings.dropout / 2, f"block{block}_dropout")
    x = layers.Flatten(name="flatten")(x)
    x = dense(x, plan, plan.filters(128), "dense")
    x = dropout(x, plan.settings.dropout, "dropout")
    return keras.Model(inputs, classes(x, count), name="vgg_small")


def resnet_small(shape: tuple[int, int, int], count: int, plan: Plan) -> keras.Model:
    """Stages of 16, 32 and 64 filters with `plan.depth` residual blocks each, global average (He et al. 2015, 4.2)."""
    inputs = keras.Input(shape, name="image")
    x = convolution(inputs, plan, plan.filters(16), "stem")
    for stage, filters in enumerate((16, 32, 64), 1):
        for block in range(plan.depth):
            stride = 2 if stage > 1 and block == 0 else 1
            x = _residual(x, plan, plan.filters(filters), stride, f"stage{stage}_block{block + 1}")
    x = layers.GlobalAveragePooling2D(name="average")(x)
    x = dropout(x, plan.settings.dropout, "dropout")
    return keras.Model(inputs, classes(x, count), name="resnet_small")


def mobilenet_small(shape: tuple[int, int, int], count: int, plan: Plan) -> keras.Model:
    """Inverted residual blocks in stages of 16, 24, 32 and 64 filters, global average (Sandler et al. 2018)."""
    inputs = keras.Input(shape, name="image")
    x = convolution(inputs, plan, plan.filters(16), "stem", activation="relu6")
    for stage, filters in enumerate((16, 24, 32, 64), 1):
        for block in range(1 if stage == 1 else plan.depth):
            stride = 2 if stage > 1 and block == 0 else 1
            expansion = 1 if stage == 1 else _EXPANSION
            x = _inverted(x, plan, plan.filters(filters), expansion, stride, f"stage{stage}_block{block + 1}")
    x = convolution(x, plan, plan.filters(128), "head", size=1, activation="relu6")
    x = layers.GlobalAveragePooling2D(name="average")(x)
    x = dropout(x, plan.settings.dropout, "dropout")
    return keras.Model(inputs, classes(x, count), name="mobilenet_small")


def _residual(x: keras.KerasTensor, plan: Plan, filters: int, stride: int, name: str) -> keras.KerasTensor:
    """Two convolutions beside a shortcut, which is a 1 x 1 convolution where the shape changes."""
    shortcut = x
    y = convolution(x, plan, filters, f"{name}_conv1", stride=stride)
    y = convolution(y, plan, filters, f"{name}_conv2", activation=None)
    if stride > 1 or x.shape[-1] != filters:
        shortcut = convolution(x, plan, filters, f"{name}_shortcut", size=1, stride=stride, activation=None)
    return layers.Activation("relu", name=f"{name}_relu")(layers.Add(name=f"{name}_add")([y, shortcut]))


def _inverted(
    x: keras.KerasTensor, plan: Plan, filters: int, expansion: int, stride: int, name: str
) -> keras.KerasTensor:
    """Expand with 1 x 1, filter each channel with 3 x 3, project linearly; a shortcut where the shape stays."""
    y = x
    if expansion > 1:
        y = convolution(y, plan, x.shape[-1] * expansion, f"{name}_expand", size=1, activation="relu6")
    y = depthwise(y, plan, f"{name}_depthwise", stride)
    y = convolution(y, plan, filters, f"{name}_project", size=1, activation=None)
    same = stride == 1 and x.shape[-1] == filters
    return layers.Add(name=f"{name}_add")([x, y]) if same else y
