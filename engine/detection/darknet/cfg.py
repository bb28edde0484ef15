"""Read the sections of a Darknet `.cfg` file."""

from __future__ import annotations

from dataclasses import dataclass

from engine.errors import InvalidModel


@dataclass(frozen=True, slots=True)
class Section:
    """One `[kind]` block with its `key=value` lines."""

    kind: str
    options: dict[str, str]
    line: int  # of its header, from 1

    def whole(self, key: str, default: int | None = None) -> int:
        """A whole number; `default` None makes the key required."""
        return int(self.number(key, default))

    def number(self, key: str, default: float | None = None) -> float:
        """A number; `default` None makes the key required."""
        text = self.options.get(key)
        if text is None:
            if default is None:
                raise InvalidModel(f"[{self.kind}] in line {self.line} of the cfg has no “{key}”.", "It needs one.")
            return default
        try:
            return float(text)
        except ValueError:
            raise InvalidModel(
                f"[{self.kind}] in line {self.line} of the cfg has {key}={text}.", "Expected a number."
            ) from None

    def numbers(self, key: str) -> list[float]:
        """Numbers with commas between them."""
        text = self.options.get(key, "")
        try:
            return [float(part) for part in text.split(",") if part.strip()]
        except ValueError:
            raise InvalidModel(
                f"[{self.kind}] in line {self.line} of the cfg has {key}={text}.",
                "Expected numbers with commas between.",
            ) from None


def parse(text: str) -> list[Section]:
    """All sections in order; the first must be [net] or [network]. Raises InvalidModel for what is not a cfg."""
    sections: list[Section] = []
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.split("#", 1)[0].split(";", 1)[0].strip()
        if not line:
            continue
        if line.startswith("["):
            if not line.endswith("]"):
                raise InvalidModel(
                    f"Line {number} of the cfg is “{line[:60]}”.", "A section looks like [convolutional]."
                )
            sections.append(Section(line[1:-1].strip().lower(), {}, number))
            continue
        key, equals, value = line.partition("=")
        if not equals or not sections:
            raise InvalidModel(f"Line {number} of the cfg is “{line[:60]}”.", "Expected [section] or key=value.")
        sections[-1].options[key.strip()] = value.strip()
    if not sections or sections[0].kind not in ("net", "network"):
        raise InvalidModel("The cfg does not begin with [net].", "Choose a Darknet .cfg file.")
    return sections
