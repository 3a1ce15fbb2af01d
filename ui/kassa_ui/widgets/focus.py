"""Which widget the keyboard is at. One ring for the whole window, seen only while the keyboard is in use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from kivy.properties import BooleanProperty
from kivy.uix.widget import Widget

DIRECTIONS = {"left": (-1, 0), "right": (1, 0), "up": (0, 1), "down": (0, -1)}


class Focusable:
    """A widget that the ring can stop at: it shows ``focused`` and can be pressed by a key."""

    focused = BooleanProperty(False)
    reachable = BooleanProperty(True)

    def press_by_key(self) -> None:
        """Enter or space was pressed here."""
        raise NotImplementedError


class Layer(Protocol):
    """Where the ring moves: a dialog if one is open, else the whole screen."""

    @property
    def focus_root(self) -> Widget:
        """The widget whose descendants can be reached."""


class FocusRing:
    """Moves through the reachable widgets of a layer."""

    def __init__(self, layer: Layer) -> None:
        self._layer = layer
        self._current: Any = None

    @property
    def current(self) -> Any:
        """The widget that has the ring; None: nothing has."""
        if self._current is not None and self._current not in list(self._reachable()):
            self.hide()
        return self._current

    def hide(self) -> None:
        """The keyboard types, or a finger is in use: nothing has the ring."""
        if self._current is not None:
            self._current.focused = False
            self._current = None

    def tab(self, step: int) -> None:
        """To the next widget, or the one before, in reading order."""
        order = sorted(self._reachable(), key=_reading)
        if not order:
            return
        here = self.current
        place = (order.index(here) + step) % len(order) if here in order else (0 if step > 0 else -1)
        self._give(order[place])

    def move(self, direction: str) -> bool:
        """To the nearest widget in that direction; False if nothing has the ring yet."""
        here = self.current
        if here is None:
            return False
        best = min(
            (
                (distance, number, widget)
                for number, widget in enumerate(self._reachable())
                if widget is not here and (distance := _distance(here, widget, direction)) is not None
            ),
            default=None,
        )
        if best is not None:
            self._give(best[2])
        return True

    def find(self, label: str) -> None:
        """To the widget with that label, as after the widgets have been made anew."""
        for widget in self._reachable() if label else ():
            if getattr(widget, "label", "") == label:
                self._give(widget)
                return

    def press(self) -> bool:
        """Press what has the ring; False if nothing has."""
        here = self.current
        if here is None:
            return False
        here.press_by_key()
        return True

    def _give(self, widget: Any) -> None:
        self.hide()
        widget.focused = True
        self._current = widget

    def _reachable(self) -> Iterator[Any]:
        yield from _below(self._layer.focus_root)


def _below(widget: Widget) -> Iterator[Any]:
    for child in widget.children:
        stop = isinstance(child, Focusable) and child.reachable
        if child.opacity == 0 or child.disabled:
            continue
        if stop and child.width > 1:
            yield child
        yield from _below(child)


def _centre(widget: Any) -> tuple[float, float]:
    x, y = widget.to_window(*widget.center)
    return float(x), float(y)


def _reading(widget: Any) -> tuple[float, float]:
    x, y = _centre(widget)
    return -round(y / 24), x


def _distance(here: Any, there: Any, direction: str) -> float | None:
    """How far ``there`` lies in that direction; sideways counts double. None: it lies elsewhere."""
    (x, y), (there_x, there_y) = _centre(here), _centre(there)
    right, up = DIRECTIONS[direction]
    ahead = (there_x - x) * right + (there_y - y) * up
    aside = abs((there_x - x) * up) + abs((there_y - y) * right)
    return None if ahead < 4 or aside > 2 * ahead + 40 else ahead + 2 * aside
