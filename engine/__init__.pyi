from . import devices as devices

__version__: str
