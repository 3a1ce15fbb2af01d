"""Scanning: in order, none lost, whatever is open."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.ui.desk_kit import Bench
from tests.ui.scripted_shop import ITEMS

from kassa_ui.presenters.dialogs import ApprovalDialog, AskDialog

CODES = [code for code in ITEMS if code.isdigit() and len(code) == 13]


def sold(bench: Bench) -> list[str]:
    return [parameters["code"] for operation, parameters in bench.register.submitted if operation == 100]


def test_scans_during_a_slow_operation(bench: Bench) -> None:
    """Scans that come while the register is busy are sold in the order they came, none lost, none doubled."""
    bench.at_desk()
    bench.register.hold()
    scanned = [CODES[number % len(CODES)] for number in range(40)]
    for code in scanned:
        bench.scan(code)
    assert sold(bench) == scanned
    assert bench.till.work.running
    bench.register.release()
    bench.settle()
    transaction = bench.register.transaction
    assert transaction is not None
    assert [line.item.barcode for line in transaction.lines] == scanned


def test_a_failed_scan_stops_no_other(bench: Bench) -> None:
    """An unknown barcode is told and stays told; the scans after it are sold."""
    bench.at_desk()
    for code in (CODES[0], "99999999", CODES[1], "88888888", CODES[2]):
        bench.scan(code)
    bench.settle()
    assert bench.register.transaction is not None
    assert len(bench.register.transaction.lines) == 3
    notice = bench.sale().notice
    assert notice is not None
    assert "88888888" in notice.what
    assert notice.others == "och 1 till"
    bench.till.key("escape")
    notice = bench.sale().notice
    assert notice is not None
    assert "99999999" in notice.what


def test_quantity_then_scan(bench: Bench) -> None:
    """3 × and a scan sell three."""
    bench.at_desk()
    bench.type("3*")
    bench.scan(CODES[0])
    assert bench.register.submitted[-1] == (100, {"code": CODES[0], "quantity": Decimal(3)})
    assert bench.till.desk.entry.text == ""


def test_typed_digits_do_not_join_a_scan(bench: Bench) -> None:
    """Digits that somebody has typed without × are no part of a scan's code, and are done with when it comes."""
    bench.at_desk()
    bench.type("20")
    bench.scan(CODES[0])
    bench.till.type("5", keyboard=False)
    bench.scan("73513537")
    assert sold(bench) == [CODES[0], "73513537"]
    assert bench.till.desk.entry.text == ""


@given(
    code=st.sampled_from([*CODES, "73513537", "036000291452", "17310130006125"]),
    gaps=st.lists(st.sampled_from([0.0, 0.004, 0.05, 0.1, 0.7]), min_size=15, max_size=15),
    quantity=st.sampled_from(["", "3*"]),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_scan_through_a_stalled_screen(bench: Bench, code: str, gaps: list[float], quantity: str) -> None:
    """However late the screen handles a scan's characters, the whole barcode is sold and nothing of it stays behind."""
    if bench.till.screen != "sale":
        bench.at_desk()
    bench.register.submitted.clear()
    bench.type(quantity)
    for character, gap in zip(code + "\n", gaps, strict=False):
        bench.type(character, gap)
    assert sold(bench) == [code]
    assert bench.register.submitted[0][1].get("quantity", 1) == (3 if quantity else 1)
    assert bench.till.desk.entry.text == ""
    bench.settle()


def stalled(bench: Bench, code: str) -> None:
    """Scan ``code`` while the screen stands still three times."""
    for place, character in enumerate(code + "\n"):
        bench.type(character, 0.1 if place in (1, 5, 13) else 0.004)


@pytest.mark.parametrize("operation", [105, 917])
def test_a_stalled_scan_while_a_dialog_is_open(bench: Bench, operation: int) -> None:
    """A scan that the screen handles late is sold over a dialog too; its Enter confirms nothing there."""
    bench.selling()
    bench.press(operation)
    dialog = bench.until(lambda: bench.till.dialog)
    bench.register.submitted.clear()
    stalled(bench, CODES[0])
    assert bench.register.submitted == [(100, {"code": CODES[0]})]
    assert bench.till.dialog is dialog
    assert dialog.entry is None or dialog.entry.text == ""


def test_a_dialog_that_opens_in_the_middle_of_a_scan(bench: Bench) -> None:
    """A window that opens in the middle of a scan leaves no half of it in the scan field."""
    bench.selling()
    bench.press(917)
    bench.type(CODES[0][:6], 0.004)
    bench.until(lambda: bench.till.dialog)
    bench.register.submitted.clear()
    bench.type(CODES[0][6:] + "\n", 0.004)
    assert bench.register.submitted == [(100, {"code": CODES[0]})]
    assert bench.till.desk.entry.text == ""


def test_a_scanners_enter_decides_nothing(bench: Bench) -> None:
    """Enter after digits that are no barcode presses nothing in a window; Enter alone runs its primary action."""
    bench.selling()
    bench.press(917)
    bench.until(lambda: bench.till.dialog)
    bench.register.submitted.clear()
    bench.type("12345679\n", 0.1)
    assert bench.register.submitted == []
    bench.type("\n", 2)
    assert [operation for operation, _parameters in bench.register.submitted] == [917]
    bench.settle()


def test_a_scan_in_the_middle_of_a_search(bench: Bench) -> None:
    """A scan while words are typed is a scan; the words are done with."""
    bench.at_desk()
    bench.type("kaf")
    bench.scan(CODES[1])
    assert sold(bench) == [CODES[1]]
    assert (bench.till.desk.mode, bench.till.desk.entry.text) == ("grid", "")


def test_a_scan_while_a_dialog_is_open(bench: Bench) -> None:
    """A scan does not end up in a dialog's field: it is sold, and the field has what it had."""
    bench.selling()
    bench.press(105)
    assert isinstance(bench.till.dialog, AskDialog)
    bench.type("4")
    bench.scan(CODES[0])
    assert sold(bench) == [CODES[0]]
    assert bench.till.dialog.entry.text == "4"
    bench.type("\n")
    bench.settle()
    assert bench.register.submitted[-1] == (105, {"line_id": "l4", "quantity": Decimal(4)})


def test_a_scan_where_a_code_is_asked_for(bench: Bench) -> None:
    """Where a barcode is what is asked for, a scan answers, and sells nothing."""
    bench.selling()
    bench.press(1057)
    assert isinstance(bench.till.dialog, AskDialog)
    bench.scan(CODES[0])
    bench.settle()
    assert bench.register.submitted == [(1057, {"receipt": CODES[0]})]


def test_a_scan_over_the_approval_dialog(bench: Bench) -> None:
    """A scan while a manager is asked for is sold, and is no PIN."""
    bench.selling()
    bench.type("50")
    bench.press(301)
    bench.until(lambda: isinstance(bench.till.dialog, ApprovalDialog))
    bench.type("900\n")
    bench.scan(CODES[0])
    assert sold(bench) == [CODES[0]]
    assert bench.register.submitted[-1][0] == 100


def test_a_scan_while_paying_cash(bench: Bench) -> None:
    """A scan while the likely amounts are shown is an item, never an amount."""
    bench.selling()
    bench.till.desk.press_cash()
    assert bench.till.desk.mode == "tender"
    bench.scan(CODES[0])
    assert sold(bench) == [CODES[0]]


def test_nothing_is_sold_before_log_on(bench: Bench) -> None:
    """Characters before log on go to the log on fields, a scanner's too."""
    bench.scan(CODES[0])
    assert sold(bench) == []
    assert bench.till.log_on.staff_id.text == CODES[0]


def test_an_item_number_with_letters(bench: Bench) -> None:
    """A number with letters in it, scanned or typed with Enter, is sold as a code and not searched for."""
    bench.at_desk()
    bench.scan("85123A")
    bench.type("85123B\n")
    assert sold(bench) == ["85123A", "85123B"]
