"""A network as Python code that builds it again: what a person copies into a script of their own."""

from __future__ import annotations

import inspect
from typing import Any

import keras

_SKIPPED = frozenset(
    {"dtype", "build_config", "registered_name", "seed", "optional", "sparse", "ragged", "batch_shape"}
)


def keras_code(network: keras.Model) -> str:
    """Code in Keras' functional style that builds `network` with new weights.

    Arguments that equal Keras' defaults are left out. Layers that are not Keras' own cannot be written.
    """
    names = {id(layer): f"x{index}" for index, layer in enumerate(network.layers)}
    lines = ["import keras", "from keras import layers", ""]
    for layer in network.layers:
        if isinstance(layer, keras.layers.InputLayer):
            lines.append(f"{names[id(layer)]} = keras.Input({tuple(layer.batch_shape[1:])}, name={layer.name!r})")
            continue
        sources = _sources(layer, names)
        fed = f"[{', '.join(sources)}]" if len(sources) > 1 else sources[0]
        lines.append(f"{names[id(layer)]} = layers.{type(layer).__name__}({_arguments(layer)})({fed})")
    first, last = (names[id(_maker(tensor[0]))] for tensor in (network.inputs, network.outputs))
    lines.append(f"model = keras.Model({first}, {last}, name={network.name!r})")
    return "\n".join(lines) + "\n"


def _maker(tensor: keras.KerasTensor) -> Any:
    return tensor._keras_history.operation


def _sources(layer: keras.layers.Layer, names: dict[int, str]) -> list[str]:
    for node in layer._inbound_nodes:
        makers = [id(_maker(tensor)) for tensor in node.input_tensors]
        if all(maker in names for maker in makers):
            return [names[maker] for maker in makers]
    return []


def _arguments(layer: keras.layers.Layer) -> str:
    config = layer.get_config()
    parameters = inspect.signature(type(layer).__init__).parameters
    positional = [name for name in ("filters", "units", "rate", "pool_size", "kernel_size") if name in config]
    given = [_text(config[name]) for name in sorted(positional, key=list(parameters).index)]
    for name, value in config.items():
        if name in _SKIPPED or name in positional or name == "trainable":
            continue
        if name == "name" or not _is_default(layer, name, value, parameters):
            given.append(f"{name}={_text(value)}")
    if not layer.trainable:
        given.append("trainable=False")
    if getattr(layer.dtype_policy, "name", "float32") != keras.config.dtype_policy().name:
        given.append(f"dtype={layer.dtype_policy.name!r}")
    return ", ".join(given)


def _is_default(layer: keras.layers.Layer, name: str, value: Any, parameters: Any) -> bool:
    if name not in parameters:
        return True  # a value that the layer derives from others
    default = parameters[name].default
    if default is inspect.Parameter.empty:
        return False
    return _text(value) in (_text(default), _text(_pair(default))) or _means(name, value, default, layer)


def _means(name: str, value: Any, default: Any, layer: keras.layers.Layer) -> bool:
    """Defaults that Keras rewrites on construction: None strides become the pool size, names become objects."""
    if name == "strides" and default is None:
        return tuple(value) == tuple(layer.pool_size)
    if name == "activation" and default is None:
        return value == "linear"
    if name == "data_format" and default is None:
        return value == keras.config.image_data_format()
    if isinstance(value, dict) and isinstance(default, str):
        return _text(value) == _text(keras.saving.serialize_keras_object(_named(name, default)))
    return False


def _named(argument: str, name: str) -> Any:
    if argument.endswith("initializer"):
        return keras.initializers.get(name)
    return keras.regularizers.get(name)


def _pair(default: Any) -> Any:
    return (default, default) if isinstance(default, int) and not isinstance(default, bool) else default


def _text(value: Any) -> str:
    if isinstance(value, dict) and "class_name" in value:
        family = value["module"].rsplit(".", 1)[-1]
        inner = ", ".join(f"{name}={_text(item)}" for name, item in value["config"].items() if item is not None)
        return f"keras.{family}.{value['class_name']}({inner})"
    if isinstance(value, list | tuple):
        return f"({', '.join(map(_text, value))}{',' if len(value) == 1 else ''})"
    return repr(value)
