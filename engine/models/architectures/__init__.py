"""Networks we build ourselves: a table of kinds that is light to read, and builders that need Keras."""

from engine import lazy

__getattr__, __dir__, __all__ = lazy.attach(__name__, __file__)
