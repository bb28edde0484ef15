"""Inside a network: every layer at any nesting depth, by a path such as `backbone/block_13_expand`.

A network placed inside another is one opaque layer to Keras: its inner tensors are not reachable from the outer inputs.
`open_network` rebuilds the calls with `keras.models.clone_model` so that they are, while every weight stays shared.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras

from engine.errors import InvalidModel
from engine.models.grouped import without_groups


@dataclass(frozen=True, slots=True)
class Spot:
    """One layer of a network, named so that it can be found again."""

    path: str  # names of the networks around it and its own, joined by "/"
    kind: str  # class of the layer: "Conv2D"
    shape: tuple[int | None, ...]  # of its output, without the batch

    @property
    def spatial(self) -> bool:
        """Whether the output is a stack of maps, (height, width, channels), larger than one pixel.

        A side that depends on the image (None) counts as larger than one.
        """
        return len(self.shape) == 3 and (self.shape[0] != 1 or self.shape[1] != 1)

    @property
    def depth(self) -> int:
        """How many networks are around it."""
        return self.path.count("/")


@dataclass(frozen=True, slots=True)
class Step:
    """One call of one layer, as symbolic tensors of the opened network."""

    path: str
    layer: keras.layers.Layer
    before: Any  # KerasTensor that went in; None where several did
    after: Any  # KerasTensor that came out; a list where several did

    @property
    def spot(self) -> Spot | None:
        """What to show of it; None for a layer with several outputs."""
        if isinstance(self.after, (list, tuple, dict)):
            return None
        return Spot(self.path, type(self.layer).__name__, tuple(self.after.shape[1:]))


@dataclass(frozen=True, slots=True)
class Opened:
    """A network with all its inner tensors reachable."""

    inputs: list[Any]  # KerasTensors
    outputs: list[Any]  # KerasTensors
    steps: tuple[Step, ...]  # in the order of computation

    @property
    def spots(self) -> tuple[Spot, ...]:
        """Every layer that has one output, in the order of computation; a layer called twice appears once."""
        return tuple({spot.path: spot for step in self.steps if (spot := step.spot) is not None}.values())

    def step(self, path: str) -> Step:
        """The last call of the layer at `path`. Raises InvalidModel, naming near paths, when there is none."""
        for step in reversed(self.steps):
            if step.path == path:
                return step
        near = [step.path for step in self.steps if path.rsplit("/", 1)[-1] in step.path]
        known = near or [step.path for step in self.steps if (spot := step.spot) is not None and spot.spatial]
        raise InvalidModel(f"The network has no layer “{path}”.", f"Layers: {_some(known)}.")

    def model(self, tensors: list[Any]) -> keras.Model:
        """A network from the same inputs to any of the opened tensors, sharing all weights."""
        return keras.Model(self.inputs if len(self.inputs) > 1 else self.inputs[0], tensors)


def open_network(network: keras.Model) -> Opened:
    """Make every inner tensor of a functional or Sequential network reachable, at any nesting depth.

    The network computes the same as before and keeps its own layers and configuration. Raises InvalidModel for a
    network whose calls Keras does not record: a subclass of keras.Model, or one that was never built.
    """
    if not _is_graph(network):
        raise InvalidModel(
            f"“{network.name}” (a {type(network).__name__}) is a network whose layers cannot be seen from outside.",
            "Save it as a functional or Sequential network, built by calling it once.",
        )
    return _open(network)


def _is_graph(layer: Any) -> bool:
    """Whether Keras recorded the calls inside: a functional network, or a Sequential one that was built."""
    if not isinstance(layer, keras.Model):
        return False
    try:
        return bool(layer.inputs) and bool(layer.outputs)
    except (AttributeError, ValueError):  # never built
        return False


def _open(network: keras.Model) -> Opened:
    steps: list[Step] = []

    def call(layer: keras.layers.Layer, *args: Any, **kwargs: Any) -> Any:
        if _is_graph(layer):
            return _call_inner(layer, args, kwargs, steps)
        after = without_groups(layer)(*args, **kwargs)
        steps.append(Step(layer.name, layer, _single(args), after))
        return after

    if isinstance(network, keras.Sequential):
        inputs = [keras.Input(batch_shape=network.inputs[0].shape, dtype=network.inputs[0].dtype)]
        result = inputs[0]
        for layer in network.layers:
            result = call(layer, result)
        return Opened(inputs, [result], tuple(steps))
    clone = keras.models.clone_model(network, clone_function=lambda layer: layer, call_function=call)
    return Opened(list(clone.inputs), list(clone.outputs), tuple(steps))


def _call_inner(network: keras.Model, args: tuple[Any, ...], kwargs: dict[str, Any], steps: list[Step]) -> Any:
    """Call an inner network so that its own tensors come out too, and add its steps with their paths."""
    inner = _open(network)
    shown = [step for step in inner.steps if step.spot is not None]
    befores = [step.after if step.before is None else step.before for step in shown]
    exposed = inner.model([*inner.outputs, *(step.after for step in shown), *befores])
    results = exposed(*args, **kwargs)
    first, count = len(inner.outputs), len(shown)
    after, before = results[first : first + count], results[first + count :]
    for step, came, went in zip(shown, after, before, strict=True):
        path = f"{network.name}/{step.path}"
        steps.append(Step(path, step.layer, None if step.before is None else went, came))
    # Where an output is the result of an inner layer, hand on that very tensor: a head is recognised by it.
    outputs = [_same(inner.outputs[index], shown, after, results[index]) for index in range(first)]
    structure = network.output
    many = isinstance(structure, (list, tuple, dict))
    return keras.tree.pack_sequence_as(structure, outputs) if many else outputs[0]


def _same(output: Any, steps: list[Step], after: list[Any], otherwise: Any) -> Any:
    """The tensor among `after` that stands for `output`, or `otherwise` when no step made it."""
    return next((tensor for step, tensor in zip(steps, after, strict=True) if step.after is output), otherwise)


def _single(args: tuple[Any, ...]) -> Any:
    return None if not args or isinstance(args[0], (list, tuple, dict)) else args[0]


def _some(paths: list[str], most: int = 6) -> str:
    shown = list(dict.fromkeys(paths))
    return ", ".join(shown[-most:]) + (f" and {len(shown) - most} more" if len(shown) > most else "")
