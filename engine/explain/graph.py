"""The Keras side of explanations: a network opened once, with its compiled passes forward and back.

A pass is traced once for a choice of layers and kept; image, class and batch size are tensors, so changing them never
traces again. Weights are folded in as constants, as in `models/compiled.py`: a Grad-CAM then costs little more than the
bare forward pass. The user's network is never changed.
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
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from engine.errors import InvalidModel, InvalidSetting
from engine.explain.targets import Output
from engine.models.loading import Model
from engine.models.logits import head_step, undo
from engine.models.opening import Spot, Step, open_network

KEPT = 8  # compiled passes a network keeps; each holds its own copy of the weights it uses
LOSS_SCALE = 1024.0  # keeps small gradients of half-precision networks from vanishing, as in mixed-precision training

Pass = Callable[..., list[np.ndarray]]


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
        forward = self._pass(("forward", output), lambda: self._compile_forward(output))
        return self._finite(forward(batch)[0])

    def look(
        self, batch: np.ndarray, directions: np.ndarray, layers: Sequence[str], output: int = 0, score: str = "logit"
    ) -> Evidence:
        """Activations of the layers and the gradients of the score by them, in one pass.

        batch: (N, H, W, C) float32. directions: (N, units) float32, see `targets.direction`. Raises InvalidModel when
        no gradient reaches a layer, or the network answers NaN.
        """
        paths = tuple(layers)
        look = self._pass(("look", paths, output, score), lambda: self._compile_look(paths, output, score))
        logits, *maps = look(batch, directions)
        self._finite(logits)
        count = len(paths)
        return Evidence(tuple(maps[:count]), tuple(maps[count:]), logits)

    def look_top(self, batch: np.ndarray, layers: Sequence[str], output: int = 0) -> Evidence:
        """The same for the logit of each image's own strongest class, which this one pass finds by itself."""
        paths = tuple(layers)
        look = self._pass(("top", paths, output), lambda: self._compile_look(paths, output, "top"))
        logits, *maps = look(batch, np.zeros((len(batch), self.output(output).units), np.float32))
        self._finite(logits)
        return Evidence(tuple(maps[: len(paths)]), tuple(maps[len(paths) :]), logits)

    def pixel_gradients(
        self, batch: np.ndarray, directions: np.ndarray, output: int = 0, score: str = "logit"
    ) -> tuple[np.ndarray, np.ndarray]:
        """Gradient (N, H, W, C) of the score by the input, and the logits (N, units)."""
        run = self._pass(("pixels", output, score), lambda: self._compile_look((), output, score))
        logits, gradients = run(batch, directions)
        self._finite(logits)
        return gradients, logits

    def activations(self, batch: np.ndarray, layer: str) -> np.ndarray:
        """Activations (N, ...) float32 of one layer, forward only."""
        network = self.tensor_model(layer)
        shape = (None, *self.input_shape)
        run = self._pass(("activations", layer), lambda: _compile(lambda b: [network(b, training=False)], [shape]))
        return run(batch)[0]

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
        run = self._pass(("rest", layer, output), lambda: _compile(lambda a: [rest(a, training=False)], [start.shape]))
        return lambda batch: run(batch)[0]

    def head(self, output: int = 0) -> Step | None:
        """The call that makes an output; None when no single layer does."""
        return head_step(self._opened, self._opened.outputs[output])

    def tensor_model(self, layer: str | None, output: int = 0) -> keras.Model:
        """A network from the image to the output of a layer, or to the logits for None, sharing all weights."""
        return self._opened.model(self._logits[output] if layer is None else self._opened.step(layer).after)

    def _compile_forward(self, output: int) -> Pass:
        network = self.tensor_model(None, output)
        return _compile(lambda batch: [network(batch, training=False)], [(None, *self.input_shape)])

    def _compile_look(self, paths: tuple[str, ...], output: int, score: str) -> Pass:
        """Logits, then activations and gradients of each path; without paths the gradient of the image."""
        head = self.output(output)
        network = self._opened.model([self._logits[output], *(self._opened.step(path).after for path in paths)])
        scale = LOSS_SCALE if any("float16" in str(layer.compute_dtype) for layer in network.layers) else 1.0

        def run(batch: tf.Tensor, directions: tf.Tensor) -> list[tf.Tensor]:
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(batch)
                logits, *maps = keras.tree.flatten(network(batch, training=False))
                values = tf.cast(logits, tf.float32)
                if score == "probability":
                    values = _PROBABILITY[head.activation](values)
                chosen = _strongest(tf.stop_gradient(values), head) if score == "top" else directions
                total = tf.reduce_sum(values * chosen) * scale
            found = tape.gradient(total, maps or [batch])
            if (missing := next((index for index, g in enumerate(found) if g is None), None)) is not None:
                where = f"“{paths[missing]}”" if paths else "the image"
                raise InvalidModel(
                    f"No gradient flows from the score back to {where}.",
                    "Choose a layer on the way to this output, or a method without gradients, such as Occlusion.",
                )
            return [logits, *maps, *(tf.cast(g, tf.float32) / scale for g in found)]

        return _compile(run, [(None, *self.input_shape), (None, head.units)])

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


def _strongest(logits: tf.Tensor, head: Output) -> tf.Tensor:
    """Directions (N, units) of the strongest classes; a single sigmoid unit speaks for its likelier side."""
    if head.two_sided:
        return tf.where(logits > 0, 1.0, -1.0)
    return tf.one_hot(tf.argmax(logits, axis=1), head.units)


_PROBABILITY: dict[str, Callable[[tf.Tensor], tf.Tensor]] = {"softmax": tf.nn.softmax, "sigmoid": tf.sigmoid}


def _compile(run: Callable[..., list[tf.Tensor]], shapes: Sequence[Sequence[int | None]]) -> Pass:
    """Trace once for any batch size and fold the weights in; float32 arrays in and out."""

    def as_float(*inputs: tf.Tensor) -> list[tf.Tensor]:
        return [tf.cast(tensor, tf.float32) for tensor in run(*inputs)]

    signature = [tf.TensorSpec((None, *shape[1:]), tf.float32) for shape in shapes]
    traced = tf.function(as_float, input_signature=signature, autograph=False).get_concrete_function()
    folded = convert_variables_to_constants_v2(traced)

    def call(*arrays: np.ndarray) -> list[np.ndarray]:
        tensors = [tf.constant(array, tf.float32) for array in arrays]
        # Called as a whole, the folded graph first tries another signature and prints its arguments into the error:
        # 1 ms. Wrapped in another tf.function instead, a graph with gradients is never freed.
        return [tensor.numpy() for tensor in folded.inference_fn.call_flat(*tensors)]

    return call
