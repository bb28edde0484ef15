"""Classification: one warm image, a folder of them, and the GUI thread's pulse while a job runs.

    python benchmarks/classify.py --weights FILE [--images DIR]

FILE: weights of MobileNetV2 for keras.applications. DIR: photos to classify; without it, a generated one.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.measure import Line, alternate, show
from engine import classification, models
from engine.images import list_images, load_image
from engine.models.preprocessing import prepare

MANY = 256
SOME = 32  # of the slow peer, scaled up


def photos(folder: Path | None, aside: Path) -> list[Path]:
    """The photos of a folder, or one generated of 640 x 480."""
    if folder is not None:
        return list_images(folder)
    pixels = np.random.default_rng(0).integers(0, 256, (48, 64, 3), dtype=np.uint8)
    Image.fromarray(pixels).resize((640, 480)).save(aside / "generated.jpg")
    return [aside / "generated.jpg"]


def one_image(model: models.loading.Model, classifier: classification.Classifier, pixels: np.ndarray) -> list[Line]:
    """From a decoded array to the top five, against a bare compiled pass and against model.predict."""
    import tensorflow as tf

    ready = prepare(pixels, model.card.preprocessing).tensor[None]
    bare = tf.function(lambda batch: model.network(batch, training=False))
    tensor = tf.constant(ready)
    ours, compiled, predict = alternate(
        25,
        lambda: classifier.classify(pixels, 5),
        lambda: bare(tensor).numpy(),
        lambda: model.network.predict(ready, verbose=0),
        warm=3,
    )
    return [
        Line("one image, decoded array to top 5 / bare compiled pass", ours, compiled, "<= 1.25"),
        Line("one image, decoded array to top 5 / model.predict", ours, predict, ">= 4"),
    ]


def many_images(model: models.loading.Model, classifier: classification.Classifier, files: list[Path]) -> list[Line]:
    """From files to answers, against two ways of taking one file after the other."""
    chosen = list(islice(cycle(files), MANY))
    bare = compiled_pass(model)

    def batched() -> None:
        for _ in classification.classify_files(classifier, chosen, 5):
            pass

    def each_compiled() -> None:
        for path in chosen:
            bare(prepare(load_image(path).pixels, model.card.preprocessing).tensor[None])

    def each_predicted() -> None:
        for path in chosen[:SOME]:
            model.network.predict(prepare(load_image(path).pixels, model.card.preprocessing).tensor[None], verbose=0)

    def each_classified() -> None:
        for path in chosen:
            classifier.classify(load_image(path).pixels, 5)

    ours, predicted, compiled, classified = alternate(3, batched, each_predicted, each_compiled, each_classified)
    return [
        Line(f"{MANY} images from disk / one at a time by model.predict", ours, predicted * MANY / SOME, ">= 3"),
        Line(f"{MANY} images from disk / one at a time by tf.function", ours, compiled, ">= 3"),
        Line(f"{MANY} images from disk / one at a time by our classifier", ours, classified, ">= 1"),
    ]


def compiled_pass(model: models.loading.Model):
    """The network as a traced function of a NumPy batch."""
    import tensorflow as tf

    traced = tf.function(lambda batch: model.network(batch, training=False))
    return lambda batch: traced(tf.constant(batch)).numpy()


def pulse(classifier: classification.Classifier, files: list[Path]) -> None:
    """How late a 5 ms timer of the GUI thread is while a batch is classified on a worker."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtCore import QEventLoop, Qt, QTimer

    from gui.app import make_application
    from gui.jobs import JobRunner

    make_application()
    jobs, loop, timer = JobRunner(), QEventLoop(), QTimer()
    beats: list[float] = []
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(lambda: beats.append(time.perf_counter()))
    timer.start(5)
    chosen = list(islice(cycle(files), MANY))
    jobs.submit(
        lambda job: list(classification.classify_files(classifier, chosen, 5, job)),
        on_result=lambda _: loop.quit(),
    )
    loop.exec()
    timer.stop()
    jobs.shutdown()
    late = np.maximum(np.diff(beats) * 1000 - 5, 0)
    print(
        f"\nGUI thread while {MANY} images are classified: {len(late)} beats of 5 ms, late by p50 "
        f"{np.percentile(late, 50):.1f} ms, p99 {np.percentile(late, 99):.1f} ms, at most {late.max():.1f} ms; "
        f"later than 50 ms: {(late > 50).sum()} (bound: 0)"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--images", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as aside:
        os.environ["CNN_STUDIO_HOME"] = aside
        models.acquire.import_weights("mobilenet-v2", arguments.weights)
        model = models.loading.load("mobilenet-v2")
        classifier = classification.Classifier(model)
        files = photos(arguments.images, Path(aside))
        pixels = load_image(files[0]).pixels
        lines = one_image(model, classifier, pixels) + many_images(model, classifier, files)
        show(f"MobileNetV2, {len(files)} photos, the first {pixels.shape[1]} x {pixels.shape[0]}, medians", lines)
        pulse(classifier, files)


if __name__ == "__main__":
    main()
