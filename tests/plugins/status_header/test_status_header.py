"""The status header: state, since when, why, what waits, age of the data; never by colour alone (S4)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from kassa.connection import ConnectionState, Reason
from kassa.journal import Waiting
from kassa.model import RegisterRecord, Store
from kassa.operations import Place
from kassa.register.face import Attempt, RegisterView, SyncStatus
from kassa.windows import StatusItem
from kassa_status_header import WHY, status_items

NOW = datetime(2026, 3, 2, 13, 7, tzinfo=UTC)
STOCKHOLM = ZoneInfo("Europe/Stockholm")
CHECKED = NOW - timedelta(minutes=6)


def view(connection: ConnectionState, *, waiting: int = 0, sync: SyncStatus | None = None) -> RegisterView:
    amount = Decimal("1946.50") if waiting else Decimal(0)
    return RegisterView(
        record=RegisterRecord("R1", "Till 1", Store("S1", "Store", "SEK")), place=Place.WELCOME, staff=None,
        locked=False, transaction=None, totals=None, connection=connection,
        waiting=Waiting(waiting, amount, None, waiting), sync=sync or SyncStatus(checked_at=CHECKED),
        status_items=(), buttons=(), problems=(), now=NOW, language="sv",
    )  # fmt: skip


def offline(reason: Reason, since: datetime = NOW - timedelta(minutes=5)) -> ConnectionState:
    return ConnectionState(False, since, reason)


ONLINE = ConnectionState(True, NOW - timedelta(hours=1))


def items(shown: RegisterView) -> dict[str, StatusItem]:
    return {item.kind: item for item in status_items(shown)}


def words(item: StatusItem) -> str:
    return item.text.words("sv", STOCKHOLM)


def test_online() -> None:
    """Online: a pill that says so, and when the data was checked; nothing else takes room."""
    shown = items(view(ONLINE))
    assert (words(shown["pill"]), shown["pill"].tone, shown["pill"].icon) == (
        "Ansluten · Butiksserver",
        "connected",
        "dot",
    )
    assert (words(shown["data"]), shown["data"].icon) == ("Synk 14:01", "check")
    assert set(shown) == {"pill", "data"}


def test_offline() -> None:
    """Offline: since when, why, and how many sales wait, in words."""
    shown = items(view(offline(Reason.TIMEOUT), waiting=3))
    assert (words(shown["pill"]), shown["pill"].tone) == ("Frånkopplad · sedan 14:02", "offline")
    assert words(shown["text"]) == "Butiksservern svarar inte"
    assert words(shown["waiting"]) == "3 köp väntar på överföring"


def test_since_another_day_shows_the_day() -> None:
    """What is older than today has its day."""
    shown = items(view(offline(Reason.MANUAL, NOW - timedelta(days=2))))
    assert words(shown["pill"]) == "Frånkopplad · sedan 2026-02-28 14:07"


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_words(reason: Reason) -> None:
    """Each reason is told in both languages."""
    assert WHY[reason].words("sv") != WHY[reason].words("en")


def test_one_sale() -> None:
    """The plural is the language's."""
    assert words(items(view(ONLINE, waiting=1))["waiting"]) == "1 köp väntar på överföring"
    assert items(view(ONLINE, waiting=1))["waiting"].text.words("en") == "1 sale waiting for upload"


def test_failed_check_is_a_warning_and_the_age_counts_from_the_last_success() -> None:
    """A failed attempt since the last success is a warning; the time stays that of the success."""
    failed = Attempt(NOW, False)
    shown = items(view(ONLINE, sync=SyncStatus(download=failed, checked_at=CHECKED)))
    assert (words(shown["data"]), shown["data"].tone, shown["data"].icon) == ("Synk 14:01", "warning", "warning")


def test_never_synchronised() -> None:
    """A register without data says so."""
    assert words(items(view(ONLINE, sync=SyncStatus()))["data"]) == "Inte synkroniserad än"


def test_a_press_opens_the_connection_status() -> None:
    """Pressing the pill runs 917."""
    assert items(view(ONLINE))["pill"].operation == 917
