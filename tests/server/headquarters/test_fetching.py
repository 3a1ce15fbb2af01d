"""Packages over HTTP: to registers of their store, by ranges, and to nobody else."""

from __future__ import annotations

import httpx
import msgspec
from tests.server.conftest import Shop
from tests.server.device import Device, open_answer

from kassa.device import DeviceSigner
from kassa.packages.keys import verify_list
from kassa.packages.listing import KeySet, ListAnswer, ListRequest, PackageEntry, PackageList, ReportedCause, SyncReport
from kassa.protocol import PROTOCOL_HEADER
from kassa.testing.store import REGISTER
from kassa_server.schema import package, register_report


def ask(device: Device, **asked: object) -> ListAnswer:
    body = msgspec.json.encode(ListRequest(**asked))  # type: ignore[arg-type]
    answer: ListAnswer = open_answer(device.post("/v1/packages", body), ListAnswer)
    return answer


def fetch(device: Device, package_id: str, **headers: str) -> httpx.Response:
    path = f"/v1/packages/{package_id}"
    signed = DeviceSigner(device.key, device.device_id, device.clock, device.head).headers("GET", path, b"")
    return device.client.get(path, headers={PROTOCOL_HEADER: "2", **signed, **headers})


def first_list(device: Device, key_set: KeySet) -> PackageList:
    answer = ask(device)
    assert answer.package_list is not None
    return verify_list(answer.package_list, key_set, seen_number=0, scope="S1")


def snapshot(listed: PackageList) -> PackageEntry:
    return next(entry for entry in listed.packages if entry.rendering == "sqlite")


def test_register_pins_the_keys_and_gets_a_list(sqlite_shop: Shop) -> None:
    """The activation's answer carries the keys by which the first list is verified; it is made when first asked for."""
    device = Device(sqlite_shop.client, sqlite_shop.clock)
    answer = device.activate(sqlite_shop.code())
    assert answer.key_set is not None
    assert first_list(device, answer.key_set).packages


def test_the_same_list_is_not_sent_twice(sqlite_shop: Shop) -> None:
    """A register that has the list is told so in a few bytes."""
    device = sqlite_shop.device()
    answer = ask(device)
    assert answer.package_list is not None
    listed = msgspec.json.decode(answer.package_list.body, type=PackageList)
    again = ask(device, seen=listed.number, keys=1)
    assert again == ListAnswer(state=again.state)
    assert again.state
    assert ask(device, seen=listed.number, keys=1, state=again.state) == again


def test_file_by_ranges(sqlite_shop: Shop) -> None:
    """The file is what the list says, and comes in ranges as they are wanted."""
    device = sqlite_shop.device()
    answer = ask(device)
    assert answer.package_list is not None
    entry = snapshot(msgspec.json.decode(answer.package_list.body, type=PackageList))
    whole = fetch(device, entry.package_id)
    assert (whole.status_code, len(whole.content)) == (200, entry.size)
    rest = fetch(device, entry.package_id, Range=f"bytes={entry.size - 10}-")
    assert (rest.status_code, rest.content) == (206, whole.content[-10:])


def test_unsigned_and_unknown_are_refused(sqlite_shop: Shop) -> None:
    """Without a signature there is no file, and a package that is not there is a typed refusal, not a page."""
    device = sqlite_shop.device()
    assert device.client.get("/v1/packages/abc", headers={PROTOCOL_HEADER: "2"}).status_code == 403
    missing = fetch(device, "0" * 32)
    assert missing.status_code == 404
    assert missing.headers[PROTOCOL_HEADER] == "2"


def test_other_stores_packages_are_not_given(sqlite_shop: Shop) -> None:
    """A package with the rows of another store is not there for this one."""
    device = sqlite_shop.device()
    answer = ask(device)
    assert answer.package_list is not None
    entry = snapshot(msgspec.json.decode(answer.package_list.body, type=PackageList))
    with sqlite_shop.channel.writing() as connection:
        mine = package.c.package_id == entry.package_id
        connection.execute(package.update().where(mine).values(scope="S2"))
    assert fetch(device, entry.package_id).status_code == 404


def test_report_is_kept(sqlite_shop: Shop) -> None:
    """What a register says of its round is kept, the latest only."""
    device = sqlite_shop.device()
    for number in (1, 2):
        ask(device, report=SyncReport((), number, ready=number == 2, causes=(ReportedCause("none"),)))
    (row,) = sqlite_shop.rows(register_report)
    assert (row["register_id"], row["list_number"], row["ready"]) == (REGISTER, 2, True)
