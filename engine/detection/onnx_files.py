"""Look into an ONNX file before a runtime does: is it whole, what does it say, does it reach outside its folder."""

from __future__ import annotations

import ast
import json
from dataclasses import dataclass
from pathlib import Path

import onnx
from google.protobuf.message import DecodeError

from engine.errors import InvalidModel


@dataclass(frozen=True, slots=True)
class Outline:
    """What the file says about itself."""

    inputs: dict[str, list[int | str | None]]  # without the weights that older exporters list as inputs
    outputs: tuple[str, ...]
    metadata: dict[str, str]


def outline(path: Path) -> Outline:
    """Read inputs, outputs and metadata. Raises InvalidModel for what is not a whole, self-contained ONNX file.

    Weights in further files are allowed beside the model only: a file from the network must not make the program read
    others.
    """
    try:
        if path.stat().st_size == 0:
            raise InvalidModel(f"“{path.name}” is empty (0 bytes).", "Copy or download it again.")
        model = onnx.load(str(path), load_external_data=False)
    except OSError as error:
        raise InvalidModel(f"“{path.name}” cannot be read: {error.strerror}.", f"Expected it at {path}.") from error
    except DecodeError as error:
        raise InvalidModel(f"“{path.name}” is not a whole ONNX file.", "Copy or export it again.") from error
    if not model.graph.node:
        raise InvalidModel(f"“{path.name}” holds no network.", "Copy or export it again.")
    weights = {tensor.name for tensor in model.graph.initializer}
    for tensor in model.graph.initializer:
        if tensor.data_location == onnx.TensorProto.EXTERNAL:
            _check_location(path, tensor)
    return Outline(
        {node.name: _shape(node) for node in model.graph.input if node.name not in weights},
        tuple(node.name for node in model.graph.output),
        {entry.key: entry.value for entry in model.metadata_props},
    )


def with_input_size(path: Path, size: tuple[int, int]) -> bytes:
    """The file with another width and height of its first input; shapes that were worked out from it are forgotten.

    Raises InvalidModel where the weights lie in further files, which the bytes could not reach.
    """
    model = onnx.load(str(path), load_external_data=False)
    if any(tensor.data_location == onnx.TensorProto.EXTERNAL for tensor in model.graph.initializer):
        raise InvalidModel(f"“{path.name}” keeps its weights in further files.", "Use it at its own input size.")
    weights = {tensor.name for tensor in model.graph.initializer}
    picture = next(node for node in model.graph.input if node.name not in weights)
    sides = picture.type.tensor_type.shape.dim[-2:]
    sides[0].dim_value, sides[1].dim_value = size[1], size[0]
    del model.graph.value_info[:]
    for node in model.graph.output:
        node.type.tensor_type.ClearField("shape")
    return model.SerializeToString()


def names_in(metadata: dict[str, str]) -> tuple[str, ...]:
    """Class names from a `names` entry, a JSON or Python dict or list of them; () when there is none."""
    text = metadata.get("names", "")
    if not text:
        return ()
    try:
        value = json.loads(text)
    except ValueError:
        try:
            value = ast.literal_eval(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return ()
    if isinstance(value, dict):
        try:
            value = [name for _, name in sorted((int(key), name) for key, name in value.items())]
        except (TypeError, ValueError):
            return ()
    return tuple(map(str, value)) if isinstance(value, list | tuple) else ()


def _shape(node: onnx.ValueInfoProto) -> list[int | str | None]:
    dims = node.type.tensor_type.shape.dim
    return [d.dim_value if d.HasField("dim_value") else (d.dim_param or None) for d in dims]


def _check_location(path: Path, tensor: onnx.TensorProto) -> None:
    location = next((entry.value for entry in tensor.external_data if entry.key == "location"), "")
    folder = path.parent.resolve()
    target = (folder / location).resolve()
    if not location or Path(location).is_absolute() or folder not in target.parents:
        raise InvalidModel(
            f"“{path.name}” wants to read its weights from “{location}”, outside its folder.",
            "Only weights beside the model are read.",
        )
    if not target.is_file():
        raise InvalidModel(
            f"“{path.name}” has its weights in “{location}”, which is missing.", "Put it beside the model."
        )
