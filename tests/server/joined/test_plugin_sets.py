"""Sets of plugins reach a register through a store server that stands apart: as headquarters signed them, and only with
what this store server serves itself."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.acme import example_wheel
from tests.server.device import Device, open_answer
from tests.server.joined.conftest import Branch, Office

from kassa.packages.errors import ListNotTrusted
from kassa.packages.keys import verify_plugin_set
from kassa.packages.listing import KeySet, ListAnswer, ListRequest, Signed, SyncReport
from kassa.packages.plugin_sets import PluginsReport
from kassa.protocol import PROTOCOL_HEADER
from kassa.register.own_environment import own_environment
from kassa_server.headquarters.channel_messages import ListsAnswer
from kassa_server.headquarters.keys import PLUGINS, key_sets_after, rotate_key
from kassa_server.headquarters.package_files import DirectoryFiles
from kassa_server.headquarters.plugins import sets
from kassa_server.headquarters.plugins.allow_list import add_wheel, approve_wheel
from kassa_server.headquarters.plugins.choices import Choice
from kassa_server.schema import plugin_key_set, plugin_set


def asked(device: Device, request: ListRequest) -> ListAnswer:
    """What the store server answers a register."""
    answer: ListAnswer = open_answer(device.post("/v1/packages", msgspec.json.encode(request)), ListAnswer)
    return answer


def allow(office: Office, wheel: Path) -> None:
    """Upload and approve in headquarters."""
    files = DirectoryFiles(office.folder / "packages")
    added = add_wheel(office.channel, files, wheel.name, wheel.read_bytes(), by="Anna")
    approve_wheel(office.channel, files, added.facts.sha256, by="Anna")


def choose(office: Office, version: str) -> None:
    """For R1."""
    with office.channel.writing() as connection:
        choice = Choice("register", "R1", "acme-loyalty", version, {}, False, 100)
        sets.choose(connection, office.channel.environment, choice, by="Anna")


def test_a_set_comes_through_the_store_server(branch: Branch, tmp_path: Path) -> None:
    """With the wheel, byte for byte, and the word that its version is served here; a newer one after a change of the
    key; a set that somebody has changed on the way is not kept."""
    office, device = branch.office, branch.device()
    wheel = example_wheel(tmp_path)
    allow(office, wheel)
    choose(office, "0.1.0")
    report = SyncReport((), 0, plugins=PluginsReport(environment=own_environment()))
    assert asked(device, ListRequest(report=report)).plugin_set is None
    branch.down()
    branch.down()
    answer = asked(device, ListRequest())
    assert answer.plugin_set is not None
    keys = msgspec.json.decode(answer.plugin_key_sets[0].body, type=KeySet)
    given = verify_plugin_set(answer.plugin_set, keys, seen_number=0, register_id="R1")
    assert answer.served == ("acme_loyalty 0.1.0",)
    path = f"/v1/packages/{given.wheels[0].package_id}"
    file = device.client.get(path, headers={**device.signer().headers("GET", path, b""), PROTOCOL_HEADER: "2"})
    assert hashlib.sha256(file.content).hexdigest() == hashlib.sha256(wheel.read_bytes()).hexdigest()

    with office.channel.writing() as connection:
        rotate_key(connection, office.channel.environment, PLUGINS)
    allow(office, example_wheel(tmp_path, "0.2.0"))
    choose(office, "0.2.0")
    branch.down()
    newer = asked(device, ListRequest(plugin_set=1, plugin_keys=1))
    assert newer.plugin_set is not None
    assert newer.plugin_key_sets
    assert newer.served == ("acme_loyalty 0.2.0",)

    forge(office)
    with pytest.raises(ListNotTrusted):
        branch.down()
    assert len(branch.shop.rows(plugin_set)) == 2


def test_a_store_server_without_keys_is_to_join_again(branch: Branch) -> None:
    """Nothing vouches for the first keys but joining: of those that come later, and of sets, it says what to do."""
    with branch.office.channel.reading() as connection:
        keys = key_sets_after(connection, 0, PLUGINS)
    assert keys
    relay = branch.downloader._plugin_sets
    relay.take(ListsAnswer("", ()))
    for answer in (ListsAnswer("", (), plugin_key_sets=keys), ListsAnswer("", (), plugin_sets={"R1": keys[0]})):
        with pytest.raises(ListNotTrusted, match="Join headquarters again"):
            relay.take(answer)
    assert branch.shop.rows(plugin_key_set) == []


def forge(office: Office) -> None:
    """Somebody changes what headquarters has signed, in its database."""
    newest: dict[str, Any] = office.rows(plugin_set)[-1]
    signed = msgspec.json.decode(newest["signed"], type=Signed)
    forged = msgspec.structs.replace(signed, body=signed.body.replace(b'"number":2', b'"number":3'))
    row = {**newest, "number": 3, "signed": msgspec.json.encode(forged).decode()}
    with office.channel.writing() as connection:
        connection.execute(plugin_set.insert().values(row))
