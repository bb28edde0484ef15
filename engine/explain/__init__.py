"""Explanations: why a classifier says what it says, and whether to believe the picture. Keras loads at first use."""

from engine import lazy

__getattr__, __dir__, __all__ = lazy.attach(__name__, __file__)
