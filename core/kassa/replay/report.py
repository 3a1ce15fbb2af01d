"""What a person reads: the plan, what happened, and whether every penny is where it should be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal

from rich import box
from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from kassa.replay.faults import LASTING, SAID, Event, Plan
from kassa.replay.invoices import Invoice, NoSale, Reading
from kassa.replay.player import Change, Happened, Noted, Played
from kassa.replay.reconciliation import Compared, Figures, Reconciliation
from kassa.replay.store import PROFILE

_WORST = 0.99


class Report:
    """Writes to ``console``; every part can be written alone."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def say(self, *parts: RenderableType) -> None:
        """A line, or a table."""
        self._console.print(*parts)

    def title(self, words: str) -> None:
        """A heading."""
        self._console.print(f"\n[bold]{words}[/bold]")

    # -- before -----------------------------------------------------------------------------------------------------

    def reading(self, reading: Reading, invoices: Sequence[Invoice]) -> None:
        """What the file holds."""
        sales = sum(not invoice.cancels for invoice in invoices)
        days = sorted({invoice.day for invoice in invoices})
        span = f"{days[0]}" if len(days) == 1 else f"{days[0]} to {days[-1]}, {len(days)} trading days"
        lines = sum(len(invoice.rows) for invoice in invoices)
        self.say(
            f"{len(reading.rows):,} rows of the file, {span}: {sales:,} sales and {len(invoices) - sales:,} returns"
            f" with {lines:,} lines; {len(reading.no_sale):,} rows are no sale and are listed below."
        )
        if len(invoices) < len(reading.invoices):
            self.say(f"Played: the first {len(invoices):,} of {len(reading.invoices):,} sales.")
        for remark in reading.remarks:
            self.say(f"  note: {remark}")

    def profile(self) -> None:
        """The times of this demonstration's offline profile."""
        self.say(
            "Offline profile, shortened so that minutes take seconds:"
            f" a request may take {PROFILE['request_timeout_s']} s in all (a shop: 10 s),"
            f" the store server is tried again after {PROFILE['reconnect_interval_min'] * 60:g} s (a shop: 5 min)"
            f" and at the start of a sale, for at most {PROFILE['reconnect_budget_ms']} ms."
        )

    def plan(self, plan: Plan, invoices: Sequence[Invoice], seed: int | None) -> None:
        """What is going to fail."""
        if not plan:
            self.say("Nothing is made to fail.")
            return
        drawn = "the plan of the demonstration" if seed is None else f"drawn from seed {seed}"
        self.title(f"What is going to fail ({drawn})")
        table = Table(box=box.SIMPLE_HEAD)
        for heading in ("Sale", "Invoice", "When", "What"):
            table.add_column(heading, justify="right" if heading == "Sale" else "left")
        for event in plan:
            table.add_row(*_moment(event, invoices), SAID[event.kind])
        self.say(table)

    @contextmanager
    def progress(self, sales: int) -> Iterator[Callable[[int], None]]:
        """A bar while ``sales`` are played; on no terminal, nothing but the time it begins."""
        if not self._console.is_terminal:
            self.say(f"Playing {sales:,} sales …")
            yield lambda _sale: None
            return
        columns = (TextColumn("Playing"), BarColumn(), MofNCompleteColumn(), TextColumn("sales"), TimeElapsedColumn())
        with Progress(*columns, console=self._console, transient=True) as bar:
            task = bar.add_task("sales", total=sales)
            yield lambda sale: bar.update(task, completed=sale)

    # -- after ------------------------------------------------------------------------------------------------------

    def story(self, played: Played) -> None:
        """What failed, and what the register did."""
        if not played.story:
            return
        self.title("What failed, and what the register did")
        table = Table(box=box.SIMPLE_HEAD)
        table.add_column("Sale", justify="right")
        table.add_column("Invoice")
        table.add_column("What happened", overflow="fold")
        for each in played.story:
            table.add_row(*_told(each))
        self.say(table)

    def figures(self, played: Played, invoices: Sequence[Invoice]) -> None:
        """How it went: sales without the server, time per scan."""
        scans = len(played.scans_online) + len(played.scans_offline)
        self.say(
            f"{len(invoices):,} sales played in {played.seconds:.1f} s;"
            f" {len(played.offline_sales):,} of them were finished without the store server."
            f" The connection state changed {len(played.changes)} times."
        )
        table = Table(
            title=f"Time per scan, in milliseconds ({scans:,} scans)", box=box.SIMPLE_HEAD, title_justify="left"
        )
        for heading in ("", "scans", "p50", "p99", "longest"):
            table.add_column(heading, justify="right")
        for name, seconds in (("connected", played.scans_online), ("disconnected", played.scans_offline)):
            if seconds:
                table.add_row(name, f"{len(seconds):,}", *_milliseconds(seconds))
        self.say(table)
        self.say(
            "A scan is counted from the register's door to the line in its journal. The longest ones are those in which"
            " a trouble was met and waited out, once."
        )

    def no_sale(self, rows: Sequence[NoSale]) -> None:
        """Every row that is no sale, with the reason."""
        if not rows:
            return
        self.title(f"Rows of the file that are no sale ({len(rows):,})")
        table = Table(box=box.SIMPLE_HEAD)
        for heading in ("Line", "Invoice", "Code", "Description", "Quantity", "Price", "Why"):
            table.add_column(heading, justify="right" if heading in ("Line", "Quantity", "Price") else "left")
        for each in rows:
            row = each.row
            table.add_row(
                str(row.line), row.invoice, row.stock_code, row.description, f"{row.quantity:,}", f"{row.unit_price:,}",
                each.reason,
            )  # fmt: skip
        self.say(table)

    def reconciliation(self, outcome: Reconciliation) -> None:
        """The three books side by side, and what is off."""
        self.title("Reconciliation: the file, the register's journal, the channel database")
        table = Table(box=box.SIMPLE_HEAD)
        for heading in (
            "Day",
            "Book",
            "Sales",
            "Returns",
            "Lines",
            "Pieces",
            "Amount £",
            "Cash £",
            "Card £",
            "Off by £",
        ):
            table.add_column(heading, justify="left" if heading in ("Day", "Book") else "right")
        for day in outcome.file:
            self._day(table, str(day), outcome.file[day], outcome.compared, day)
        self._day(table, "in all", outcome.file_total, outcome.compared, None)
        self.say(table)
        for one in outcome.compared:
            self.say(
                f"{one.book}: lost {len(one.lost)}, doubled {len(one.doubled)}, not in the file {len(one.strange)},"
                f" different {len(one.differing)}."
            )
        self.say(
            f"{outcome.receipts:,} receipt numbers, {outcome.entries:,} journal entries:"
            " numbers, chain and delivery looked at one by one."
        )

    @staticmethod
    def _day(table: Table, name: str, file: Figures, compared: Iterable[Compared], day: date | None) -> None:
        table.add_row(name, "file", *_columns(file), "")
        for one in compared:
            found = one.total if day is None else one.days.get(day, Figures())
            table.add_row("", one.book, *_columns(found), f"{found.amount - file.amount:,.2f}")
        table.add_section()

    def verdict(self, outcome: Reconciliation, invoices: Sequence[Invoice]) -> None:
        """Proven, or everything that is off."""
        if outcome.proven:
            self.say(
                f"\n[bold green]Proven:[/bold green] {len(invoices):,} sales and returns,"
                f" £{outcome.file_total.amount:,.2f}: lost 0, doubled 0, off by £0.00; receipt numbers without a gap."
            )
            return
        self.say(f"\n[bold red]Not proven:[/bold red] {len(outcome.problems)} things are off.")
        for problem in outcome.problems:
            self.say(f"  {problem}")


def _moment(event: Event, invoices: Sequence[Invoice]) -> tuple[str, str, str]:
    if event.sale > len(invoices):
        return str(event.sale), "", "after the last sale"
    when = f"after line {event.after_line}" if event.after_line else "before it begins"
    return str(event.sale), invoices[event.sale - 1].number, when


def _told(each: Change | Happened | Noted) -> tuple[str, str, str]:
    match each:
        case Noted():
            return str(each.sale), "", f"  → {each.words}"
        case Change(after="online"):
            return str(each.sale), "", f"  → [green]connected[/green] (was {each.before})"
        case Change():
            cause = "" if each.cause is None else f": {each.cause}"
            return str(each.sale), "", f"  → [bold]offline, {each.after}[/bold]{cause}"
        case Happened(event=event):
            when = f", line {event.after_line}" if event.after_line else ""
            remark = f" ({each.remark})" if each.remark else ""
            mark = "yellow" if event.kind in LASTING else "cyan"
            return str(event.sale), each.invoice + when, f"[{mark}]{SAID[event.kind]}[/{mark}]{remark}"


def _columns(figures: Figures) -> tuple[str, ...]:
    return (
        f"{figures.sales:,}",
        f"{figures.returns:,}",
        f"{figures.lines:,}",
        f"{_whole(figures.quantity):,}",
        f"{figures.amount:,.2f}",
        f"{figures.cash:,.2f}",
        f"{figures.card:,.2f}",
    )


def _whole(quantity: Decimal) -> Decimal:
    return quantity.quantize(Decimal(1)) if quantity == quantity.to_integral_value() else quantity


def _milliseconds(seconds: Sequence[float]) -> tuple[str, str, str]:
    ordered = sorted(seconds)
    at = (len(ordered) // 2, int(len(ordered) * _WORST), len(ordered) - 1)
    return tuple(f"{ordered[place] * 1000:.1f}" for place in at)  # type: ignore[return-value]
