"""``GET /healthz``: yes or no for everybody, figures for whoever shows the token."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from sqlalchemy import text, update
from tests.server.conftest import Shop

from kassa.environment import Environment
from kassa.testing.server import StoreServer
from kassa_server.health import TOKEN_FILE, health, health_token
from kassa_server.migrate import NEWEST
from kassa_server.schema import PARKED, WAITING, journal_entry


def asked(shop: Shop, token: str | None) -> tuple[int, dict[str, object]]:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    response = shop.client.get("/healthz", headers=headers)
    told: dict[str, object] = response.json()
    return response.status_code, told


def token_of(shop: Shop) -> str:
    found: str = shop.client.app.state.health_token  # type: ignore[attr-defined]
    return found


def test_strangers_learn_nothing(shop: Shop) -> None:
    """Without the token: that it works. With another one: that it is another one, and nothing else."""
    assert asked(shop, None) == (200, {"status": "ok"})
    for wrong in ("x", token_of(shop)[:-1], token_of(shop).upper()):
        status, told = asked(shop, wrong)
        assert (status, told) == (401, {"status": "not the token of this server"})


def test_whoever_shows_the_token_is_told(shop: Shop) -> None:
    """Build, schema, and the oldest entry that is stored and not posted."""
    status, told = asked(shop, token_of(shop))
    assert status == 200
    assert told["schema"] == told["needs_schema"] == NEWEST
    assert told["build"]
    assert told["database"] == shop.channel.engine.dialect.name
    assert (told["unposted"], told["oldest_unposted"], told["parked"]) == (0, None, 0)
    till = shop.device()
    for _sale in range(3):
        till.sell()
    till.deliver()
    with shop.channel.writing() as connection:
        wanted = journal_entry.c.sequence
        connection.execute(update(journal_entry).where(wanted > 1).values(posting=WAITING))
        connection.execute(update(journal_entry).where(wanted == 3).values(posting=PARKED))
    came = shop.clock.utc()
    shop.clock.advance(90)
    _status, told = asked(shop, token_of(shop))
    assert (told["unposted"], told["oldest_unposted_age_s"], told["parked"]) == (1, 90, 1)
    assert told["oldest_unposted"] == came.isoformat(timespec="seconds")


def test_database_that_does_not_answer(sqlite_shop: Shop) -> None:
    """503 for everybody; the token still tells the build."""
    with sqlite_shop.channel.writing() as connection:
        connection.execute(text("ALTER TABLE row_counter RENAME TO gone"))
    assert asked(sqlite_shop, None) == (503, {"status": "the channel database does not answer"})
    status, told = asked(sqlite_shop, token_of(sqlite_shop))
    assert (status, sorted(told)) == (503, ["build", "needs_schema", "status"])


def test_token_is_its_owners_and_stays(tmp_path: Path) -> None:
    """Only the owner of the data directory may read it, and it is the same after a restart."""
    with StoreServer(tmp_path / "server", process=False) as server:
        token = (server.folder / TOKEN_FILE).read_text().strip()
        if os.name == "posix":
            assert stat.S_IMODE((server.folder / TOKEN_FILE).stat().st_mode) == 0o600
        server.restart()
        assert (server.folder / TOKEN_FILE).read_text().strip() == token
        channel = server.channel()
        assert health(channel, figures=False) == ({"status": "ok"}, 200)
        channel.close()
    assert health_token(server.folder, Environment()) == token
    with pytest.raises(OSError, match="directory"):
        health_token(tmp_path / "nowhere", Environment())
