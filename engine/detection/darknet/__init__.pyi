from . import to_keras as to_keras
