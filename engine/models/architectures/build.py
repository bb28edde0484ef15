"""From settings to a network of ours."""

from __future__ import annotations

from collections.abc import Callable

import keras

from engine.errors import InvalidSetting
from engine.models.architectures.blocks import Plan
from engine.models.architectures.deep import mobilenet_small, resnet_small, vgg_small
from engine.models.architectures.kinds import NETWORKS, NetworkSettings
from engine.models.architectures.textbook import mlp, textbook_cnn

Shape = tuple[int, int, int]

_BUILDERS: dict[str, Callable[[Shape, int, Plan], keras.Model]] = {
    "textbook": textbook_cnn,
    "vgg-small": vgg_small,
    "resnet-small": resnet_small,
    "mobilenet-small": mobilenet_small,
    "mlp": mlp,
}


def build_network(settings: NetworkSettings, shape: Shape, count: int) -> keras.Model:
    """A new network for images of `shape` (height, width, channels) and `count` classes, softmax output.

    Raises InvalidSetting for an unknown network, or an image too small for its poolings.
    """
    if settings.network not in NETWORKS:
        raise InvalidSetting(f"There is no network “{settings.network}”.", f"Choose one of: {', '.join(NETWORKS)}.")
    kind = NETWORKS[settings.network]
    plan = Plan(settings, settings.depth_of(kind), settings.normalises(kind))
    try:
        return _BUILDERS[kind.id](shape, count, plan)
    except ValueError as error:  # how Keras says that a layer's output would have no pixels left
        raise InvalidSetting(
            f"Images of {shape[0]} × {shape[1]} pixels are too small for {kind.title} with depth {plan.depth}.",
            "Choose a larger image size, less depth, or another network.",
        ) from error
