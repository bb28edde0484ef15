"""What comes out of a loaded network, tried rather than believed."""

from __future__ import annotations

import numpy as np

from engine.detection.runtimes import Runtime
from engine.detection.signature import Signature
from engine.errors import InvalidModel


def probe(runtime: Runtime, size: tuple[int, int], metadata: dict[str, str]) -> Signature:
    """Run a black picture through the network, so that every shape is a fact and not a promise."""
    black = np.zeros((1, 3, size[1], size[0]), np.float32)
    try:
        outputs = runtime.run(black)
    except Exception as error:  # whatever the runtime raises, the network does not take such a picture
        raise InvalidModel(
            f"The network does not run on a picture of {size[0]} × {size[1]}.", "Choose another input size."
        ) from error
    shapes = tuple(tuple(output.shape) for output in outputs)
    return Signature(size, shapes, runtime.output_names, runtime.input_names, metadata)
