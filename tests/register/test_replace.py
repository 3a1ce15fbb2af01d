"""``kassa register replace``: a dead, cloned or restored device. No number twice, nothing that waits is lost."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from tests.register.test_control import kassa
from tests.register.test_install import code_through, install, sells_offline

from kassa.errors import JournalInUse, Refusal
from kassa.testing.shop import Shop

HANDED_OVER = re.compile("Series 1: [12] of its journal's entries handed over, 0 waiting.")


def replace(shop: Shop, folder: Path, *more: str) -> str:
    """The command; what it said."""
    exit_code, told = kassa("register", "replace", code_through(shop), "-d", folder, *more)
    assert exit_code == 0, told
    return told


def certificate(shop: Shop) -> str:
    """What headquarters says of the register's series."""
    done = kassa("server", "certificate", "R1", "--data-directory", shop.server.folder)
    return done[1]


def test_the_same_device_anew(shop: Shop) -> None:
    """What waits is handed over first, by its old key; the register goes on in the next series with the data it has."""
    folder, _told = install(shop)
    register = sells_offline(shop, folder)
    number = register.journal.entries()[-1].receipt_number
    data = register.offline_database.active
    with pytest.raises(JournalInUse):
        replace(shop, folder)
    register.close()
    told = replace(shop, folder)
    assert HANDED_OVER.search(told)
    assert [sale.receipt_number for sale in shop.server.sales()] == [number]
    again = shop.open_register(folder)
    assert again.offline_database.active == data
    shop.log_on(again)
    again.run(100, code=shop.barcode("1001"))
    again.run(200)
    shop.delivered(again)
    numbers = [sale.receipt_number for sale in shop.server.sales()]
    assert len(numbers) == len(set(numbers)) == 2
    assert again.journal.series.number == 2


def test_a_dead_device_is_open_ended_until_its_disk_turns_up(shop: Shop) -> None:
    """Another device takes over; the store server shows the first series open-ended. The dead device's sales are not
    lost: its folder, put onto a device that is made the register, hands them over."""
    dead, _told = install(shop, folder="dead")
    sells_offline(shop, dead).close()
    told = replace(shop, shop.folder / "new")
    assert "no journal here" in told
    assert "open-ended" in certificate(shop)
    assert shop.server.sales() == []
    told = replace(shop, dead)
    assert HANDED_OVER.search(told)
    assert len(shop.server.sales()) == 1


def test_a_clone_gives_no_number_twice(shop: Shop) -> None:
    """Two devices from one disk image: the one that comes second is stopped, and replacing it keeps its sale beside
    the chain, for a person; from then on its numbers are of a series of its own."""
    first, _told = install(shop, folder="first")
    sells_offline(shop, first).close()
    clone = shop.folder / "clone"
    shutil.copytree(first, clone, ignore=shutil.ignore_patterns("control*"))
    for folder, item in ((first, "1002"), (clone, "1003")):
        shop.network.refuse()
        register = shop.open_register(folder)
        shop.log_on(register)
        register.run(100, code=shop.barcode(item))
        register.run(200)
        shop.network.pass_through()
        register.close()
        if folder == first:
            replace_told = ""
            opened = shop.open_register(first)
            shop.log_on(opened)
            shop.delivered(opened)
            opened.close()
        else:
            replace_told = replace(shop, clone)
    assert "0 waiting" in replace_told
    conflicts = shop.server.query("SELECT * FROM journal_conflict")
    assert conflicts
    again = shop.open_register(clone)
    shop.log_on(again)
    again.run(100, code=shop.barcode("1001"))
    again.run(200)
    shop.delivered(again)
    numbers = [sale.receipt_number for sale in shop.server.sales()]
    assert len(numbers) == len(set(numbers)) == 3


def test_wrong_code_leaves_the_register_as_it_is(shop: Shop) -> None:
    """A code that is refused changes nothing: the register opens and sells as before."""
    folder, _told = install(shop)
    sells_offline(shop, folder).close()
    used = code_through(shop)
    install(shop, code=used, folder="elsewhere")
    with pytest.raises(Refusal):
        kassa("register", "replace", used, "-d", folder)
    register = shop.open_register(folder)
    assert register.journal.series.number == 1
