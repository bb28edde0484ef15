"""Data to train on: known sets, folders of images, splits, preparation and augmentation."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
