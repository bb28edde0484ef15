"""Recompute darknet_reference.json with the Darknet importer of OpenCV 4, which OpenCV 5 no longer has.

Run from the project's root in an environment with opencv-python-headless 4.14 and numpy only:
    python -m tests.engine.detection.make_darknet_reference ../shared/models/darknet
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))  # the package itself would import what that environment lacks

from darknet_files import reference_input, sampled, write_random_weights  # noqa: E402


def reference(config: Path) -> list[list[float]]:
    """Sampled raw outputs of the maps before each [yolo]."""
    net = cv2.dnn.readNetFromDarknet(str(config), str(config.with_suffix(".weights")))
    text = config.read_text()
    width, height = (int(re.search(rf"^{key}\s*=\s*(\d+)", text, re.M)[1]) for key in ("width", "height"))
    outputs = []
    for name in net.getLayerNames():
        if name.startswith("yolo_"):
            net.setInput(reference_input(width, height))
            raw = net.forward(f"conv_{int(name[5:]) - 1}")
            outputs.append(1 / (1 + np.exp(-raw)) if re.search(r"^new_coords=1", text, re.M) else raw)
    return sampled(outputs)


def main(folder: Path) -> None:
    found = {}
    with tempfile.TemporaryDirectory() as temporary:
        for config in sorted(folder.glob("*.cfg")):
            real = config.with_suffix(".weights").exists()
            found[config.stem] = reference(config if real else write_random_weights(config, Path(temporary)))
    (HERE / "darknet_reference.json").write_text(json.dumps({"opencv": cv2.__version__, "outputs": found}) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
