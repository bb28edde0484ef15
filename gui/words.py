"""How numbers are said on screen."""

from __future__ import annotations


def percent(probability: float) -> str:
    """A probability with two significant digits: 0.034 is "3.4%", what rounds to all or nothing says so."""
    if probability >= 0.995:
        return "> 99%"
    if probability < 0.0001:
        return "< 0.01%"
    value = probability * 100
    digits = 0 if value >= 10 else 1 if value >= 1 else 2
    return f"{value:.{digits}f}%"


def megabytes(size: float) -> str:
    """A number of bytes as what is downloaded: "3.7 MB"."""
    return f"{size / 1e6:.1f} MB"


def count(number: int, one: str, many: str = "") -> str:
    """ "1 image", "12 images"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
