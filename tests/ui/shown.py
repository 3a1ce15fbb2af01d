"""Every screen and state of it that is tested and pictured, and how to bring it about in the window."""

from __future__ import annotations

from collections.abc import Callable

from tests.ui.pilot import Pilot
from tests.ui.scripted_register import ScriptedRegister

from kassa.operations import Question
from kassa.register.face import Event
from kassa_ui.presenters.recent_staff import Recent

State = Callable[[Pilot, ScriptedRegister], None]


def log_on(pilot: Pilot, register: ScriptedRegister) -> None:
    """Nobody is logged on, and the store server is away."""
    register.staff = register.transaction = None
    register.go_offline()


def staff_tiles(pilot: Pilot, register: ScriptedRegister) -> None:
    """Who has logged on here lately stands in tiles; the store server is away, and working offline can be chosen."""
    register.staff = register.transaction = None
    recent = (Recent("100", "Elin Berg"), Recent("101", "Omar Said"), Recent("900", "Maria Lind"))
    pilot.app.till.log_on.recent = recent
    register.go_offline()


def settings(pilot: Pilot, register: ScriptedRegister) -> None:
    """Settings of the screen, during a sale."""
    pilot.app.till.press_settings()


def support(pilot: Pilot, register: ScriptedRegister) -> None:
    """What to tell support."""
    pilot.app.till.press_support()


def menu(pilot: Pilot, register: ScriptedRegister) -> None:
    """The name of who is at the till was pressed."""
    pilot.app.till.press_staff()


def line(pilot: Pilot, register: ScriptedRegister) -> None:
    """All about one line."""
    pilot.app.till.press_line("l4")


def sale(pilot: Pilot, register: ScriptedRegister) -> None:
    """A sale in progress."""


def training(pilot: Pilot, register: ScriptedRegister) -> None:
    """A sale in training mode."""
    register.training = True
    register.publish(Event("staff"))
    pilot.until(lambda: pilot.app.till.view.training)


def searching(pilot: Pilot, register: ScriptedRegister) -> None:
    """Words are typed."""
    pilot.app.till.desk.open_search()
    pilot.type("jac")
    pilot.until(lambda: pilot.app.till.desk.search.found)


def tender(pilot: Pilot, register: ScriptedRegister) -> None:
    """Cash is chosen."""
    pilot.app.till.desk.press_cash()


def window(pilot: Pilot, register: ScriptedRegister) -> None:
    """917's window."""
    pilot.app.till.press_pill()
    pilot.until(lambda: pilot.app.till.dialog)


def number(pilot: Pilot, register: ScriptedRegister) -> None:
    """A number is asked for."""
    pilot.app.till.desk.press(0)


def words(pilot: Pilot, register: ScriptedRegister) -> None:
    """Words are asked for."""
    pilot.app.till.desk.press(4)


def approval(pilot: Pilot, register: ScriptedRegister) -> None:
    """A manager is asked for."""
    pilot.app.till.desk.entry.type("50")
    pilot.app.till.desk.press(2)
    pilot.until(lambda: pilot.app.till.dialog)


def question(pilot: Pilot, register: ScriptedRegister) -> None:
    """The register asks."""
    say = register.say
    choices = (("offline", say("Gå offline", "Go offline")), ("again", say("Försök igen", "Try again")))
    what = say("Butiksservern svarar inte.", "The store server does not answer.")
    register.question = Question(what, choices, "offline", 10)
    register.publish(Event("question"))
    pilot.until(lambda: pilot.app.till.dialog)


def notice(pilot: Pilot, register: ScriptedRegister) -> None:
    """Something went wrong."""
    register.failures[109] = RuntimeError("planted")
    pilot.app.till.desk.press(6)
    pilot.until(lambda: pilot.app.till.desk.notices.open)


STATES: tuple[State, ...] = (
    log_on,
    staff_tiles,
    sale,
    line,
    training,
    searching,
    tender,
    window,
    number,
    words,
    approval,
    question,
    notice,
    menu,
    settings,
    support,
)


def draw(pilot: Pilot, register: ScriptedRegister, state: State) -> None:
    """Bring ``state`` about and let it be drawn."""
    state(pilot, register)
    pilot.app.till.draw()
    pilot.frames(4)


OFFLINE_TOO = ("sale",)
"""States that are pictured offline as well; log on and the window of 917 are offline as they are."""
