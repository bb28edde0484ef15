"""Where Keras publishes weights and labels, and the hash it expects: read from the installed Keras, never repeated.

These constants live in `keras.src`, which Keras may rearrange; a test resolves every one, so that an upgrade that
moves them fails there and not at a user's download.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from keras.src.applications import efficientnet, imagenet_utils, mobilenet_v2, mobilenet_v3, resnet, vgg16


@dataclass(frozen=True, slots=True)
class Published:
    """A file on the network."""

    url: str
    md5: str | None  # None where upstream publishes none

    @property
    def name(self) -> str:
        """The last part of the address."""
        return self.url.rsplit("/", 1)[-1]


_V3_SMALL = "small_224_1.0_float"

# The file of VGG16 and the class index have their MD5 inside functions of Keras, so the two figures stand here.
_WEIGHTS: dict[str, Callable[[], Published]] = {
    "mobilenet-v2": lambda: Published(
        f"{mobilenet_v2.BASE_WEIGHT_PATH}mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224.h5", None
    ),
    "mobilenet-v3-small": lambda: Published(
        f"{mobilenet_v3.BASE_WEIGHT_PATH}weights_mobilenet_v3_{_V3_SMALL}.h5", mobilenet_v3.WEIGHTS_HASHES[_V3_SMALL][0]
    ),
    "efficientnet-b0": lambda: Published(
        f"{efficientnet.BASE_WEIGHTS_PATH}efficientnetb0.h5", efficientnet.WEIGHTS_HASHES["b0"][0]
    ),
    "resnet50": lambda: Published(
        f"{resnet.BASE_WEIGHTS_PATH}resnet50_weights_tf_dim_ordering_tf_kernels.h5",
        resnet.WEIGHTS_HASHES["resnet50"][0],
    ),
    "vgg16": lambda: Published(vgg16.WEIGHTS_PATH, "64373286793e3c8b2b4e3219cbf3544b"),
}


def weights(model_id: str) -> Published:
    """The published weights of a model of keras.applications."""
    return _WEIGHTS[model_id]()


def class_index() -> Published:
    """The 1000 ImageNet labels."""
    return Published(imagenet_utils.CLASS_INDEX_PATH, "c2c37ea517e94d9795004a39431a14cb")
