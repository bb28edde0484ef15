"""What the Training tab asks of the engine; each runs on a worker, where TensorFlow may be imported."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine import classification, data, models, training
from engine.data.preparation import Dataset, prepare_dataset
from engine.data.settings import AugmentationSettings
from engine.errors import InvalidSetting
from engine.images import LoadedImage
from engine.jobs import Job
from engine.models.catalog import entry
from engine.models.predictions import Prediction
from engine.training import runs
from engine.training.config import TrainingConfig
from engine.training.live import Status
from engine.training.lock import is_training
from engine.training.review import dataset_of
from engine.training.run import Run, Unreadable

RateCurve = Any  # engine.training.rate_finder.RateCurve, whose module needs TensorFlow
_FORMATS = {
    "keras": "Keras (*.keras)",
    "onnx": "ONNX (*.onnx)",
    "litert": "LiteRT (*.tflite)",
    "savedmodel": "SavedModel folder (*)",
}
EXPORT_FILTERS = ";;".join(_FORMATS.values())


def same_data(first: TrainingConfig, second: TrainingConfig) -> bool:
    """Whether two configs train on the same images in the same size."""
    return first.data == second.data and _dictated(first) == _dictated(second)


def _dictated(config: TrainingConfig) -> str:
    """The backbone whose preprocessing the data must have."""
    return config.network.network if config.is_transfer else ""


def open_data(config: TrainingConfig, job: Job) -> Dataset:
    """The data of a config, prepared."""
    how = entry(config.network.network).card.preprocessing if config.is_transfer else None
    return prepare_dataset(config.data, how, job)


def samples(dataset: Dataset, chosen: np.ndarray, varied: AugmentationSettings | None, draw: int) -> np.ndarray:
    """Some images as they are, or as one draw of training would show them."""
    pixels = np.asarray(dataset.pixels[chosen])
    return pixels if varied is None else data.augmentation.preview(pixels, varied, draw)


def network_page(config: TrainingConfig, dataset: Dataset, job: Job) -> tuple[Any, str]:
    """Structure and Keras code of the network that would be trained."""
    backbone = models.architectures.load_backbone(config.network.network, job) if config.is_transfer else None
    network = training.setup.make_network(config, dataset.how, len(dataset.class_names), backbone)
    return models.structure.describe(network), models.keras_code.keras_code(network)


def find_rate(config: TrainingConfig, dataset: Dataset | None, job: Job) -> RateCurve:
    """The curve of the learning-rate finder."""
    return training.rate_finder.find_rate(config, job, dataset)


@dataclass(frozen=True, slots=True)
class Listed:
    """All runs of the user."""

    found: list[Run | Unreadable]
    training: frozenset[Path]  # folders of those that are being trained now, by this program or another


def listed_runs() -> Listed:
    """All runs of the user, and which of them are being trained."""
    found = runs.list_runs()
    begun = [run.path for run in found if isinstance(run, Run) and run.state.status == "running"]
    return Listed(found, frozenset(filter(is_training, begun)))


def trash(chosen: list[Run | Unreadable]) -> None:
    """Move runs to the system's trash."""
    for run in chosen:
        runs.trash(run)


def status_of(run: Run) -> Status:
    """The status of a run that is not being trained."""
    last = run.history[-1] if run.history else None
    return Status(
        phase=run.state.status,
        epoch=len(run.history),
        epochs=run.config.total_epochs,
        batch=1,
        batches=1,
        images_per_second=last.images_per_second if last else 0.0,
        rate=last.rate if last else 0.0,
        best_epoch=run.state.best_epoch,
    )


def classify(run: Run, image: LoadedImage, job: Job) -> tuple[Prediction, ...]:
    """What the best weights of a run say of an image; loaded anew, since training may have improved them."""
    model = models.loading.load(run.file("best.keras"), job)
    return classification.Classifier(model).classify(image.pixels).predictions


def export(run: Run, path: Path, chosen: str, job: Job) -> str:
    """Write the best weights in the chosen format; a sentence on what was compared."""
    form = next((name for name, text in _FORMATS.items() if text == chosen), "keras")
    dataset = dataset_of(run, job)
    if dataset is None:
        raise InvalidSetting("The run's data are gone, so an export cannot be compared.", "Bring the data back first.")
    model = models.loading.load(run.file("best.keras"), job)
    done = training.exporting.export(model, form, path, training.exporting.samples_of(dataset), job)
    return (
        f"{done.path.name} ({done.bytes / 1e6:.2f} MB) answers as the network does:"
        f" {done.samples} images, largest difference {done.difference:.1g}."
    )


def report(run: Run) -> str:
    """Write the report into the run's folder; a sentence saying where."""
    written = training.report.write_report(run)
    return f"The report is in {written[0].parent}."
