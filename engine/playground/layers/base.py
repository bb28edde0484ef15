"""What every layer of the playground can do, and the metadata that drives its form, its file and its code."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from engine.errors import InvalidSetting
from engine.playground.geometry import Axis, TransposedAxis
from engine.playground.numbers import checked
from engine.playground.trace import Trace

Shape = tuple[int, ...]  # (height, width, channels), or (length,) of a vector
Windows = tuple[Axis, Axis] | tuple[TransposedAxis, TransposedAxis]


@dataclass(frozen=True, slots=True)
class Setting:
    """How one field of a layer is shown and checked."""

    title: str
    about: str
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    choices: tuple[tuple[str, str], ...] = ()  # (value, title)
    advanced: bool = False


@dataclass(frozen=True, slots=True)
class KerasCode:
    """A layer as source code."""

    call: str  # the expression that makes the layer, without "keras.layers."
    weights: tuple[str, ...] = ()  # expressions for set_weights, in Keras' order
    training: bool = False  # called with training=True
    instead: tuple[str, ...] = ()  # lines that turn `x` into the new `x` where no layer gives the same numbers


def setting(default: Any, title: str, about: str, **details: Any) -> Any:
    """A dataclass field that carries a Setting."""
    return field(default=default, metadata={"setting": Setting(title, about, **details)})


@dataclass(frozen=True, eq=False)
class Layer:
    """A layer with its settings; immutable, so that a result can be kept as long as its layer is the same object."""

    kind: ClassVar[str]  # identifier in files
    title: ClassVar[str]
    spatial: ClassVar[bool] = True  # needs an image rather than a vector

    def output_shape(self, shape: Shape) -> Shape:
        """Shape of the result for an input of `shape`; raises InvalidSetting when it does not fit."""
        raise NotImplementedError

    def apply(self, values: np.ndarray) -> np.ndarray:
        """The result float32 for an input float32."""
        raise NotImplementedError

    def trace(self, values: np.ndarray, result: np.ndarray, cell: tuple[int, ...]) -> Trace:
        """How `result[cell]` came out of `values`."""
        raise NotImplementedError

    def code(self, shape: Shape) -> KerasCode:
        """The layer in Keras for an input of `shape`."""
        raise NotImplementedError

    def parameters(self, shape: Shape) -> int:
        """Numbers that Keras stores for the layer."""
        return 0

    def multiply_adds(self, shape: Shape) -> int:
        """Multiplications with a weight, padding included as is customary."""
        return 0

    def windows(self, shape: Shape) -> Windows | None:
        """How windows lie along height and width, for layers that have windows."""
        return None

    def span(self, shape: Shape, axis: int, first: np.ndarray, last: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """First and last input position along `axis` (0 down, 1 right) that outputs `first`..`last` depend on."""
        windows = self.windows(shape)
        return windows[axis].span(first, last) if windows else (first, last)

    def formulas(self, shape: Shape) -> tuple[str, ...]:
        """The output size worked out, a line a side."""
        windows = self.windows(shape)
        if windows is None:
            return ()
        rows, columns = windows
        return f"height = {rows.formula()}", f"width = {columns.formula()}"

    def greyed(self) -> dict[str, str]:
        """Fields that cannot be used with the others as they are, and why."""
        return {}

    def change(self, **values: Any) -> Layer:
        """The layer with other settings; raises InvalidSetting for values out of range."""
        changed = dataclasses.replace(self, **values)
        changed.check()
        return changed

    def check(self) -> None:
        """Raise InvalidSetting when a setting is out of range."""
        for name, about in settings_of(type(self)).items():
            check_setting(about, getattr(self, name))

    def need_image(self, shape: Shape) -> tuple[int, int, int]:
        """The shape as height, width and channels; raises InvalidSetting for a vector."""
        if len(shape) != 3:
            raise InvalidSetting(
                f"An image is needed, but the input is a vector of length {shape[0]}.",
                f"Put {self.title} before Flatten or global pooling.",
            )
        return shape[0], shape[1], shape[2]


def settings_of(layer: type[Layer]) -> dict[str, Setting]:
    """The fields that a form shows, in order."""
    return {f.name: f.metadata["setting"] for f in dataclasses.fields(layer) if "setting" in f.metadata}


def check_setting(about: Setting, value: Any) -> None:
    """Raise InvalidSetting when `value` is not allowed."""
    if about.choices:
        if value not in dict(about.choices):
            names = ", ".join(name for name, _ in about.choices)
            raise InvalidSetting(f"{about.title} is “{value}”.", f"Choose one of {names}.")
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        checked(value)
        low = -np.inf if about.minimum is None else about.minimum
        high = np.inf if about.maximum is None else about.maximum
        if not low <= value <= high:
            limits = f"at least {low:g}" if high == np.inf else f"between {low:g} and {high:g}"
            raise InvalidSetting(f"{about.title} is {value:g}.", f"It must be {limits}.")


def frozen(values: np.ndarray) -> np.ndarray:
    """A float32 copy that nobody can write to; raises InvalidSetting for NaN and huge numbers."""
    values = np.array(values, np.float32)
    if values.size:
        worst = values.ravel()[np.argmax(np.where(np.isnan(values), np.inf, np.abs(values)))]
        checked(float(worst))
    values.flags.writeable = False
    return values


def literal(values: np.ndarray) -> str:
    """Source code that makes the array again, exact in float32."""
    text = np.array2string(
        np.asarray(values, np.float32),
        separator=", ",
        threshold=values.size + 1,
        max_line_width=100,
        floatmode="unique",
    )
    return f'np.array({text}, "float32")'


def image_cell(cell: tuple[int, ...]) -> tuple[int, int, int]:
    """Row, column and channel of a cell of an image; of a vector, a cell of a 1 x 1 image."""
    return (0, 0, cell[0]) if len(cell) == 1 else (cell[0], cell[1], cell[2])
