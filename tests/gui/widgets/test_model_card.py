"""The card of a model on screen."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel

from engine.models.catalog import entry
from gui.widgets.model_card import CardButton, ModelCard


def test_everything_the_card_says_can_be_read(qtbot):
    card = entry("digits").card
    dialog = ModelCard(card)
    qtbot.addWidget(dialog)
    texts = {label.text() for label in dialog.findChildren(QLabel)}
    assert {card.accuracy, card.made, card.licence, str(card.details["known_failures"])} <= texts
    assert card.title in dialog.windowTitle()


def test_the_button_is_there_only_with_a_card_and_opens_it(qtbot):
    button = CardButton()
    qtbot.addWidget(button)
    assert button.isHidden()
    button.show_card(entry("digits").card)
    assert not button.isHidden()
    button.click()
    dialog = button.findChild(ModelCard)
    qtbot.waitUntil(dialog.isVisible)
    dialog.reject()
