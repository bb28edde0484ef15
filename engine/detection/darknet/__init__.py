"""Darknet's `.cfg` and `.weights`: read, checked, and turned into a Keras network and into ONNX."""
