"""Copy as code: a plain Keras script that computes the map on show, without this program."""

from __future__ import annotations

import base64
import zlib
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import InvalidSetting
from engine.explain.explaining import Explanation
from engine.explain.methods import METHODS
from engine.models.preprocessing import Prepared

if TYPE_CHECKING:
    from engine.explain.graph import Explainer

SCALE_CODE = {
    "raw": 'tensor = image.astype("float32")',
    "unit": 'tensor = image.astype("float32") / 255',
    "signed": 'tensor = image.astype("float32") / 127.5 - 1',
    "caffe": 'tensor = image[:, :, ::-1].astype("float32") - np.array([103.939, 116.779, 123.68], "float32")',
    "torch": (
        'tensor = (image.astype("float32") / 255 - np.array([0.485, 0.456, 0.406], "float32"))'
        ' / np.array([0.229, 0.224, 0.225], "float32")'
    ),
}

_ON_LAYER = """
x = tf.constant(tensor[None])
with tf.GradientTape() as tape:
    tape.watch(x)
    score = score_of(x)
activations = seen["layer"][1]
gradients = tape.gradient(score, activations)
activations, gradients = np.asarray(activations[0], "float32"), np.asarray(gradients[0], "float32")
"""
_ON_PIXELS = """
def gradient(batch):
    x = tf.constant(batch, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(x)
        score = tf.reduce_sum(score_of(x))
    return np.asarray(tape.gradient(score, x))

"""

# What comes after the activations and gradients of the layer, or after `gradient`; `raw` is the map.
MAP_CODE = {
    "grad-cam": _ON_LAYER + "raw = activations @ gradients.mean(axis=(0, 1))",
    "hires-cam": _ON_LAYER + "raw = (activations * gradients).sum(axis=-1)",
    "layer-cam": _ON_LAYER + "raw = (activations * np.maximum(gradients, 0)).sum(axis=-1)",
    "grad-cam++": _ON_LAYER
    + """alpha = 1 / (2 + activations.sum(axis=(0, 1)) * gradients)  # g^2 / (2 g^2 + sum(A) g^3)
weights = np.where(gradients > 0, alpha * gradients, 0).sum(axis=(0, 1))
raw = activations @ weights""",
    "xgrad-cam": _ON_LAYER
    + """total = activations.sum(axis=(0, 1))
share = (activations * gradients).sum(axis=(0, 1))
raw = activations @ np.where(np.abs(total) > 1e-12, share / np.where(total == 0, 1, total), 0).astype("float32")""",
    "eigen-cam": _ON_LAYER
    + """flat = activations.reshape(-1, activations.shape[-1]).astype("float64")
centred = flat - flat.mean(axis=0)
projected = centred @ np.linalg.svd(centred, full_matrices=False)[2][0]
raw = (projected * np.sign(projected @ centred.sum(axis=1))).reshape(activations.shape[:2])""",
    "gradient": _ON_PIXELS
    + """found = gradient(tensor[None])[0]
strongest = np.abs(found).argmax(axis=-1)[..., None]
raw = np.take_along_axis(found, strongest, -1)[..., 0]""",
    "input-x-gradient": _ON_PIXELS + "raw = (gradient(tensor[None])[0] * tensor).sum(axis=-1)",
    "integrated-gradients": _ON_PIXELS
    + """tensor_of_image, image = tensor, np.zeros_like(image)
{scale}
black, tensor = tensor, tensor_of_image
places, weights = np.polynomial.legendre.leggauss({steps})
total = np.zeros(tensor.shape)
for place, weight in zip((places + 1) / 2, weights / 2):
    total += weight * gradient((black + place * (tensor - black))[None])[0]
raw = (total * (tensor - black)).sum(axis=-1)""",
    "smooth-grad": _ON_PIXELS
    + """rng = np.random.default_rng(0)
spread = {noise} * float(tensor.max() - tensor.min())
total = np.zeros(tensor.shape)
for first in range(0, {samples}, 32):
    count = min(32, {samples} - first)
    noisy = tensor + rng.normal(0, spread, (count, *tensor.shape)).astype("float32")
    total += gradient(noisy).sum(axis=0)
strongest = np.abs(total).argmax(axis=-1)[..., None]
raw = np.take_along_axis(total / {samples}, strongest, -1)[..., 0]""",
}


def available(key: str) -> bool:
    """Whether a method can be copied as code; those by trial depend on this program's masks."""
    return key in MAP_CODE


def snippet(explainer: Explainer, prepared: Prepared, explanation: Explanation, image_path: str) -> str:
    """A script whose variable `raw` is the map (h, w) of an explanation.

    image_path: as the script should open it. Raises InvalidSetting for a method that cannot be copied.
    """
    if not available(explanation.method):
        raise InvalidSetting(
            f"{METHODS[explanation.method].title} cannot be copied as code.",
            f"These can: {', '.join(METHODS[key].title for key in MAP_CODE)}.",
        )
    scale = SCALE_CODE[explainer.card.preprocessing.scale]
    found = MAP_CODE[explanation.method].replace("{scale}", scale)
    for name, value in explanation.options.items():
        found = found.replace(f"{{{name}}}", str(value))
    place = f" at {explanation.layer}" if explanation.layer else ""
    parts = (
        f'"""{METHODS[explanation.method].title} of {explanation.target.title!r}{place}."""',
        _IMPORTS,
        _network(explainer),
        _image(explainer, prepared, image_path),
        scale,
        _hooks(explainer, explanation),
        _score(explainer, explanation),
        found.strip("\n"),
        "print(raw.shape, raw.min(), raw.max())",
    )
    return "\n".join(parts) + "\n"


_IMPORTS = """
import cv2
import keras
import numpy as np
import tensorflow as tf
from PIL import Image, ImageOps
"""


def _network(explainer: Explainer) -> str:
    from engine.models.catalog import entries

    known = entries().get(explainer.card.id)
    path = explainer.model.path.as_posix()
    if known is not None and known.builder:
        return f"network = keras.applications.{known.builder}(weights={path!r})"
    return f"network = keras.saving.load_model({path!r}, compile=False)"


def _image(explainer: Explainer, prepared: Prepared, path: str) -> str:
    """From the file to `image`, uint8 as the network sees it."""
    how = explainer.card.preprocessing
    if how.fit not in ("crop", "cover", "stretch"):
        return _packed(prepared.seen)
    x0, y0, x1, y1 = (round(side) for side in prepared.window)
    shrinks = (x1 - x0) * (y1 - y0) > how.height * how.width
    lines = [
        f"image = np.asarray(ImageOps.exif_transpose(Image.open({path!r})).convert('RGB'))",
        f"image = np.ascontiguousarray(image[{y0}:{y1}, {x0}:{x1}])  # the part that the network sees",
        f"image = cv2.resize(image, ({how.width}, {how.height}),"
        f" interpolation=cv2.INTER_{'AREA' if shrinks else 'LINEAR'})",
    ]
    if how.channels == 1:
        lines.append("image = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[:, :, None]")
    return "\n".join(lines)


def _packed(seen: np.ndarray) -> str:
    """The pixels themselves, for preprocessing that is more than cutting and resizing."""
    text = base64.b64encode(zlib.compress(seen.tobytes(), 9)).decode()
    lines = "\n".join(f'    "{text[start : start + 100]}"' for start in range(0, len(text), 100))
    return (
        "import base64, zlib\n\n# The image as the network sees it, found and centred by CNN Studio.\npacked = (\n"
        f'{lines}\n)\nimage = np.frombuffer(zlib.decompress(base64.b64decode(packed)), "uint8").reshape{seen.shape}'
    )


def _hooks(explainer: Explainer, explanation: Explanation) -> str:
    head = explainer.head(explanation.target.output)
    assert head is not None
    lines = [
        "\nseen = {}\n\n",
        "def keep(layer, name):",
        '    """Remember what goes into a layer and what comes out, also inside nested networks."""',
        "    call = layer.call\n",
        "    def kept(inputs, *args, **kwargs):",
        "        seen[name] = (inputs, call(inputs, *args, **kwargs))",
        "        return seen[name][1]\n",
        "    layer.call = kept\n\n",
        f'keep({_reach(head.path)}, "head")',
    ]
    if explanation.layer is not None:
        lines.append(f'keep({_reach(explanation.layer)}, "layer")')
    return "\n".join(lines) + "\n"


def _reach(path: str) -> str:
    return "network" + "".join(f".get_layer({name!r})" for name in path.split("/"))


def _score(explainer: Explainer, explanation: Explanation) -> str:
    from engine.models.logits import activation_name

    target, output = explanation.target, explainer.output(explanation.target.output)
    head = explainer.head(target.output)
    assert head is not None
    name = activation_name(head.layer)
    lines = ["\ndef score_of(x):", "    network(x, training=False)"]
    if not output.exact:
        lines.append('    probability = tf.clip_by_value(seen["head"][1], 1e-7, 1 - 1e-7)')
        lines.append("    logits = tf.math.log(probability)" + " - tf.math.log(1 - probability)" * output.two_sided)
    elif name == "linear":
        lines.append('    logits = tf.cast(seen["head"][1], tf.float32)')
    elif type(head.layer).__name__ == "Dense":
        reach = _reach(head.path)
        bias = f" + {reach}.bias" if head.layer.use_bias else ""
        lines.append(f'    logits = tf.cast(seen["head"][0] @ {reach}.kernel{bias}, tf.float32)  # without {name}')
    else:
        lines.append(f'    logits = tf.cast(seen["head"][0], tf.float32)  # before the {name}')
    values = "logits"
    if target.score == "probability":
        values = f"tf.nn.{output.activation}(logits)"
    if output.two_sided:
        sign = "" if target.class_id == 1 else "-"
        against = "" if target.against is None else "2 * "
        lines.append(f"    return {sign}{against}{values}[:, 0]")
    else:
        minus = "" if target.against is None else f" - {values}[:, {target.against}]"
        lines.append(f"    return {values}[:, {target.class_id}]{minus}")
    return "\n".join(lines) + "\n\n"
