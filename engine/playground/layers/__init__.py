"""The layers of the playground: a table that forms, files, code and tests are driven from."""

from __future__ import annotations

from engine.playground.layers.base import KerasCode, Layer, Setting, Shape, settings_of
from engine.playground.layers.convolution import Convolution, KernelLayer, TransposedConvolution
from engine.playground.layers.pointwise import ActivationLayer, BatchNormalisation, Dropout
from engine.playground.layers.pooling import Pooling
from engine.playground.layers.shaping import Dense, Flatten, UpSampling

LAYERS: dict[str, type[Layer]] = {
    layer.kind: layer
    for layer in (
        Convolution,
        TransposedConvolution,
        Pooling,
        ActivationLayer,
        BatchNormalisation,
        Dropout,
        UpSampling,
        Flatten,
        Dense,
    )
}

__all__ = [
    "LAYERS",
    "ActivationLayer",
    "BatchNormalisation",
    "Convolution",
    "Dense",
    "Dropout",
    "Flatten",
    "KerasCode",
    "KernelLayer",
    "Layer",
    "Pooling",
    "Setting",
    "Shape",
    "TransposedConvolution",
    "UpSampling",
    "settings_of",
]
