"""Everything CNN Studio can do, without a window."""

import os

# TensorFlow and Keras read these when they are first imported, which is later than this line. The C++ log level
# keeps start-up chatter out of the terminal: a command prints its answer, a failure prints one sentence.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

__version__ = "0.1.0"

from engine import lazy

__getattr__, __dir__, __all__ = lazy.attach(__name__, __file__)
