"""Training: settings, sessions that can be paused and resumed, runs on disk, metrics, diagnosis, export."""

from engine import lazy

__getattr__, __dir__, __all__ = lazy.attach(__name__, __file__)
