"""Activation: a one-time code makes a device a register."""

from __future__ import annotations

import msgspec
import pytest
from tests.server.conftest import Shop
from tests.server.device import Device

from kassa.environment import new_id
from kassa.errors import DeviceNotTrusted, InvalidInput, NotAllowed
from kassa.protocol import ActivationRequest
from kassa.requests.contact import Hello, ReadRecord
from kassa_server.schema import activation_code, device, series


def test_device_becomes_a_register_and_gets_its_record(shop: Shop) -> None:
    """The answer names device, series and the whole record; the device is served from then on."""
    till = Device(shop.client, shop.clock)
    answer = till.activate(shop.code())
    assert answer.series_number == 1
    record = answer.record
    assert (record.register_id, record.store.currency, record.store.tax_included) == ("R1", "SEK", True)
    assert [plugin.name for plugin in record.plugins if plugin.required] == ["sale", "payment", "staff"]
    assert [(tender.tender_id, str(tender.rounding)) for tender in record.tenders][:2] == [
        ("cash", "1.0000"),
        ("card", "None"),
    ]
    assert record.buttons[-1].operation == 917
    assert till.ask(ReadRecord()) == record
    assert till.ask(Hello()).record_version == record.version


def test_code_is_kept_as_a_hash(shop: Shop) -> None:
    """Whoever reads the database learns no code."""
    code = shop.code()
    (row,) = shop.rows(activation_code)
    assert code not in str(row)
    assert code.replace("-", "") not in str(row)


def test_code_works_once(shop: Shop) -> None:
    """A second device cannot use a code that another has used."""
    code = shop.code()
    Device(shop.client, shop.clock).activate(code)
    with pytest.raises(NotAllowed, match="not valid"):
        Device(shop.client, shop.clock).activate(code)
    assert len(shop.rows(device)) == 1


def test_lost_answer_is_given_again_to_the_same_key(shop: Shop) -> None:
    """The same key, series and code get the same answer: nothing is lost when the first one was lost on the way."""
    code = shop.code()
    till = Device(shop.client, shop.clock)
    assert till.activate(code) == till.activate(code)
    assert [row["number"] for row in shop.rows(series)] == [1]


def test_lost_answer_is_not_given_to_another_key(shop: Shop) -> None:
    """Whoever has read code and series off the wire cannot have the answer again for a key of their own."""
    code = shop.code()
    till, thief = Device(shop.client, shop.clock), Device(shop.client, shop.clock)
    till.activate(code)
    thief.series = till.series
    with pytest.raises(NotAllowed, match="not valid"):
        thief.activate(code)


def test_code_is_typed_as_people_type(shop: Shop) -> None:
    """Case and dashes do not matter."""
    code = shop.code()
    assert Device(shop.client, shop.clock).activate(code.lower().replace("-", " ")).series_number == 1


@pytest.mark.parametrize("hours", [24, 25])
def test_code_expires(shop: Shop, hours: int) -> None:
    """After 24 hours a code is worth nothing."""
    code = shop.code()
    shop.clock.advance(hours * 3600)
    with pytest.raises(NotAllowed):
        Device(shop.client, shop.clock).activate(code)


def test_unknown_code_says_no_more_than_a_used_one(shop: Shop) -> None:
    """The refusal does not tell whether a code ever existed."""
    used = shop.code()
    shop.device()
    Device(shop.client, shop.clock).activate(used)
    said = []
    for code in ("AAAA-BBBB-CCCC-DDDD-EEEE-FFFF", used, ""):
        with pytest.raises(NotAllowed) as caught:
            Device(shop.client, shop.clock).activate(code)
        said.append(str(caught.value))
    assert len(set(said)) == 1


def test_new_activation_opens_the_next_series_and_closes_the_old_one(shop: Shop) -> None:
    """Each activation has its own series; the old one is closed at the last entry known, and its device is not served
    any more."""
    old = shop.device()
    for _ in range(3):
        old.sell()
    old.deliver(old.chain[:2])
    new = shop.device()
    assert (old.series_number, new.series_number) == (1, 2)
    (closed,) = shop.rows(series, series_id=old.series)
    assert (closed["closed_sequence"], closed["closed_at"]) == (2, shop.clock.utc())
    (opened,) = shop.rows(series, series_id=new.series)
    assert opened["closed_at"] is None
    with pytest.raises(DeviceNotTrusted, match="Another device"):
        old.ask(Hello())
    assert new.ask(Hello())


def test_replaced_device_still_delivers_what_it_sold(shop: Shop) -> None:
    """Sales of a device that came back after its register was replaced are taken, beyond where its series was closed:
    the series is shown open-ended."""
    old = shop.device()
    old.sell()
    old.deliver()
    shop.device()
    old.sell()
    assert old.deliver().sequence == 2
    (closed,) = shop.rows(series, series_id=old.series)
    assert (closed["closed_sequence"], closed["sequence"]) == (1, 2)


@pytest.mark.parametrize(
    ("field", "value"), [("public_key", b"short"), ("secret", b""), ("series", "not hexadecimal"), ("series", "")]
)
def test_unusable_key_is_refused(shop: Shop, field: str, value: object) -> None:
    """A key, secret or series that cannot be one is refused, and the code stays unused."""
    code = shop.code()
    till = Device(shop.client, shop.clock)
    good = ActivationRequest(code, till.key.public, till.key.secret, new_id())
    bad = msgspec.structs.replace(good, **{field: value})
    response = shop.client.post("/v1/activate", content=msgspec.json.encode(bad), headers={"Kassa-Protocol": "2"})
    assert response.status_code == InvalidInput.status
    assert till.activate(code).series_number == 1


def test_series_of_another_register_cannot_be_taken(shop: Shop) -> None:
    """A series id belongs to the device that opened it."""
    first = shop.device("R1")
    second = Device(shop.client, shop.clock)
    second.series = first.series
    with pytest.raises(InvalidInput):
        second.activate(shop.code("R2"))
