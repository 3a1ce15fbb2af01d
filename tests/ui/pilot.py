"""Drives the real window in a test: taps, types, waits for what is to be seen."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from typing import Any

from kivy.base import EventLoop
from kivy.clock import Clock
from kivy.core.window import Window
from kivy.graphics.opengl import GL_RGB, GL_UNSIGNED_BYTE, glReadPixels
from kivy.input.motionevent import MotionEvent
from PIL import Image

from kassa_ui.window import KassaApp

KEYS = {"\n": 13, "\b": 8, "\t": 9, "\x1b": 27}
NAMED = {"up": 273, "down": 274, "right": 275, "left": 276, **{f"f{number}": 281 + number for number in range(1, 13)}}


class Touch(MotionEvent):
    """A finger."""

    def __init__(self, x: float, y: float) -> None:
        super().__init__(
            "pilot",
            time.monotonic_ns(),
            {"x": x / (Window.width - 1), "y": y / (Window.height - 1)},
            is_touch=True,
            type_id="touch",
        )

    def depack(self, args: dict[str, float]) -> None:
        self.sx, self.sy = args["x"], args["y"]
        self.profile = ["pos"]
        super().depack(args)


class Pilot:
    """One application for all tests of a run: the window opens once. Each test attaches a register of its own."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.app = KassaApp()
        self._running: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Open the window."""
        self._running = self.loop.create_task(self.app.async_run())
        self.until(lambda: hasattr(self.app, "bridge"))

    def stop(self) -> None:
        """Close it."""
        self.app.stop()
        self.loop.run_until_complete(asyncio.wait_for(self._running, 10))  # type: ignore[arg-type]
        self.loop.close()

    def until(self, condition: Callable[[], Any], timeout_s: float = 10) -> Any:
        """Let the application run until ``condition`` is true; what it was."""

        async def wait() -> Any:
            end = time.monotonic() + timeout_s
            while not (found := condition()):
                assert self._running is None or not self._running.done(), "the application has ended"
                assert time.monotonic() < end, "it did not come to pass"
                await asyncio.sleep(0.002)
            return found

        return self.loop.run_until_complete(wait())

    def frames(self, count: int = 3) -> None:
        """Let ``count`` frames be drawn."""
        goal = Clock.frames + count
        self.until(lambda: Clock.frames >= goal)

    def attach(self, register: Any) -> None:
        """Show ``register``."""
        self.app.attach(register)
        self.frames()

    # Hands

    def tap(self, widget: Any) -> None:
        """Press ``widget`` with a finger, in its middle, and let go."""
        self.press(widget)
        self.lift()

    def press(self, widget: Any) -> None:
        """Put a finger on ``widget``."""
        self.frames(1)
        self._touch = Touch(*widget.to_window(*widget.center))
        EventLoop.post_dispatch_input("begin", self._touch)

    def lift(self) -> None:
        """Lift the finger."""
        EventLoop.post_dispatch_input("end", self._touch)
        self.frames(2)

    def type(self, characters: str, *, gap_s: float | None = None) -> None:
        """Type as a keyboard does; ``gap_s`` moves the register's clock between characters."""
        clock = self.app.till.clock
        for character in characters:
            if gap_s is not None:
                clock.seconds += gap_s
            if character in KEYS:
                Window.dispatch("on_key_down", KEYS[character], 0, None, [])
                Window.dispatch("on_key_up", KEYS[character], 0)
            else:
                Window.dispatch("on_key_down", ord(character.lower()) % 256, 0, character, [])
                Window.dispatch("on_textinput", character)
                Window.dispatch("on_key_up", ord(character.lower()) % 256, 0)

    def key(self, name: str, *modifiers: str) -> None:
        """Press a named key: ``up``, ``f1``, or a letter with modifiers."""
        code = NAMED.get(name) or KEYS.get(name) or ord(name)
        Window.dispatch("on_key_down", code, 0, None, list(modifiers))
        Window.dispatch("on_key_up", code, 0)
        self.frames(1)

    # Eyes

    def widgets(self, root: Any = None) -> Iterator[Any]:
        """Every widget that is drawn."""
        root = root or self.app.stage
        if root.opacity == 0:
            return
        yield root
        for child in root.children:
            yield from self.widgets(child)

    def find(self, label: str, root: Any = None) -> Any:
        """The button (or field) with that label, below ``root``."""
        found = [widget for widget in self.widgets(root) if getattr(widget, "label", None) == label]
        assert found, f"nothing is labelled {label!r}: {self.texts()}"
        return found[0]

    def texts(self) -> list[str]:
        """Everything that can be read."""
        return [widget.text for widget in self.widgets() if getattr(widget, "text", "") and hasattr(widget, "texture")]

    def reads(self, text: str) -> bool:
        """Whether ``text`` can be read somewhere."""
        return any(text in read for read in self.texts())

    def picture(self, path: str) -> None:
        """Keep what is drawn."""
        self.frames(3)
        Window.dispatch("on_draw")
        pixels = glReadPixels(0, 0, *Window.size, GL_RGB, GL_UNSIGNED_BYTE)
        Image.frombytes("RGB", Window.size, pixels).transpose(Image.Transpose.FLIP_TOP_BOTTOM).save(path)
