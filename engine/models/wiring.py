"""How the layers of a network are wired: which feed which, and lanes to draw the connections that skip layers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras


@dataclass(frozen=True, slots=True)
class Skip:
    """A connection from one layer past others to a later one; rows count layers in the order they are listed."""

    start: int
    end: int
    lane: int  # 0 is nearest; skips that overlap lie in different lanes


def feeding(network: keras.Model) -> dict[str, tuple[str, ...]]:
    """For each layer, by its path, the paths of the layers whose outputs it takes; none for those that take the image.

    Paths are those of `opening.open_network`: a layer inside an inner network is fed by what feeds that network.
    """
    sources: dict[str, tuple[str, ...]] = {}
    _walk(network, "", [() for _ in network.inputs], sources)
    return sources


def skips(rows: Sequence[str], sources: dict[str, tuple[str, ...]]) -> tuple[Skip, ...]:
    """The connections that are not from one row to the next, short ones in the near lanes."""
    place = {path: row for row, path in enumerate(rows)}
    spans = [
        (place[source], place[path])
        for path in rows
        for source in sources.get(path, ())
        if source in place and place[path] - place[source] != 1
    ]
    taken: list[list[tuple[int, int]]] = []
    found = []
    for start, end in sorted(spans, key=lambda span: span[1] - span[0]):
        lane = next((n for n, lane in enumerate(taken) if all(e <= start or s >= end for s, e in lane)), len(taken))
        if lane == len(taken):
            taken.append([])
        taken[lane].append((start, end))
        found.append(Skip(start, end, lane))
    return tuple(sorted(found, key=lambda skip: (skip.start, skip.end)))


def _walk(
    network: keras.Model, prefix: str, fed: list[tuple[str, ...]], sources: dict[str, tuple[str, ...]]
) -> list[tuple[str, ...]]:
    """Add the layers of a network to `sources`; returns, for each of its outputs, the paths that make it.

    fed: for each input of the network, the paths that feed it.
    """
    if isinstance(network, keras.Sequential):
        paths = fed[0]
        for layer in network.layers:
            paths = _through(layer, prefix, [paths], sources)[0]
        return [paths]
    makers: dict[int, tuple[str, ...]] = {id(tensor): paths for tensor, paths in zip(network.inputs, fed, strict=True)}
    for depth in sorted(network._nodes_by_depth, reverse=True):  # Keras' own record of the calls, inputs first
        for node in network._nodes_by_depth[depth]:
            if not node.is_input:
                taken = [makers.get(id(tensor), ()) for tensor in node.input_tensors]
                given = _through(node.operation, prefix, taken, sources)
                for tensor, paths in zip(node.outputs, given * len(node.outputs), strict=False):
                    makers[id(tensor)] = paths
    return [makers.get(id(tensor), ()) for tensor in network.outputs]


def _through(
    layer: Any, prefix: str, taken: list[tuple[str, ...]], sources: dict[str, tuple[str, ...]]
) -> list[tuple[str, ...]]:
    """Follow one call; returns the paths that make its outputs."""
    if isinstance(layer, keras.Model) and (isinstance(layer, keras.Sequential) or hasattr(layer, "_nodes_by_depth")):
        return _walk(layer, f"{prefix}{layer.name}/", taken, sources)
    path = f"{prefix}{layer.name}"
    sources[path] = tuple(dict.fromkeys(source for paths in taken for source in paths))
    return [(path,)]
