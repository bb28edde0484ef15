from . import exporting as exporting
from . import rate_finder as rate_finder
from . import report as report
from . import setup as setup
from .session import Outcome as Outcome
from .session import resume as resume
from .session import train as train
