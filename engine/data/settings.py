"""Settings of the data: which, how large, how divided, and how varied while training."""

from __future__ import annotations

from dataclasses import dataclass, fields

from engine.options import option


@dataclass(frozen=True, slots=True)
class DataSettings:
    """Which images, and how they become the input of a network."""

    data: str = option("shapes", "Data", "A set known by name, a folder with one subfolder per class, or a file.")
    size: int = option(
        0, "Image size", "Side of the square input; 0 takes what suits the data.", minimum=0, maximum=512, unit=" px"
    )
    channels: str = option("auto", "Colour", "“auto” keeps what the data has.", choices=("auto", "grey", "colour"))
    fit: str = option(
        "auto",
        "Resize",
        "cover: largest central part; pad: whole image on grey; stretch: aspect not kept; digit: find one digit.",
        choices=("auto", "cover", "crop", "pad", "stretch", "digit"),
    )
    scale: str = option(
        "auto",
        "Normalise",
        "unit: 0 to 1; signed: -1 to 1; raw: 0 to 255; caffe and torch: as ImageNet networks.",
        choices=("auto", "unit", "signed", "raw", "caffe", "torch"),
    )
    validation: float = option(
        0.2, "Validation share", "Held out of each class to judge by.", minimum=0.01, maximum=0.9, step=0.05
    )
    limit: int = option(0, "Use at most", "Images in all, taken evenly from each class; 0 uses every one.", minimum=0)
    seed: int = option(0, "Seed", "The same seed gives the same split and the same run.", minimum=0, maximum=2**31 - 1)


@dataclass(frozen=True, slots=True)
class AugmentationSettings:
    """How images are varied at random while training; never when judging, never in the saved network."""

    rotation: float = option(0.0, "Rotation", "Turned by up to this angle.", minimum=0, maximum=180, step=5, unit="°")
    shift: float = option(0.0, "Shift", "Moved by up to this share of the side.", minimum=0, maximum=0.5, step=0.05)
    zoom: float = option(0.0, "Zoom", "Enlarged or shrunk by up to this share.", minimum=0, maximum=0.9, step=0.05)
    flip: str = option(
        "none", "Flip", "Mirrored with probability 1/2.", choices=("none", "horizontal", "vertical", "both")
    )
    brightness: float = option(
        0.0, "Brightness", "Lighter or darker, share of the range.", minimum=0, maximum=1, step=0.05
    )
    contrast: float = option(
        0.0, "Contrast", "Stronger or weaker by up to this share.", minimum=0, maximum=1, step=0.05
    )
    noise: float = option(
        0.0, "Noise", "Gaussian, standard deviation as a share of the range.", minimum=0, maximum=0.5, step=0.02
    )
    erasing: float = option(
        0.0, "Erasing", "Probability that a random rectangle is painted over.", minimum=0, maximum=1, step=0.1
    )

    @property
    def any(self) -> bool:
        """Whether anything is varied at all."""
        return any(getattr(self, field.name) not in (0, "none") for field in fields(self))
