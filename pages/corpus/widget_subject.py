"""Widgets of the corpus page that start again with another table or text column."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from pages.common import forget_widget, state_of


@dataclass
class WidgetSubject:
    """What the values of some widgets are about."""

    subject: Hashable = None


def start_with(subject: Hashable, *keys: str) -> None:
    """Forget the values of widgets that are about another subject; before the widgets are drawn."""
    state = state_of(WidgetSubject, keys)
    if state.subject != subject:
        state.subject = subject
        for key in keys:
            forget_widget(key)
