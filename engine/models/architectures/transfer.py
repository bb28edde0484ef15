"""Transfer learning: a trained network with a new last layer, frozen at first, then tuned from the end backwards."""

from __future__ import annotations

from pathlib import Path

import keras
from keras import layers

from engine.errors import InvalidModel, InvalidSetting, ModelMissing
from engine.jobs import Job
from engine.models import store
from engine.models.architectures.blocks import classes, dropout
from engine.models.architectures.kinds import NETWORKS
from engine.models.catalog import entries
from engine.models.loading import Model, load

HEAD = ("head_average", "head_dropout", "classes")  # names of the layers that are new


def load_backbone(model_id: str, job: Job = Job.silent()) -> Model:
    """The model to build upon, by catalog id or file.

    Raises InvalidModel for one that is not known, ModelMissing, naming those that are here, where its weights are not.
    """
    if model_id not in entries() and not Path(model_id).exists():
        raise InvalidModel(
            f"There is no network “{model_id}”.",
            f"Choose one of {', '.join(NETWORKS)}; or to build upon: {', '.join(entries())}, or a file.",
        )
    try:
        return load(model_id, job)
    except ModelMissing as error:
        here = [name for name, model in entries().items() if store.weights_path(model) is not None]
        offer = f" Ready to build upon: {', '.join(here)}." if here else ""
        raise ModelMissing(error.message, error.hint + offer) from error


def build_transfer(backbone: Model, count: int, rate: float = 0.0) -> keras.Model:
    """`backbone` without its last layer, all of it frozen, and a new softmax layer for `count` classes.

    rate: dropout before the new layer. The layers are those of the backbone itself, in one flat graph, so that
    explanations see through it. Frozen batch normalisation runs in inference mode (Keras' rule).
    """
    network = backbone.network
    last = network.layers[-1]
    if not isinstance(last, layers.Dense | layers.Activation | layers.Softmax):
        raise InvalidSetting(f"{backbone.card.title} does not end in a dense layer.", "Choose another network.")
    features = last.input
    for layer in network.layers:
        layer.trainable = False
    if len(features.shape) == 4:
        features = layers.GlobalAveragePooling2D(name="head_average")(features)
    x = dropout(features, rate, "head_dropout")
    return keras.Model(network.inputs, classes(x, count), name=f"{backbone.card.id.replace('-', '_')}_transfer")


def unfreeze(network: keras.Model, last: int) -> int:
    """Make the `last` layers with weights below the head trainable, batch normalisation excepted; how many it made.

    Batch normalisation stays frozen and in inference mode: its averages come from far more images than there are now.
    """
    tuned = 0
    for layer in reversed(network.layers):
        if tuned >= last:
            break
        if layer.name in HEAD or not layer.weights or isinstance(layer, layers.BatchNormalization):
            continue
        layer.trainable = True
        tuned += 1
    return tuned
