"""Numbers as they are shown and typed: sums whose written parts really add up, and limits on input."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from engine.errors import InvalidSetting

LARGEST = 1e6  # beyond this float32 loses the units, and pictures lose everything else
_FIGURES = 4  # significant figures of the largest number in a sum
_MOST_DIGITS = 8


@dataclass(frozen=True, slots=True)
class WrittenSum:
    """A sum in decimal notation: the parts and the bias add up to the value exactly as written."""

    parts: tuple[str, ...]
    subtotal: str  # of the parts
    bias: str
    value: str


def write_sum(parts: Sequence[float] | np.ndarray, bias: float, value: float) -> WrittenSum:
    """Round parts, bias and value to the same decimals so that the written numbers add up.

    Rounded alone, nine products can miss their rounded sum by several units of the last digit. Here the error is
    spread by largest remainder: each part is the number just below or above its true value wherever `value` is the
    sum of parts and bias to within half a unit a part.
    """
    parts = np.asarray(parts, np.float64)
    digits = decimals([*parts, bias, value])
    unit = 10.0**-digits
    whole_value, whole_bias = round(value / unit), round(bias / unit)
    subtotal = whole_value - whole_bias
    return WrittenSum(
        tuple(_written(n, digits) for n in apportion(parts / unit, subtotal)),
        _written(subtotal, digits),
        _written(whole_bias, digits),
        _written(whole_value, digits),
    )


def apportion(parts: np.ndarray, total: int) -> list[int]:
    """Integers near `parts` that add up to `total`: round down, then hand the rest to the largest remainders."""
    if parts.size == 0:
        return []
    floors = np.floor(parts)
    whole = [int(f) for f in floors]
    lacking = total - sum(whole)
    share, extra = divmod(lacking, parts.size)
    order = np.argsort(floors - parts, kind="stable")
    for rank, index in enumerate(order):
        whole[index] += share + (rank < extra)
    return whole


def decimals(values: Sequence[float]) -> int:
    """Decimals that show the largest of `values` with four figures, none where all are whole numbers."""
    if all(float(v).is_integer() for v in values):
        return 0
    largest = max((abs(v) for v in values), default=0.0)
    if largest == 0 or not math.isfinite(largest):
        return 0
    return min(max(_FIGURES - 1 - math.floor(math.log10(largest)), 0), _MOST_DIGITS)


def write(value: float) -> str:
    """One number for a cell or a label: four figures, no trailing zeros, a true minus sign."""
    if value == 0:
        return "0"
    if float(value).is_integer() and abs(value) < 10 * LARGEST:
        return f"{value:.0f}".replace("-", "−")
    return f"{value:.4g}".replace("-", "−")


def to_decimal(written: str) -> Decimal:
    """A written number, exactly."""
    return Decimal(written.replace("−", "-"))


def from_decimal(number: Decimal) -> str:
    """The same back to how it is written."""
    return f"{number:f}".replace("-", "−")


def parse(text: str) -> float:
    """The number a person typed, with a comma or a point. Raises InvalidSetting for none, NaN or a huge one."""
    cleaned = text.strip().replace("−", "-").replace(",", ".")
    if not cleaned:
        raise InvalidSetting("The cell is empty.", "Type a number, for example 0 or −1.5.")
    try:
        number = float(cleaned)
    except ValueError:
        raise InvalidSetting(f"“{text.strip()}” is not a number.", "Type a number, for example 0 or −1.5.") from None
    return checked(number)


def checked(number: float) -> float:
    """The number itself; raises InvalidSetting for NaN and for magnitudes above LARGEST."""
    if not abs(number) <= LARGEST:
        raise InvalidSetting(f"The number is {number:g}.", "It must lie between −1 000 000 and 1 000 000.")
    return number


def _written(units: int, digits: int) -> str:
    sign = "−" if units < 0 else ""
    if digits == 0:
        return f"{sign}{abs(units)}"
    whole, rest = divmod(abs(units), 10**digits)
    return f"{sign}{whole}.{rest:0{digits}d}"
