"""Several pictures seen alike: zooming or moving one does the same to the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from PySide6.QtCore import QObject, QPointF

from gui.widgets.image_view import ImageView


@dataclass(frozen=True, slots=True)
class Sight:
    """What part of a picture is seen, whatever its size and that of the widget."""

    zoom: float  # 1: as large as fits
    x: float  # of the middle, 0..1 from left to right
    y: float  # 0..1 from top to bottom


class LinkedViews(QObject):
    """Keeps what the person looked at last, also for pictures that come later."""

    def __init__(self, views: Sequence[ImageView], parent: QObject) -> None:
        super().__init__(parent)
        self.views = tuple(views)
        self.sight: Sight | None = None  # None: the whole picture
        self._held = False
        for view in self.views:
            view.view_changed.connect(lambda view=view: self._moved(view))

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Around new pictures: they are seen as the others were."""
        self._held = True
        yield
        self._held = False
        self._apply(self.views)

    def forget(self) -> None:
        """Another picture: it is seen whole."""
        self.sight = None

    def _moved(self, view: ImageView) -> None:
        if self._held:
            return
        self.sight = None if view.fitted else _sight_of(view)
        self._apply([other for other in self.views if other is not view])

    def _apply(self, views: Sequence[ImageView]) -> None:
        self._held = True
        for view in views:
            if view.pixels is not None:
                _look(view, self.sight)
        self._held = False


def _sight_of(view: ImageView) -> Sight:
    middle = view.to_image(QPointF(view.rect().center()))
    height, width = view.image_size
    return Sight(view.scale / view.fitting_scale, middle.x() / width, middle.y() / height)


def _look(view: ImageView, sight: Sight | None) -> None:
    view.fit()
    if sight is None:
        return
    view.zoom(sight.zoom)
    height, width = view.image_size
    step = QPointF(view.rect().center()) - view.to_widget(sight.x * width, sight.y * height)
    view.pan(step.x(), step.y())
