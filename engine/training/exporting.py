"""Taking a trained network elsewhere: written in another format, loaded again, and compared on real images."""

from __future__ import annotations

import shutil
import uuid
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from engine.data.preparation import Dataset
from engine.errors import EngineError, InvalidSetting
from engine.files import write_text
from engine.jobs import Job
from engine.models.cards import Card, card_path, save_card
from engine.models.loading import Model
from engine.models.preprocessing import SCALES

TOLERANCE = 1e-3  # largest difference of a probability that still counts as the same network
SAMPLES = 32

Run = Callable[[np.ndarray], np.ndarray]


class ExportDiffers(EngineError):
    """The written file does not answer as the network does."""


@dataclass(frozen=True, slots=True)
class Exported:
    """A file that was written and verified."""

    path: Path
    difference: float  # largest, over all probabilities of all samples
    samples: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write a network."""

    id: str
    title: str
    suffix: str  # empty for a folder
    about: str
    write: Callable[[keras.Model, Path], None]
    open: Callable[[Path], Run]


def export(model: Model, format_id: str, path: Path, samples: np.ndarray, job: Job = Job.silent()) -> Exported:
    """Write `model` to `path`, load what was written, and compare its answers for `samples`.

    samples: (n, H, W, C) float32 in the network's own scale. Labels and card go beside the file. Raises ExportDiffers
    when the answers differ by more than TOLERANCE; then nothing is left behind, and what was there before stays.
    """
    if format_id not in FORMATS:
        raise InvalidSetting(f"There is no format “{format_id}”.", f"Choose one of: {', '.join(FORMATS)}.")
    form = FORMATS[format_id]
    path = path.with_name(path.name.removesuffix(form.suffix) + form.suffix)
    aside = path.with_name(f".{uuid.uuid4().hex[:8]}-{path.name}")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        job.report(0, 3, f"Writing {form.title}")
        expected = np.asarray(model.network(samples, training=False))  # before writing: ONNX wants it called once
        form.write(model.network, aside)
        job.checkpoint()
        job.report(1, 3, "Loading it again")
        found = form.open(aside)(samples)
        difference = _difference(expected, found, form)
        job.report(2, 3, "Compared")
        _replace(aside, path)
    except EngineError:
        raise
    except (OSError, ValueError, RuntimeError, ImportError, tf.errors.OpError) as error:
        raise InvalidSetting(
            f"{form.title} could not be written: {str(error).splitlines()[0][:200]}", "Try another format."
        ) from error
    finally:
        _remove(aside)
    _write_beside(model.card, path)
    job.report(3, 3, f"{path.name} answers as the network does")
    return Exported(path, difference, len(samples), _size(path))


def samples_of(dataset: Dataset, count: int = SAMPLES) -> np.ndarray:
    """Validation images (n, H, W, C) float32, scaled as the network takes them."""
    part = dataset.split.validation
    chosen = part[np.unique(np.linspace(0, len(part) - 1, count).astype(int))]
    return np.stack([SCALES[dataset.how.scale](seen) for seen in np.asarray(dataset.pixels[chosen])])


def _difference(expected: np.ndarray, found: np.ndarray, form: Format) -> float:
    if expected.shape != found.shape:
        raise ExportDiffers(f"{form.title} answers {found.shape} instead of {expected.shape}.", "Try another format.")
    difference = float(np.abs(expected - found).max())
    if not difference <= TOLERANCE:
        raise ExportDiffers(
            f"{form.title} answers differently by up to {difference:.2g}; at most {TOLERANCE:g} is accepted.",
            "Nothing was written; try another format.",
        )
    return difference


def _write_litert(network: keras.Model, path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the converter, about itself
        network.export(path, format="litert", verbose=False)


def _open_litert(path: Path) -> Run:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that the interpreter will move to another package
        interpreter = tf.lite.Interpreter(model_content=path.read_bytes())
    interpreter.allocate_tensors()
    source, target = interpreter.get_input_details()[0]["index"], interpreter.get_output_details()[0]["index"]

    def run(images: np.ndarray) -> np.ndarray:
        answers = []
        for image in images:
            interpreter.set_tensor(source, image[None])
            interpreter.invoke()
            answers.append(interpreter.get_tensor(target)[0].copy())
        return np.stack(answers)

    return run


def _write_onnx(network: keras.Model, path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras' bridge to tf2onnx warns of NumPy's future
        network.export(path, format="onnx", verbose=False)


def _open_onnx(path: Path) -> Run:
    import onnxruntime

    session = onnxruntime.InferenceSession(path.read_bytes(), providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return lambda images: session.run(None, {name: images})[0]


def _open_saved_model(path: Path) -> Run:
    served = tf.saved_model.load(str(path))
    return lambda images: np.asarray(served.serve(tf.constant(images)))


def _open_keras(path: Path) -> Run:
    network = keras.saving.load_model(path, compile=False)
    return lambda images: np.asarray(network(images, training=False))


FORMATS: dict[str, Format] = {
    form.id: form
    for form in (
        Format(
            "keras", "Keras", ".keras", "Keras 3, to train on or use in Python.", lambda n, p: n.save(p), _open_keras
        ),
        Format(
            "savedmodel",
            "SavedModel",
            "",
            "A folder for TensorFlow and TensorFlow Serving.",
            lambda network, path: network.export(path, format="tf_saved_model", verbose=False),
            _open_saved_model,
        ),
        Format("litert", "LiteRT", ".tflite", "One file for phones and small boards.", _write_litert, _open_litert),
        Format("onnx", "ONNX", ".onnx", "One file for ONNX Runtime and most other tools.", _write_onnx, _open_onnx),
    )
}


def _write_beside(card: Card, path: Path) -> None:
    save_card(card, card_path(path))
    if card.labels:
        write_text(path.with_name(path.name.split(".")[0] + ".labels.txt"), "\n".join(card.labels) + "\n")


def _replace(aside: Path, path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    aside.replace(path)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _size(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())
