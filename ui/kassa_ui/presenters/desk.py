"""The sale screen: scans and what is typed, the selected line, buttons, paying."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from kassa.errors import InvalidInput, NotAllowed
from kassa.money import read_amount
from kassa.operations import Finished, OperationResult
from kassa.register.face import GridButton
from kassa.text import Text, texts
from kassa_ui.presenters import asked, tender
from kassa_ui.presenters.dialogs import ApprovalDialog, AskDialog
from kassa_ui.presenters.entry import TIMES, EntryBuffer, is_quantity, split_times
from kassa_ui.presenters.notices import Notice, Notices, notice_of
from kassa_ui.presenters.search import PRODUCT_SEARCH, Search
from kassa_ui.presenters.selection import Selection
from kassa_ui.presenters.work import Job

if TYPE_CHECKING:
    from kassa_ui.presenters.till import Till

_, n_ = texts("kassa_ui")

PRODUCT_SALE = 100
PAGE = 16
"""Buttons on a page of the grid, where the display has room for them."""
MORE, BACK = -1, -2
"""Places of the buttons that turn the page and leave a sub menu."""
GRID, SEARCH, TENDER = "grid", "search", "tender"


class Desk:
    """Turns keys, scans and presses on the sale screen into operations."""

    def __init__(self, till: Till) -> None:
        self._till = till
        self.entry = EntryBuffer()
        self.notices = Notices()
        self.search = Search(till)
        self.selection = Selection()
        self.mode = GRID
        self.page = 0
        self.capacity = PAGE
        self._menu: tuple[int, ...] = ()
        self.finished: Finished | None = None

    # What is typed

    def typed(self) -> None:
        """The entry has changed."""
        if self.mode == GRID and self.entry.has_letters:
            self.mode = SEARCH
        if self.mode == SEARCH:
            self.search.search(self.words)

    @property
    def words(self) -> str:
        """What is typed, without a quantity and its ×."""
        return self.entry.text.rpartition(TIMES)[2].strip()

    def take_scan(self, code: str) -> None:
        """Sell a scan. A quantity with its × goes with it; anything else that is typed is done with."""
        quantity, times, _words = self.entry.take().rpartition(TIMES)
        if self.mode == SEARCH:
            self.open_grid()
        self.scan(quantity + times + code)

    def times(self) -> None:
        """×: what is typed is the quantity of what comes next."""
        if is_quantity(self.entry.text):
            self.entry.type(TIMES)

    def enter(self) -> None:
        """Enter: sell what was typed, pay the amount typed, or choose what was found."""
        if self.mode == TENDER:
            self._enter_amount()
        elif self.mode == SEARCH:
            self._enter_search()
        elif self.entry.text and not self.entry.text.endswith(TIMES):
            self.scan(self.entry.take())

    def _enter_amount(self) -> None:
        if self.entry.text:
            self.press_cash()

    def _enter_search(self) -> None:
        item = self.search.chosen()
        words = self.words
        if item is not None:
            self.sell(item.number)
        elif " " not in words and any(character.isdigit() for character in words):
            self.open_grid()
            self.scan(self.entry.take())
        else:
            self.search.move(1)

    def escape(self) -> None:
        """One step back: the notice, what is typed, the panel."""
        if self.notices.dismiss():
            return
        if self.entry.text and self.mode != SEARCH:
            self.entry.take()
            return
        if self.mode == GRID and self.in_menu:
            self.leave_menu()
            return
        self.clear_entry()

    def clear_entry(self) -> None:
        """Nothing is typed any more, and nothing searched for."""
        self.entry.take()
        self.open_grid()

    def move(self, step: int) -> None:
        """Up or down: the item found, or the selected line."""
        if self.mode == SEARCH:
            self.search.move(step)
        else:
            self.selection.move(step)

    def open_search(self) -> None:
        """The scan field was tapped: letters are at hand."""
        self.mode = SEARCH
        self.search.search(self.words)

    def open_grid(self) -> None:
        """Back to the buttons."""
        self.mode = GRID
        self.search.search("")

    # Selling

    def scan(self, code: str) -> None:
        """Sell the item with ``code``, perhaps ``3×code``. Scans go to the register in the order they come; the
        register's worker takes them one at a time, and one that fails is told without stopping the next."""
        try:
            quantity, bare = split_times(code)
        except InvalidInput as error:
            self.notices.add(notice_of(error))
            return
        if bare:
            self.sell(bare, quantity)

    def sell(self, code: str, quantity: Decimal | None = None) -> None:
        """Sell an item by number or barcode."""
        if self.mode == SEARCH:
            if quantity is None and TIMES in self.entry.text:
                quantity, _words = split_times(self.entry.text)
            self.entry.take()
            self.open_grid()
        parameters: dict[str, Any] = {"code": code}
        if quantity is not None:
            parameters["quantity"] = quantity
        # A scan's error stays until it is seen: the goods are on the counter and not on the receipt.
        self.run(Job(PRODUCT_SALE, parameters, "", self._sold, self.fail))

    def _sold(self, result: OperationResult) -> None:
        self._till.sound("scan")
        self._told(result)

    # Buttons

    @property
    def buttons(self) -> tuple[GridButton, ...]:
        """The buttons of the grid: the layout's, or those of the sub menu that is open."""
        buttons = self._till.view.buttons
        for place in self._menu:
            if place >= len(buttons) or not buttons[place].menu:
                return self._till.view.buttons
            buttons = buttons[place].menu
        return buttons

    @property
    def in_menu(self) -> bool:
        """Whether a sub menu is open."""
        return self.buttons is not self._till.view.buttons

    def leave_menu(self, *, all_of_them: bool = False) -> None:
        """Back to where the sub menu was opened, or to the layout's first page."""
        self._menu, self.page = () if all_of_them else self._menu[:-1], 0

    def press(self, place: int) -> None:
        """The button at ``place`` of the grid was pressed; ``MORE`` turns the page, ``BACK`` leaves a sub menu."""
        buttons = self.buttons
        if place == BACK:
            self.leave_menu()
        self.page += place == MORE
        if not 0 <= place < len(buttons):
            return
        button = buttons[place]
        if button.menu:
            self._menu, self.page = (*self._menu, place) if self.in_menu else (place,), 0
            return
        if not button.face.enabled:
            self.notices.add(Notice("warning", button.face.label, None, button.face.detail))
            return
        if button.operation == PRODUCT_SEARCH:
            self.open_search()
        elif button.operation == tender.PAY_CASH and not button.parameters:
            self.press_cash()
        else:
            self._gather(button, key_of(place, button), dict(button.parameters))

    def _gather(self, button: GridButton, key: str, parameters: dict[str, Any]) -> None:
        """Hand in what the operation takes, one thing after the other, and run it."""
        for entry in asked.entries_of(button):
            if entry.parameter in parameters:
                continue
            if entry.kind == "line":
                if self.selection.line_id is None:
                    self.notices.add(Notice("warning", _("There is no line to do this with."), None, _("Scan first.")))
                    return
                parameters[entry.parameter] = self.selection.line_id
                continue
            if not self.entry.text or entry.kind == "pin":
                given = partial(self._given, button, key, parameters, entry.parameter)
                line_id = next((parameters.get(of.parameter) for of in button.entries if of.kind == "line"), None)
                self._till.open(AskDialog(self._till, button.face.label, entry, given, line_id=line_id))
                return
            try:
                value = asked.read(entry, self.entry.take(), self._till.view.record.store.currency)
            except InvalidInput as error:
                self.notices.add(notice_of(error))
                return
            parameters[entry.parameter] = value
        self.run(Job(button.operation, parameters, key, self._told, self.fail))

    def _given(self, button: GridButton, key: str, parameters: dict[str, Any], name: str, value: Any) -> None:
        self._gather(button, key, {**parameters, name: value})

    # Paying

    def press_card(self) -> None:
        """Pay what is typed, or all the rest, by card."""
        self._pay(tender.PAY_CARD, "card")

    def press_cash(self) -> None:
        """Pay what is typed in cash; with nothing typed, show the likely amounts."""
        if self.entry.text or self.mode == TENDER:
            self._pay(tender.PAY_CASH, "cash")
        elif tender.cash_due(self._till.view) <= 0:
            self._run_payment(tender.PAY_CASH, "cash", {})
        else:
            self.mode = TENDER

    def press_quick(self, place: int) -> None:
        """The customer hands over one of the likely amounts."""
        amounts = tender.quick_amounts(tender.cash_due(self._till.view))
        if place < len(amounts):
            self._run_payment(tender.PAY_CASH, "cash", {"amount": amounts[place]})

    def _pay(self, operation: int, key: str) -> None:
        parameters: dict[str, Any] = {}
        if self.entry.text:
            try:
                parameters["amount"] = read_amount(self.entry.take(), self._till.view.record.store.currency)
            except InvalidInput as error:
                self.notices.add(notice_of(error))
                return
        self._run_payment(operation, key, parameters)

    def _run_payment(self, operation: int, key: str, parameters: dict[str, Any]) -> None:
        def paid(result: OperationResult) -> None:
            if self.mode == TENDER:
                self.mode = GRID
            self._told(result)

        self.run(Job(operation, parameters, key, paid, self.fail))

    # Running

    def run(self, job: Job) -> None:
        """Run ``job``; a refusal that a manager may lift opens the dialog for one."""

        def failed(error: BaseException) -> None:
            if isinstance(error, NotAllowed) and error.override:
                self._till.open(ApprovalDialog(self._till, job, error))
            else:
                job.failed(error)

        if job.key:
            self.notices.clear()
        self._till.work.start(Job(job.operation, job.parameters, job.key, job.done, failed))

    def _told(self, result: OperationResult) -> None:
        if isinstance(result.data, Finished):
            self.show_finished(result.data)
        self._till.tell(result)

    def fail(self, error: BaseException) -> None:
        """Something went wrong: said on the sale screen."""
        self._till.sound("error")
        self._till.last_notice = notice_of(error)
        self.notices.add(self._till.last_notice)

    def show_finished(self, finished: Finished) -> None:
        """A sale has ended: its change stays on the screen until the next one starts."""
        if finished.transaction is not None and not finished.transaction.voided:
            self.finished = finished
            self.mode = GRID

    def say(self, text: Text) -> None:
        """One quiet line."""
        self.notices.say(text, self._till.clock.monotonic())

    def follow(self) -> None:
        """The view is new."""
        transaction = self._till.view.transaction
        self.selection.follow(tuple(line.line_id for line in transaction.lines) if transaction else ())
        if transaction is not None and (self.finished is None or self._is_next(transaction.transaction_id)):
            self.finished = None
        if self.mode == TENDER and transaction is None:
            self.mode = GRID

    def _is_next(self, transaction_id: str) -> bool:
        done = self.finished.transaction if self.finished else None
        return done is None or done.transaction_id != transaction_id


def key_of(place: int, button: GridButton) -> str:
    """What a grid button's job is known by."""
    return f"{place}:{button.operation}"
