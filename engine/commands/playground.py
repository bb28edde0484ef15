"""The command `playground`: run a saved stack of layers on an image."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from engine.commands.base import Command
from engine.errors import InvalidSetting


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("stack", type=Path, metavar="STACK", help="JSON file that the playground saved")
    parser.add_argument("image", metavar="IMAGE", help="image file, or the key of a built-in input such as square")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the last stage: .npy, .png or .svg")
    parser.add_argument("--grey", action="store_true", help="one channel of brightness instead of three of colour")
    parser.add_argument("--code", action="store_true", help="print the stack as Keras code instead of the table")
    parser.add_argument("--cell", metavar="ROW,COLUMN,CHANNEL", help="explain one cell of the last stage")


def _run(arguments: argparse.Namespace) -> int:
    from engine.images import load_image
    from engine.playground import codegen, document, export, inputs
    from engine.playground.stack import Runner

    stack = document.open_stack(arguments.stack)
    if arguments.image in inputs.SOURCES:
        given = inputs.from_source(arguments.image, arguments.grey)
    else:
        loaded = load_image(arguments.image)
        given = inputs.from_pixels(loaded.pixels, loaded.name, arguments.grey)
    for note in given.notes:
        print(note, file=sys.stderr)
    if arguments.code and (arguments.out or arguments.cell):
        raise InvalidSetting("--code prints the stack and does not run it.", "Leave out --out and --cell.")
    if arguments.code:
        print(codegen.keras_code(stack, given.values.shape), end="")
        return 0
    stages = Runner().run(stack, given.values)
    print(f"{'layer':<24}{'shape':>16}{'parameters':>12}{'multiply-adds':>16}{'field':>10}")
    print(f"{given.name[:23]:<24}{_shape(given.values.shape):>16}")
    for stage in stages:
        field = "{} × {}".format(*stage.receptive_field)
        print(
            f"{stage.layer.title:<24}{_shape(stage.result.shape):>16}"
            f"{stage.parameters:>12,}{stage.multiply_adds:>16,}{field:>10}"
        )
    if arguments.cell and stages:
        cell = _cell(arguments.cell, stages[-1].result.shape)
        print(stages[-1].layer.trace(stages[-1].source, stages[-1].result, cell).sentence())
    if arguments.out:
        export.save_stage(stages[-1].result if stages else given.values, arguments.out, arguments.stack.stem)
    return 0


def _shape(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape))


def _cell(text: str, shape: tuple[int, ...]) -> tuple[int, ...]:
    try:
        cell = tuple(int(part) for part in text.split(","))
    except ValueError:
        cell = ()
    if len(cell) != len(shape) or not all(0 <= i < n for i, n in zip(cell, shape, strict=True)):
        raise InvalidSetting(f"“{text}” is not a cell of a stage of {_shape(shape)}.", "Count from 0, as in 2,3,0.")
    return cell


COMMAND = Command("playground", "Run a saved stack of layers on an image.", _add_arguments, _run)
