"""Channel packages: master data reaches a joined store server, and through it its registers, as it was signed."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select, update
from tests.server.device import Device, open_answer
from tests.server.joined.conftest import Branch, Office

from kassa.environment import new_id
from kassa.errors import KassaError, NoAnswer, NotAllowed, SetupError
from kassa.model import Customer
from kassa.packages.applying import checkpoints, package_checkpoint
from kassa.packages.errors import ListNotTrusted
from kassa.packages.keys import verify_list
from kassa.packages.listing import KeySet, ListAnswer, ListRequest, Signed, SyncReport
from kassa.requests.catalogue import FindItem
from kassa.requests.staff import ReadStaffVerifiers
from kassa.schema.master import customer, item
from kassa_customer.requests import AddCustomer
from kassa_server.cli import open_headquarters
from kassa_server.headquarters.keys import rotate_key
from kassa_server.headquarters.offline_status import offline_statuses
from kassa_server.headquarters.rows import current_version
from kassa_server.headquarters.session_orders import UPLOADS, rerun
from kassa_server.joined.own_rows import noting_own_row, settle
from kassa_server.master_data import delete_rows, put_rows
from kassa_server.schema import (
    activation_code,
    package,
    register,
    register_report,
    sales_transaction,
    session_order,
    staff_credential,
    store,
    tender,
)
from kassa_server.schema.groups import CHANNEL_GROUPS


def rows(source: Any, table: Any) -> list[dict[str, Any]]:
    """A table's rows without what each database counts for itself."""
    counted = {column.name for column in table.columns if column.info.get("counted_here")}
    key = [column.name for column in table.primary_key.columns]
    found = [{name: value for name, value in row.items() if name not in counted} for row in source.rows(table)]
    return sorted(found, key=lambda row: [str(row[name]) for name in key])


def equal(office: Office, branch: Branch) -> None:
    """Every table that packages bring is the same on both sides."""
    for group in CHANNEL_GROUPS:
        for table in group.tables:
            assert rows(branch.shop, table) == rows(office, table), table.name


def set_price(office: Office, number: str, price: str) -> None:
    with office.channel.writing() as connection:
        put_rows(connection, item, [{"item_number": number, "unit_price": Decimal(price)}])


def test_master_data_arrives_whole_then_what_has_changed(chain: Branch) -> None:
    """An empty channel database gets everything of its group; then changes and deletions; each round ends with rows
    equal to headquarters'."""
    office, branch = chain.office, chain
    branch.down()
    equal(office, branch)
    set_price(office, "1001", "59.90")
    with office.channel.writing() as connection:
        delete_rows(connection, item, ["1012"])
        put_rows(connection, tender, [{"store_id": "S1", "tender_id": "card", "name": "Kort och mobil"}])
    branch.down()
    equal(office, branch)
    branch.down()
    equal(office, branch)


def test_a_register_is_served_from_what_arrived(chain: Branch) -> None:
    """Activation by a code made in headquarters, staff verifiers and items: all from packages; a new price holds at the
    next scan, and the register hears that its record has changed."""
    office, branch = chain.office, chain
    till = branch.device()
    assert till.ask(FindItem("1001")).unit_price == Decimal("54.90")
    assert {verifier.staff_id for verifier in till.ask(ReadStaffVerifiers()).verifiers} == {"1001", "2001"}
    set_price(office, "1001", "59.90")
    before = branch.shop.rows(register, register_id="R1")[0]["version"]
    with office.channel.writing() as connection:
        put_rows(connection, store, [{"store_id": "S1", "name": "Kassa Centrum"}])
    branch.down()
    assert till.ask(FindItem("1001")).unit_price == Decimal("59.90")
    assert branch.shop.rows(register, register_id="R1")[0]["version"] > before


def test_a_code_is_used_once_whatever_packages_say(office: Office, open_branch: Callable[..., Branch]) -> None:
    """A code that was used stays used when a snapshot brings its row again, and another store server of the group that
    has got it too refuses it: a code is for one channel database."""
    first, second = open_branch("first"), open_branch("second")
    code = first.code("R1")
    second.down()
    assert second.shop.rows(activation_code)
    with pytest.raises(NotAllowed):
        Device(second.shop.client, second.shop.clock).activate(code)
    Device(first.shop.client, first.shop.clock).activate(code)
    with first.shop.channel.writing() as connection:
        connection.execute(package_checkpoint.delete())
    first.down()
    equal(office, first)
    with pytest.raises(NotAllowed):
        Device(first.shop.client, first.shop.clock).activate(code)


def test_wrong_pins_are_counted_here_through_a_snapshot(office: Office, branch: Branch) -> None:
    """Headquarters' snapshot of the staff does not set a lockout back."""
    branch.down()
    with branch.shop.channel.writing() as connection:
        mine = staff_credential.c.staff_id == "1001"
        connection.execute(update(staff_credential).where(mine).values(failed_tries=4))
        connection.execute(package_checkpoint.delete())
    branch.down()
    assert branch.shop.rows(staff_credential, staff_id="1001")[0]["failed_tries"] == 4


def asked(till: Device) -> ListAnswer:
    answer: ListAnswer = open_answer(till.post("/v1/packages", msgspec.json.encode(ListRequest())), ListAnswer)
    return answer


def pinned(answer: ListAnswer) -> KeySet:
    return msgspec.json.decode(answer.key_sets[-1].body, type=KeySet)


def test_lists_and_packages_are_handed_on_as_headquarters_signed_them(office: Office, branch: Branch) -> None:
    """A register gets headquarters' list by headquarters' key, and every package in it, from the store server: with
    headquarters away too."""
    till = branch.device()
    office.stop()
    answer = asked(till)
    assert answer.package_list is not None
    listed = verify_list(answer.package_list, pinned(answer), seen_number=0, scope="S1")
    assert {entry.table_group for entry in listed.packages} >= {"*", "products", "staff"}
    for entry in listed.packages:
        path = f"/v1/packages/{entry.package_id}"
        signer = till.signer()
        response = till.client.get(path, headers={"Kassa-Protocol": "2", **signer.headers("GET", path, b"")})
        assert (response.status_code, len(response.content)) == (200, entry.size)


def test_a_file_that_has_gone_here_is_fetched_again(branch: Branch) -> None:
    """A listed package whose file was removed from the store server's disk: the register hears that it has gone, and
    with the next round it is here again, as headquarters signed it."""
    till = branch.device()
    answer = asked(till)
    assert answer.package_list is not None
    listed = verify_list(answer.package_list, pinned(answer), seen_number=0, scope="S1")
    entry = next(one for one in listed.packages if one.table_group == "products")
    path = f"/v1/packages/{entry.package_id}"

    def fetched() -> tuple[int, int]:
        headers = {"Kassa-Protocol": "2", **till.signer().headers("GET", path, b"")}
        response = till.client.get(path, headers=headers)
        return response.status_code, len(response.content)

    assert fetched() == (200, entry.size)
    next(branch.folder.rglob(f"{entry.package_id}.zst")).unlink()
    assert fetched()[0] == 404
    branch.down()
    assert fetched() == (200, entry.size)


def test_a_store_server_cannot_forge_a_list(office: Office, branch: Branch) -> None:
    """A list that it changes is refused by the register's pinned keys."""
    till = branch.device()
    answer = asked(till)
    assert answer.package_list is not None
    body = answer.package_list.body.replace(b'"S1"', b'"S2"')
    forged = Signed("package-list", answer.package_list.key_id, body, answer.package_list.signature)
    with pytest.raises(ListNotTrusted):
        verify_list(forged, pinned(answer), seen_number=0, scope="S2")


def test_a_new_key_reaches_the_registers(office: Office, branch: Branch) -> None:
    """A key that headquarters has rotated is followed by the store server, through its restart too, and handed on."""
    till = branch.device()
    with office.channel.writing() as connection:
        rotate_key(connection, office.channel.environment)
    set_price(office, "1001", "61.00")
    branch.down()
    answer = asked(till)
    assert pinned(answer).number == 2
    assert answer.package_list is not None
    verify_list(answer.package_list, pinned(answer), seen_number=0, scope="S1")


def test_headquarters_away_the_store_sells_on(office: Office, branch: Branch) -> None:
    """Without headquarters a round fails, and nothing else: registers are answered, and activated with codes that came
    before."""
    code = branch.code("R2")
    office.stop()
    with pytest.raises(NoAnswer):
        branch.downloader.round()
    till = Device(branch.shop.client, branch.shop.clock)
    till.activate(code)
    till.sell()
    assert till.deliver().sequence == 1
    assert till.ask(FindItem("1001")).number == "1001"


def test_a_damaged_package_stops_its_own_group(office: Office, branch: Branch) -> None:
    """What is not what headquarters signed is not applied; the other table groups are, the group is named, and it is
    fetched anew at the next try."""
    branch.down()
    set_price(office, "1001", "59.90")
    with office.channel.writing() as connection:
        put_rows(connection, tender, [{"store_id": "S1", "tender_id": "card", "name": "Kort och mobil"}])
    office.distribute()
    with office.channel.reading() as connection:
        wanted = select(package.c.package_id).where(package.c.table_group == "products", package.c.kind == "delta")
        package_id = connection.execute(wanted).scalars().first()
    file = office.folder / "packages" / f"{package_id}.zst"
    whole = file.read_bytes()
    file.write_bytes(bytes([whole[0] ^ 1]) + whole[1:])
    with pytest.raises(KassaError):
        branch.downloader.round()
    assert branch.shop.rows(tender, tender_id="card")[0]["name"] == "Kort och mobil"
    assert branch.shop.rows(item, item_number="1001")[0]["unit_price"] == Decimal("54.90")
    file.write_bytes(whole)
    branch.shop.clock.advance(120)
    branch.downloader.round()
    equal(office, branch)


# -- rows that commands write here ------------------------------------------------------------------------------------


def add_customer(till: Device, number: str = "C-1", name: str = "Ada Ek") -> None:
    command = AddCustomer(command_id=new_id(), number=number, name=name)
    till.ask(command)
    till.late_command(command, online=True)
    till.deliver()


def names(branch: Branch) -> list[tuple[str, str]]:
    return sorted((row["customer_number"], row["name"]) for row in branch.shop.rows(customer))


def test_a_customer_made_here_stays_and_comes_back_once(chain: Branch) -> None:
    """The row is here from the command on: through an older snapshot, through deltas without it, and until the package
    comes that brings it under headquarters' number, after which it is headquarters' row like any other. What was sold
    under the till's number goes with it."""
    office, branch = chain.office, chain
    till = branch.device()
    add_customer(till)
    sold = till.sale()
    to_ada = msgspec.structs.replace(sold.transaction, customer=Customer("C-1", "Ada Ek"))
    till.sell(payload=msgspec.structs.replace(sold, transaction=to_ada))
    till.deliver()
    with branch.shop.channel.writing() as connection:
        connection.execute(package_checkpoint.delete())
    branch.down()
    assert names(branch) == [("C-1", "Ada Ek")]
    with office.channel.writing() as connection:
        put_rows(connection, customer, [_customer("C-0", "Bo Al")])
    branch.down()
    assert names(branch) == [("C-0", "Bo Al"), ("C-1", "Ada Ek")]
    branch.up()
    branch.down()
    branch.up()
    equal(office, branch)
    assert names(branch) == [("100001", "Ada Ek"), ("C-0", "Bo Al")]
    for sales in (branch.shop.rows(sales_transaction), office.rows(sales_transaction)):
        assert [sale["customer_number"] for sale in sales] == ["100001"]
    with office.channel.writing() as connection:
        delete_rows(connection, customer, ["100001"])
    branch.down()
    assert names(branch) == [("C-0", "Bo Al")]


def _customer(number: str, name: str) -> dict[str, Any]:
    return {"customer_number": number, "name": name, "search_text": name.casefold()}


def test_what_headquarters_changed_meanwhile_is_there_in_the_end(chain: Branch) -> None:
    """A row that was written here lies over what packages say, and covers nothing for ever: once headquarters has done
    the command, its own row holds in every column."""
    office, branch = chain.office, chain
    till = branch.device()
    add_customer(till)
    branch.up()
    with office.channel.writing() as connection:
        put_rows(connection, customer, [{"customer_number": "100001", "phone": "0701"}])
    branch.down()
    branch.up()
    equal(office, branch)
    assert branch.shop.rows(customer)[0]["phone"] == "0701"


def test_a_row_written_here_covers_no_column_of_headquarters(office: Office, branch: Branch) -> None:
    """A row that is there already and written here, while headquarters changes another column of it: packages are
    applied to what packages said before, so that in the end every column is headquarters'."""
    with office.channel.writing() as connection:
        put_rows(connection, customer, [_customer("C-0", "Bo Al")])
    branch.down()
    with branch.shop.channel.writing() as connection, noting_own_row(connection, "1" * 32, customer, "C-0"):
        put_rows(connection, customer, [{"customer_number": "C-0", "name": "Bo Ek"}])
    with office.channel.writing() as connection:
        put_rows(connection, customer, [{"customer_number": "C-0", "phone": "0701"}])
    branch.down()
    assert names(branch) == [("C-0", "Bo Ek")]
    with office.channel.writing() as connection:
        put_rows(connection, customer, [{"customer_number": "C-0", "name": "Bo Ek"}])
        done_at = current_version(connection)
    with branch.shop.channel.writing() as connection:
        settle(connection, {"1" * 32: done_at})
    assert names(branch) == [("C-0", "Bo Ek")]
    branch.down()
    equal(office, branch)
    assert branch.shop.rows(customer)[0]["phone"] == "0701"


def test_orders_are_handed_on_to_registers(office: Office, branch: Branch) -> None:
    """*Rerun* in headquarters reaches the register with its list, once: when it says that it has done it, it is given
    no more, and headquarters knows."""
    till = branch.device()
    with office.channel.writing() as connection:
        order = rerun(connection, office.channel.environment, "R1", UPLOADS, author="Anna")
    branch.down()
    assert [one.order_id for one in asked(till).orders] == [order]
    done = ListRequest(report=SyncReport((), 1, order=order))
    assert open_answer(till.post("/v1/packages", msgspec.json.encode(done)), ListAnswer).orders == ()
    branch.down()
    branch.down()
    assert asked(till).orders == ()
    assert office.rows(session_order)[0]["taken_at"] is not None


def test_reports_of_registers_reach_headquarters(office: Office, branch: Branch) -> None:
    """Headquarters' register offline status shows what the register told its store server, and who was heard of."""
    till = branch.device()
    report = SyncReport((), 1, ready=True)
    open_answer(till.post("/v1/packages", msgspec.json.encode(ListRequest(report=report))), ListAnswer)
    branch.down()
    branch.up()
    with office.channel.reading() as connection:
        status = offline_statuses(connection, office.channel.environment.clock.utc(), register_id="R1")[0]
    assert status.ready is True


def test_headquarters_knows_where_a_channel_database_stands(office: Office, branch: Branch) -> None:
    """Each table group of the store server is told to headquarters, at the version that it holds."""
    branch.down()
    branch.down()
    with branch.shop.channel.reading() as connection:
        here = {one.table_group: one.version for one in checkpoints(connection).values()}
    (told,) = office.rows(register_report, register_id=branch.joined.database_id)
    report = msgspec.json.decode(told["report"], type=SyncReport)
    assert {one.table_group: one.version for one in report.groups} == here
    assert set(here) == {group.name for group in CHANNEL_GROUPS}


def test_master_data_is_not_changed_here(branch: Branch, tmp_path: Path) -> None:
    """Commands that decide master data are refused in a joined store server's data directory, and say where to go."""
    with pytest.raises(SetupError, match="headquarters is at"), open_headquarters(branch.folder, None):
        pass
