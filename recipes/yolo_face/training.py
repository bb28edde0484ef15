"""The command that trains the face detector: what was asked for, the training, the files, what they are worth."""

from __future__ import annotations

import argparse
import shutil
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import keras
import numpy as np

from engine.models.cards import card_path, read_card, save_card
from recipes import backends, budget, contact_sheet, state
from recipes.yolo_face import shipping
from recipes.yolo_face.card import describe, with_figures
from recipes.yolo_face.cycles import CosineCycles
from recipes.yolo_face.feeding import Feed
from recipes.yolo_face.judging import RealScene, read_scenes
from recipes.yolo_face.loss import FaceTrainer
from recipes.yolo_face.measuring import Measured, measure
from recipes.yolo_face.network import face_network
from recipes.yolo_face.people import cast, meshes
from recipes.yolo_face.photos import TRAIN, VALIDATION, check_folders
from recipes.yolo_face.rounds import Round, plan, said
from recipes.yolo_face.scene import MOST

ROOT = Path(__file__).resolve().parents[2]
SEED = 5
DECAY = 0.03
FIGURES = 3000  # people that are rendered
KNOWN_FAILURES = (
    "misses most heads that are thrown back or bent far down, many small profiles, and faces half hidden or cut by the"
    " edge of the picture; boxes of faces of less than 14 pixels as the network sees them are often a little too large;"
    " a head that looks away, the back of one, or a round dark thing (a dish of sauce among our scenes) is now and then"
    " taken for a face; drawn and carved faces may or may not be boxed"
)
OUT = ROOT / "resources" / "models" / "yolo-face.onnx"
STATE = ROOT / "build" / "train_yolo_face"


def build_trainer(side: int, rounds: Sequence[Round]) -> FaceTrainer:
    """The network ready to learn from scenes of a side, at the rate that the rounds make."""
    network = face_network(side)
    trainer = FaceTrainer(network.input, network.outputs)
    optimizer = keras.optimizers.AdamW(
        CosineCycles(rounds),
        DECAY,
        global_clipnorm=10.0,
        use_ema=True,
        ema_momentum=0.999,
        ema_overwrite_frequency=None,
    )
    optimizer.exclude_from_weight_decay(var_names=["gamma", "beta", "bias"])
    trainer.compile(optimizer, jit_compile=backends.compiled())
    return trainer


def train(feed: Feed, rounds: list[Round], done: int, kept: Path) -> tuple[FaceTrainer, float]:
    """Fit round by round; the trainer, and the minutes it took."""
    trainer, side = build_trainer(rounds[0].side, rounds), rounds[0].side
    minutes = state.restore(trainer, kept) if done else 0.0
    for number, part in enumerate(rounds[done:], start=done):
        if part.side != side:
            trainer, side = _resized(trainer, part.side, rounds), part.side
        first = sum(r.steps for r in rounds[:number])
        began, losses = time.monotonic(), []
        for pictures, labels in feed.batches(part, first, part.steps):
            losses.append(float(trainer.train_on_batch(pictures, labels)))
        seconds = time.monotonic() - began
        minutes += seconds / 60
        speed = part.steps * part.batch / seconds
        state.keep(trainer, number + 1, minutes, kept, said(rounds))
        print(
            f"round {number + 1}/{len(rounds)}: loss {np.mean(losses):.4f}, {part.side} px, {seconds:.0f} s, "
            f"{speed:.0f} images/s",
            flush=True,
        )
    # Where only the files were still to be written, the last size was not come by yet.
    return (trainer if side == rounds[-1].side else _resized(trainer, rounds[-1].side, rounds)), minutes


def _resized(trainer: FaceTrainer, side: int, rounds: Sequence[Round]) -> FaceTrainer:
    """The same training for scenes of another side; nothing that was learnt depends on it."""
    other = build_trainer(side, rounds)
    other.optimizer.build(other.trainable_variables)
    for mine, its in zip(state.variables(other), state.variables(trainer), strict=True):
        mine.assign(its)
    return other


def main(usage: str) -> None:
    """Train, measure, write the files; or measure those that are there."""
    arguments = parse(usage)
    scenes = read_scenes(measuring_folders(arguments))  # before the training, not after it
    if arguments.evaluate:
        measured = evaluate(arguments.out, scenes)
        if arguments.sheet and measured:
            contact_sheet.save(measured.tiles(shipping.START), arguments.sheet)
        return
    check_folders(arguments.caltech, arguments.coco)
    meshes.check_people(arguments.people)
    backends.training_layout(arguments.precision)
    rounds = plan(arguments.scale, arguments.trial)
    done = state.done(arguments.state, arguments.resume, said(rounds))
    print(f"{done} of {len(rounds)} rounds are done" if done else forecast(rounds), flush=True)
    keras.utils.set_random_seed(SEED)
    figures, count = arguments.state / "figures", 4 if arguments.trial else FIGURES
    if missing := cast.missing(arguments.people, figures, count, SEED):
        print(cast.forecast(arguments.people, len(missing), SEED, arguments.processes), flush=True)
        cast.render(arguments.people, figures, count, SEED, arguments.processes)
    with Feed(arguments.caltech, arguments.coco / TRAIN, figures, count, SEED, arguments.processes) as feed:
        trainer, minutes = train(feed, rounds, done, arguments.state)
        trainer.optimizer.finalize_variable_values(trainer.trainable_variables)
        last = sum(r.steps for r in rounds)
        shipping.settle(trainer, feed.batches(rounds[-1], last, 1 if arguments.trial else 150))
    network = shipping.shipped(trainer)
    shipping.write(network, arguments.out)
    if scenes:
        shipping.move_scores(network, measure(arguments.out, scenes).working_point())
        shipping.write(network, arguments.out)
    made = f"recipes/train_yolo_face.py --scale {arguments.scale:g}, {said(rounds)}, {date.today()}"
    card = describe(arguments.out, network.count_params(), made, minutes, count)
    save_card(card, card_path(arguments.out))
    evaluate(arguments.out, scenes)
    shutil.rmtree(arguments.state)  # finished: nothing to resume
    print(f"wrote {arguments.out} ({card.megabytes} MB), {card.parameters:,} parameters")


def parse(usage: str) -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(description=usage, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--caltech", type=Path, required=True)
    parser.add_argument("--coco", type=Path, required=True)
    parser.add_argument("--people", type=Path, help="needed for training")
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--videos", type=Path)
    parser.add_argument("--scale", type=float, default=1.0, help="multiplies the steps; 20 for a machine with a GPU")
    parser.add_argument("--trial", action="store_true", help="two steps, to see that everything works")
    parser.add_argument("--processes", type=int, default=1, help="processes that render people and make scenes")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--state", type=Path, default=STATE)
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--evaluate", action="store_true", help="measure the file at --out and renew its card")
    parser.add_argument("--sheet", type=Path, metavar="FILE", help="with --evaluate: draw what was found, as a picture")
    backends.add_arguments(parser)
    arguments = parser.parse_args()
    if arguments.people is None and not arguments.evaluate:
        parser.error("--people is needed for training")
    return arguments


def measuring_folders(arguments: argparse.Namespace) -> dict[str, Path]:
    """Where the real scenes are that were asked for. Raises SystemExit for a folder that is not there."""
    folders = {"coco_val": arguments.coco / VALIDATION, "photos": arguments.photos, "video": arguments.videos}
    given = {kind: folder for kind, folder in folders.items() if folder is not None}
    for folder in given.values():
        if not folder.is_dir():
            raise SystemExit(f"{folder} is no folder: pictures to measure with were expected there.")
    return given


def forecast(rounds: list[Round]) -> str:
    """The budget of rounds, from steps of a network that is thrown away; other sides count by their pixels."""
    first = rounds[0]
    pictures = np.zeros((first.batch, first.side, first.side, 3), np.float32)
    labels = np.zeros((first.batch, MOST, 5), np.float32)
    seconds = budget.seconds_a_step(build_trainer(first.side, rounds), pictures, labels)
    return budget.told(said(rounds), [(part.steps, seconds * (part.side / first.side) ** 2) for part in rounds])


def evaluate(path: Path, scenes: list[RealScene]) -> Measured | None:
    """Measure a file on real scenes, print the table and renew its card."""
    if not scenes:
        return None
    measured = measure(path, scenes)
    print(measured.table())
    card = read_card(card_path(path))
    save_card(with_figures(card, measured, KNOWN_FAILURES), card_path(path))
    return measured
