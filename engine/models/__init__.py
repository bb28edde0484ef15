"""Models: the catalog, the store of weights, loading, preprocessing, compiling. Nothing heavy loads before its use."""

from engine import lazy

__getattr__, __dir__, __all__ = lazy.attach(__name__, __file__)
