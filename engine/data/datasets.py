"""The data known by name, and opening any data by name, folder or file."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.data import files, folders, shapes
from engine.data.sources import Source, array_source
from engine.errors import DownloadFailed, InvalidSetting
from engine.jobs import Job

_CLOTHES = "T-shirt,Trouser,Pullover,Dress,Coat,Sandal,Shirt,Sneaker,Bag,Ankle boot"
_CIFAR10 = "airplane,automobile,bird,cat,deer,dog,frog,horse,ship,truck"
_CIFAR100 = (
    "apple,aquarium fish,baby,bear,beaver,bed,bee,beetle,bicycle,bottle,bowl,boy,bridge,bus,butterfly,camel,can,castle,"
    "caterpillar,cattle,chair,chimpanzee,clock,cloud,cockroach,couch,crab,crocodile,cup,dinosaur,dolphin,elephant,"
    "flatfish,forest,fox,girl,hamster,house,kangaroo,keyboard,lamp,lawn mower,leopard,lion,lizard,lobster,man,"
    "maple tree,motorcycle,mountain,mouse,mushroom,oak tree,orange,orchid,otter,palm tree,pear,pickup truck,pine tree,"
    "plain,plate,poppy,porcupine,possum,rabbit,raccoon,ray,road,rocket,rose,sea,seal,shark,shrew,skunk,skyscraper,"
    "snail,snake,spider,squirrel,streetcar,sunflower,sweet pepper,table,tank,telephone,television,tiger,tractor,train,"
    "trout,tulip,turtle,wardrobe,whale,willow tree,wolf,woman,worm"
)
SHAPES_COUNT = 6000


@dataclass(frozen=True, slots=True)
class DatasetKind:
    """A set known by name."""

    id: str
    title: str
    about: str
    load: Callable[[int, int], Source]  # takes seed and size, which only generated data use
    bundled: bool  # needs no network


def open_source(reference: str, seed: int = 0, job: Job = Job.silent(), size: int = 0) -> Source:
    """Labelled images by the name of a known set, a folder of class folders, a folder of idx files or an .npz file.

    size: side of generated images, 0 for their usual one; data that exist keep theirs.
    Raises InvalidSetting when the data cannot be used, DownloadFailed when a known set cannot be fetched.
    """
    job.report(0, 0, "Opening the data")
    if reference in DATASETS:
        return DATASETS[reference].load(seed, size)
    path = Path(reference).expanduser()
    if path.is_dir():
        return files.idx_source(path) if files.is_idx_folder(path) else folders.folder_source(path)
    if path.is_file():
        return files.npz_source(path)
    raise InvalidSetting(
        f"There is no data “{reference}”.", f"Give a folder, an .npz file, or one of: {', '.join(DATASETS)}."
    )


def _digits(_: int, __: int) -> Source:
    from sklearn.datasets import load_digits  # scikit-learn takes a second to import

    found = load_digits()
    pixels = np.rint(found.images * (255 / 16)).astype(np.uint8)
    return array_source("Digits", (pixels, found.target), None, size=28)


def _shapes(seed: int, size: int) -> Source:
    return array_source("Shapes", shapes.draw_shapes(SHAPES_COUNT, size or 32, seed), None, shapes.NAMES)


def _keras(name: str, title: str, labels: str = "", fit: str = "stretch") -> Callable[[int, int], Source]:
    def load(_: int, __: int) -> Source:
        import keras

        module = getattr(keras.datasets, name)
        try:
            with redirect_stdout(sys.stderr):  # where Keras tells of its download; the answer stands alone
                train, test = module.load_data()
        except Exception as error:  # Keras raises bare Exception when a download fails
            raise DownloadFailed(
                f"{title} could not be fetched: {str(error).splitlines()[0] if str(error) else error!r}",
                "Give a local copy instead: an .npz file, a folder of idx files, or class folders.",
            ) from error
        return array_source(title, train, test, tuple(labels.split(",")) if labels else (), fit)

    return load


DATASETS: dict[str, DatasetKind] = {
    kind.id: kind
    for kind in (
        DatasetKind("shapes", "Shapes", f"{SHAPES_COUNT:,} drawn circles, squares, triangles, stars.", _shapes, True),
        DatasetKind("digits", "Digits", "1,797 handwritten digits of 8 × 8 pixels (scikit-learn).", _digits, True),
        DatasetKind(
            "mnist",
            "MNIST",
            "70,000 handwritten digits of 28 × 28 pixels; fetched once (11 MB).",
            _keras("mnist", "MNIST"),
            False,
        ),
        DatasetKind(
            "fashion-mnist",
            "Fashion-MNIST",
            "70,000 pictures of clothes, 28 × 28 pixels; fetched once (30 MB).",
            _keras("fashion_mnist", "Fashion-MNIST", _CLOTHES),
            False,
        ),
        DatasetKind(
            "cifar10",
            "CIFAR-10",
            "60,000 colour photos of 32 × 32 pixels, 10 classes; fetched once (170 MB).",
            _keras("cifar10", "CIFAR-10", _CIFAR10),
            False,
        ),
        DatasetKind(
            "cifar100",
            "CIFAR-100",
            "60,000 colour photos of 32 × 32 pixels, 100 classes; fetched once (169 MB).",
            _keras("cifar100", "CIFAR-100", _CIFAR100),
            False,
        ),
    )
}
