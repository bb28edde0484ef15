"""Everything a training needs, made from its settings: data, network, trainer, feed, and its parts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import keras
import numpy as np

from engine.data.pipeline import Feed
from engine.data.preparation import Dataset, prepare_dataset
from engine.errors import InvalidSetting
from engine.jobs import Job
from engine.models.architectures import build_network, build_transfer
from engine.models.architectures.transfer import load_backbone, unfreeze
from engine.models.cards import Preprocessing
from engine.models.loading import Model
from engine.training import evaluation
from engine.training.config import TrainingConfig
from engine.training.insight import Probe
from engine.training.schedule import rate_at
from engine.training.trainer import build_trainer, compile_trainer, forward, precision, strategy

PROBED = 64  # images whose gradients are looked at after each epoch


@dataclass(frozen=True, slots=True)
class Part:
    """Epochs first..last (from 0, last excluded) that are trained with the same layers."""

    first: int
    last: int
    rate_factor: float
    unfrozen: int  # layers of the backbone that learn


def parts(config: TrainingConfig) -> tuple[Part, ...]:
    """One part, or two when the backbone is tuned after its head."""
    head = Part(0, config.learning.epochs, 1.0, 0)
    if not config.tunes:
        return (head,)
    transfer = config.transfer
    return (head, Part(head.last, config.total_epochs, transfer.fine_tune_rate, transfer.fine_tune_layers))


class Setup:
    """A training that is ready to start."""

    def __init__(self, config: TrainingConfig, job: Job = Job.silent(), dataset: Dataset | None = None) -> None:
        """Open the data (or take `dataset`) and build the network with the seed's weights.

        Raises InvalidSetting, InvalidImage, DownloadFailed or ModelMissing.
        """
        config.validate()
        self.config = config
        backbone = load_backbone(config.network.network, job) if config.is_transfer else None
        how = backbone.card.preprocessing if backbone else None
        self.dataset = dataset or prepare_dataset(config.data, how, job)
        job.report(0, 0, "Building the network")
        self.strategy = strategy()
        with self.strategy.scope(), precision(config.learning.mixed_precision):
            keras.utils.set_random_seed(config.seed)
            self.network = make_network(config, self.dataset.how, len(self.dataset.class_names), backbone)
            self.trainer = build_trainer(self.network, self.dataset.how, config.augmentation, config.seed)
        smooth = bool(config.learning.label_smoothing)
        self.feed = Feed(self.dataset, config.learning.batch_size, config.seed, one_hot=smooth)

    def begin(self, part: Part) -> None:
        """Make the layers of a part learn, with an optimiser of its own."""
        with self.strategy.scope():
            if part.unfrozen:
                unfreeze(self.network, part.unfrozen)
            compile_trainer(self.trainer, self.config.learning, rate_at(self.config.learning, 0, 1) * part.rate_factor)
        self.__dict__.pop("probe", None)

    def part_of(self, epoch: int) -> Part:
        """The part in which an epoch (from 0) lies."""
        return next(part for part in reversed(parts(self.config)) if epoch >= part.first)

    @cached_property
    def forward(self) -> Callable[[np.ndarray], np.ndarray]:
        """Uint8 images to probabilities."""
        return forward(self.trainer)

    @cached_property
    def probe(self) -> Probe:
        """Looks at the part that was begun last."""
        chosen = np.linspace(0, len(self.dataset.split.train) - 1, PROBED).astype(int)
        some = self.dataset.split.train[np.unique(chosen)]
        labels: np.ndarray = self.dataset.labels[some]
        if self.feed.one_hot:
            labels = np.eye(len(self.dataset.class_names), dtype=np.float32)[labels]
        return Probe(self.trainer, self.network, np.asarray(self.dataset.pixels[some]), labels)

    def judge(self, job: Job = Job.silent(), part: np.ndarray | None = None) -> evaluation.Answers:
        """Answers for the validation images, or another part; the loss includes weight penalties, as Keras' does."""
        part = self.dataset.split.validation if part is None else part
        found = evaluation.answer(self.forward, self.dataset, part, self.config.learning.label_smoothing, job)
        penalty = float(sum(float(loss) for loss in self.network.losses))
        return evaluation.Answers(found.predicted, found.confidence, found.loss + penalty, found.accuracy)


def make_network(config: TrainingConfig, how: Preprocessing, count: int, backbone: Model | None) -> keras.Model:
    """The network of a config. Raises InvalidSetting when it cannot be built."""
    if backbone is not None:
        return build_transfer(backbone, count, config.network.dropout)
    if count < 2:
        raise InvalidSetting(f"There is {count} class.", "At least two classes are needed to tell apart.")
    return build_network(config.network, (how.height, how.width, how.channels), count)
