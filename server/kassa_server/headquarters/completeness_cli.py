"""``kassa headquarters findings``, ``handle``, ``close-period``, ``closed-periods`` and ``late-sales``."""

from __future__ import annotations

from typing import Annotated

import typer

from kassa.text import texts
from kassa_server.cli import DEFAULT_FOLDER, Database, DataDirectory, open_channel

_, n_ = texts("kassa_server")
AUTHOR = "command line"
StoreId = Annotated[str, typer.Argument(help="The store.")]
Month = Annotated[str, typer.Argument(help="A month, 2026-11, or days, 2026-11-01..2026-11-15.")]
Language = Annotated[str, typer.Option(help="sv or en.")]
Who = Annotated[str, typer.Option("--by", help="Who says so.")]


def findings(
    finding: Annotated[str | None, typer.Argument(help="Only this one, handled or not.")] = None,
    register: Annotated[str | None, typer.Option(help="Of this register only.")] = None,
    store: Annotated[str | None, typer.Option(help="Of this store only.")] = None,
    handled_too: Annotated[bool, typer.Option("--all", help="Those that somebody has handled too.")] = False,
    language: Language = "en",
    data_directory: DataDirectory = DEFAULT_FOLDER,
    database: Database = None,
) -> None:
    """What is missing, unknown, parked or in conflict, by register, series and receipt number."""
    from rich.console import Console

    from kassa_server.headquarters import completeness
    from kassa_server.headquarters.proof.certificate_text import CertificatePrinter

    with open_channel(data_directory, database) as channel, channel.reading() as connection:
        now = channel.environment.clock.utc()
        if finding is not None:
            found = [completeness.find(connection, finding, now)]
        else:
            found = completeness.findings(
                connection, now, register_id=register, store_id=store, handled_too=handled_too
            )
    CertificatePrinter(Console(), language).findings(_("Found:"), found)
    if not found:
        typer.echo(_("Nothing is missing, and nothing contradicts.").words(language))
    if any(one.handled is None for one in found):
        raise typer.Exit(1)


def handle(
    finding: Annotated[str, typer.Argument(help="Its id, as kassa headquarters findings says it.")],
    note: Annotated[str, typer.Option(help="What was looked at, and what it came to.")],
    by: Who = AUTHOR,
    data_directory: DataDirectory = DEFAULT_FOLDER,
    database: Database = None,
) -> None:
    """Mark a finding as handled. It stays listed with the note; nothing is deleted."""
    from kassa_server.headquarters.completeness import mark_handled

    with open_channel(data_directory, database) as channel, channel.writing() as connection:
        mark_handled(connection, finding, note, by, channel.environment.clock.utc())
    typer.echo(f"{finding}: handled.")


def close_period(
    store: StoreId,
    month: Month,
    anyway: Annotated[bool, typer.Option("--anyway", help="Although registers still hold sales, or may.")] = False,
    reason: Annotated[str, typer.Option(help="Why, with --anyway.")] = "",
    by: Who = AUTHOR,
    language: Language = "en",
    data_directory: DataDirectory = DEFAULT_FOLDER,
    database: Database = None,
) -> None:
    """Close a period of STORE. Refused while a register holds sales of it, or may: each is named with its causes."""
    from rich.console import Console

    from kassa.text import literal
    from kassa_server.headquarters import period
    from kassa_server.headquarters.proof.certificate_text import CertificatePrinter
    from kassa_server.headquarters.proof.dates import read_days

    with open_channel(data_directory, database) as channel:
        try:
            closed = period.close_period(channel, store, *read_days(month), author=by, anyway=anyway, reason=reason)
        except period.PeriodNotComplete as refused:
            title = literal(refused.what.words(language))
            CertificatePrinter(Console(), language).findings(title, refused.obstacles)
            typer.echo(refused.hint.words(language) if refused.hint else "", err=True)
            raise typer.Exit(1) from None
    how = "everything is in" if closed.complete else f"not complete: {closed.reason}"
    typer.echo(f"Store {store}, {closed.first} - {closed.last}: closed by {closed.author}, {how}.")


def closed_periods(
    store: Annotated[str | None, typer.Option(help="Of this store only.")] = None,
    data_directory: DataDirectory = DEFAULT_FOLDER,
    database: Database = None,
) -> None:
    """Periods that are closed, who closed them, and how many sales have come late."""
    from kassa_server.headquarters import period
    from kassa_server.headquarters.late_sales import late_sales

    with open_channel(data_directory, database) as channel, channel.reading() as connection:
        for one in period.closed_periods(connection, store):
            how = "complete" if one.complete else f"not complete: {one.reason}"
            late = len(late_sales(connection, one))
            rewritten = f"; REWRITTEN SINCE: {', '.join(one.rewritten)}" if one.rewritten else ""
            typer.echo(
                f"{one.store_id}  {one.first} - {one.last}  {one.closed_at:%Y-%m-%d %H:%M} UTC by {one.author}, {how};"
                f" {late} late{rewritten}"
            )


def late_sales(
    store: StoreId,
    month: Month,
    data_directory: DataDirectory = DEFAULT_FOLDER,
    database: Database = None,
) -> None:
    """Sales of closed periods of STORE that came after the close, by receipt number."""
    from kassa_server.headquarters import late_sales as late
    from kassa_server.headquarters import period
    from kassa_server.headquarters.proof.dates import read_days

    first, last = read_days(month)
    with open_channel(data_directory, database) as channel, channel.reading() as connection:
        for closed in period.closed_periods(connection, store):
            if closed.last < first or closed.first > last:
                continue
            for one in late.late_sales(connection, closed):
                typer.echo(
                    f"{one.day}  {one.receipt_number or '-'}  {one.amount} {one.currency}  register {one.register_id}"
                    f" series {one.series} entry {one.sequence}  came {one.received_at:%Y-%m-%d %H:%M} UTC"
                    f"{'' if one.posted else '  not posted'}"
                )


def add_to(app: typer.Typer) -> None:
    """Hang these commands into ``kassa headquarters``."""
    app.command()(findings)
    app.command()(handle)
    app.command("close-period")(close_period)
    app.command("closed-periods")(closed_periods)
    app.command("late-sales")(late_sales)
