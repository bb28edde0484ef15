"""A stage as a file: the array itself, or a picture with its scale."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from engine.colormaps import lookup, scale_of
from engine.errors import InvalidSetting
from engine.files import written_aside

SUFFIXES = (".png", ".svg", ".npy")
_MOST_MAPS = 64  # shown in one picture; the array holds all
_LARGEST_BARS = 512


def save_stage(values: np.ndarray, path: Path, title: str = "", channel: int | None = None) -> None:
    """Write a feature map (H, W, C) or vector (N,) as .npy, .png or .svg, whole or not at all.

    channel: only that one. A picture shows up to 64 channels on one scale with its legend, a vector as bars.
    Raises InvalidSetting for another suffix, or when the file cannot be written.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise InvalidSetting(f"“{path.name}” ends in “{path.suffix}”.", f"Choose one of {', '.join(SUFFIXES)}.")
    if channel is not None and values.ndim == 3:
        values = values[:, :, channel : channel + 1]
    try:
        with written_aside(path) as aside:
            if path.suffix.lower() == ".npy":
                np.save(aside, values)
            else:
                _save_picture(values, aside, title)
    except OSError as error:
        raise InvalidSetting(f"“{path}” cannot be written: {error.strerror}.", "Choose another folder.") from error


def _save_picture(values: np.ndarray, path: Path, title: str) -> None:
    from matplotlib.figure import Figure  # takes half a second to import, and only export needs it

    figure = Figure(figsize=(7, 6), dpi=150, layout="constrained")
    figure.suptitle(title or f"{' × '.join(map(str, values.shape))}")
    if values.ndim == 1:
        _draw_bars(figure, values)
    else:
        _draw_maps(figure, values)
    figure.savefig(path, format=path.suffix.lower().lstrip("."), metadata={"Date": None} if _is_svg(path) else None)


def _is_svg(path: Path) -> bool:
    return path.suffix.lower() == ".svg"


def _draw_bars(figure, values: np.ndarray) -> None:  # type: ignore[no-untyped-def]
    axes = figure.subplots()
    shown = values[:_LARGEST_BARS]
    axes.bar(np.arange(shown.size), shown)
    axes.set_xlabel("number" if shown.size == values.size else f"first {shown.size} of {values.size} numbers")


def _draw_maps(figure, values: np.ndarray) -> None:  # type: ignore[no-untyped-def]
    from matplotlib.colors import ListedColormap

    count = min(values.shape[2], _MOST_MAPS)
    columns = int(np.ceil(np.sqrt(count)))
    grid = figure.subplots(-(-count // columns), columns, squeeze=False)
    scale = scale_of(values)
    colours = ListedColormap(lookup(scale.map)[:, 0] / 255)
    drawn = None
    for index, axes in enumerate(grid.flat):
        axes.set_axis_off()
        if index < count:
            drawn = axes.imshow(values[:, :, index], colours, vmin=scale.low, vmax=scale.high, interpolation="nearest")
            if count > 1:
                axes.set_title(str(index), fontsize=7, pad=2)
    figure.colorbar(drawn, ax=grid, shrink=0.8)
