"""What the boxes Data and Network offer, and what is said of the two that are chosen."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QComboBox

from engine.data.datasets import DATASETS
from engine.models import store
from engine.models.architectures.kinds import NETWORKS
from engine.models.catalog import entries

OPEN_FOLDER, OPEN_FILE, CAMERA = "open-folder", "open-file", "camera"  # entries that ask for something first


def offer_data(box: QComboBox, others: Sequence[str], wanted: str) -> None:
    """The known sets, the folders and files opened before, and the ways to more; `wanted` is chosen."""
    box.clear()
    for kind in DATASETS.values():
        box.addItem(kind.title if kind.bundled else f"{kind.title} (download)", kind.id)
    for path in others:
        box.addItem(Path(path).name, path)
    box.insertSeparator(box.count())
    box.addItem("Open a folder…", OPEN_FOLDER)
    box.addItem("Open a file…", OPEN_FILE)
    box.addItem("From a camera…", CAMERA)
    box.setCurrentIndex(max(box.findData(wanted), 0))


def offer_networks(box: QComboBox, wanted: str) -> None:
    """Networks to train from nothing, then those to build upon; `wanted` is chosen."""
    box.clear()
    for network in NETWORKS.values():
        box.addItem(network.title, network.id)
    box.insertSeparator(box.count())
    for model_id, entry in entries().items():
        if entry.card.task == "classification":
            here = store.weights_path(entry) is not None
            box.addItem(f"Transfer from {entry.card.title}" + ("" if here else " (weights missing)"), model_id)
    box.setCurrentIndex(max(box.findData(wanted), 0))


def described(data: str, network: str) -> str:
    """A sentence on the data and one on the network."""
    what = DATASETS[data].about if data in DATASETS else f"Your own data in “{data}”."
    known = NETWORKS.get(network)
    return f"{what} {known.about if known else 'A trained network with a new last layer; fine-tuning is below.'}"
