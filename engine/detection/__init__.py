"""Detection: boxes from YOLO networks of every family, followed over time, counted, drawn and exported."""

from engine import lazy

__getattr__, __dir__, __all__ = lazy.attach(__name__, __file__)
