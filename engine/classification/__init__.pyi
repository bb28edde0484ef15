from .batch import classify_files as classify_files
from .classifier import Classifier as Classifier
