"""Download sessions: what registers tell of their packages, bounded; rerun and cancel; the status of all registers."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest
from sqlalchemy import func, select
from tests.server.conftest import Shop
from tests.server.device import Device
from tests.server.headquarters.test_fetching import ask, fetch, snapshot

from kassa.errors import NotAllowed, NotFound
from kassa.packages.listing import ConnectionReport, GroupReport, PackageList, ReportedCause, SyncReport, UploadReport
from kassa.testing.store import REGISTER
from kassa_server.headquarters import session_orders
from kassa_server.headquarters.offline_status import RegisterOfflineStatus, offline_status_json, offline_statuses
from kassa_server.headquarters.session_list import DownloadSession, download_sessions, session_history
from kassa_server.headquarters.sessions import KEPT, KEPT_FOR, purge_sessions
from kassa_server.headquarters.upload_sessions import UploadState, upload_sessions
from kassa_server.schema import audit, download_session, session_order

PACKAGE = "0" * 32


def sessions(shop: Shop) -> dict[str, DownloadSession]:
    with shop.channel.reading() as connection:
        return {one.table_group: one for one in download_sessions(connection, database_id=REGISTER)}


def listed(device: Device) -> PackageList:
    answer = ask(device)
    assert answer.package_list is not None
    return msgspec.json.decode(answer.package_list.body, type=PackageList)


def tell(device: Device, *groups: GroupReport, **more: object) -> None:
    ask(device, report=SyncReport(groups, 1, **more))  # type: ignore[arg-type]


def rerun(shop: Shop, table_group: str, action: str = "rerun") -> str:
    with shop.channel.writing() as connection:
        order: str = getattr(session_orders, action)(
            connection, shop.channel.environment, REGISTER, table_group, author="Eva"
        )
        return order


def test_states_on_the_way(shop: Shop) -> None:
    """What nobody has asked for is available; then it is requested, and applied when the register says so; what
    headquarters has made since is available again."""
    device = shop.device()
    there = listed(device)
    assert {one.state for one in sessions(shop).values()} == {"available"}
    fetch(device, snapshot(there).package_id)
    assert sessions(shop)["*"].state == "requested"
    version = there.groups["products"]
    tell(device, GroupReport("products", "applied", version, 12, PACKAGE, shop.clock.utc()))
    found = sessions(shop)
    assert "*" not in found
    assert (found["products"].state, found["products"].rows, found["products"].newest) == ("applied", 12, version)
    tell(device, GroupReport("products", "applied", version - 1, 12, PACKAGE, shop.clock.utc()))
    assert sessions(shop)["products"].state == "available"


def test_dead_letter_with_its_reason(shop: Shop) -> None:
    """A package that is not tried any more stands there with its tries and its reason, and only it is asked for."""
    device = shop.device()
    listed(device)
    failed = GroupReport("products", "apply_failed", 1, 12, PACKAGE, None, 3, "A row is wrong.", "package_refused")
    tell(device, failed, GroupReport("taxes", "applied", 10**9, 3, "1" * 32))
    with shop.channel.reading() as connection:
        (found,) = download_sessions(connection, states=["apply_failed"])
    assert (found.table_group, found.tries, found.dead, found.error) == ("products", 3, True, "A row is wrong.")
    assert found.failed
    assert found.may_cancel
    again = msgspec.structs.replace(failed, tries=1, next_try_at=shop.clock.utc())
    tell(device, again)
    assert not sessions(shop)["products"].dead


def test_rows_do_not_grow_with_history(shop: Shop) -> None:
    """However many packages a register has had, a few rows are kept for each table group; older ones go by age."""
    device = shop.device()
    listed(device)
    for number in range(30):
        shop.clock.advance(60)
        tell(device, GroupReport("products", "applied", number, 12, f"{number:032}", shop.clock.utc()))
    with shop.channel.writing() as connection:
        assert connection.execute(select(func.count()).select_from(download_session)).scalar() == KEPT + 1
        newest = session_history(connection, REGISTER, "products")
        assert [one.version for one in newest] == [29, 28, 27, 26, 25]
        later = shop.clock.utc() + KEPT_FOR + timedelta(seconds=1)
        assert purge_sessions(connection, later) == KEPT
        assert [one.version for one in session_history(connection, REGISTER)] == [29]


def test_rerun_reaches_the_register_until_it_has_it(shop: Shop) -> None:
    """A rerun goes with every list until the register says that it was carried out; it is in the audit."""
    device = shop.device()
    listed(device)
    tell(device, GroupReport("products", "download_failed", 1, 0, PACKAGE, None, 3, "It is damaged."))
    order = rerun(shop, "products")
    assert not sessions(shop)["products"].dead
    for _time in range(2):
        (told,) = ask(device).orders
        assert (told.order_id, told.action, told.table_group, told.package_id) == (order, "rerun", "products", PACKAGE)
    tell(device, order=order)
    assert ask(device).orders == ()
    (noted,) = shop.rows(audit, kind="session_rerun")
    assert '"author":"Eva"' in noted["detail"].replace(" ", "")


def test_last_word_counts(shop: Shop) -> None:
    """An order that was not taken yet is replaced by the next one about the same."""
    device = shop.device()
    listed(device)
    tell(device, GroupReport("products", "apply_failed", 1, 0, PACKAGE, None, 1, "No.", next_try_at=shop.clock.utc()))
    rerun(shop, "products")
    canceled = rerun(shop, "products", "cancel")
    assert [one.order_id for one in ask(device).orders] == [canceled]
    assert sessions(shop)["products"].state == "canceled"
    assert len(shop.rows(session_order)) == 1


def test_nothing_to_cancel_or_rerun(sqlite_shop: Shop) -> None:
    """What is over cannot be canceled; what never was is named."""
    device = sqlite_shop.device()
    listed(device)
    tell(device, GroupReport("products", "applied", 1, 12, PACKAGE, sqlite_shop.clock.utc()))
    with pytest.raises(NotAllowed, match="applied"):
        rerun(sqlite_shop, "products", "cancel")
    with pytest.raises(NotFound):
        rerun(sqlite_shop, "taxes")


def status(shop: Shop) -> RegisterOfflineStatus:
    with shop.channel.reading() as connection:
        return next(one for one in offline_statuses(connection, shop.clock.utc()) if one.register_id == REGISTER)


def test_offline_status(shop: Shop) -> None:
    """For each register: what it said of its connection, what waits in it, how old its data is, and why it would not
    sell alone. One that was not heard of lately is silent, one that never was says so."""
    assert status(shop).state == "never"
    device = shop.device()
    device.sell()
    now = shop.clock.utc()
    tell(
        device, checked_at=now - timedelta(seconds=90), made_at=now, causes=(ReportedCause("no_data"),),
        sales_waiting=1, amount_waiting="54.90", oldest_waiting=now, connection=ConnectionReport(False, now, "manual"),
    )  # fmt: skip
    found = status(shop)
    assert (found.state, found.reason, found.ready) == ("offline", "manual", False)
    assert found.causes == (ReportedCause("no_data"),)
    assert (found.sales_waiting, found.amount_waiting, found.oldest_waiting) == (1, Decimal("54.90"), now)
    assert (found.entries_waiting, found.data_age_s) == (1, 90)
    shop.clock.advance(3600)
    assert (status(shop).state, status(shop).data_age_s) == ("silent", 3690)
    with shop.channel.reading() as connection:
        told = msgspec.json.decode(offline_status_json(connection, shop.clock.utc()))
    assert [one["register_id"] for one in told] == sorted(one["register_id"] for one in told)


def test_clock_that_is_off_makes_no_data_old(shop: Shop) -> None:
    """The age of a register's data does not depend on its clock, only on what it says has passed since."""
    device = shop.device()
    wrong = shop.clock.utc() - timedelta(days=2)
    tell(device, checked_at=wrong - timedelta(seconds=5), made_at=wrong)
    assert status(shop).data_age_s == 5


def uploads(shop: Shop) -> UploadState:
    with shop.channel.reading() as connection:
        return next(one.state for one in upload_sessions(connection, register_id=REGISTER))


def test_upload_states(shop: Shop) -> None:
    """A series goes from started over available (entries wait in the register) to applied; a parked entry is shown, and
    so is a delivery that the register could not make."""
    device = shop.device()
    assert uploads(shop) == "started"
    device.sell()
    listed(device)
    assert uploads(shop) == "available"
    device.deliver()
    assert uploads(shop) == "applied"
    device.add("sale", {"nonsense": True}, receipt_number="S1-R1-1-000002")
    device.deliver()
    assert uploads(shop) == "apply_failed"
    tell(device, upload=UploadReport("upload_failed", 3, "The store server does not take it.", "refused"))
    assert uploads(shop) == "upload_failed"
