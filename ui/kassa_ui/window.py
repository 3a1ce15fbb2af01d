"""The Kivy application: one window for one register."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

import structlog
from kivy.app import App
from kivy.base import ExceptionHandler, ExceptionManager
from kivy.clock import Clock
from kivy.core.window import Window
from kivy.metrics import Metrics
from kivy.properties import BooleanProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from kassa.register.face import RegisterFace
from kassa.text import Text
from kassa_ui import kv
from kassa_ui.bridge import Bridge
from kassa_ui.keyboard import Keyboard
from kassa_ui.presenters.notices import notice_of
from kassa_ui.presenters.settings import ScreenSettings
from kassa_ui.presenters.till import Till
from kassa_ui.sounds import Sounds
from kassa_ui.widgets.focus import FocusRing
from kassa_ui.widgets.palette import Palette

LOG_EACH = 600
"""An error with every frame is logged about each ten seconds."""

log = structlog.get_logger("kassa.ui")


class KeepSelling(ExceptionHandler):
    """An error while drawing or handling a key is logged and told; it does not end the application.

    One that comes again with every frame is logged once in a while, with how often it came.
    """

    def __init__(self, app: KassaApp) -> None:
        super().__init__()
        self._app = app
        self._last = ""
        self._times = 0

    def handle_exception(self, inst: BaseException) -> int:
        """Log ``inst`` and go on; what is meant to end the process does."""
        if not isinstance(inst, Exception):
            return int(ExceptionManager.RAISE)
        same = repr(inst) == self._last
        self._last, self._times = repr(inst), self._times + 1 if same else 1
        if self._times % LOG_EACH == 1:
            log.error("the screen failed", times=self._times, exc_info=inst)
        self._app.told(inst, draw=False)
        return int(ExceptionManager.PASS)


class KassaApp(App):
    """The window. ``language`` follows the register's view, and every text of the layouts follows ``language``."""

    title = "Kassa"
    language = StringProperty("en")
    keys_shown = BooleanProperty(False)
    """Whether buttons show their shortcuts: a keyboard is in use."""
    palette = ObjectProperty(None)
    till = ObjectProperty(None, allownone=True)
    use_kivy_settings = False

    def __init__(
        self,
        register: RegisterFace | None = None,
        *,
        fixed_language: str | None = None,
        fixed_theme: str | None = None,
        sounds: Sounds | None = None,
        on_running: Callable[[Callable[[], object]], object] | None = None,
        each_second: Callable[[], bool] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(palette=Palette(), **kwargs)
        kv.register_typefaces()
        self._register = register
        self._fixed_language = fixed_language
        self._fixed_theme = fixed_theme
        self._sounds = sounds
        self._enlarged = 1.0
        self._on_running = on_running
        self._each_second = each_second
        self._keyboard: Any = None
        self._draw = Clock.create_trigger(self._draw_now, -1)
        self._handler = KeepSelling(self)
        self.stage: Any = None
        self.palette.bind(name=self._rebuild, paper=self._lay_paper)
        self._lay_paper(None, self.palette.paper)
        self.ring: FocusRing | None = None

    @staticmethod
    def _lay_paper(_palette: object, colour: list[float]) -> None:
        """The ground is what the window is cleared with: one more layer would be a third of a frame's drawing."""
        Window.clearcolor = colour

    def tr(self, msgid: str, language: str) -> str:
        """``msgid`` in ``language``: for layouts, ``text: app.tr("Enter", app.language)``."""
        return Text(msgid, "kassa_ui").words(language)

    def build(self) -> BoxLayout:
        """The root: it holds the stage of the register that is attached."""
        return BoxLayout()

    def on_start(self) -> None:
        """The loop runs: from here on the register's threads can reach the screen."""
        self.bridge = Bridge(asyncio.get_running_loop(), self.told)
        ExceptionManager.add_handler(self._handler)
        Clock.schedule_interval(self._tick, 1)
        if self._register is not None:
            self.attach(self._register)
        if self._on_running is not None:
            self._on_running(partial(self.bridge.post, self.stop))

    def on_stop(self) -> None:
        """The window closes."""
        self.detach()
        self.bridge.close()
        Clock.unschedule(self._tick)
        ExceptionManager.remove_handler(self._handler)

    def attach(self, register: RegisterFace) -> None:
        """Show ``register``, in place of another."""
        self.detach()
        clock = register.environment.clock
        self.till = Till(
            register,
            self.bridge,
            clock,
            self._draw,
            language=self._fixed_language,
            theme=self._fixed_theme,
            styled=self._style,
            sound=self._play,
        )
        self._rebuild()

    def _style(self, settings: ScreenSettings) -> None:
        """Theme, size of text and sounds as chosen. The till stays, and with it the sale and what is open."""
        enlarged = settings.text_size / 100
        other = enlarged != self._enlarged
        Metrics.fontscale *= enlarged / self._enlarged
        self._enlarged = enlarged
        if self.palette.name != settings.theme:
            self.palette.name = settings.theme
        elif other:
            self._rebuild()
        if self._sounds is not None:
            self._sounds.on = settings.sounds

    def _play(self, name: str) -> None:
        if self._sounds is not None:
            self._sounds.play(name)

    def _rebuild(self, *_changed: object) -> None:
        """Make the widgets anew: for a till that has just been attached, and for another theme."""
        from kassa_ui.stage import Stage

        if self.till is None:
            return
        if self._keyboard is not None:
            self._keyboard.close()
        focused = getattr(self.ring.current, "label", "") if self.ring is not None else ""
        self.root.clear_widgets()
        self.language = self.till.view.language
        self.stage = Stage(self.till)
        self.ring = FocusRing(self.stage)
        self._keyboard = Keyboard(Window, self.till, self.ring, self._in_use)
        self.root.add_widget(self.stage)
        self._draw_now()
        self.ring.find(focused)

    def _in_use(self, keyboard: bool) -> None:
        self.keys_shown = keyboard

    def detach(self) -> None:
        """Show nothing."""
        if self.till is not None:
            self.till.stop()
            self._keyboard.close()
            self.root.clear_widgets()
            self.till = self.stage = self.ring = self._keyboard = None
            self.keys_shown = False

    def _draw_now(self, *_dt: float) -> None:
        if self.stage is not None:
            self.language = self.till.view.language
            self.stage.draw()

    def _tick(self, _dt: float) -> None:
        if self._each_second is not None and self._each_second():
            self.stop()
            return
        if self.till is not None:
            self.till.tick()

    def told(self, error: BaseException, *, draw: bool = True) -> None:
        """An error that nobody else takes care of: said in place, with where to turn.

        :param draw: at once; False where drawing itself may have failed: the next second tries again.
        """
        if self.till is not None:
            notices = self.till.log_on.notices if self.till.screen == "log_on" else self.till.desk.notices
            notices.add(notice_of(error))
            if draw:
                self._draw()

    def open_settings(self, *_args: Any) -> bool:
        """F1 is the first button of the grid, not Kivy's settings."""
        return False
