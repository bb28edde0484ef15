"""Train the bundled photo classifier on CIFAR-10: weights, card and evaluation in one command.

    python recipes/train_cifar10.py [--data DIR] [--photos DIR] [--epochs 90] [--resume]

--data: folders `train` and `test`, each with one folder of images a class; without it Keras' loader fetches the set.
--photos: photographs named in `cifar10/photos.csv`, on which the card's figure for real photos is measured.
Keras and NumPy only, so that it runs on any backend of Keras. State is kept in `build/train_cifar10` after every epoch.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from datetime import date
from pathlib import Path

import keras
import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from engine.images import list_images, load_image  # noqa: E402
from engine.models.cards import card_path, read_card, save_card  # noqa: E402
from recipes import backends, budget, contact_sheet, folding, onnx_file, state  # noqa: E402
from recipes.cifar10.augmentation import augment  # noqa: E402
from recipes.cifar10.card import describe, with_figures  # noqa: E402
from recipes.cifar10.measuring import listed_photos, measure  # noqa: E402
from recipes.cifar10.network import LABELS, SIDE, photo_network  # noqa: E402

SEED = 11
BATCH = 256
CHANGED = 0.8  # share of the images that are changed in more than place and side, to begin with
CALM = 0.85  # share of the training after which none is: the end is for images as they are
PEAK_RATE = 0.2
DECAY = 5e-3  # of the kernels at every step, relative to the rate (decoupled, so ten times the coupled 5e-4)
OUT = ROOT / "resources" / "models" / "cifar10.keras"
STATE = ROOT / "build" / "train_cifar10"


def load_folders(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Images (N, 32, 32, 3) uint8 and labels (N,) from one folder a class. Raises SystemExit where those are not."""
    found = list_images(folder) if folder.is_dir() else []
    if not found or (strange := {path.parent.name for path in found} - set(LABELS)):
        reason = (
            "has no images" if not found else f"has images in folders of other names ({', '.join(sorted(strange))})"
        )
        raise SystemExit(f"{folder} {reason}: give --data a folder with train and test, one folder of images a class.")
    files = [(path, LABELS.index(path.parent.name)) for path in found]
    return np.stack([load_image(path).pixels for path, _ in files]), np.array([label for _, label in files])


def load_cifar10(folder: Path | None) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Training images and labels, test images and labels."""
    if folder is None:
        (x, y), (x_test, y_test) = keras.datasets.cifar10.load_data()
        return x, y[:, 0], x_test, y_test[:, 0]
    return (*load_folders(folder / "train"), *load_folders(folder / "test"))


def optimizer(steps: int) -> keras.optimizers.Optimizer:
    """SGD with momentum, a rate that rises for a fifth and falls to nothing, and averaged weights."""
    rate = keras.optimizers.schedules.CosineDecay(
        0.01, steps - steps // 5, alpha=0.002, warmup_target=PEAK_RATE, warmup_steps=steps // 5
    )
    sgd = keras.optimizers.SGD(rate, 0.9, nesterov=True, weight_decay=DECAY, use_ema=True, ema_momentum=0.998)
    sgd.exclude_from_weight_decay(var_names=["gamma", "beta", "bias"])
    return sgd


def build_trainer(steps: int) -> keras.Model:
    """The network ready to learn for `steps` steps."""
    network = photo_network()
    loss = keras.losses.CategoricalCrossentropy(label_smoothing=0.1)
    network.compile(optimizer(steps), loss, metrics=["accuracy"], jit_compile=backends.compiled())
    return network


def train(x: np.ndarray, y: np.ndarray, epochs: int, done: int, kept: Path) -> tuple[keras.Model, float]:
    """Fit; then the network with the averaged weights and statistics measured for them, and the minutes it took."""
    targets = keras.utils.to_categorical(y, len(LABELS))
    network = build_trainer(epochs * (len(x) // BATCH))
    minutes = state.restore(network, kept) if done else 0.0
    for epoch in range(done, epochs):
        rng = np.random.default_rng((SEED, epoch))
        order = rng.permutation(len(x))[: len(x) // BATCH * BATCH]
        # Every other epoch shows an image mirrored, so that two epochs show both sides of all (Jordan 2024).
        mirrored = (np.random.default_rng(SEED).integers(0, 2, len(x)) + epoch) % 2 == 1
        images = augment(x, rng, CHANGED if epoch < CALM * epochs else 0, mirrored)
        began = time.monotonic()
        # Batch by batch: `fit` would put the averaged weights in the place of the others after every call.
        losses, hits = [], []
        for at in range(0, len(order), BATCH):
            part = order[at : at + BATCH]
            network.reset_metrics()
            told = network.train_on_batch(images[part].astype(np.float32) / 255, targets[part], return_dict=True)
            losses.append(float(told["loss"]))
            hits.append(float(told["accuracy"]))
        seconds = time.monotonic() - began
        minutes += seconds / 60
        state.keep(network, epoch + 1, minutes, kept, said(len(x), epochs))
        print(
            f"epoch {epoch + 1}/{epochs}: accuracy {np.mean(hits):.4f}, loss {np.mean(losses):.4f}, {seconds:.0f} s, "
            f"{len(order) / seconds:.0f} images/s",
            flush=True,
        )
    network.optimizer.finalize_variable_values(network.trainable_variables)
    backends.shipping_layout()
    plain = photo_network()
    plain.set_weights(network.get_weights())
    settle_statistics(plain, x)
    return plain, minutes


def settle_statistics(network: keras.Model, x: np.ndarray) -> None:
    """Run the batch normalisations over images in training mode: their averages belong to the weights of each step.

    The images are drawn at random, since a batch of the set as it is kept would hold a single class, and as they are,
    since nobody shows the program images with grey squares on them.
    """
    images = x[np.random.default_rng(SEED).permutation(len(x))[:20_000]]
    for first in range(0, len(images) - BATCH + 1, BATCH):
        network(images[first : first + BATCH].astype(np.float32) / 255, training=True)


def forecast(count: int, epochs: int) -> str:
    """The budget, from steps of a network that is thrown away."""
    images, targets = np.zeros((BATCH, SIDE, SIDE, 3), np.float32), np.eye(len(LABELS))[np.zeros(BATCH, int)]
    steps = epochs * (count // BATCH)
    seconds = budget.seconds_a_step(build_trainer(max(steps, 1)), images, targets)
    return budget.told(said(count, epochs), [(steps, seconds)])


def said(count: int, epochs: int) -> str:
    """What is learnt from, in words."""
    return f"{count} images, {epochs} epochs"


def main() -> None:
    """Train, measure, write the files; or measure those that are there."""
    arguments = parse()
    if arguments.photos:
        listed_photos(arguments.photos)  # before the training, not after it
    x, y, x_test, y_test = load_cifar10(arguments.data)
    if arguments.limit:
        chosen = np.random.default_rng(SEED).permutation(len(x))[: arguments.limit]
        x, y, x_test, y_test = x[chosen], y[chosen], x_test[: arguments.limit], y_test[: arguments.limit]
    if not arguments.evaluate:
        backends.training_layout(arguments.precision)
        epochs = arguments.epochs
        done = state.done(arguments.state, arguments.resume, said(len(x), epochs))
        print(f"{done} of {epochs} epochs are done" if done else forecast(len(x), epochs), flush=True)
        keras.utils.set_random_seed(SEED)
        network, minutes = train(x, y, epochs, done, arguments.state)
        write(network, arguments.out)
        kind = "from image files" if arguments.data else "as Keras loads them"
        made = f"recipes/train_cifar10.py on {len(x):,} images {kind}, {epochs} epochs, {date.today()}"
        save_card(describe(arguments.out, network.count_params(), made, minutes), card_path(arguments.out))
        shutil.rmtree(arguments.state)  # finished: nothing to resume
    measured = measure(arguments.out, x_test, y_test, arguments.photos)
    print(measured.line())
    if arguments.sheet:
        contact_sheet.save(measured.tiles(), arguments.sheet)
    save_card(with_figures(read_card(card_path(arguments.out)), measured), card_path(arguments.out))
    print(f"wrote {arguments.out} ({arguments.out.stat().st_size / 1e6:.2f} MB)")


def parse() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--epochs", type=int, default=90)
    parser.add_argument("--limit", type=int, help="images of each set, for a quick trial")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--state", type=Path, default=STATE)
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--evaluate", action="store_true", help="measure the file at --out and renew its card")
    parser.add_argument(
        "--sheet", type=Path, metavar="FILE", help="also draw photographs and test images, as a picture"
    )
    backends.add_arguments(parser)
    return parser.parse_args()


def write(network: keras.Model, out: Path) -> None:
    """Save the network without its training state, and the same as ONNX."""
    out.parent.mkdir(parents=True, exist_ok=True)
    network.save(out)
    onnx_file.write(folding.folded(network), out.with_suffix(".onnx"), {"names": json.dumps(LABELS)}, half=False)


if __name__ == "__main__":
    main()
