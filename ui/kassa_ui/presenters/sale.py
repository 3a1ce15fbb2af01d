"""The sale screen as drawn."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from kassa.operations import Place
from kassa.register.face import GridButton, RegisterView
from kassa.text import Text, texts
from kassa_ui.presenters import tender
from kassa_ui.presenters.desk import BACK, MORE, SEARCH, TENDER, Desk, key_of
from kassa_ui.presenters.lines import LineRow, TotalsPanel, line_rows, totals_panel
from kassa_ui.presenters.notices import NoticeDrawn
from kassa_ui.presenters.search import ResultRow
from kassa_ui.presenters.speech import Speech
from kassa_ui.presenters.tender import FinishedDrawn, finished_drawn
from kassa_ui.presenters.work import Work

_, n_ = texts("kassa_ui")

CONNECTION_STATUS = 917
VOID_TRANSACTION = 500


@dataclass(frozen=True)
class ButtonDrawn:
    """A button as drawn; ``place`` is what a press names (a negative one turns the page)."""

    place: int
    label: str
    detail: str = ""
    enabled: bool = True
    tone: str = "plain"
    working: bool = False


@dataclass(frozen=True)
class SaleDrawn:
    """The sale screen in words and figures."""

    entry: str
    busy: bool
    notice: NoticeDrawn | None
    quiet: str
    rows: tuple[LineRow, ...]
    totals: TotalsPanel
    finished: FinishedDrawn | None
    mode: str
    buttons: tuple[ButtonDrawn, ...]
    results: tuple[ResultRow, ...]
    results_note: str
    quick: tuple[ButtonDrawn, ...]
    card: ButtonDrawn
    cash: ButtonDrawn
    decimal_mark: str


def sale_drawn(view: RegisterView, desk: Desk, work: Work, speech: Speech) -> SaleDrawn:
    """The screen for ``view`` and what the cashier is about to do."""
    searching = desk.mode == SEARCH
    return SaleDrawn(
        entry=desk.entry.shown,
        busy=view.busy or bool(work.running),
        notice=desk.notices.drawn(speech),
        quiet=speech(desk.notices.quiet or first_load(view) or next(iter(view.problems), None)),
        rows=line_rows(view, desk.selection.line_id, speech),
        totals=totals_panel(view, speech),
        finished=finished_drawn(desk.finished, speech) if desk.finished else None,
        mode=desk.mode,
        buttons=grid(view, desk, work, speech),
        results=desk.search.rows(speech) if searching else (),
        results_note=desk.search.note(speech) if searching else "",
        quick=quick(view, speech) if desk.mode == TENDER else (),
        card=_card(view, work, speech),
        cash=_cash(view, work, speech),
        decimal_mark=speech.decimal_mark,
    )


def first_load(view: RegisterView) -> Text | None:
    """The figures of the first load of the offline database while it runs; later synchronisations are no news here."""
    return view.sync.running if view.sync.download_success is None else None


def grid(view: RegisterView, desk: Desk, work: Work, speech: Speech) -> tuple[ButtonDrawn, ...]:
    """The layout's buttons; when there are more than a page holds, the last place turns the page."""
    drawn = [_button(place, button, work, speech) for place, button in enumerate(desk.buttons)]
    back = (ButtonDrawn(BACK, speech(_("Back")), tone="key"),) if desk.in_menu else ()
    if len(drawn) + len(back) <= desk.capacity:
        return (*back, *drawn)
    a_page = desk.capacity - 1 - len(back)
    pages = -(-len(drawn) // a_page)
    start = desk.page % pages * a_page
    more = ButtonDrawn(MORE, speech(_("More")), f"{desk.page % pages + 1}/{pages}")
    return (*back, *drawn[start : start + a_page], more)


def _button(place: int, button: GridButton, work: Work, speech: Speech) -> ButtonDrawn:
    face = button.face
    detail = speech(face.detail)
    if not detail and button.needs_manager:
        detail = speech(_("Manager required"))
    tone = {CONNECTION_STATUS: "switch", VOID_TRANSACTION: "danger"}.get(button.operation, "plain")
    return ButtonDrawn(
        place,
        speech(face.label),
        detail,
        face.enabled,
        tone if face.enabled else "dimmed",
        work.working(key_of(place, button)),
    )


def payable(view: RegisterView) -> bool:
    """Whether there is something to pay or to give back, or a sale that costs nothing to finish."""
    return view.place is Place.SALE and view.transaction is not None and bool(view.transaction.sold_lines)


def _card(view: RegisterView, work: Work, speech: Speech) -> ButtonDrawn:
    due = view.totals.due if view.totals else Decimal(0)
    return _tender("card", speech(_("Card")), speech.amount(due), "pay", view, work, speech)


def _cash(view: RegisterView, work: Work, speech: Speech) -> ButtonDrawn:
    amount = speech.whole_or_amount(tender.cash_due(view))
    return _tender("cash", speech(_("Cash")), amount, "action", view, work, speech)


def _tender(
    key: str, label: str, amount: str, tone: str, view: RegisterView, work: Work, speech: Speech
) -> ButtonDrawn:
    if payable(view):
        return ButtonDrawn(0, label, amount, True, tone, work.working(key))
    return ButtonDrawn(0, label, speech(_("Nothing to pay")), False, "dimmed", work.working(key))


def _exact(place: int) -> str:
    return "action" if place == 0 else "plain"


def quick(view: RegisterView, speech: Speech) -> tuple[ButtonDrawn, ...]:
    """The amounts that a customer is likely to hand over; the exact one says so."""
    amounts = tender.quick_amounts(tender.cash_due(view))
    return tuple(
        ButtonDrawn(place, speech.whole_or_amount(amount), speech(_("Exact")) if place == 0 else "", tone=_exact(place))
        for place, amount in enumerate(amounts)
    )
