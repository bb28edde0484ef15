"""A stack of layers: what each stage gives, costs and sees, recomputed only from the first change on."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from engine.errors import InvalidSetting
from engine.playground.layers import Layer, Shape
from engine.playground.receptive import field_size

MOST_LAYERS = 24
MOST_CELLS = 10_000_000  # of one stage: what can be painted without a pause


@dataclass(frozen=True, slots=True)
class Stack:
    """Layers in order, from the input on; immutable, so that undo is keeping the older one."""

    layers: tuple[Layer, ...] = ()

    def __post_init__(self) -> None:
        if len(self.layers) > MOST_LAYERS:
            raise InvalidSetting(f"The stack has {len(self.layers)} layers.", f"At most {MOST_LAYERS} are allowed.")

    def with_layer(self, index: int, layer: Layer) -> Stack:
        """The stack with one layer replaced."""
        return replace(self, layers=(*self.layers[:index], layer, *self.layers[index + 1 :]))

    def inserted(self, index: int, layer: Layer) -> Stack:
        """The stack with a layer more, in front of position `index`."""
        return replace(self, layers=(*self.layers[:index], layer, *self.layers[index:]))

    def removed(self, index: int) -> Stack:
        """The stack with a layer less."""
        return replace(self, layers=(*self.layers[:index], *self.layers[index + 1 :]))

    def moved(self, index: int, to: int) -> Stack:
        """The stack with the layer at `index` at position `to`."""
        return self.removed(index).inserted(to, self.layers[index])

    def shapes(self, shape: Shape) -> list[Shape]:
        """Shape of the input and after each layer; raises InvalidSetting, naming the layer that does not fit."""
        shapes = [shape]
        for position, layer in enumerate(self.layers, start=1):
            try:
                shapes.append(layer.output_shape(shapes[-1]))
            except InvalidSetting as error:
                raise InvalidSetting(f"Layer {position}, {layer.title}: {error.message}", error.hint) from None
            if np.prod(shapes[-1], dtype=np.int64) > MOST_CELLS:
                raise InvalidSetting(
                    f"Layer {position}, {layer.title}, would make {' × '.join(map(str, shapes[-1]))} numbers.",
                    f"At most {MOST_CELLS // 1_000_000} million fit; use a smaller input or factor.",
                )
        return shapes


@dataclass(frozen=True, slots=True)
class Stage:
    """One layer at work."""

    layer: Layer
    source: np.ndarray  # its input, float32, read-only
    result: np.ndarray  # its output, float32, read-only
    parameters: int
    multiply_adds: int
    receptive_field: tuple[int, int]  # height and width on the stack's input, in cells


class Runner:
    """Runs stacks and keeps the stages of the last one, so that a change costs only the layers behind it."""

    def __init__(self) -> None:
        self._stages: tuple[Stage, ...] = ()

    def run(self, stack: Stack, values: np.ndarray) -> tuple[Stage, ...]:
        """A stage for each layer, for an input (H, W, C) float32.

        Raises InvalidSetting before any work when a layer does not fit; what is kept of the last run stays.
        """
        shapes = stack.shapes(values.shape)
        stages: list[Stage] = []
        for index, layer in enumerate(stack.layers):
            known = self._stages[index] if index < len(self._stages) else None
            if known is None or known.layer is not layer or known.source is not values:
                result = layer.apply(values)
                result.flags.writeable = False
                known = Stage(
                    layer,
                    values,
                    result,
                    layer.parameters(values.shape),
                    layer.multiply_adds(values.shape),
                    field_size(stack.layers[: index + 1], shapes[: index + 2]),
                )
            stages.append(known)
            values = known.result
        self._stages = tuple(stages)
        return self._stages
