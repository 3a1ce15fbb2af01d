"""Presses on the sale screen become operations."""

from __future__ import annotations

from decimal import Decimal

from tests.ui.desk_kit import Bench

from kassa.errors import PluginFailure
from kassa.text import literal
from kassa_ui.presenters.dialogs import ApprovalDialog, AskDialog
from kassa_ui.presenters.speech import speech

D = Decimal


def test_typed_number_goes_to_the_button(bench: Bench) -> None:
    """3, then *Antal*: the selected line gets the quantity, without a dialog."""
    bench.selling()
    bench.till.desk.selection.line_id = "l2"
    bench.type("3")
    bench.press(105)
    bench.settle()
    assert bench.till.dialog is None
    assert bench.register.submitted == [(105, {"line_id": "l2", "quantity": D(3)})]
    assert bench.till.desk.entry.text == ""


def test_empty_entry_asks(bench: Bench) -> None:
    """*Antal* with nothing typed asks for the number, says of which line, and refuses what is no number."""
    bench.selling()
    bench.press(105)
    assert isinstance(bench.till.dialog, AskDialog)
    assert bench.till.dialog.drawn(speech(bench.till.view)).subtitle == "Regnjacka Sarek, blå M · 1 · 899,00 /st"
    bench.type("0\n")
    assert bench.till.dialog.notices.open
    bench.till.key("backspace")
    bench.type("2\n")
    bench.settle()
    assert bench.till.dialog is None
    assert bench.register.submitted == [(105, {"line_id": "l4", "quantity": D(2)})]


def test_cancelled_question_runs_nothing(bench: Bench) -> None:
    """Escape in the number pad leaves everything as it was."""
    bench.selling()
    bench.press(105)
    bench.type("7")
    bench.till.key("escape")
    assert bench.till.dialog is None
    assert bench.register.submitted == []


def test_the_last_line_is_selected(bench: Bench) -> None:
    """The last line is selected; a tap or an arrow selects another; a new line is selected again."""
    bench.selling()
    selection = bench.till.desk.selection
    assert selection.line_id == "l4"
    bench.till.key("up")
    assert selection.line_id == "l3"
    bench.register.go_offline()
    bench.until(lambda: not bench.till.view.connection.online)
    assert selection.line_id == "l3"
    bench.scan("7310865004703")
    bench.settle()
    assert selection.line_id == "l5"


def test_a_dimmed_button_says_why(bench: Bench) -> None:
    """A button that cannot work keeps its place and its reason, runs nothing when pressed, and says why."""
    bench.selling()
    bench.register.go_offline()
    bench.until(lambda: not bench.till.view.connection.online)
    drawn = next(button for button in bench.sale().buttons if button.label == "Lagersaldo")
    assert (drawn.tone, drawn.detail, drawn.enabled) == ("dimmed", "Kräver anslutning", False)
    bench.press(801)
    assert bench.register.submitted == []
    notice = bench.sale().notice
    assert notice is not None
    assert notice.detail == "Kräver anslutning"


def test_manager_approves(bench: Bench) -> None:
    """A discount above the limit asks for a manager; with id and PIN the same operation runs again and passes."""
    bench.selling()
    bench.type("50")
    bench.press(301)
    bench.until(lambda: isinstance(bench.till.dialog, ApprovalDialog))
    bench.type("900\n000000\n")
    bench.settle()
    dialog = bench.till.dialog
    assert isinstance(dialog, ApprovalDialog)
    assert dialog.notices.open
    bench.type("654321\n")
    bench.settle()
    assert bench.till.dialog is None
    assert bench.register.transaction is not None
    discount = bench.register.transaction.lines[-1].discount
    assert discount is not None
    assert discount.value == 50


def test_one_press_while_it_works(bench: Bench) -> None:
    """A button that is working does not start its work again."""
    bench.selling()
    bench.register.hold()
    bench.till.desk.press_card()
    bench.till.desk.press_card()
    assert [operation for operation, _ in bench.register.submitted] == [201]
    assert bench.sale().card.working
    bench.register.release()
    bench.settle()
    assert not bench.sale().card.working


def test_unknown_errors_call_support(bench: Bench) -> None:
    """An error that Kassa cannot explain becomes *call support*, in the cashier's language, without its details."""
    bench.selling()
    bench.register.failures[109] = RuntimeError("pin 1234 in a traceback")
    bench.press(109)
    bench.settle()
    notice = bench.sale().notice
    assert notice is not None
    assert notice.what == "Något gick fel."
    assert "support" in notice.detail
    assert "1234" not in notice.what + notice.detail


def test_known_errors_in_words(bench: Bench) -> None:
    """A known error says what happened and what is kept, where the action was."""
    bench.selling()
    bench.register.failures[109] = PluginFailure(literal("Returen gick inte."), plugin="sale")
    bench.press(109)
    bench.settle()
    notice = bench.sale().notice
    assert notice is not None
    assert notice.what == "Returen gick inte."
    assert notice.detail


def test_submit_that_raises(bench: Bench) -> None:
    """A register that refuses to take an operation at all is told like any other failure."""
    bench.selling()

    def refuse(*_args: object, **_parameters: object) -> object:
        raise RuntimeError("closed")

    bench.register.submit = refuse  # type: ignore[method-assign,assignment]
    bench.press(109)
    assert bench.till.work.running == []
    assert bench.sale().notice is not None


def test_logging_off_leaves_nothing_behind(bench: Bench) -> None:
    """When somebody logs off, nothing half typed or half asked is left for the next."""
    bench.selling()
    bench.press(105)
    bench.till.desk.entry.type("12")
    bench.register.staff = None
    bench.until(lambda: not bench.till.tick() and bench.till.screen == "log_on")
    assert bench.till.dialog is None
    assert bench.till.desk.entry.text == ""


def test_more_buttons_than_a_page(bench: Bench) -> None:
    """A layout with more buttons than fit has a last button that turns the page; every button is on one."""

    bench.selling()
    view = bench.till.view
    many = tuple(view.buttons[number % 11] for number in range(40))
    bench.till.view = sale_view = type(view)(**{**view.__dict__, "buttons": many})
    places = set()
    for _page in range(3):
        drawn = bench.sale().buttons
        assert len(drawn) <= bench.till.desk.capacity
        places |= {button.place for button in drawn if button.place >= 0}
        bench.till.desk.press(-1)
    assert places == set(range(40))
    assert sale_view.buttons == many
