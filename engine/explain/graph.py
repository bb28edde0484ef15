"""The Keras side of explanations: a network opened once, with its compiled passes forward and back.

A pass is compiled once for a choice of layers (`passes.py`) and kept. The user's network is never changed.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from engine.errors import InvalidModel, InvalidSetting
from engine.explain.affine import split_start
from engine.explain.narrow import narrow
from engine.explain.passes import Pass, channels_pass, forward_pass, look_pass, walk_pass
from engine.explain.targets import Output
from engine.models.loading import Model
from engine.models.logits import head_step, undo
from engine.models.opening import Spot, Step, open_network

KEPT = 8  # compiled passes a network keeps; each holds its own copy of the weights it uses


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a pass forward and back found for a batch, all float32."""

    activations: tuple[np.ndarray, ...]  # a layer each: (N, H, W, K)
    gradients: tuple[np.ndarray, ...]  # of the score by them, same shapes
    logits: np.ndarray  # (N, units) of the chosen output


class Explainer:
    """One model opened for questions; safe to use from several threads."""

    def __init__(self, model: Model) -> None:
        """Raises InvalidModel for networks with several inputs, or whose layers cannot be seen."""
        self._opened = open_network(model.network)
        if len(self._opened.inputs) != 1:
            raise InvalidModel(
                f"{model.card.title} has {len(self._opened.inputs)} inputs; explanations need exactly one image.",
                "Choose a network with one image as its input.",
            )
        self.card = model.card
        self.model = model
        undone = [undo(self._opened, output) for output in self._opened.outputs]
        self._logits = [head.logits for head in undone]
        names = getattr(model.network, "output_names", None) or [model.network.layers[-1].name]  # Sequential has none
        self.outputs = tuple(
            Output(index, names[index], int(head.logits.shape[-1]), head.activation, head.exact)
            for index, head in enumerate(undone)
            if len(head.logits.shape) == 2
        )
        if not self.outputs:
            raise InvalidModel(
                f"{model.card.title} has no output of class scores.", "Explanations need an output (batch, classes)."
            )
        self.spots: tuple[Spot, ...] = self._opened.spots  # every layer at any depth, in the order of computation
        self.spatial = tuple(spot for spot in self.spots if spot.spatial)  # those that can carry a map
        self._passes: OrderedDict[tuple[Any, ...], Pass] = OrderedDict()
        self._starts: dict[int, tuple[keras.Model, keras.Model] | None] = {}  # affine start and rest, by output
        self._lock = threading.RLock()
        how = model.card.preprocessing
        self.input_shape = (how.height, how.width, how.channels)
        self.traces = 0  # how often something was compiled; a test holds that classes and images do not

    def output(self, index: int) -> Output:
        """An output by its place among all outputs of the network. Raises InvalidSetting when it has no classes."""
        for output in self.outputs:
            if output.index == index:
                return output
        known = ", ".join(f"{output.index} ({output.name})" for output in self.outputs)
        raise InvalidSetting(f"{self.card.title} has no output {index} with classes.", f"Choose one of: {known}.")

    @property
    def default_layer(self) -> str | None:
        """The last layer whose output is larger than one pixel; None when there is none."""
        return self.spatial[-1].path if self.spatial else None

    def spatial_layer(self, path: str | None) -> str:
        """A layer checked to carry maps; the default one for None. Raises InvalidModel."""
        if path is None:
            if self.default_layer is None:
                raise InvalidModel(
                    f"{self.card.title} has no spatial layer to explain.",
                    "Try Integrated Gradients, which needs none.",
                )
            return self.default_layer
        spot = self._opened.step(path).spot
        if spot is None or not spot.spatial:
            shape = "several tensors" if spot is None else f"shape {spot.shape}"
            raise InvalidModel(
                f"The output of “{path}” has {shape}: there is no map in it.",
                f"Choose a layer with height, width and channels, such as “{self.default_layer}”.",
            )
        return path

    def logits(self, batch: np.ndarray, output: int = 0) -> np.ndarray:
        """Logits (N, units) float32 of a batch (N, H, W, C) float32."""
        forward = self._pass(
            ("forward", output), lambda: forward_pass(self.tensor_model(None, output), self.input_shape)
        )
        return self._finite(forward(batch)[0])

    def look(
        self, batch: np.ndarray, directions: np.ndarray, layers: Sequence[str], output: int = 0, score: str = "logit"
    ) -> Evidence:
        """Activations of the layers and the gradients of the score by them, in one pass.

        batch: (N, H, W, C) float32. directions: (N, units) float32, see `targets.direction`. Raises InvalidModel when
        no gradient reaches a layer, or the network answers NaN.
        """
        paths = tuple(layers)
        look = self._pass(("look", paths, output, score), lambda: self._look_pass(paths, output, score))
        logits, *maps = look(batch, directions)
        self._finite(logits)
        count = len(paths)
        return Evidence(tuple(maps[:count]), tuple(maps[count:]), logits)

    def look_top(self, batch: np.ndarray, layers: Sequence[str], output: int = 0) -> Evidence:
        """The same for the logit of each image's own strongest class, which this one pass finds by itself."""
        paths = tuple(layers)
        look = self._pass(("top", paths, output), lambda: self._look_pass(paths, output, "top"))
        logits, *maps = look(batch, np.zeros((len(batch), self.output(output).units), np.float32))
        self._finite(logits)
        return Evidence(tuple(maps[: len(paths)]), tuple(maps[len(paths) :]), logits)

    def pixel_gradients(
        self, batch: np.ndarray, directions: np.ndarray, output: int = 0, score: str = "logit"
    ) -> tuple[np.ndarray, np.ndarray]:
        """Gradient (N, H, W, C) of the score by the input, and the logits (N, units)."""
        run = self._pass(("pixels", output, score), lambda: self._look_pass((), output, score))
        logits, gradients = run(batch, directions)
        self._finite(logits)
        return gradients, logits

    def walk(self, output: int = 0, score: str = "logit") -> Pass | None:
        """See `passes.walk_pass`; None for a network that does not begin with affine layers."""
        with self._lock:
            if output not in self._starts:
                self._starts[output] = split_start(self._opened, self._logits[output])
            parts = self._starts[output]
        if parts is None:
            return None
        head = self.output(output)
        return self._pass(("walk", output, score), lambda: walk_pass(*parts, head, score, self.input_shape))

    def activations(self, batch: np.ndarray, layer: str) -> np.ndarray:
        """Activations (N, ...) float32 of one layer, forward only."""
        network = self.tensor_model(layer)
        run = self._pass(("activations", layer), lambda: forward_pass(network, self.input_shape))
        return run(batch)[0]

    def some_activations(self, batch: np.ndarray, layer: str, first: int, stop: int) -> np.ndarray:
        """The same (N, H, W, stop - first) for channels first to stop only, without room for the others."""
        run = self._pass(("channels", layer), lambda: channels_pass(narrow(self._opened, layer), self.input_shape))
        return run(batch, np.array([first, stop], np.float32))[0]

    def from_layer(self, layer: str, output: int = 0) -> Callable[[np.ndarray], np.ndarray]:
        """The rest of the network: from the activations (N, H, W, K) of a layer to the logits (N, units).

        Raises InvalidModel when other paths lead around the layer, as inside a residual block.
        """
        start = self._opened.step(layer).after
        try:
            rest = keras.Model(start, self._logits[output])
        except ValueError:
            raise InvalidModel(
                f"Other paths lead around “{layer}”, so the rest of the network cannot be run from it alone.",
                f"Choose a layer that everything passes through, such as “{self.default_layer}”.",
            ) from None
        run = self._pass(("rest", layer, output), lambda: forward_pass(rest, start.shape[1:]))
        return lambda batch: run(batch)[0]

    def head(self, output: int = 0) -> Step | None:
        """The call that makes an output; None when no single layer does."""
        return head_step(self._opened, self._opened.outputs[output])

    def tensor_model(self, layer: str | None, output: int = 0) -> keras.Model:
        """A network from the image to the output of a layer, or to the logits for None, sharing all weights."""
        return self._opened.model(self._logits[output] if layer is None else self._opened.step(layer).after)

    def _look_pass(self, paths: tuple[str, ...], output: int, score: str) -> Pass:
        head = self.output(output)
        network = self._opened.model([self._logits[output], *(self._opened.step(path).after for path in paths)])
        return look_pass(network, head, score, paths, self.input_shape)

    def _pass(self, key: tuple[Any, ...], build: Callable[[], Pass]) -> Pass:
        with self._lock:
            if key not in self._passes:
                self._passes[key] = self._built(build)
                self.traces += 1
                if len(self._passes) > KEPT:
                    self._passes.popitem(last=False)
            self._passes.move_to_end(key)
            return self._passes[key]

    def _built(self, build: Callable[[], Pass]) -> Pass:
        try:
            return build()
        except InvalidModel:
            raise
        except (ValueError, TypeError, LookupError, NotImplementedError, tf.errors.OpError) as error:
            reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
            raise InvalidModel(
                f"{self.card.title} cannot be explained this way: {reason}",
                "Try a method without gradients, such as Occlusion or RISE, or another layer.",
            ) from error

    def _finite(self, logits: np.ndarray) -> np.ndarray:
        if not np.isfinite(logits).all():
            raise InvalidModel(
                f"{self.card.title} answered with a value that is not a number.",
                "The image or the weights hold NaN or infinity, or the preprocessing does not fit.",
            )
        return logits
