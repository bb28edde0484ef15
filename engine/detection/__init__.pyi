from . import gradient as gradient
from . import studio_gradient as studio_gradient
