from .build import build_network as build_network
from .textbook import textbook_cnn as textbook_cnn
from .transfer import build_transfer as build_transfer
from .transfer import load_backbone as load_backbone
