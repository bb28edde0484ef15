"""From an id or a file to a model that can be used: network, labels, preprocessing, all checked against each other."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import h5py
import keras

from engine.errors import InvalidModel, InvalidSetting
from engine.jobs import Job
from engine.models import archive, store
from engine.models import labels as label_files
from engine.models.cards import Card, Preprocessing, card_path, read_card
from engine.models.catalog import Entry, entries, entry

DEFAULT_SIDE = 224  # for networks that accept any size


@dataclass(frozen=True, slots=True)
class Model:
    """A network with everything needed to use it; never mutate the network."""

    card: Card
    network: keras.Model
    path: Path  # file of the network or of its weights


def load(reference: str | Path, job: Job = Job.silent(), labels: Path | None = None, scale: str | None = None) -> Model:
    """A model by catalog id or from a `.keras` / `.h5` file.

    labels: class names for a file that has none with it. scale: key of `preprocessing.SCALES` for a file without a
    card. Raises ModelMissing when the weights are not here, InvalidModel when the file cannot be used.
    """
    if str(reference) in entries():
        if scale is not None:
            raise InvalidSetting(f"The pixel scale of “{reference}” is known and cannot be chosen.", "Leave it out.")
        return _load_entry(entry(str(reference)), job, labels)
    path = Path(reference)
    if not str(reference).strip() or (not path.suffix and not path.exists()):
        entry(str(reference))  # raises, naming the known ids
    return _load_file(path, job, labels, scale)


def check_weights(model: Entry, path: Path, name: str = "") -> None:
    """Raise InvalidModel unless every array of a weights file has the shape the network needs."""
    _with_weights(model, path, name or path.name)


def _load_entry(model: Entry, job: Job, labels: Path | None) -> Model:
    weights = store.required_weights(model)
    job.report(0, 0, f"Loading {model.card.title}")
    if model.file is not None:
        if labels is not None:
            raise InvalidSetting(f"The classes of “{model.id}” are known and cannot be named.", "Leave out --labels.")
        return Model(model.card, read_network(weights), weights)
    network = _with_weights(model, weights, weights.name)
    names = label_files.read_labels(labels) if labels else store.class_labels(model)
    if names:
        label_files.check_count(names, model.classes, str(labels or "The stored list"))
    return Model(replace(model.card, labels=names), network, weights)


def _with_weights(model: Entry, path: Path, name: str) -> keras.Model:
    try:
        network = getattr(keras.applications, model.builder)(weights=None)
        _check_shapes(network, path)
        network.load_weights(str(path))
        return network
    except (ValueError, OSError, LookupError, TypeError, AttributeError, RuntimeError) as error:  # as h5py and Keras do
        raise InvalidModel(
            f"The weights in “{name}” do not fit {model.card.title}: {_first_line(error)}",
            f"Expected weights of keras.applications.{model.builder} for 1000 classes.",
        ) from error


def _check_shapes(network: keras.Model, path: Path) -> None:
    """Raise ValueError unless the file holds an array for every weight: Keras would keep random ones with a warning."""
    held: Counter[tuple[int, ...]] = Counter()

    def note(_: str, item: object) -> None:
        if isinstance(item, h5py.Dataset):
            held[item.shape] += 1

    with h5py.File(path) as content:
        content.visititems(note)
    missing = Counter(tuple(weight.shape) for weight in network.weights) - held
    if missing:
        shape, number = missing.most_common(1)[0]
        raise ValueError(f"{missing.total()} arrays are missing, among them {number} of shape {shape}.")


def read_network(path: Path) -> keras.Model:
    """Load a saved network after looking into it; safe mode, not compiled. Raises InvalidModel."""
    archive.inspect(path)
    try:
        network = keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # a file from elsewhere can make Keras raise anything
        raise InvalidModel(
            f"“{path.name}” cannot be loaded: {_first_line(error)}",
            "It needs to be a model of standard Keras layers, saved by Keras 2.12 or newer.",
        ) from error
    if not isinstance(network, keras.Model) or not network.built:
        raise InvalidModel(f"“{path.name}” is not a built network.", "Call it once on data before saving it.")
    return network


def _load_file(path: Path, job: Job, labels: Path | None, scale: str | None) -> Model:
    job.report(0, 0, f"Loading {path.name}")
    network = read_network(path)
    classes = _class_count(network, path)
    if (beside := card_path(path)).is_file():
        card = read_card(beside)
        _check_input(card.preprocessing, network, path)
    else:
        card = _card_for(network, path, scale or _guessed_scale(network))
    if labels is not None:
        card = replace(card, labels=label_files.read_labels(labels))
    if not card.labels:
        card = replace(card, labels=label_files.find_labels(path))
    if card.labels:
        label_files.check_count(card.labels, classes, str(labels or "The list beside the model"))
    return Model(card, network, path)


def _class_count(network: keras.Model, path: Path) -> int:
    outputs = network.outputs
    shape = outputs[0].shape if len(outputs) == 1 else None
    if len(network.inputs) != 1 or shape is None or len(shape) != 2 or shape[1] is None:
        found = ", ".join(str(tuple(output.shape)) for output in outputs)
        raise InvalidModel(
            f"“{path.name}” has {len(network.inputs)} inputs and output {found}.",
            "A classifier has one image as input and one row of class scores as output.",
        )
    return 2 if shape[1] == 1 else shape[1]  # one sigmoid unit tells two classes apart


def _check_input(how: Preprocessing, network: keras.Model, path: Path) -> None:
    wanted, given = tuple(network.inputs[0].shape[1:]), (how.height, how.width, how.channels)
    if len(wanted) != 3 or any(want not in (None, give) for want, give in zip(wanted, given, strict=True)):
        raise InvalidModel(
            f"The card beside “{path.name}” prepares images of {given} but the network takes {wanted}.",
            "Correct the card, or remove it.",
        )


def _card_for(network: keras.Model, path: Path, scale: str) -> Card:
    shape = network.inputs[0].shape
    if len(shape) != 4 or shape[3] not in (1, 3):
        raise InvalidModel(
            f"“{path.name}” takes input of shape {tuple(shape)}.", "Expected (batch, height, width, 1 or 3 channels)."
        )
    how = Preprocessing(shape[1] or DEFAULT_SIDE, shape[2] or DEFAULT_SIDE, shape[3], fit="cover", scale=scale)
    return Card(
        id=path.stem,
        title=path.name,
        task="classification",
        about="Your own model. Its preprocessing is assumed: check what the network sees.",
        licence="yours",
        preprocessing=how,
        parameters=network.count_params(),
    )


def _guessed_scale(network: keras.Model) -> str:
    """ "raw" if the network scales its input by itself, else 0..1, the commonest habit."""

    def scales(inner: keras.Model) -> bool:
        first = inner.layers[:3]
        here = any(isinstance(layer, (keras.layers.Rescaling, keras.layers.Normalization)) for layer in first)
        return here or any(scales(layer) for layer in first if isinstance(layer, keras.Model))

    return "raw" if scales(network) else "unit"


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0][:200]
