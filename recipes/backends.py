"""What lets one recipe run on every backend of Keras, and quickly on PyTorch: layout, precision, normalisation."""

from __future__ import annotations

import argparse

import keras
from keras import layers


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`--precision`: what the arithmetic is done in while training."""
    parser.add_argument(
        "--precision",
        default="float32",
        choices=["float32", "mixed_bfloat16"],
        help="mixed_bfloat16 is about 1.6 times as fast on PyTorch where the processor has instructions for it",
    )


def on_torch() -> bool:
    """Whether Keras runs on PyTorch (environment variable KERAS_BACKEND=torch)."""
    return bool(keras.backend.backend() == "torch")


def compiled() -> bool | str:
    """`jit_compile` of a training: not on TensorFlow, whose steps XLA makes 1.4 to 1.7 times as long on a processor."""
    return False if keras.backend.backend() == "tensorflow" else "auto"


def training_layout(precision: str) -> None:
    """Set precision, and the order of axes that the backend is quick in, for the layers built from here on."""
    keras.config.set_dtype_policy(precision)
    keras.config.set_image_data_format("channels_first" if on_torch() else "channels_last")


def shipping_layout() -> None:
    """float32 and channels last, as every file of the program is."""
    keras.config.set_dtype_policy("float32")
    keras.config.set_image_data_format("channels_last")


def channel_axis() -> int:
    """Axis of the channels in the layout in force."""
    return 1 if keras.config.image_data_format() == "channels_first" else -1


def entered(images: keras.KerasTensor) -> keras.KerasTensor:
    """A batch (N, H, W, C), brought to the layout in force; PyTorch makes this a view, which it is quickest with."""
    return layers.Permute((3, 1, 2), name="layout")(images) if channel_axis() == 1 else images


def normalisation(name: str, momentum: float = 0.9) -> layers.Layer:
    """Batch normalisation of the layout in force; the plain layer of Keras wherever the file is to be shipped."""
    kind = _TorchNormalisation if channel_axis() == 1 else layers.BatchNormalization
    return kind(axis=channel_axis(), momentum=momentum, name=name)


@keras.saving.register_keras_serializable("recipes")
class _TorchNormalisation(layers.BatchNormalization):
    """Trains by PyTorch's own kernel instead of a dozen element-wise steps; its moving variance is the unbiased one."""

    def call(self, inputs, training=None, mask=None):  # type: ignore[no-untyped-def]
        if not training:
            return super().call(inputs, training=training, mask=mask)
        from torch.nn.functional import batch_norm

        moving = (self.moving_mean.value, self.moving_variance.value)
        return batch_norm(inputs, *moving, self.gamma.value, self.beta.value, True, 1 - self.momentum, self.epsilon)
