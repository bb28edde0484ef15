"""Darknet's `.cfg` and `.weights`: read, checked, and turned into a Keras network and into ONNX."""

from engine import lazy

__getattr__, __dir__, __all__ = lazy.attach(__name__, __file__)
