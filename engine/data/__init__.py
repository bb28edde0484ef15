"""Data to train on: known sets, folders of images, splits, preparation and augmentation."""

from engine import lazy

__getattr__, __dir__, __all__ = lazy.attach(__name__, __file__)
