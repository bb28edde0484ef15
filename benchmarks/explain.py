"""Explanations: Grad-CAM against a bare pass, the textbook's code and tf-keras-vis; batching; repainting; memory.

    python benchmarks/explain.py --weights FILE [--image FILE]

FILE: weights of MobileNetV2 for keras.applications. The peer tf-keras-vis is in the extra `bench`; without it its line
is left out.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import keras
import numpy as np
import psutil
import tensorflow as tf

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.measure import Line, alternate, show
from engine.explain import Explainer
from engine.explain.asking import Wanted
from engine.explain.cams import class_maps
from engine.explain.explaining import explain, make_question, prepare_for, top_targets
from engine.explain.live import explain_live
from engine.explain.pixels import integrated_gradients
from engine.explain.targets import target_of
from engine.explain.views import Look, draw, place
from engine.images import load_image
from engine.models.catalog import entry
from engine.models.compiled import compile_forward
from engine.models.loading import Model
from engine.models.preprocessing import Prepared
from engine.video.frame import Frame

SWITCHES = 50


def textbook(network: keras.Model, layer: str) -> Callable[[np.ndarray, int], np.ndarray]:
    """Grad-CAM as tutorials write it: eager, the model called under a tape, softmax and all."""
    both = keras.Model(network.input, [network.get_layer(layer).output, network.output])

    def heatmap(batch: np.ndarray, index: int) -> np.ndarray:
        with tf.GradientTape() as tape:
            activations, predictions = both(batch)
            score = predictions[:, index]
        weights = tf.reduce_mean(tape.gradient(score, activations), axis=(0, 1, 2))
        return tf.squeeze(activations[0] @ weights[..., tf.newaxis]).numpy()

    return heatmap


def tf_keras_vis(network: keras.Model, layer: str) -> Callable[[np.ndarray, int], np.ndarray] | None:
    """The peer, without its enlargement of the map; None when it is not installed."""
    try:
        from tf_keras_vis.gradcam import Gradcam
        from tf_keras_vis.utils.scores import CategoricalScore
    except ImportError:
        return None
    linear = keras.models.clone_model(network)
    linear.set_weights(network.get_weights())
    linear.layers[-1].activation = keras.activations.linear
    cam = Gradcam(linear, clone=False)
    return lambda batch, index: cam(
        CategoricalScore([index]), batch, penultimate_layer=layer, expand_cam=False, normalize_cam=False
    )


def grad_cam(explainer: Explainer, prepared: Prepared) -> list[Line]:
    """One warm Grad-CAM of a given class, from the prepared image to the map."""
    network, layer = explainer.model.network, explainer.default_layer
    (top,) = top_targets(explainer, prepared, 1)
    batch = prepared.tensor[None]
    folded = compile_forward(network)
    traced = tf.function(lambda tensor: network(tensor, training=False))
    works = [
        lambda: explain(explainer, prepared, "grad-cam", layer, top),
        lambda: folded(batch),
        lambda: traced(tf.constant(batch)).numpy(),
        lambda: eager(batch, top.class_id),
    ]
    eager, peer = textbook(network, layer), tf_keras_vis(network, layer)
    if peer is not None:
        works.append(lambda: peer(batch, top.class_id))
    ours, bare, plain, book, *rest = alternate(25, *works, warm=2)
    lines = [
        Line("Grad-CAM / bare pass, compiled, weights folded", ours, bare, "<= 1.15"),
        Line("Grad-CAM / bare pass, tf.function", ours, plain, "<= 1.15"),
        Line("Grad-CAM / the textbook's eager code", ours, book, ">= 10"),
    ]
    return lines + [Line("Grad-CAM / tf-keras-vis", ours, seconds, ">= 5") for seconds in rest]


def batching(explainer: Explainer, prepared: Prepared) -> list[Line]:
    """What batches save: Integrated Gradients, Score-CAM, all classes at once."""
    question = make_question(explainer, prepared, "integrated-gradients")
    black, image = question.baseline("black"), prepared.tensor
    score = make_question(explainer, prepared, "score-cam", target=question.target)
    masked = np.random.default_rng(0).random((64, *image.shape), np.float32) * image
    kernel = np.asarray(explainer.model.network.layers[-1].kernel)
    layer = explainer.default_layer
    targets = [target_of(explainer.card, explainer.output(0), index) for index in range(20)]
    integrated, singles, batched, one_by_one, eager, every_class, class_by_class = alternate(
        3,
        lambda: integrated_gradients(question.path(black)[0], 32, tolerance=np.inf),
        lambda: [question.gradient(image[None]) for _ in range(32)],
        lambda: [score.score(masked[start : start + 32]) for start in (0, 32)],
        lambda: [score.score(row[None]) for row in masked],
        lambda: [score.explainer.model.network(row[None], training=False) for row in masked[:16]],
        lambda: class_maps(explainer.activations(image[None], layer)[0], kernel),
        lambda: [explain(explainer, prepared, "grad-cam", layer, target) for target in targets],
    )
    return [
        Line("Integrated Gradients, 32 steps / 32 single gradients", integrated, singles, "<= 0.5"),
        Line("Score-CAM, 64 channels / one by one, the network called", batched, eager * 4, ">= 5"),
        Line("Score-CAM, 64 channels / one by one, our compiled pass", batched, one_by_one, ">= 1"),
        Line("Maps of 1000 classes / Grad-CAM of each (20, scaled)", every_class, class_by_class * 50, ">= 50"),
    ]


def repainting() -> list[Line]:
    """Opacity, threshold and colour at 1080p against the time of one frame at 60 Hz."""
    rng = np.random.default_rng(0)
    image = rng.integers(0, 255, (1080, 1920, 3), dtype=np.uint8)
    placed = place(rng.normal(size=(7, 7)).astype(np.float32), (240, 0, 1680, 1080), (1080, 1920))
    looks = [Look(opacity=0.4), Look(threshold=0.3), Look(colours="jet"), Look(signed=True), Look("heatmap")]
    (ours,) = alternate(15, lambda: [draw(image, placed, look) for look in looks], warm=2)
    return [Line("repaint a map on 1920 x 1080 / 16 ms", ours / len(looks), 0.016, "<= 1")]


class Reel:
    """Encoded frames, decoded when taken: what a webcam costs."""

    def __init__(self, frames: list[np.ndarray]) -> None:
        self.frames = frames

    def take(self, timeout: float | None = None) -> Frame | None:
        """The next frame, or None at the end."""
        return None if not self.frames else Frame(decoded(self.frames.pop(0)), 0, 0, 0.0)

    @property
    def finished(self) -> bool:
        """Whether all were taken."""
        return not self.frames


def decoded(jpeg: np.ndarray) -> np.ndarray:
    """RGB (H, W, 3) of an encoded picture."""
    return cv2.cvtColor(cv2.imdecode(jpeg, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


def live(explainer: Explainer) -> list[Line]:
    """Seconds a 640 x 480 frame: explained as live pictures are, against decoding and a bare pass."""
    rng = np.random.default_rng(0)
    soft = cv2.resize(rng.integers(0, 255, (12, 16, 3), dtype=np.uint8), (640, 480))
    jpeg = cv2.imencode(".jpg", soft)[1]
    forward = compile_forward(explainer.model.network)
    wanted = Wanted("grad-cam")

    def bare() -> None:
        for _ in range(20):
            forward(prepare_for(explainer, decoded(jpeg)).tensor[None])

    ours, peer = alternate(
        5, lambda: explain_live(Reel([jpeg] * 20), explainer, lambda: wanted, lambda _: None), bare, warm=1
    )
    return [Line("live Grad-CAM, a frame / decode, prepare and bare pass", ours / 20, peer / 20, "<= 1.25")]


def memory(model: Model, prepared: Prepared) -> None:
    """Resident memory while one model after the other is opened, explained and dropped."""

    def use() -> None:
        network = keras.models.clone_model(model.network)
        network.set_weights(model.network.get_weights())
        explain(Explainer(Model(model.card, network, model.path)), prepared)
        del network
        gc.collect()

    process, seen = psutil.Process(), []
    for index in range(SWITCHES + 10):
        use()
        if index >= 9:  # allocators reach their working size first
            seen.append(process.memory_info().rss / 1e6)
    growth = seen[-1] / seen[0] - 1
    print(
        f"\nMemory over {SWITCHES} model switches: {seen[0]:.0f} MB to {seen[-1]:.0f} MB, {growth:+.1%} (bound: 10 %)"
    )


def retracing(explainer: Explainer, prepared: Prepared) -> None:
    """Classes and images that come after the first must not compile anything."""
    explain(explainer, prepared)
    before = explainer.traces
    for index in range(10):
        other = Prepared(prepared.tensor * (1 - index / 20), prepared.seen, prepared.window)
        explain(explainer, other, target=target_of(explainer.card, explainer.output(0), 100 * index))
    print(f"\nCompilations for 10 other images and classes: {explainer.traces - before} (bound: 0)")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--image", type=Path)
    arguments = parser.parse_args()
    network = keras.applications.MobileNetV2(weights=str(arguments.weights))
    model = Model(entry("mobilenet-v2").card, network, arguments.weights)
    started = time.perf_counter()
    explainer = Explainer(model)
    noise = np.random.default_rng(0).integers(0, 255, (480, 640, 3), dtype=np.uint8)
    prepared = prepare_for(explainer, load_image(arguments.image).pixels if arguments.image else noise)
    explain(explainer, prepared)
    print(f"First map, opening and compiling included: {time.perf_counter() - started:.2f} s")
    show("MobileNetV2 224, one image", grad_cam(explainer, prepared))
    show("Batches", batching(explainer, prepared))
    show("View", repainting())
    show("Live, 640 x 480 (0.8 of the possible rate is a ratio of 1.25)", live(explainer))
    retracing(explainer, prepared)
    memory(model, prepared)


if __name__ == "__main__":
    main()
