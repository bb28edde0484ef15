"""Networks we build ourselves: a table of kinds that is light to read, and builders that need Keras."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
