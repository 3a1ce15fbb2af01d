"""``kassa plugins``: what support sees of a register's plugins, and the trace of every call of a hook."""

from __future__ import annotations

import msgspec
import pytest
from structlog.testing import capture_logs
from tests.register.test_control import kassa

from kassa.register.plugin_list import PluginLine
from kassa.testing.shop import Shop, without


def test_plugins_are_told_by_name(shop: Shop) -> None:
    """Distribution, version, hooks with the time that 99 of 100 calls did not exceed, state and reason: of the running
    register; one that was left out is named with why."""
    register = shop.open_register(finder=without("status_header"))
    shop.log_on(register)
    code, said = kassa("plugins", "-d", register.directory, "--json")
    lines = {line.name: line for line in msgspec.json.decode(said, type=list[PluginLine])}
    assert (code, tuple(lines)) == (0, register.plugins.names)
    sale = lines["sale"]
    assert (sale.distribution, sale.state, sale.reason) == ("kassa", "works", "")
    p99 = sale.hooks["register_operations"]
    assert p99 is not None
    assert p99 > 0
    assert lines["sync"].hooks["synchronise_now"] is None
    assert lines["status_header"].state == "left out"
    assert "is not installed" in lines["status_header"].reason
    words = kassa("plugins", "-d", register.directory)[1]
    assert "status_header  (not installed)  left out: Plugin status_header is not installed." in words
    assert "    register_operations       p99 " in words


def test_trace_tells_every_call(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """With KASSA_TRACE_HOOKS=1, and without it none."""
    folder = shop.activate()
    for wanted in ("", "1"):
        monkeypatch.setenv("KASSA_TRACE_HOOKS", wanted)
        with capture_logs() as lines:
            shop.open_register(folder).close()
        traced = [line for line in lines if line["event"] == "hook"]
        assert bool(traced) == (wanted == "1")
    assert {"sale", "staff"} <= {line["plugin"] for line in traced}
    assert all(line["ms"] >= 0 for line in traced)
