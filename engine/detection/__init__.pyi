from . import gradient as gradient
