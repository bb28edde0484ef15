from . import acquire as acquire
from . import activations as activations
from . import architectures as architectures
from . import compiled as compiled
from . import loading as loading
from . import logits as logits
from . import opening as opening
from . import published as published
