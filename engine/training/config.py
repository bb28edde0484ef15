"""Everything that decides a run: what drives the form, the command line and config.json."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from engine.data.settings import AugmentationSettings, DataSettings
from engine.errors import InvalidSetting
from engine.models.architectures.kinds import NETWORKS, NetworkSettings
from engine.options import Option, check, from_mapping, option, options, parse

OPTIMISERS = ("adam", "adamw", "sgd", "rmsprop")
SCHEDULES = ("constant", "step", "cosine", "plateau")


@dataclass(frozen=True, slots=True)
class LearningSettings:
    """How the weights are moved."""

    epochs: int = option(10, "Epochs", "Passes over the training images.", minimum=1, maximum=100_000)
    batch_size: int = option(64, "Batch size", "Images per step.", minimum=1, maximum=8192, step=16)
    optimiser: str = option("adam", "Optimiser", "Adam is the safe choice; SGD uses momentum.", choices=OPTIMISERS)
    learning_rate: float = option(
        0.001, "Learning rate", "Size of a step; the finder suggests one.", minimum=1e-7, maximum=10, step=0.0005
    )
    momentum: float = option(
        0.9,
        "Momentum",
        "Used by SGD and RMSprop.",
        minimum=0,
        maximum=0.999,
        step=0.05,
        when=("optimiser", ("sgd", "rmsprop")),
    )
    weight_decay: float = option(
        0.004, "Weight decay", "Used by AdamW.", minimum=0, maximum=1, step=0.001, when=("optimiser", ("adamw",))
    )
    schedule: str = option(
        "cosine",
        "Schedule",
        "How the rate changes: cosine lowers it smoothly, step and plateau cut it.",
        choices=SCHEDULES,
    )
    warm_up: int = option(
        0, "Warm-up", "The rate rises from almost 0 over these epochs.", minimum=0, maximum=1000, unit=" epochs"
    )
    step_epochs: int = option(
        5,
        "Step every",
        "Epochs between the cuts of the step schedule.",
        minimum=1,
        maximum=10_000,
        unit=" epochs",
        when=("schedule", ("step",)),
    )
    decay: float = option(
        0.3,
        "Decay factor",
        "The step and plateau schedules multiply the rate by this.",
        minimum=0.01,
        maximum=0.99,
        step=0.05,
        when=("schedule", ("step", "plateau")),
    )
    plateau_patience: int = option(
        3,
        "Plateau patience",
        "Epochs without better validation loss before the plateau schedule lowers the rate.",
        minimum=1,
        maximum=1000,
        unit=" epochs",
        when=("schedule", ("plateau",)),
    )
    early_stopping: int = option(
        0,
        "Early stopping",
        "Stop after this many epochs without better validation loss; 0 never.",
        minimum=0,
        maximum=1000,
        unit=" epochs",
    )
    class_weights: bool = option(False, "Class weights", "Small classes count for more.")
    label_smoothing: float = option(
        0.0,
        "Label smoothing",
        "Spreads this share of each label evenly over all classes.",
        minimum=0,
        maximum=0.5,
        step=0.05,
    )
    mixed_precision: bool = option(False, "Mixed precision", "16-bit arithmetic, on GPUs only.")


@dataclass(frozen=True, slots=True)
class TransferSettings:
    """Only for networks of the catalog: the second part of the training."""

    fine_tune_layers: int = option(
        0,
        "Fine-tune layers",
        "Layers from the end that learn in the second part; 0 trains the new layer only.",
        minimum=0,
    )
    fine_tune_epochs: int = option(
        5, "Fine-tune epochs", "Length of the second part.", minimum=1, maximum=10_000, unit=" epochs"
    )
    fine_tune_rate: float = option(
        0.1, "Fine-tune rate", "The learning rate is multiplied by this.", minimum=1e-4, maximum=1, step=0.05
    )


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """One run, decided."""

    data: DataSettings = field(default_factory=DataSettings)
    augmentation: AugmentationSettings = field(default_factory=AugmentationSettings)
    network: NetworkSettings = field(default_factory=NetworkSettings)
    learning: LearningSettings = field(default_factory=LearningSettings)
    transfer: TransferSettings = field(default_factory=TransferSettings)

    @property
    def is_transfer(self) -> bool:
        """Whether the network builds upon one of the catalog."""
        return self.network.network not in NETWORKS

    @property
    def tunes(self) -> bool:
        """Whether there is a second part in which the backbone learns."""
        return self.is_transfer and self.transfer.fine_tune_layers > 0

    @property
    def total_epochs(self) -> int:
        """Epochs of both parts."""
        return self.learning.epochs + (self.transfer.fine_tune_epochs if self.tunes else 0)

    @property
    def seed(self) -> int:
        """The seed of split, weights, order and augmentation."""
        return self.data.seed

    def validate(self) -> None:
        """Raise InvalidSetting for the first value that cannot be used."""
        for section in dataclasses.fields(self):
            check(getattr(self, section.name))
        if self.learning.warm_up >= self.total_epochs > 1 and self.learning.warm_up:
            raise InvalidSetting(
                f"Warm-up takes {self.learning.warm_up} of {self.total_epochs} epochs.", "Make it shorter."
            )


def sections(config: TrainingConfig) -> dict[str, Any]:
    """The groups of settings by name, in the order of the form."""
    return {part.name: getattr(config, part.name) for part in dataclasses.fields(config)}


def all_options() -> dict[str, tuple[str, Option]]:
    """Section and Option of every setting by its name; names are unique over all sections."""
    return {
        name: (section, known)
        for section, group in sections(TrainingConfig()).items()
        for name, known in options(group)
    }


def with_values(config: TrainingConfig, assignments: Iterable[str]) -> TrainingConfig:
    """The config with `name=value` texts applied, as from `--set`. Raises InvalidSetting naming what is wrong."""
    known = all_options()
    for assignment in assignments:
        name, found, text = assignment.partition("=")
        name = name.strip().replace("-", "_")
        if not found or name not in known:
            raise InvalidSetting(f"“{assignment}” sets nothing.", f"Give name=value; names: {', '.join(known)}.")
        section = known[name][0]
        group = getattr(config, section)
        value = parse(type(group), name, text.strip())
        config = dataclasses.replace(config, **{section: dataclasses.replace(group, **{name: value})})
    config.validate()
    return config


def to_json(config: TrainingConfig) -> dict[str, Any]:
    """Plain values."""
    return dataclasses.asdict(config)


def from_json(values: dict[str, Any]) -> TrainingConfig:
    """The config of plain values. Raises InvalidSetting for what this version does not know."""
    config = from_mapping(TrainingConfig, values)
    config.validate()
    return config


def differences(first: TrainingConfig, second: TrainingConfig) -> dict[str, tuple[Any, Any]]:
    """Settings that differ, by name, with both values."""
    ours, theirs = _flat(first), _flat(second)
    return {name: (ours[name], theirs[name]) for name in ours if ours[name] != theirs[name]}


def _flat(config: TrainingConfig) -> dict[str, Any]:
    return {name: value for group in to_json(config).values() for name, value in group.items()}
