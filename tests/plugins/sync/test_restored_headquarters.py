"""Headquarters is restored from a backup: registers have seen higher numbers than it knows."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

from tests.plugins.sync.test_sessions import round_over
from tests.plugins.sync.test_sync import change_item, delete_item, prices

from kassa.register import Register
from kassa.testing.shop import Shop, wait_until
from kassa.testing.store import REGISTER


def keep(shop: Shop, folder: Path) -> None:
    """A backup of the channel database, taken while nothing runs."""
    folder.mkdir()
    shop.server.stop()
    for file in shop.server.folder.glob("channel.db*"):
        shutil.copy(file, folder)
    shop.server.start()


def restore(shop: Shop, folder: Path) -> None:
    """Put a backup in the place of the database."""
    shop.server.kill()
    shop.server._close_engine()
    for file in shop.server.folder.glob("channel.db*"):
        file.unlink()
    for file in folder.glob("channel.db*"):
        shutil.copy(file, shop.server.folder)
    shop.server.start()


def change(shop: Shop, register: Register, price: str) -> None:
    """Another price, distributed, and a round of the register."""
    change_item(shop, "1001", price)
    shop.server.distribute()
    round_over(register)


def headquarters(shop: Shop, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kassa.cli", "headquarters", *words, "-d", str(shop.server.folder)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def ahead(shop: Shop) -> list[str]:
    from kassa_server.headquarters.restored import ahead_of

    channel = shop.server.channel()
    with channel.reading() as connection:
        found = [one.database_id for one in ahead_of(connection)]
    channel.close()
    return found


def attention(shop: Shop) -> list[str]:
    from kassa_server.headquarters.attention import needs_attention

    channel = shop.server.channel()
    with channel.reading() as connection:
        found = [one.what.words("en") for one in needs_attention(connection, channel.environment.clock.utc())]
    channel.close()
    return found


def test_what_a_restored_headquarters_sends_is_taken_once_it_was_told(
    make_shop: Callable[..., Shop], tmp_path: Path
) -> None:
    """Until then the register sells on the data it has, says why it takes none, and headquarters names it. The command
    raises every number above what was seen, and everything is sent once more, whole."""
    shop = make_shop(process=True)
    register = shop.open_register()
    shop.log_on(register)
    shop.with_data(register)
    change(shop, register, "50.00")
    keep(shop, tmp_path / "backup")
    change(shop, register, "51.00")
    delete_item(shop, "1012")
    change(shop, register, "54.00")
    assert ahead(shop) == []

    restore(shop, tmp_path / "backup")
    change(shop, register, "60.00")
    assert prices(register)["1001"] == Decimal("54.00")
    download = register.sync_status().download
    assert download is not None
    assert download.error is not None
    assert "older list" in download.error.words("en")
    wait_until(lambda: ahead(shop) == [REGISTER], "headquarters has heard of it")
    assert [what for what in attention(shop) if "restored from a backup" in what]
    register.run(100, code=shop.barcode("1001"))

    told = headquarters(shop, "restored")
    assert told.returncode == 0, told.stderr
    assert f"{REGISTER} has seen: list" in told.stdout
    round_over(register)
    assert prices(register)["1001"] == Decimal("60.00")
    assert "1012" in prices(register)
    assert ahead(shop) == []
    assert not [what for what in attention(shop) if "restored from a backup" in what]
    (note,) = shop.server.query("SELECT detail FROM audit WHERE kind = 'headquarters_restored'")
    assert '"by":"command line"' in note["detail"]
    change(shop, register, "61.00")
    assert prices(register)["1001"] == Decimal("61.00")
