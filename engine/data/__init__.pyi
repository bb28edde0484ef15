from . import augmentation as augmentation
from . import pipeline as pipeline
