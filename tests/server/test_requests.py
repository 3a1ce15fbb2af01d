"""Requests over HTTP: who may ask, in which protocol, and what is an answer."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.server.conftest import Shop
from tests.server.device import COFFEE, open_answer

from kassa.errors import DeviceNotTrusted, InvalidInput, NotFound, NotServed, ProtocolNotSpoken, Refusal
from kassa.protocol import (
    CONTENT_TYPE,
    DEVICE_HEADER,
    PROTOCOL_HEADER,
    SIGNATURE_HEADER,
    Answered,
    Head,
)
from kassa.requests.catalogue import FindItem, SearchItems
from kassa.requests.contact import Hello, ReadRecord
from kassa.runtime.request import Command, Handler, HandlerContext, Query
from kassa.testing.store import barcode
from kassa_server.app import LARGEST_BODY
from kassa_server.host import Host
from kassa_server.schema import device


def test_item_is_found_by_barcode_and_by_number(shop: Shop) -> None:
    """A query is answered from the channel database."""
    till = shop.device()
    assert till.ask(FindItem(barcode("1001"))) == COFFEE
    assert till.ask(FindItem("1001")).description == COFFEE.description
    assert [item.number for item in till.ask(SearchItems("kaffe")).items] == ["1001"]


def test_refusal_is_an_answer_with_its_status(shop: Shop) -> None:
    """A typed no has Kassa's content type, the protocol header and the status of its class."""
    till = shop.device()
    response = till.send(FindItem("4711"))
    assert response.status_code == NotFound.status
    assert response.headers["content-type"] == CONTENT_TYPE
    with pytest.raises(NotFound, match="4711"):
        open_answer(response, None)


@pytest.mark.parametrize(("spoken", "tells_time"), [("2", True), ("1", False)])
def test_current_protocol_and_the_one_before_are_spoken(shop: Shop, spoken: str, tells_time: bool) -> None:
    """The answer is in the version that the register speaks; version 1 knows no server time."""
    till = shop.device(protocol=spoken)
    response = till.send(FindItem("1001"))
    assert response.headers[PROTOCOL_HEADER] == spoken
    answered = msgspec.json.decode(response.content, type=Answered)
    assert (answered.server_time == shop.clock.utc()) is tells_time


@pytest.mark.parametrize("spoken", ["0", "3", "", "two", "2.0"])
def test_other_protocols_are_refused(sqlite_shop: Shop, spoken: str) -> None:
    """A version that this server does not speak is refused in words, before anything else is looked at."""
    till = sqlite_shop.device()
    till.protocol = spoken
    with pytest.raises(ProtocolNotSpoken):
        till.ask(ReadRecord())


def test_unknown_device_is_not_trusted(sqlite_shop: Shop) -> None:
    """A device that was never activated gets nothing."""
    till = sqlite_shop.device()
    response = till.post("/v1/requests/kassa.hello", till.envelope(Hello()), **{DEVICE_HEADER: "0" * 32})
    assert response.status_code == DeviceNotTrusted.status
    with pytest.raises(DeviceNotTrusted):
        open_answer(response, None)


def test_signature_of_another_request_is_worth_nothing(sqlite_shop: Shop) -> None:
    """A signature covers the body: with another body it is refused."""
    till = sqlite_shop.device()
    good = till.send(FindItem("1001")).request
    headers = {**good.headers, "Content-Length": ""}
    del headers["Content-Length"]
    body = till.envelope(FindItem("1002"))
    response = sqlite_shop.client.post(good.url.path, content=body, headers=_kassa(headers))
    with pytest.raises(DeviceNotTrusted):
        open_answer(response, None)


def _kassa(headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower().startswith("kassa")}


def test_request_without_signature_is_refused(sqlite_shop: Shop) -> None:
    """No signature, no answer but a refusal."""
    till = sqlite_shop.device()
    response = till.post("/v1/requests/kassa.hello", till.envelope(Hello()), **{SIGNATURE_HEADER: ""})
    assert response.status_code == 403


def test_device_speaks_for_its_own_register_only(sqlite_shop: Shop) -> None:
    """A device that names another register, in the request or in its head, is refused."""
    till = sqlite_shop.device("R1")
    other = sqlite_shop.device("R2")
    with pytest.raises(DeviceNotTrusted):
        till.ask(Hello(), register_id="R2")
    with pytest.raises(DeviceNotTrusted):
        till.ask(Hello(), store_id="S2")
    till.head_override = other.head()
    with pytest.raises(DeviceNotTrusted):
        till.ask(Hello())
    till.head_override = Head("R1", other.series, 0, "00" * 32, 0, sqlite_shop.clock.utc())
    with pytest.raises(DeviceNotTrusted):
        till.ask(Hello())


@pytest.mark.parametrize("path", ["/v1/requests/acme.points", "/v1/nothing", "/"])
def test_unknown_request_is_not_served(sqlite_shop: Shop, path: str) -> None:
    """What is not served is said so, as an answer: it never switches a register to offline."""
    till = sqlite_shop.device()
    response = till.post(path, till.envelope(Hello()))
    assert response.status_code == 404
    with pytest.raises(NotServed):
        open_answer(response, None)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"context": {}, "request": {}}',
        b'{"context": {"store_id": "S1", "register_id": "R1"}, "request": {"code": 7}}',
        b'{"context": {"store_id": "S1", "register_id": "R1"}}',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
def test_unreadable_body_is_refused(sqlite_shop: Shop, body: bytes) -> None:
    """Wrong JSON is an answer that says so, and no failure of the server."""
    till = sqlite_shop.device()
    with pytest.raises(InvalidInput):
        open_answer(till.post("/v1/requests/kassa.find_item", body), None)


def test_too_large_a_body_is_answered(sqlite_shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A body over the limit is read to its end and refused as an answer, so that nobody retries it for ever."""
    till = sqlite_shop.device()
    monkeypatch.setattr("kassa_server.app.LARGEST_BODY", 1000)
    assert LARGEST_BODY > 10_000_000
    response = till.post("/v1/journal", b" " * 1001)
    assert response.status_code == 413
    with pytest.raises(InvalidInput, match="too large"):
        open_answer(response, None)


class Broken(Query[str], frozen=True):
    NAME = "acme.broken"
    ANSWER = str


class Writes(Query[str], frozen=True):
    NAME = "acme.writes"
    ANSWER = str


class Sneaks(Query[str], frozen=True):
    NAME = "acme.sneaks"
    ANSWER = str


class Undecided(Command[str], frozen=True, kw_only=True):
    NAME = "acme.undecided"
    ANSWER = str


def _broken(request: Broken, context: HandlerContext) -> str:
    raise RuntimeError("the secret detail")


def _writes(request: Writes, context: HandlerContext) -> str:
    context.records.put("customer", {"customer_number": "1", "name": "A", "search_text": "a"})
    return "written"


def _sneaks(request: Sneaks, context: HandlerContext) -> str:
    context.records.select(device.update().values(name="sneaked"))
    return "written"


def serve(shop: Shop, *handlers: tuple[type[Any], Any]) -> None:
    """Add handlers as a plugin would."""
    host = Host(shop.channel, [])
    for request, handle in handlers:
        host.runtime._add("acme", Handler(request, handle))
    shop.server.host = host
    shop.server.poster._host = host


@pytest.mark.parametrize("request_type", [Broken, Writes, Sneaks])
def test_failing_handler_is_no_answer_and_tells_nothing(shop: Shop, request_type: type[Query[str]]) -> None:
    """A handler that raises, or a query that writes, is status 500 without Kassa's content type and without a word of
    what went wrong; the database refuses what a query tries to write past its records."""
    serve(shop, (Broken, _broken), (Writes, _writes), (Sneaks, _sneaks))
    till = shop.device()
    response = till.send(request_type())
    assert response.status_code == 500
    assert response.headers["content-type"] != CONTENT_TYPE
    assert "secret" not in response.text
    assert "Traceback" not in response.text
    assert [row["name"] for row in shop.rows(device)] == ["till"]


def test_plugin_version_that_is_not_here_is_not_served(sqlite_shop: Shop) -> None:
    """A request of a plugin names its version; one that the server does not run is told so."""
    from kassa.hookspecs import PluginInfo
    from kassa.plugins import LoadedPlugin

    def answer(request: Broken, context: HandlerContext) -> str:
        return "served"

    serve(sqlite_shop, (Broken, answer))
    loaded = sqlite_shop.server.host.plugins.loaded
    loaded["acme"] = LoadedPlugin("acme", PluginInfo("acme", "1.2", 1, "Acme"), pytest, "acme", "1.2")
    till = sqlite_shop.device()
    assert till.ask(Broken(), plugin="acme", version="1.2") == "served"
    assert till.ask(Broken(), plugin="acme") == "served"
    with pytest.raises(NotServed):
        till.ask(Broken(), plugin="acme", version="1.1")
    assert till.ask(FindItem("1001"), plugin="acme", version="1.1")


def test_health_is_a_real_query(shop: Shop) -> None:
    """The health page says yes only while the channel database answers."""
    assert shop.client.get("/healthz").json() == {"status": "ok"}
    with shop.channel.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE row_counter RENAME TO gone")
    try:
        assert shop.client.get("/healthz").status_code == 503
    finally:
        with shop.channel.writing() as connection:
            connection.exec_driver_sql("ALTER TABLE gone RENAME TO row_counter")


def test_refusals_keep_their_words(sqlite_shop: Shop) -> None:
    """A refusal travels as a text with parameters, to be read in the cashier's language."""
    till = sqlite_shop.device()
    with pytest.raises(Refusal) as caught:
        till.ask(FindItem("4711"))
    assert caught.value.what.params
    assert caught.value.hint is not None


def test_plugins_of_a_new_register_are_loaded_without_a_restart(sqlite_shop: Shop) -> None:
    """A register set up while the server runs has its plugins' requests answered at its first question."""
    from kassa.model import EnabledPlugin
    from kassa_server.setup_store import put_register

    with sqlite_shop.channel.writing() as connection:
        for register_id in ("R1", "R2"):
            put_register(connection, register_id, "S1", "Till", plugins=[])
    host = sqlite_shop.server.host = Host(sqlite_shop.channel)
    assert host.plugins.loaded == {}
    till = sqlite_shop.device()
    with pytest.raises(NotServed):
        till.ask(Broken())
    with sqlite_shop.channel.writing() as connection:
        put_register(connection, "R2", "S1", "Till", plugins=[EnabledPlugin("customer")])
    with pytest.raises(NotServed):
        till.ask(Broken())
    assert set(host.plugins.loaded) == {"customer"}
