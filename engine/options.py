"""Settings as frozen dataclasses: each field carries what a form, the command line and a check need to know of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, get_type_hints

from engine.errors import InvalidSetting

S = TypeVar("S")
_YES, _NO = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


@dataclass(frozen=True, slots=True)
class Option:
    """What is known of one setting."""

    label: str
    help: str
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None  # of a spin box
    choices: tuple[str, ...] = ()  # for text: the only values allowed
    unit: str = ""
    when: tuple[str, tuple[str, ...]] | None = None  # only of use while that other field has one of those values


def option(
    default: Any,
    label: str,
    help: str,
    *,
    minimum: float | None = None,
    maximum: float | None = None,
    step: float | None = None,
    choices: Sequence[str] = (),
    unit: str = "",
    when: tuple[str, tuple[str, ...]] | None = None,
) -> Any:
    """A dataclass field with its Option in the metadata."""
    known = Option(label, help, minimum, maximum, step, tuple(choices), unit, when)
    return dataclasses.field(default=default, metadata={"option": known})


def options(settings: Any) -> Iterator[tuple[str, Option]]:
    """Name and Option of every field of a settings class or instance that has one."""
    for field in dataclasses.fields(settings):
        if "option" in field.metadata:
            yield field.name, field.metadata["option"]


def check(settings: Any) -> None:
    """Raise InvalidSetting for the first value outside its limits or choices."""
    for name, known in options(settings):
        value = getattr(settings, name)
        if known.choices and value not in known.choices:
            raise InvalidSetting(f"{known.label} is “{value}”.", f"Choose one of: {', '.join(known.choices)}.")
        if known.minimum is not None and not value >= known.minimum:  # NaN fails too
            raise InvalidSetting(f"{known.label} is {value}{known.unit}.", f"It must be at least {known.minimum:g}.")
        if known.maximum is not None and not value <= known.maximum:
            raise InvalidSetting(f"{known.label} is {value}{known.unit}.", f"It must be at most {known.maximum:g}.")


def parse(settings: type, name: str, text: str) -> Any:
    """The value of field `name` of a settings class from text, as on a command line. Raises InvalidSetting."""
    kind = get_type_hints(settings)[name]
    try:
        if kind is bool:
            return _boolean(text)
        return kind(text)
    except ValueError:
        raise InvalidSetting(f"“{text}” is not a value for {name}.", f"Expected {_described(kind)}.") from None


def from_mapping(settings: type[S], values: dict[str, Any]) -> S:
    """A settings object from plain values, as read from JSON; nested settings too, unknown names refused.

    Raises InvalidSetting for an unknown name or a value of the wrong type.
    """
    hints = get_type_hints(settings)
    if unknown := sorted(set(values) - set(hints)):
        raise InvalidSetting(f"There is no setting “{unknown[0]}”.", "It may come from a newer version of CNN Studio.")
    return settings(**{name: _typed(hints[name], name, value) for name, value in values.items()})


def _typed(kind: Any, name: str, value: Any) -> Any:
    if dataclasses.is_dataclass(kind):
        if not isinstance(value, dict):
            raise InvalidSetting(f"The setting “{name}” is {value!r}.", "Expected a group of settings.")
        return from_mapping(kind, value)  # type: ignore[arg-type]
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is not kind:
        raise InvalidSetting(f"The setting “{name}” is {value!r}.", f"Expected {_described(kind)}.")
    return value


def _boolean(text: str) -> bool:
    if (word := text.strip().lower()) not in (*_YES, *_NO):
        raise ValueError(text)
    return word in _YES


def _described(kind: type) -> str:
    return {int: "a whole number", float: "a number", bool: "yes or no", str: "text"}.get(kind, kind.__name__)
