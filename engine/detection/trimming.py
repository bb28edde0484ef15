"""Leave out the padding: 16:9 fills little more than half of a square input, and grey costs as much time as picture."""

from __future__ import annotations

import math
from dataclasses import replace

from engine.detection.detector import Detector
from engine.detection.heads import recognise
from engine.detection.probing import probe
from engine.errors import InvalidModel

# Grey that is kept, since objects at the border are better seen with something beyond it. YOLOX-Nano on 128 training
# images of COCO, each on the input of its own shape: mAP50 0.489 without, 0.492 with it, 0.499 on the full input.
MARGIN = 16
STEP = 32  # cells of the coarsest grid of the networks whose padding is left out, in pixels


def trimmed(detector: Detector, picture: tuple[int, int]) -> Detector:
    """The detector for pictures of one size (width, height), on the smallest input that holds them.

    Pictures are scaled as before, so boxes stay what they are but for what the padding itself did for them. The same
    detector where there is nothing to leave out, or where the network is made for one size only.
    """
    size = input_size(detector, picture)
    if size == detector.size or not detector.head.any_size:
        return detector
    try:
        runtime = detector.runtime.resized(size)
        if runtime is None:
            return detector
        head, classes = recognise(probe(runtime, size, runtime.metadata), detector.head.name)
    except InvalidModel:  # grids of the full size are written into the network
        return detector
    if classes is not None and classes != detector.classes:
        return detector
    return replace(detector, runtime=runtime, head=head, size=size)


def input_size(detector: Detector, picture: tuple[int, int]) -> tuple[int, int]:
    """Width and height of the smallest input in which the picture is as large as in the full one."""
    if detector.head.feeding.fit == "stretch":
        return detector.size
    scale = min(most / side for most, side in zip(detector.size, picture, strict=True))
    sides = (math.ceil(round(side * scale + MARGIN, 6) / STEP) * STEP for side in picture)
    width, height = (min(side, most) for side, most in zip(sides, detector.size, strict=True))
    return width, height


class Fitting:
    """Remembers the trimmed detector of the last size of picture, since making one takes as long as loading it."""

    def __init__(self) -> None:
        self._asked: tuple[Detector, tuple[int, int]] | None = None
        self._made: Detector | None = None

    def __call__(self, detector: Detector, picture: tuple[int, int]) -> Detector:
        """The detector to use for pictures of a size."""
        if self._made is None or self._asked is None or self._asked[0] is not detector or self._asked[1] != picture:
            self._asked, self._made = (detector, picture), trimmed(detector, picture)
        return self._made
