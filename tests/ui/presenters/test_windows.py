"""A plugin's window, a question."""

from __future__ import annotations

from tests.ui.desk_kit import Bench

from kassa.operations import Entry, Question
from kassa.register.face import Event
from kassa.text import literal
from kassa.windows import Action, Window
from kassa_ui.presenters.dialogs import AskDialog, QuestionDialog, WindowDialog
from kassa_ui.presenters.speech import speech


def open_window(bench: Bench) -> WindowDialog:
    bench.press(917)
    bench.until(lambda: bench.till.dialog is not None)
    dialog = bench.till.dialog
    assert isinstance(dialog, WindowDialog)
    return dialog


def test_window_of_rows_and_actions(bench: Bench) -> None:
    """917's window is drawn from data: rows as they are, the primary action last, as the hand expects."""
    bench.selling()
    dialog = open_window(bench)
    drawn = dialog.drawn(speech(bench.till.view))
    assert drawn.title == "Anslutningsstatus"
    assert drawn.rows[0] == ("Läge", "Ansluten")
    assert [choice.label for choice in drawn.choices] == ["Stäng", "Synkronisera nu", "Koppla från"]
    assert drawn.choices[-1].tone == "action"


def test_window_stays_current(bench: Bench) -> None:
    """While it is open the window is asked for again each second; closed, it is not."""
    bench.selling()
    dialog = open_window(bench)
    bench.register.go_offline()
    bench.till.tick()
    assert "Frånkopplad" in dialog.drawn(speech(bench.till.view)).rows[0][1]
    asked = bench.register.windows_described
    dialog.close()
    bench.till.tick()
    assert bench.register.windows_described == asked


def test_disconnect_with_a_request_in_flight(bench: Bench) -> None:
    """Disconnect answers while an operation hangs: it is on another lane, and the screen does not hold it back."""
    bench.selling()
    bench.register.hold()
    bench.press(109)
    dialog = open_window(bench)
    dialog.choose(2)
    bench.until(lambda: not bench.till.view.connection.online)
    assert bench.till.work.running
    bench.until(lambda: dialog.drawn(speech(bench.till.view)).choices[-1].label == "Anslut")


def test_question(bench: Bench) -> None:
    """A question is shown with the seconds that are left, answered by a choice, and gone when it is answered."""
    bench.selling()
    choices = (("offline", literal("Gå offline")), ("again", literal("Försök igen")))
    bench.register.question = Question(literal("Butiksservern svarar inte."), choices, "offline", 10)
    bench.register.publish(Event("question"))
    bench.until(lambda: isinstance(bench.till.dialog, QuestionDialog))
    dialog = bench.till.dialog
    assert isinstance(dialog, QuestionDialog)
    bench.register.clock.seconds += 4
    drawn = dialog.drawn(speech(bench.till.view))
    assert drawn.subtitle == "”Gå offline” väljs av sig självt om 6 s."
    dialog.choose(1)
    assert bench.register.answers == ["again"]
    assert bench.till.dialog is None


def test_a_question_that_is_answered_by_typing(bench: Bench) -> None:
    """What is scanned or typed is the answer; nothing is none, and the choice beside it is another way out."""
    bench.selling()
    asked = Entry("serial_number", "code", literal("Serienummer"))
    choices = (("cancel", literal("Avbryt")),)
    for answer, press in (("IMEI-1", 1), ("cancel", 0)):
        bench.register.question = Question(literal("Telefon"), choices, "cancel", 45, asked)
        bench.register.publish(Event("question"))
        bench.until(lambda: isinstance(bench.till.dialog, QuestionDialog))
        dialog = bench.till.dialog
        assert isinstance(dialog, QuestionDialog)
        dialog.enter()
        assert bench.till.dialog is dialog
        assert dialog.entry is not None
        dialog.entry.type("IMEI-1")
        drawn = dialog.drawn(speech(bench.till.view))
        assert [field.text for field in drawn.fields] == ["IMEI-1"]
        dialog.choose(press)
        assert bench.register.answers[-1] == answer


def test_a_plugin_opens_a_window(bench: Bench) -> None:
    """An event with a window opens it where somebody is at the till, over whatever is there; before log on it does
    not: nobody is there to answer."""
    asked = Event("window", detail=Window("asked", literal("Öppna ett skift")))
    bench.register.publish(asked)
    bench.settle()
    bench.at_desk()
    assert bench.till.dialog is None
    bench.register.publish(asked)
    bench.until(lambda: bench.till.dialog is not None)
    dialog = bench.till.dialog
    assert isinstance(dialog, WindowDialog)
    assert dialog.drawn(speech(bench.till.view)).title == "Öppna ett skift"


def test_an_action_asks_for_what_it_needs(bench: Bench) -> None:
    """What is typed goes in with the action's own parameters; a count with letters is refused where it was typed."""
    bench.selling()
    line_id = bench.till.view.transaction.lines[0].line_id
    entry = Entry("quantity", "count", literal("Hur många?"))
    action = Action(literal("Antal"), 105, {"line_id": line_id}, entry=entry)
    dialog = WindowDialog(bench.till, Window("count", literal("Räkna"), actions=(action,)))
    bench.till.open(dialog)
    dialog.choose(0)
    asked = bench.till.dialog
    assert isinstance(asked, AskDialog)
    bench.type("3a\n")
    assert asked.notices.open
    bench.till.key("backspace")
    bench.type("\n")
    bench.settle()
    assert bench.till.view.transaction.lines[0].quantity == 3
