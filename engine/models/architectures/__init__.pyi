from .build import build_network as build_network
from .kinds import NETWORKS as NETWORKS
from .kinds import NetworkKind as NetworkKind
from .kinds import NetworkSettings as NetworkSettings
from .textbook import textbook_cnn as textbook_cnn
from .transfer import build_transfer as build_transfer
