"""The command `visualize`: the image that a channel, unit, layer or class answers to most."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from engine import explain, models
from engine.commands.base import Command, natural, positive, watched_job
from engine.errors import InvalidSetting
from engine.files import check_writable, written_aside


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", required=True, metavar="ID|FILE", help="catalog id or file")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--layer", metavar="NAME|a/b", help="layer name; in a nested network OUTER/INNER")
    what.add_argument("--class", dest="class_id", type=natural, metavar="INDEX", help="a class instead of a layer")
    parser.add_argument("--channel", type=natural, metavar="K", help="channel of the layer; without it the whole layer")
    parser.add_argument("--unit", action="store_true", help="only the middle unit of the channel")
    parser.add_argument("--steps", type=positive, default=256, help="steps of the search (%(default)s)")
    parser.add_argument("--seed", type=natural, default=0, help="start of the search (%(default)s)")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="image file to write, such as k.png")


def _run(arguments: argparse.Namespace) -> int:
    from PIL import Image

    from engine.explain.feature_visualisation import Recipe, Wish

    if arguments.out.suffix.lower() not in (".png", ".jpg", ".jpeg", ".webp", ".bmp"):
        raise InvalidSetting(
            f"“{arguments.out.name}” is not an image file name.", "Expected a name such as channel.png."
        )
    if arguments.class_id is not None and (arguments.channel is not None or arguments.unit):
        raise InvalidSetting("--channel and --unit are for a layer, not for a class.", "Leave them out.")
    if arguments.unit and arguments.channel is None:
        raise InvalidSetting("--unit needs the channel that it is of.", "Name it with --channel.")
    check_writable(arguments.out)
    job, line = watched_job()
    model = models.loading.load(arguments.model, job)
    explainer = explain.Explainer(model)
    if arguments.class_id is not None:
        wish = Wish(None, "class", (arguments.class_id,))
    elif arguments.channel is None:
        wish = Wish(arguments.layer, "layer")
    else:
        wish = Wish(arguments.layer, "unit" if arguments.unit else "channel", (arguments.channel,))
    found = explain.visualise(explainer, wish, Recipe(steps=arguments.steps, seed=arguments.seed), job)
    line.clear()
    with written_aside(arguments.out) as aside:
        Image.fromarray(np.squeeze(found.images[0])).save(aside)
    print(
        f"{arguments.out}: activation {found.start[0]:.4g} at the start,"
        f" {found.end[0]:.4g} after {arguments.steps} steps"
    )
    if found.silent[0]:
        print("  (The unit never answered: the image shows nothing of it.)")
    return 0


COMMAND = Command("visualize", "Draw the image that a channel or class answers to most.", _add_arguments, _run)
