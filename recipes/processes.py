"""Processes that work for a recipe, and end with it."""

from __future__ import annotations

import multiprocessing
import os
import threading

import cv2


def begin() -> None:
    """To be run first in every process of a pool: one thread for OpenCV, and an end when the recipe was killed."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    cv2.setNumThreads(1)


def _end_with_parent() -> None:
    """A pool waits for work for ever, also where whoever gave it was killed."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
