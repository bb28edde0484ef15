"""The pieces that our networks are built of."""

from __future__ import annotations

from dataclasses import dataclass

import keras
from keras import layers

from engine.models.architectures.kinds import NetworkSettings


@dataclass(frozen=True, slots=True)
class Plan:
    """The settings of a network, resolved: what every block needs to know."""

    settings: NetworkSettings
    depth: int
    batch_norm: bool

    def filters(self, usual: int) -> int:
        """The number of filters at the chosen width, at least one."""
        return max(1, round(usual * self.settings.width))

    def penalty(self) -> keras.regularizers.Regularizer | None:
        """A new L2 regulariser, or None."""
        return keras.regularizers.L2(self.settings.l2) if self.settings.l2 else None


def convolution(
    x: keras.KerasTensor,
    plan: Plan,
    filters: int,
    name: str,
    *,
    size: int = 3,
    stride: int = 1,
    padding: str = "same",
    activation: str | None = "relu",
) -> keras.KerasTensor:
    """Convolution, batch normalisation if planned, activation; `filters` is the final number."""
    normal = plan.batch_norm
    x = layers.Conv2D(
        filters,
        size,
        strides=stride,
        padding=padding,
        use_bias=not normal,
        activation=None if normal else activation,
        kernel_initializer="he_normal" if normal else "glorot_uniform",
        kernel_regularizer=plan.penalty(),
        name=name,
    )(x)
    return _normalised(x, name, activation) if normal else x


def depthwise(x: keras.KerasTensor, plan: Plan, name: str, stride: int = 1) -> keras.KerasTensor:
    """A 3 x 3 convolution a channel, batch normalisation if planned, ReLU6."""
    normal = plan.batch_norm
    x = layers.DepthwiseConv2D(
        3,
        strides=stride,
        padding="same",
        use_bias=not normal,
        activation=None if normal else "relu6",
        depthwise_regularizer=plan.penalty(),
        name=name,
    )(x)
    return _normalised(x, name, "relu6") if normal else x


def dense(x: keras.KerasTensor, plan: Plan, units: int, name: str) -> keras.KerasTensor:
    """Dense layer with ReLU, batch normalisation before it if planned."""
    normal = plan.batch_norm
    x = layers.Dense(
        units,
        use_bias=not normal,
        activation=None if normal else "relu",
        kernel_regularizer=plan.penalty(),
        name=name,
    )(x)
    return _normalised(x, name, "relu") if normal else x


def dropout(x: keras.KerasTensor, rate: float, name: str) -> keras.KerasTensor:
    """Dropout, or nothing at rate 0."""
    return layers.Dropout(rate, name=name)(x) if rate else x


def classes(x: keras.KerasTensor, count: int) -> keras.KerasTensor:
    """The output: one probability a class, in float32 also under mixed precision."""
    return layers.Dense(count, activation="softmax", dtype="float32", name="classes")(x)


def _normalised(x: keras.KerasTensor, name: str, activation: str | None) -> keras.KerasTensor:
    # Averages that settle within tens of steps: small data have no more in their first epochs.
    x = layers.BatchNormalization(momentum=0.9, name=f"{name}_bn")(x)
    return layers.Activation(activation, name=f"{name}_{activation}")(x) if activation else x
