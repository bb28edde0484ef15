from .checking import check_curves as check_curves
from .checking import check_keep as check_keep
from .checking import check_randomised as check_randomised
from .feature_visualisation import visualise as visualise
from .graph import Explainer as Explainer
