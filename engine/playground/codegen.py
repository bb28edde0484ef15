"""A stack as Keras source code that runs and gives the same numbers."""

from __future__ import annotations

from engine.playground.layers import Shape
from engine.playground.stack import Stack


def keras_code(stack: Stack, shape: Shape) -> str:
    """Source that defines `model`, a keras.Model for inputs (batch, *shape) with the stack's weights set.

    Raises InvalidSetting when the stack does not fit the shape.
    """
    shapes = stack.shapes(shape)
    built: list[str] = []
    weights: list[str] = []
    for number, (layer, before) in enumerate(zip(stack.layers, shapes[:-1], strict=True), start=1):
        code = layer.code(before)
        name = f"{layer.kind}_{number}"
        if code.instead:
            built += code.instead
            continue
        built += [f"{name} = keras.layers.{code.call}", f"x = {name}(x{', training=True' if code.training else ''})"]
        if code.weights:
            weights += [f"{name}.set_weights([", *(f"    {w},".replace("\n", "\n    ") for w in code.weights), "])"]
    body = ["import keras", "import numpy as np", "", f"image = keras.Input({shape})", "x = image", *built]
    if not stack.layers:
        body.append("x = keras.layers.Identity()(x)")
    return "\n".join([*body, "model = keras.Model(image, x)", *([""] if weights else []), *weights, ""])
