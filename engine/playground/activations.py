"""Activation functions as data: value, derivative, parameter, Keras code and what to say about each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.errors import InvalidSetting

_SELU_ALPHA, _SELU_SCALE = 1.6732632423543772, 1.0507009873554805  # Klambauer et al. 2017
_GELU_SCALE, _GELU_CUBE = np.sqrt(2 / np.pi), 0.044715  # Hendrycks & Gimpel 2016, the tanh form

Function = Callable[[np.ndarray, float], np.ndarray]


@dataclass(frozen=True, slots=True)
class Parameter:
    """The one number some activations have, with the range its slider covers."""

    name: str  # as Keras calls it
    default: float
    minimum: float
    maximum: float
    about: str


@dataclass(frozen=True, slots=True)
class Activation:
    """One entry of the table."""

    name: str  # identifier in files
    title: str  # on screen
    value: Function  # (x float32, parameter) -> same shape float32
    slope: Function  # derivative, the same signature; one-sided where it jumps
    keras: str  # Keras layer; "{p}" stands for the parameter
    formula: str
    about: str
    parameter: Parameter | None = None

    def check(self, parameter: float) -> None:
        """Raise InvalidSetting when the parameter is out of its range."""
        p = self.parameter
        if p and not p.minimum <= parameter <= p.maximum:
            raise InvalidSetting(
                f"{p.name} of {self.title} is {parameter:g}.", f"It must lie between {p.minimum:g} and {p.maximum:g}."
            )


def dead_share(values: np.ndarray, activation: Activation, parameter: float) -> float:
    """Share in 0..1 of the cells at which the derivative is zero, so that no gradient passes."""
    return float(np.mean(activation.slope(values, parameter) == 0)) if values.size else 0.0


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 0.5 * (1 + np.tanh(0.5 * x))  # never overflows


def _softplus(x: np.ndarray) -> np.ndarray:
    return np.logaddexp(x, np.float32(0))


def _expm1(x: np.ndarray) -> np.ndarray:
    return np.expm1(np.minimum(x, 0))  # of the negative side only: the positive one would overflow


def softmax(x: np.ndarray) -> np.ndarray:
    """Shares that add up to 1 over the last axis."""
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def _softmax_slope(x: np.ndarray, _: float) -> np.ndarray:
    share = softmax(x)
    return share * (1 - share)


def _gelu_inner(x: np.ndarray) -> np.ndarray:
    return np.tanh(_GELU_SCALE * (x + _GELU_CUBE * x**3))


def _gelu_slope(x: np.ndarray, _: float) -> np.ndarray:
    t = _gelu_inner(x)
    return 0.5 * (1 + t) + 0.5 * x * (1 - t**2) * _GELU_SCALE * (1 + 3 * _GELU_CUBE * x**2)


def _silu_slope(x: np.ndarray, _: float) -> np.ndarray:
    s = _sigmoid(x)
    return s * (1 + x * (1 - s))


def _mish_slope(x: np.ndarray, _: float) -> np.ndarray:
    t = np.tanh(_softplus(x))
    return t + x * (1 - t**2) * _sigmoid(x)


def _hard_swish_slope(x: np.ndarray, _: float) -> np.ndarray:
    return np.where(x <= -3, 0, np.where(x >= 3, 1, x / 3 + 0.5))


def _table(*entries: Activation) -> dict[str, Activation]:
    return {entry.name: entry for entry in entries}


ACTIVATIONS: dict[str, Activation] = _table(
    Activation(
        "relu",
        "ReLU",
        lambda x, _: np.maximum(x, 0),
        lambda x, _: np.where(x > 0, 1.0, 0.0),
        "ReLU()",
        "max(x, 0)",
        "Keeps what is positive. Where it is zero no gradient passes: such a unit is dead for this input.",
    ),
    Activation(
        "relu6",
        "ReLU6",
        lambda x, _: np.clip(x, 0, 6),
        lambda x, _: np.where((x > 0) & (x < 6), 1.0, 0.0),
        "ReLU(max_value=6.0)",
        "min(max(x, 0), 6)",
        "ReLU with a ceiling, made for networks with 8-bit arithmetic such as MobileNetV2.",
    ),
    Activation(
        "leaky_relu",
        "Leaky ReLU",
        lambda x, p: np.where(x > 0, x, p * x),
        lambda x, p: np.where(x > 0, 1.0, p),
        "LeakyReLU(negative_slope={p})",
        "x if x > 0, else slope · x",
        "Lets a little of the negative side through, so that no unit dies.",
        Parameter("negative_slope", 0.3, 0.0, 1.0, "Slope of the negative side."),
    ),
    Activation(
        "elu",
        "ELU",
        lambda x, p: np.where(x > 0, x, p * _expm1(x)),
        lambda x, p: np.where(x > 0, 1.0, p * (_expm1(x) + 1)),
        "ELU(alpha={p})",
        "x if x > 0, else α (eˣ − 1)",
        "Bends smoothly towards −α, which keeps the mean of its output near zero.",
        Parameter("alpha", 1.0, 0.0, 3.0, "How far below zero the curve goes."),
    ),
    Activation(
        "selu",
        "SELU",
        lambda x, _: _SELU_SCALE * np.where(x > 0, x, _SELU_ALPHA * _expm1(x)),
        lambda x, _: _SELU_SCALE * np.where(x > 0, 1.0, _SELU_ALPHA * (_expm1(x) + 1)),
        'Activation("selu")',
        "1.0507 · (x if x > 0, else 1.6733 (eˣ − 1))",
        "ELU with constants that keep mean 0 and variance 1 from layer to layer.",
    ),
    Activation(
        "gelu",
        "GELU",
        lambda x, _: 0.5 * x * (1 + _gelu_inner(x)),
        _gelu_slope,
        "Activation(lambda x: keras.activations.gelu(x, approximate=True))",
        "x/2 · (1 + tanh(0.798 (x + 0.0447 x³)))",
        "Weighs each value by how likely a normal variable is below it (tanh form). Dips below zero near −0.75.",
    ),
    Activation(
        "silu",
        "SiLU (swish)",
        lambda x, _: x * _sigmoid(x),
        _silu_slope,
        'Activation("silu")',
        "x · σ(x)",
        "A smooth ReLU that dips below zero; used by EfficientNet and by YOLOv5 and later.",
    ),
    Activation(
        "mish",
        "Mish",
        lambda x, _: x * np.tanh(_softplus(x)),
        _mish_slope,
        'Activation("mish")',
        "x · tanh(ln(1 + eˣ))",
        "Close to SiLU with a slightly deeper dip; used by YOLOv4.",
    ),
    Activation(
        "sigmoid",
        "Sigmoid",
        lambda x, _: _sigmoid(x),
        lambda x, _: _sigmoid(x) * (1 - _sigmoid(x)),
        'Activation("sigmoid")',
        "1 / (1 + e⁻ˣ)",
        "Squeezes everything into 0..1. Flat at both ends: gradients vanish there.",
    ),
    Activation(
        "tanh",
        "Tanh",
        lambda x, _: np.tanh(x),
        lambda x, _: 1 - np.tanh(x) ** 2,
        'Activation("tanh")',
        "tanh(x)",
        "Squeezes everything into −1..1, centred on zero.",
    ),
    Activation(
        "hard_sigmoid",
        "Hard sigmoid",
        lambda x, _: np.clip(x / 6 + 0.5, 0, 1),
        lambda x, _: np.where((x > -3) & (x < 3), 1 / 6, 0.0),
        'Activation("hard_sigmoid")',
        "min(max(x/6 + 1/2, 0), 1)",
        "Three straight lines in place of the sigmoid: cheap on small processors.",
    ),
    Activation(
        "hard_swish",
        "Hard swish",
        lambda x, _: x * np.clip(x / 6 + 0.5, 0, 1),
        _hard_swish_slope,
        'Activation("hard_silu")',
        "x · min(max(x/6 + 1/2, 0), 1)",
        "SiLU with the hard sigmoid; used by MobileNetV3.",
    ),
    Activation(
        "softplus",
        "Softplus",
        lambda x, _: _softplus(x),
        lambda x, _: _sigmoid(x),
        'Activation("softplus")',
        "ln(1 + eˣ)",
        "A ReLU with a rounded corner; always above zero.",
    ),
    Activation(
        "softsign",
        "Softsign",
        lambda x, _: x / (1 + np.abs(x)),
        lambda x, _: 1 / (1 + np.abs(x)) ** 2,
        'Activation("softsign")',
        "x / (1 + |x|)",
        "Like tanh, but it approaches −1 and 1 slowly.",
    ),
    Activation(
        "softmax",
        "Softmax",
        lambda x, _: softmax(x),
        _softmax_slope,
        "Softmax()",
        "eˣᵢ / Σⱼ eˣⱼ over the channels",
        "Turns the channels of a cell into shares that add up to 1. With a single channel every cell becomes 1.",
    ),
)
