"""Each plugin of ``tests/bad_plugins`` on a real register: named with its version, file and a hint, and it sells on."""

from __future__ import annotations

import importlib
import importlib.metadata
import sys
import tomllib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from tests.bad_plugins import wheels
from tests.register.conftest import QUICK, answers_lost, back_online

from kassa import hook_calls
from kassa.errors import UnknownOutcome
from kassa.plugins import PluginProblem, installed
from kassa.register import Register
from kassa.testing.shop import Shop, without
from kassa.testing.states import store_with

FOLDER = Path(__file__).parents[1] / "bad_plugins"
EXPECTED = tomllib.loads((FOLDER / "expected.toml").read_text(encoding="utf-8"))
SETTINGS = {"settings_do_not_fit": {"points": "many"}}
GONE = "says_it_works_offline"
TOGETHER = {"first_of_two": "second_of_two", "second_of_two": "first_of_two"}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A shop whose registers list every one of them; each test installs one."""
    store = store_with([{"name": name, "settings": SETTINGS.get(name, {})} for name in (*EXPECTED, GONE)])
    with Shop(tmp_path_factory.mktemp("bad"), profile=QUICK, store=store) as made:
        yield made


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where a bad plugin is installed."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(hook_calls, "DEADLINES_S", {**hook_calls.DEADLINES_S, "register_ready": 1})
    yield tmp_path
    for name in (*EXPECTED, GONE):
        module = sys.modules.pop(name, None)
        if module is not None and hasattr(module, "released"):
            module.released.set()


def problem_of(register: Register, name: str) -> PluginProblem:
    (problem,) = [one for one in register.plugins.problems if one.name == name]
    return problem


@pytest.mark.parametrize("name", EXPECTED)
def test_is_named_and_the_register_sells_on(shop: Shop, site: Path, name: str) -> None:
    """The screen names the plugin; support has version, file, line and what to do; a sale goes from scan to receipt."""
    for each in filter(None, (name, TOGETHER.get(name))):
        wheels.install(each, site)
    importlib.invalidate_caches()
    register = shop.open_register(finder=installed)
    try:
        shop.log_on(register)
        register.run(100, code=shop.barcode("1001"))
        finished = register.run(200).data
        assert finished.transaction.extra == {}
        assert finished.receipt_number
        problem, expected = problem_of(register, name), EXPECTED[name]
        assert (problem.stage, str(problem.what)) == (expected["stage"], expected["what"])
        assert expected["error"] in problem.error
        assert (problem.distribution, problem.version) == (f"acme-{name.replace('_', '-')}", "2.5")
        assert Path(problem.file) == site / problem.file.rpartition("/")[2]
        assert problem.file.endswith(expected["place"])
        assert expected["hint"] in str(problem.hint)
        assert problem.hint.words("sv") != str(problem.hint)
        assert str(problem.what) in [str(text) for text in register.view().problems]
        shop.delivered(register)
    finally:
        register.close()
    assert {sale.total for sale in shop.server.sales()} == {Decimal("54.90")}


def test_plugin_that_is_gone_while_its_command_waits(shop: Shop, site: Path) -> None:
    """A plugin that is uninstalled while a command of its own has no outcome yet is named, and the register sells on;
    back again, the command comes to its end."""
    wheels.install(GONE, site)
    importlib.invalidate_caches()
    with shop.open_register(finder=installed) as register:
        shop.log_on(register)
        shop.with_data(register)
        with answers_lost(shop), pytest.raises(UnknownOutcome):
            register.run(5001)
    shop.network.refuse()
    with shop.open_register(finder=without(GONE)) as register:
        unsent = [one for one in register.plugins.problems if (one.name, one.stage) == (GONE, "unsent")]
        assert [str(one.what) for one in unsent] == [
            f"1 command of plugin {GONE} waits for delivery, and the plugin is gone."
        ]
        assert "Install it again" in str(unsent[0].hint)
        shop.log_on(register)
        register.run(100, code=shop.barcode("1001"))
        assert register.run(200).data.receipt_number
    shop.network.pass_through()
    with shop.open_register(finder=installed) as register:
        assert "unsent" not in [one.stage for one in register.plugins.problems]
        shop.log_on(register)
        back_online(shop, register)
