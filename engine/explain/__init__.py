"""Explanations: why a classifier says what it says, and whether to believe the picture. Keras loads at first use."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
