"""Models: the catalog, the store of weights, loading, preprocessing, compiling. Nothing heavy loads before its use."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
