"""The kinds of network one can train from nothing, and their settings; light, so that forms can show them at once."""

from __future__ import annotations

from dataclasses import dataclass

from engine.options import option


@dataclass(frozen=True, slots=True)
class NetworkKind:
    """A family of networks."""

    id: str
    title: str
    about: str
    depth: int  # its own depth, in `depth_unit`
    depth_unit: str
    batch_norm: bool  # whether it has batch normalisation unless told otherwise


NETWORKS: dict[str, NetworkKind] = {
    kind.id: kind
    for kind in (
        NetworkKind(
            "textbook",
            "Textbook CNN",
            "Three convolutions (32, 64, 64 filters), two poolings, one hidden dense layer: quick and easy to read.",
            3,
            "convolutions",
            False,
        ),
        NetworkKind(
            "vgg-small",
            "Small VGG",
            "Three blocks of stacked 3 × 3 convolutions with pooling between them (Simonyan and Zisserman 2014).",
            2,
            "convolutions per block",
            False,
        ),
        NetworkKind(
            "resnet-small",
            "Small ResNet",
            "Three stages of residual blocks for small images, as in the CIFAR networks of He et al. 2015.",
            2,
            "residual blocks per stage",
            True,
        ),
        NetworkKind(
            "mobilenet-small",
            "Small MobileNetV2",
            "Inverted residual blocks with depthwise convolutions (Sandler et al. 2018), strides for small images.",
            2,
            "blocks per stage",
            True,
        ),
        NetworkKind(
            "mlp",
            "MLP",
            "Dense layers on the flattened pixels, without convolution: what a CNN is compared with.",
            2,
            "hidden layers",
            False,
        ),
    )
}


@dataclass(frozen=True, slots=True)
class NetworkSettings:
    """Which network, and how it departs from its usual form."""

    network: str = option("textbook", "Network", "A network to train from nothing, or a catalog id to build upon.")
    width: float = option(
        1.0, "Width", "Multiplies the number of filters in every layer.", minimum=0.1, maximum=8, step=0.25, unit=" x"
    )
    depth: int = option(
        0, "Depth", "Layers or blocks, depending on the network; 0 keeps its own.", minimum=0, maximum=12
    )
    dropout: float = option(
        0.0, "Dropout", "Share of features silenced at random while training.", minimum=0, maximum=0.9, step=0.05
    )
    l2: float = option(
        0.0, "L2 penalty", "Pulls weights towards zero; 0.0001 is usual.", minimum=0, maximum=0.1, step=0.0001
    )
    batch_norm: str = option(
        "auto",
        "Batch normalisation",
        "Normalise after each convolution; “auto” keeps what the network is known for.",
        choices=("auto", "on", "off"),
    )

    def depth_of(self, kind: NetworkKind) -> int:
        """The depth to build."""
        return self.depth or kind.depth

    def normalises(self, kind: NetworkKind) -> bool:
        """Whether to build batch normalisation."""
        return kind.batch_norm if self.batch_norm == "auto" else self.batch_norm == "on"
