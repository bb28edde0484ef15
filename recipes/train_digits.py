"""Train the bundled digits model on MNIST: weights, card and evaluation in one command.

    python recipes/train_digits.py [--data DIR] [--epochs 14] [--resume]

DIR holds the four original MNIST files (`train-images-idx3-ubyte.gz`, ...); without it Keras' loader fetches them.
Every image goes through the same preprocessing as in the application, so that the network learns what it will be shown.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import time
from pathlib import Path

import keras
import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from engine.models.architectures import build_network  # noqa: E402
from engine.models.architectures.kinds import NetworkSettings  # noqa: E402
from engine.models.cards import card_path, save_card  # noqa: E402
from recipes import budget, onnx_file  # noqa: E402
from recipes.digits.card import describe  # noqa: E402
from recipes.digits.rendering import coloured, photograph, through_preprocessing  # noqa: E402

SEED = 7
BATCH = 128
FILES = tuple(f"{n}-{part}-ubyte.gz" for n in ("train", "t10k") for part in ("images-idx3", "labels-idx1"))
OUT = ROOT / "resources" / "models" / "digits.keras"


def read_idx(path: Path, header: int) -> np.ndarray:
    """Bytes of an idx file after its header, as uint8."""
    return np.frombuffer(gzip.decompress(path.read_bytes()), np.uint8, offset=header)


def load_mnist(folder: Path | None) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Training images (60000, 28, 28) uint8 and labels, test images (10000, 28, 28) and labels."""
    if folder is None:
        (x, y), (x_test, y_test) = keras.datasets.mnist.load_data()
        return x, y, x_test, y_test
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise SystemExit(f"{folder} has no {missing[0]}: give --data the folder with the four files of MNIST.")
    images = [read_idx(folder / f"{n}-images-idx3-ubyte.gz", 16).reshape(-1, 28, 28) for n in ("train", "t10k")]
    labels = [read_idx(folder / f"{n}-labels-idx1-ubyte.gz", 8) for n in ("train", "t10k")]
    return images[0], labels[0], images[1], labels[1]


def build_trainer(steps: int) -> tuple[keras.Model, keras.Model]:
    """A network that varies its images, ready to learn for `steps` steps, and the one inside, which is shipped."""
    inputs = keras.Input((28, 28, 1))
    augment = [
        keras.layers.RandomRotation(0.04, fill_mode="constant", seed=SEED),
        keras.layers.RandomTranslation(0.06, 0.06, fill_mode="constant", seed=SEED + 1),
        keras.layers.RandomZoom(0.12, 0.12, fill_mode="constant", seed=SEED + 2),
    ]
    network = build_network(NetworkSettings(network="textbook"), (28, 28, 1), 10)
    hidden = inputs
    for layer in augment:
        hidden = layer(hidden)
    trainer = keras.Model(inputs, network(hidden))
    rate = keras.optimizers.schedules.CosineDecay(0.0, steps, warmup_target=2e-3, warmup_steps=200, alpha=0.01)
    optimizer = keras.optimizers.Adam(rate, use_ema=True, ema_momentum=0.998)
    trainer.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return trainer, network


def train(x: np.ndarray, y: np.ndarray, epochs: int, backup: Path) -> keras.Model:
    """Fit the network on (N, 28, 28, 1) float32 with small shifts, turns and zooms; averaged weights at the end."""
    trainer, network = build_trainer(epochs * int(np.ceil(len(x) / BATCH)))
    callbacks = [keras.callbacks.BackupAndRestore(backup, delete_checkpoint=True)]
    trainer.fit(x, y, BATCH, epochs, verbose=2, callbacks=callbacks)
    trainer.optimizer.finalize_variable_values(trainer.trainable_variables)
    return network


def forecast(count: int, epochs: int) -> str:
    """The budget, from steps of a network that is thrown away."""
    steps = epochs * int(np.ceil(count / BATCH))
    images, digits = np.zeros((BATCH, 28, 28, 1), np.float32), np.zeros(BATCH, int)
    seconds = budget.seconds_a_step(build_trainer(steps)[0], images, digits)
    return budget.told(f"{count} images, {epochs} epochs", [(steps, seconds)])


def accuracy(network: keras.Model, x: np.ndarray, y: np.ndarray) -> float:
    """Share of right answers."""
    return float((network.predict(x, 500, verbose=0).argmax(1) == y).mean())


def main() -> None:
    """Train, measure, write the files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--epochs", type=int, default=14)
    parser.add_argument("--limit", type=int, help="images of each set, for a quick trial")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--state", type=Path, default=ROOT / "build" / "train_digits")
    parser.add_argument("--resume", action="store_true")
    arguments = parser.parse_args()
    resumed = arguments.state.exists()
    if resumed and not arguments.resume:
        raise SystemExit(f"{arguments.state} holds an unfinished training: give --resume, or remove it.")
    x, y, x_test, y_test = (part[: arguments.limit] for part in load_mnist(arguments.data))
    print(forecast(len(x), arguments.epochs), flush=True)
    keras.utils.set_random_seed(SEED)
    started = time.monotonic()
    seen = through_preprocessing([coloured(digit) for digit in x])
    network = train(seen, y, arguments.epochs, arguments.state)
    plain = accuracy(network, through_preprocessing([coloured(digit) for digit in x_test]), y_test)
    photos = [photograph(digit, SEED + index) for index, digit in enumerate(x_test)]
    photographed = accuracy(network, through_preprocessing(photos), y_test)
    print(f"MNIST test {plain:.4f}; the same digits as rendered photographs {photographed:.4f}")
    write(network, arguments.out)
    measured = {"test_accuracy": round(plain, 4), "photographed_accuracy": round(photographed, 4)}
    if not resumed:  # else nobody knows how long it took before
        measured["training_minutes"] = round((time.monotonic() - started) / 60, 1)
    card = describe(arguments.out, network.count_params(), measured)
    save_card(card, card_path(arguments.out))
    print(f"wrote {arguments.out} ({card.megabytes} MB)")


def write(network: keras.Model, out: Path) -> None:
    """Save the network without its training state, and the same as ONNX."""
    out.parent.mkdir(parents=True, exist_ok=True)
    network.save(out)
    onnx_file.write(network, out.with_suffix(".onnx"), {"names": json.dumps([*"0123456789"])}, half=False)


if __name__ == "__main__":
    main()
