"""The layers of a Darknet network with every size worked out, before any framework is involved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.detection.darknet.cfg import Section
from engine.errors import InvalidModel

PICTURE = -1  # the index that stands for the network's input


@dataclass(frozen=True, slots=True)
class Layer:
    """One section of the cfg; a plain name for everything the two builders need."""

    index: int
    kind: str
    inputs: tuple[int, ...]  # indices of the layers it reads, PICTURE for the input
    channels: int  # of its output
    height: int
    width: int
    in_channels: int = 0
    size: int = 1  # of the kernel or window
    stride: int = 1
    pad: int = 0  # left and top
    pad_end: int = 0  # right and bottom
    groups: int = 1
    group: int = 0  # which of `groups` a route passes on
    normalised: bool = False
    activation: str = "linear"

    @property
    def name(self) -> str:
        """Unique and readable, as shown in the inspector: "layer_012_convolutional"."""
        return f"layer_{self.index:03d}_{self.kind}"


@dataclass(frozen=True, slots=True)
class Scale:
    """One [yolo] section: a feature map and how to read it."""

    layer: int  # whose output it reads
    anchors: tuple[tuple[float, float], ...]  # width and height in pixels of the input
    classes: int
    scale_xy: float
    new_coords: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole network."""

    width: int
    height: int
    channels: int
    layers: tuple[Layer, ...]
    scales: tuple[Scale, ...]


ACTIVATIONS = (
    "linear",
    "leaky",
    "relu",
    "relu6",
    "mish",
    "logistic",
    "swish",
    "tanh",
    "elu",
    "hardsigmoid",
    "hardswish",
)


def plan(sections: list[Section], size: tuple[int, int] | None = None) -> Plan:
    """Work out every layer. size: width and height to use instead of those in the cfg.

    Raises InvalidModel for unknown layers, for layers that read one that does not exist yet (a loop), for sizes that
    do not fit together, and for networks without [yolo].
    """
    net = sections[0]
    width, height = size or (net.whole("width", 416), net.whole("height", 416))
    channels = net.whole("channels", 3)
    if min(width, height) < 32 or max(width, height) > 8192 or channels != 3:
        raise InvalidModel(
            f"The cfg asks for an input of {width} × {height} × {channels}.",
            "Expected 32 to 8192 pixels and 3 channels.",
        )
    layers: list[Layer] = []
    scales: list[Scale] = []
    picture = Layer(PICTURE, "picture", (), channels, height, width)
    for index, section in enumerate(sections[1:]):
        if section.kind not in KINDS:
            raise InvalidModel(
                f"[{section.kind}] in line {section.line} of the cfg is a layer this program does not know.",
                f"It knows: {', '.join(sorted(KINDS))}.",
            )
        previous = layers[-1] if layers else picture
        layers.append(KINDS[section.kind](section, index, previous, layers))
        if section.kind == "yolo":
            scales.append(_scale(section, previous))
    if not scales:
        raise InvalidModel("The cfg has no [yolo] layer.", "Only detectors of the YOLO family are imported.")
    return Plan(width, height, channels, tuple(layers), tuple(scales))


def _find(section: Section, text: float, index: int, layers: list[Layer]) -> Layer:
    """The layer a route or shortcut names: relative when negative."""
    number = int(text)
    target = index + number if number < 0 else number
    if not 0 <= target < index:
        raise InvalidModel(
            f"[{section.kind}] in line {section.line} of the cfg reads layer {target}, which is not before it "
            f"(it is layer {index}).",
            "That would be a loop, or a layer that does not exist.",
        )
    return layers[target]


def _activation(section: Section) -> str:
    name = section.options.get("activation", "linear").lower()
    if name not in ACTIVATIONS:
        raise InvalidModel(
            f"[{section.kind}] in line {section.line} of the cfg has the unknown activation “{name}”.",
            f"Known are: {', '.join(ACTIVATIONS)}.",
        )
    return name


def _convolutional(section: Section, index: int, previous: Layer, layers: list[Layer]) -> Layer:
    size, stride = section.whole("size", 1), section.whole("stride", 1)
    groups, filters = section.whole("groups", 1), section.whole("filters", 1)
    pad = size // 2 if section.whole("pad", 0) else section.whole("padding", 0)
    if section.whole("dilation", 1) != 1 or section.options.get("binary") == "1" or section.options.get("xnor") == "1":
        raise InvalidModel(
            f"[convolutional] in line {section.line} of the cfg is dilated or binary.", "Neither is read."
        )
    if min(size, stride, groups, filters) < 1 or previous.channels % groups or filters % groups:
        raise InvalidModel(
            f"[convolutional] in line {section.line} of the cfg has size {size}, stride {stride}, {filters} filters in "
            f"{groups} groups over {previous.channels} channels.",
            "Expected positive numbers, and groups that divide both.",
        )
    height, width = ((side + 2 * pad - size) // stride + 1 for side in (previous.height, previous.width))
    if min(height, width) < 1:
        raise InvalidModel(
            f"[convolutional] in line {section.line} of the cfg leaves no pixel.", "Its input is too small."
        )
    return Layer(
        index, "convolutional", (previous.index,), filters, height, width, previous.channels, size, stride, pad, pad,
        groups, 0, bool(section.whole("batch_normalize", 0)), _activation(section),
    )  # fmt: skip


def _maxpool(section: Section, index: int, previous: Layer, layers: list[Layer]) -> Layer:
    stride = section.whole("stride", 1)
    size = section.whole("size", stride)
    padding = section.whole("padding", size - 1)
    height, width = ((side + padding - size) // stride + 1 for side in (previous.height, previous.width))
    if min(size, stride, height, width) < 1 or padding < 0:
        raise InvalidModel(f"[maxpool] in line {section.line} of the cfg leaves no pixel.", "Its input is too small.")
    # Darknet's windows may begin before the picture and end behind it; what is missing counts as minus infinity.
    end = (
        max((height - 1) * stride + size - previous.height, (width - 1) * stride + size - previous.width) - padding // 2
    )
    return Layer(
        index, "maxpool", (previous.index,), previous.channels, height, width, previous.channels, size, stride,
        padding // 2, max(end, 0),
    )  # fmt: skip


def _upsample(section: Section, index: int, previous: Layer, layers: list[Layer]) -> Layer:
    stride = section.whole("stride", 2)
    if stride < 1 or section.number("scale", 1.0) != 1.0:
        raise InvalidModel(
            f"[upsample] in line {section.line} of the cfg is none we know.", "Expected stride, no scale."
        )
    return Layer(
        index, "upsample", (previous.index,), previous.channels, previous.height * stride, previous.width * stride,
        previous.channels, stride=stride,
    )  # fmt: skip


def _route(section: Section, index: int, previous: Layer, layers: list[Layer]) -> Layer:
    sources = [_find(section, number, index, layers) for number in section.numbers("layers")]
    groups, group = section.whole("groups", 1), section.whole("group_id", 0)
    sizes = {(source.height, source.width) for source in sources}
    if len(sizes) != 1 or not 0 <= group < groups or any(source.channels % groups for source in sources):
        raise InvalidModel(
            f"[route] in line {section.line} of the cfg joins layers of sizes {sorted(sizes)} in {groups} groups.",
            "Expected at least one layer, one size, and groups that divide the channels.",
        )
    first = sources[0]
    channels = sum(source.channels // groups for source in sources)
    inputs = tuple(source.index for source in sources)
    return Layer(index, "route", inputs, channels, first.height, first.width, groups=groups, group=group)


def _shortcut(section: Section, index: int, previous: Layer, layers: list[Layer]) -> Layer:
    others = [_find(section, number, index, layers) for number in section.numbers("from")]
    shape = (previous.channels, previous.height, previous.width)
    if not others or any((o.channels, o.height, o.width) != shape for o in others):
        found = [(o.channels, o.height, o.width) for o in others]
        raise InvalidModel(
            f"[shortcut] in line {section.line} of the cfg adds {found} to {shape}.", "Shapes must agree."
        )
    if section.options.get("weights_type", "none") != "none":
        raise InvalidModel(f"[shortcut] in line {section.line} of the cfg has weights.", "Only plain sums are read.")
    inputs = (previous.index, *(o.index for o in others))
    return Layer(index, "shortcut", inputs, *shape, activation=_activation(section))


def _dropout(section: Section, index: int, previous: Layer, layers: list[Layer]) -> Layer:
    return Layer(index, "dropout", (previous.index,), previous.channels, previous.height, previous.width)


def _yolo(section: Section, index: int, previous: Layer, layers: list[Layer]) -> Layer:
    return Layer(index, "yolo", (previous.index,), previous.channels, previous.height, previous.width)


def _scale(section: Section, previous: Layer) -> Scale:
    flat = section.numbers("anchors")
    pairs = list(zip(flat[::2], flat[1::2], strict=False))
    mask = [int(number) for number in section.numbers("mask")] or list(range(len(pairs)))
    classes = section.whole("classes", 20)
    if not mask or max(mask) >= len(pairs) or min(mask) < 0 or len(mask) * (5 + classes) != previous.channels:
        raise InvalidModel(
            f"[yolo] in line {section.line} of the cfg has mask {mask}, {len(pairs)} anchors and {classes} classes, "
            f"but reads {previous.channels} channels.",
            f"Expected {len(mask) * (5 + classes)} filters before it.",
        )
    anchors = tuple(pairs[number] for number in mask)
    return Scale(
        previous.index, anchors, classes, section.number("scale_x_y", 1.0), bool(section.whole("new_coords", 0))
    )


KINDS: dict[str, Callable[[Section, int, Layer, list[Layer]], Layer]] = {
    "convolutional": _convolutional,
    "maxpool": _maxpool,
    "upsample": _upsample,
    "route": _route,
    "shortcut": _shortcut,
    "dropout": _dropout,
    "yolo": _yolo,
}
