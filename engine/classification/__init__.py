"""Classification: what a network says an image shows, one image or thousands."""

from engine import lazy

__getattr__, __dir__, __all__ = lazy.attach(__name__, __file__)
