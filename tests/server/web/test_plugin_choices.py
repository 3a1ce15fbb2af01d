"""Which plugins run where, in the page: what is refused and in which words, who comes first, and what is signed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import httpx
import msgspec
import pytest
from tests.acme import example_wheel, wheel
from tests.server.conftest import Shop
from tests.server.web.conftest import Person
from tests.server.web.test_allow_list import decide, upload

from kassa.packages.keys import verify_plugin_set
from kassa.packages.listing import KeySet, Signed, SyncReport
from kassa.packages.plugin_sets import PluginSet, PluginsReport, PluginTrouble, RunningPlugin
from kassa.register.own_environment import own_environment
from kassa_server.headquarters.keys import LISTS, PLUGINS, current_key_set, signing_key
from kassa_server.headquarters.plugins import choices, sets
from kassa_server.headquarters.reports import keep_report
from kassa_server.schema import plugin_choice, plugin_set

PAGE = "/plugins/acme-loyalty"


def allow(somebody: Person, *wheels: Path) -> None:
    """Upload and approve."""
    for one in wheels:
        upload(somebody, one)
        decide(somebody, one, "approve")


def choose(somebody: Person, place: str, version: str, page: str = PAGE, **fields: object) -> httpx.Response:
    """Send the form."""
    somebody.get(page)
    return somebody.send(page, place=place, version=version, **{"percent": "100", **fields})


def runs_on(shop: Shop, register_id: str) -> None:
    """A register tells what it runs on."""
    report = SyncReport((), 0, plugins=PluginsReport(environment=own_environment()))
    keep_report(shop.channel, register_id, report)


def newest(shop: Shop, register_id: str) -> PluginSet:
    """The set that a register is to run, verified as it verifies it."""
    with shop.channel.reading() as connection:
        found = sets.newest_set(connection, register_id)
        assert found is not None
        keys = current_key_set(connection, PLUGINS)
    return verify_plugin_set(found[1], keys, seen_number=0, register_id=register_id)


def test_a_locked_set_is_made_and_signed(users: Shop, person: Callable[[str], Person], tmp_path: Path) -> None:
    """For the register that was chosen, with everything that the plugin needs, and by a key that signs nothing else."""
    anna = person("Anna")
    library = wheel(tmp_path, "acme-tools", "1.5", {"acme_tools.py": b""})
    newer = wheel(tmp_path, "acme-tools", "2.0", {"acme_tools.py": b""})
    allow(
        anna,
        library,
        newer,
        example_wheel(tmp_path, "0.1.0", "acme-tools<2", "msgspec>=0.1", "gone; python_version<'3'"),
    )
    assert choose(anna, "register:R1", "0.1.0", **{"settings-acme_loyalty": '{"offline_limit": 5}'}).status_code == 200
    assert users.rows(plugin_set) == []
    runs_on(users, "R1")
    runs_on(users, "R2")
    made = newest(users, "R1")
    assert [(one.distribution, one.version) for one in made.wheels] == [
        ("acme-loyalty", "0.1.0"),
        ("acme-tools", "1.5"),
    ]
    assert made.wheels[1].sha256 == hashlib.sha256(library.read_bytes()).hexdigest()
    assert [(one.name, one.settings) for one in made.plugins] == [("acme_loyalty", {"offline_limit": 5})]
    assert {row["register_id"] for row in users.rows(plugin_set)} == {"R1"}
    with users.channel.writing() as connection:
        lists = KeySet(1, (signing_key(connection, users.channel.environment, LISTS).signing_key,))
        (_number, signed) = sets.newest_set(connection, "R1") or (0, Signed("plugin-set", "", b"", b""))
    with pytest.raises(Exception, match="not signed"):
        verify_plugin_set(signed, lists, seen_number=0, register_id="R1")
    with pytest.raises(Exception, match="not signed"):
        verify_plugin_set(
            msgspec.structs.replace(signed, body=signed.body + b" "), lists, seen_number=0, register_id="R1"
        )


def test_what_does_not_fit_is_refused_by_name(users: Shop, person: Callable[[str], Person], tmp_path: Path) -> None:
    """Settings against the plugin's own schema; two plugins with one operation; a dependency that two need in other
    versions, or that the register has of its own; nothing of it is kept, and what is typed stays in the form."""
    anna = person("Anna")
    bonus = {"acme_bonus.py": BONUS}
    newer = {"acme_bonus.py": BONUS.replace(b"81890", b"81899").replace(b"1.0", b"1.1")}
    allow(
        anna, example_wheel(tmp_path, "0.1.0", "acme-tools<2"), example_wheel(tmp_path, "0.2.0", "msgspec<0.1"),
        wheel(tmp_path, "acme-tools", "1.5", {"acme_tools.py": b""}),
        wheel(tmp_path, "acme-tools", "2.0", {"acme_tools.py": b""}),
        wheel(tmp_path, "acme-bonus", "1.0", bonus, plugins={"acme_bonus": "acme_bonus"}),
        wheel(tmp_path, "acme-bonus", "1.1", newer, "acme-tools>=2", plugins={"acme_bonus": "acme_bonus"}),
    )  # fmt: skip
    refused = choose(anna, "register:R1", "0.1.0", **{"settings-acme_loyalty": '{"offline_limit": "many"}'})
    assert refused.status_code == 422
    assert "offline_limit" in refused.text
    assert "&#34;many&#34;" in refused.text
    assert "needs msgspec&lt;0.1" in choose(anna, "all:", "0.2.0").text
    assert choose(anna, "store:S9", "0.1.0").status_code == 422
    assert choose(anna, "register:R1", "9.9").status_code == 422
    assert users.rows(plugin_choice) == []
    choose(anna, "all:", "0.1.0")
    doubled = choose(anna, "register:R2", "1.0", "/plugins/acme-bonus").text
    assert "operation 81890 is claimed by acme-bonus 1.0 and acme-loyalty 0.1.0." in doubled
    clash = choose(anna, "register:R2", "1.1", "/plugins/acme-bonus").text
    assert "acme-bonus 1.1 needs acme-tools&gt;=2" in clash
    assert "acme-loyalty 0.1.0 needs acme-tools&lt;2" in clash
    assert len(users.rows(plugin_choice)) == 1
    assert "is chosen" in decide(anna, tmp_path / "acme_loyalty-0.1.0-py3-none-any.whl", "withdraw").text


def test_stages_roll_back_and_who_comes_first(users: Shop, person: Callable[[str], Person], tmp_path: Path) -> None:
    """Five per cent of two registers are one, the same whenever it is asked; the other keeps what it had. A register's
    own choice comes before its group's, and rolled back it has its group's again."""
    anna = person("Anna")
    allow(anna, example_wheel(tmp_path), example_wheel(tmp_path, "0.2.0"), example_wheel(tmp_path, "0.3.0"))
    choose(anna, "store:S1", "0.1.0")
    choose(anna, "store:S1", "0.2.0", percent="5")
    assert sorted(versions(users).values()) == ["0.1.0", "0.2.0"]
    choose(anna, "store:S1", "0.2.0")
    assert set(versions(users).values()) == {"0.2.0"}
    anna.send(f"{PAGE}/roll-back", place="store:S1")
    assert set(versions(users).values()) == {"0.1.0"}
    anna.get("/plugins")
    assert anna.send("/plugins/groups", group_name="Front", registers="R1, R9").status_code == 422
    anna.get("/plugins")
    anna.send("/plugins/groups", group_name="Front", registers="R1")
    choose(anna, "group:Front", "0.2.0")
    choose(anna, "register:R1", "0.3.0")
    assert versions(users) == {"R1": "0.3.0", "R2": "0.1.0"}
    anna.send(f"{PAGE}/roll-back", place="register:R1")
    assert versions(users) == {"R1": "0.2.0", "R2": "0.1.0"}
    assert len(users.rows(plugin_choice)) == 7


def test_only_administrators_choose(users: Shop, person: Callable[[str], Person], tmp_path: Path) -> None:
    """A manager sees what runs where, and changes nothing."""
    allow(person("Anna"), example_wheel(tmp_path))
    mats = person("Mats")
    assert choose(mats, "all:", "0.1.0").status_code == 403
    assert mats.send(f"{PAGE}/roll-back", place="all:").status_code == 403
    assert users.rows(plugin_choice) == []


def versions(shop: Shop) -> dict[str, str]:
    """The version that each register is to run."""
    with shop.channel.reading() as connection:
        there, history = choices.placed_registers(connection), choices.history(connection)
        chosen = {one.register_id: choices.in_force(one, there, history) for one in there}
    return {register_id: one["acme-loyalty"].version for register_id, one in chosen.items()}


BONUS = b"""
from kassa import Operation, OperationResult, PluginInfo, hook
from kassa.text import literal

PLUGIN = PluginInfo(name="acme_bonus", version="1.0", api_level=1, title="Bonus")


@hook
def register_operations():
    return [Operation(81890, literal("Bonus"), lambda context: OperationResult())]
"""


def test_what_does_not_work_stands_on_the_registers_page(users: Shop, person: Callable[[str], Person]) -> None:
    """Which plugin, in which version, and why, as the register has told it; whether it is required."""
    trouble = PluginTrouble("acme_loyalty", "load", "Plugin acme_loyalty does not start. ImportError", "0.1.0", True)
    runs = (RunningPlugin("acme_loyalty", "acme-loyalty", "0.1.0"),)
    told = PluginsReport(active=1, runs=runs, troubles=(trouble,))
    keep_report(users.channel, "R1", SyncReport((), 0, plugins=told))
    page = person("Vera").get("/registers/R1").text
    assert "Plugin acme_loyalty does not start. ImportError" in page
    assert "acme-loyalty 0.1.0" in page


def test_sets_are_signed_anew_when_a_key_is_revoked(
    users: Shop, person: Callable[[str], Person], tmp_path: Path
) -> None:
    """A register that has not got its set yet would refuse the one that the revoked key has signed."""
    anna = person("Anna")
    allow(anna, example_wheel(tmp_path))
    runs_on(users, "R1")
    choose(anna, "register:R1", "0.1.0")
    with users.channel.writing() as connection:
        old = signing_key(connection, users.channel.environment, PLUGINS).signing_key.key_id
    anna.get("/keys")
    anna.send("/keys", purpose="plugins")
    runs_on(users, "R1")
    assert newest(users, "R1").number == 1
    anna.send(f"/keys/{old}/revoke")
    runs_on(users, "R1")
    assert newest(users, "R1").number == 2


def test_what_the_register_has_of_its_own_wins(users: Shop, person: Callable[[str], Person], tmp_path: Path) -> None:
    """A distribution that is installed beside Kassa there is not sent; another version of it is refused by name."""
    anna = person("Anna")
    allow(anna, example_wheel(tmp_path), example_wheel(tmp_path, "0.2.0"))
    there = own_environment()
    own = msgspec.structs.replace(there, distributions={**there.distributions, "acme-loyalty": "0.1.0"})
    keep_report(users.channel, "R1", SyncReport((), 0, plugins=PluginsReport(environment=own)))
    choose(anna, "register:R1", "0.1.0")
    made = newest(users, "R1")
    assert (made.wheels, [(one.name, one.version) for one in made.plugins]) == ((), [("acme_loyalty", "0.1.0")])
    assert "there is 0.1.0 of its own" in choose(anna, "register:R1", "0.2.0").text


def test_settings_that_a_plugin_needs_are_asked_for(
    users: Shop, person: Callable[[str], Person], tmp_path: Path
) -> None:
    """Without them the register would leave the plugin out."""
    anna = person("Anna")
    plugin = {"acme_need.py": NEEDING}
    allow(anna, wheel(tmp_path, "acme-need", "1.0", plugin, plugins={"acme_need": "acme_need"}))
    page = "/plugins/acme-need"
    refused = choose(anna, "register:R1", "1.0", page)
    assert (refused.status_code, "address" in refused.text) == (422, True)
    assert choose(anna, "register:R1", "1.0", page, **{"settings-acme_need": '{"address": "a"}'}).status_code == 200


NEEDING = b"""
import msgspec
from kassa import PluginInfo


class Settings(msgspec.Struct):
    address: str


PLUGIN = PluginInfo(name="acme_need", version="1.0", api_level=1, title="Need", settings=Settings)
"""
