from .batch import Row as Row
from .batch import classify_files as classify_files
from .classifier import Classifier as Classifier
from .predictions import Classification as Classification
from .predictions import Prediction as Prediction
