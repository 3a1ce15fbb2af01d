"""Plugins from wheels in the store server: several versions side by side, each request answered in its own."""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import pytest
from tests.acme import NAME, example_wheel, wheel
from tests.server.conftest import Shop
from tests.server.web.conftest import Person
from tests.server.web.test_plugin_choices import allow, choose, runs_on

from kassa.environment import new_id
from kassa.errors import NotServed
from kassa.packages.listing import ListRequest
from kassa.protocol import RequestEnvelope
from kassa.runtime.request import Command
from kassa.runtime.runtime import Runtime
from kassa.schema.master import customer
from kassa_server.headquarters.package_files import DirectoryFiles
from kassa_server.host import Call
from kassa_server.posting import Posted, Poster
from kassa_server.schema import journal_entry
from kassa_server.served_plugins import ServedPlugins

REQUEST = "acme_loyalty.points_of"
ASKED = {"amount": "899.00", "amount_per_point": 10, "offline_limit": 20}
LOUD = ("return Points(earned)", "from acme_loyalty import loud\n    return loud.points(earned)")
LOUD_MODULE = b"import acme_loyalty.points as own\n\n\ndef points(earned):\n    return own.Points(2 * earned)\n"


def test_two_versions_side_by_side(users: Shop, person: Callable[[str], Person], tmp_path: Path) -> None:
    """Each register's request gets the answer of the version that it names, modules imported late included; a version
    that is not there, and a plugin that the server has not, get the typed answer ``not_served``; and nothing of it is
    in Python's own list of modules."""
    anna = person("Anna")
    allow(anna, example_wheel(tmp_path), example_wheel(tmp_path, "0.2.0", loud=LOUD_MODULE, points=LOUD))
    for register_id, version in (("R1", "0.1.0"), ("R2", "0.2.0")):
        runs_on(users, register_id)
        choose(anna, f"register:{register_id}", version)
    served = users.server.host.served
    assert served is not None
    assert served.serving("R1") == ("acme_loyalty 0.1.0",)
    assert points(users, "0.1.0") == 89
    assert points(users, "0.2.0") == 178
    assert points(users, "0.1.0") == 89
    with pytest.raises(NotServed):
        points(users, "0.3.0")
    with pytest.raises(NotServed):
        points(users, "0.1.0", plugin="acme_other")
    assert NAME not in sys.modules


def test_a_wheel_that_does_not_load_here_is_not_served(
    users: Shop, person: Callable[[str], Person], tmp_path: Path
) -> None:
    """Its file is gone from the storage: nothing is served, so no register uses it, and the server answers on."""
    anna = person("Anna")
    allow(anna, example_wheel(tmp_path))
    runs_on(users, "R1")
    choose(anna, "register:R1", "0.1.0")
    empty = ServedPlugins(users.channel, DirectoryFiles(tmp_path / "nothing").find)
    assert empty.serving("R1") == ()
    assert empty.runtime(NAME, "0.1.0", REQUEST) is None


LATE = b"""
from typing import Any, ClassVar

from kassa import API_LEVEL, Command, Handler, PluginInfo, hook

PLUGIN = PluginInfo(__name__, "1.0", API_LEVEL, "A partner's plugin")


class Note(Command[int], frozen=True, kw_only=True):
    NAME: ClassVar[str] = "acme_late.note"
    ANSWER: ClassVar[Any] = int


def note(request, context):
    context.records.put("customer", {"customer_number": "L1", "name": "Late", "search_text": "late"})
    return 1


@hook
def register_handlers():
    return [Handler(Note, note)]
"""


class Note(Command[int], frozen=True, kw_only=True):
    """As the register sends it."""

    NAME: ClassVar[str] = "acme_late.note"
    ANSWER: ClassVar[Any] = int


def test_a_late_command_is_done_when_its_version_is_served_again(
    users: Shop, person: Callable[[str], Person], tmp_path: Path
) -> None:
    """The version was taken off before what it had made was in: that waits, and is done as soon as a register asks for
    its plugins and the version is among them."""
    till = users.device()
    till.late_command(Note(command_id=new_id()), plugin="acme_late", version="1.0")
    till.deliver()
    assert [row["posting"] for row in users.rows(journal_entry)] == ["parked"]
    anna = person("Anna")
    allow(anna, wheel(tmp_path, "acme-late", "1.0", {"acme_late.py": LATE}, plugins={"acme_late": "acme_late"}))
    runs_on(users, "R1")
    choose(anna, "register:R1", "1.0", "/plugins/acme-late")
    till.post("/v1/packages", msgspec.json.encode(ListRequest()))
    assert [row["posting"] for row in users.rows(journal_entry)] == ["posted"]
    assert [row["name"] for row in users.rows(customer)] == ["Late"]


def test_parked_commands_cost_nothing_until_there_is_news(
    users: Shop, person: Callable[[str], Person], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many commands wait for a plugin, a store server's batch does not look at them; when a set has been made
    it is asked once for all of one kind whether they are served, and they are done."""
    till, poster = users.device(), users.server.poster
    for _ in range(3):
        till.late_command(Note(command_id=new_id()), plugin="acme_late", version="1.0")
    till.deliver()
    users.clock.advance(2 * 3600)
    poster.post_parked_commands()
    is_served, asked = Poster._is_served, list[str]()

    def told(poster: Poster, call: Call) -> bool:
        asked.append(call.name)
        return is_served(poster, call)

    monkeypatch.setattr(Poster, "_is_served", told)
    assert (poster.post_parked_commands(), asked) == (Posted(), [])
    anna = person("Anna")
    allow(anna, wheel(tmp_path, "acme-late", "1.0", {"acme_late.py": LATE}, plugins={"acme_late": "acme_late"}))
    runs_on(users, "R1")
    choose(anna, "register:R1", "1.0", "/plugins/acme-late")
    assert (poster.post_parked_commands(), asked) == (Posted(3), [Note.NAME])


def test_posting_does_not_wait_for_plugins_that_are_loaded(
    users: Shop, person: Callable[[str], Person], tmp_path: Path
) -> None:
    """Who loads plugins may be waiting to write their tables: whoever is writing does not wait for it in turn. What it
    asks for is not served now, and that it is to be asked for again is news."""
    anna = person("Anna")
    allow(anna, example_wheel(tmp_path))
    runs_on(users, "R1")
    choose(anna, "register:R1", "0.1.0")
    host = users.server.host
    served = host.served
    assert served is not None
    host.has_news()

    def while_writing() -> tuple[Runtime | None, bool]:
        with users.channel.writing():
            return served.runtime(NAME, "0.1.0", REQUEST), host._serves("acme.unknown")

    with ThreadPoolExecutor(1) as pool, served._loading, host._loading:
        assert pool.submit(while_writing).result(timeout=30) == (None, False)
    assert (host.has_news(), host.has_news()) == (True, False)
    assert points(users, "0.1.0") == 89


def points(shop: Shop, version: str, *, plugin: str = NAME) -> int:
    """What a register is answered whose plugin has that version."""
    context = {"store_id": "S1", "register_id": "R1", "plugin": plugin, "version": version}
    envelope: Any = msgspec.json.decode(
        msgspec.json.encode({"context": context, "request": ASKED}), type=RequestEnvelope
    )
    outcome = shop.server.host.answer(Call(REQUEST, bytes(envelope.request), envelope.context))
    assert outcome.answer is not None
    given: int = msgspec.json.decode(outcome.answer)["given"]
    return given
