"""Commands are done once, however often and however late they come."""

from __future__ import annotations

import threading
from typing import Any

import msgspec
import pytest
from tests.server.conftest import Shop
from tests.server.test_requests import serve

from kassa.environment import new_id
from kassa.errors import NotAllowed, NotFound
from kassa.hookspecs import PluginInfo
from kassa.plugins import LoadedPlugin
from kassa.requests.contact import AskCommand
from kassa.requests.suspended import ListSuspended, RecallSale, SuspendSale
from kassa.runtime.request import Command, HandlerContext
from kassa.schema.master import customer
from kassa_server.schema import command_answer, journal_entry, parked_entry
from kassa_server.told_words import kept_words


class AddPoints(Command[int], frozen=True, kw_only=True):
    NAME = "acme.add_points"
    ANSWER = int

    number: str
    points: int


def _add_points(request: AddPoints, context: HandlerContext) -> int:
    row = context.records.get("customer", request.number)
    points = request.points + (0 if row is None else int(row["phone"]))
    context.records.put(
        "customer", {"customer_number": request.number, "name": "A", "search_text": "a", "phone": str(points)}
    )
    if points > 100:
        raise NotAllowed(_text("too many"))
    return points


def _text(words: str) -> Any:
    from kassa.text import literal

    return literal(words)


def points(shop: Shop) -> list[str]:
    return [row["phone"] for row in shop.rows(customer)]


@pytest.fixture
def points_shop(shop: Shop) -> Shop:
    serve(shop, (AddPoints, _add_points))
    return shop


def test_retry_gets_the_same_answer_and_does_nothing(points_shop: Shop) -> None:
    """The same id again: the answer from the first time, one effect."""
    till = points_shop.device()
    command = AddPoints(command_id=new_id(), number="1", points=10)
    assert [till.ask(command) for _ in range(3)] == [10, 10, 10]
    assert points(points_shop) == ["10"]
    assert till.ask(AddPoints(command_id=new_id(), number="1", points=5)) == 15


def test_refusal_undoes_everything_and_is_kept(points_shop: Shop) -> None:
    """A refused command leaves no trace of what its handler did, and is refused in the same words ever after."""
    till = points_shop.device()
    command = AddPoints(command_id=new_id(), number="1", points=101)
    for _ in range(2):
        with pytest.raises(NotAllowed, match="too many"):
            till.ask(command)
    assert points(points_shop) == []
    fate = till.ask(AskCommand(command.command_id))
    assert fate.fate == "refused"


def test_effect_and_answer_are_one_transaction(points_shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the answer cannot be kept, the command was not done."""
    till = points_shop.device()
    command = AddPoints(command_id=new_id(), number="1", points=10)
    with monkeypatch.context() as patch:
        patch.setattr("kassa_server.commands._keep", lambda *_: 1 / 0)
        assert till.send(command).status_code == 500
    assert points(points_shop) == []
    assert points_shop.rows(command_answer) == []
    assert till.ask(command) == 10


def test_two_at_once_have_one_effect(points_shop: Shop) -> None:
    """Two connections with the same id at the same moment: both get the answer, it is done once."""
    till = points_shop.device()
    command = AddPoints(command_id=new_id(), number="1", points=10)
    barrier = threading.Barrier(6)
    answers: list[int] = []

    def send() -> None:
        barrier.wait()
        answers.append(till.ask(command))

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [10] * 6
    assert points(points_shop) == ["10"]


def test_id_is_not_used_for_something_else(points_shop: Shop) -> None:
    """Another request, or another register, under a known id is refused and told nothing of the first answer."""
    till, other = points_shop.device("R1"), points_shop.device("R2")
    command = AddPoints(command_id=new_id(), number="1", points=10)
    till.ask(command)
    with pytest.raises(NotAllowed, match="something else"):
        till.ask(msgspec.structs.replace(command, points=11))
    with pytest.raises(NotAllowed, match="something else"):
        other.ask(command)
    assert points(points_shop) == ["10"]


def test_fate_is_told_by_id(points_shop: Shop) -> None:
    """A register that got no answer asks by id: answered, with the answer, or unknown."""
    till = points_shop.device()
    command = AddPoints(command_id=new_id(), number="1", points=10)
    assert till.ask(AskCommand(command.command_id)).fate == "unknown"
    till.ask(command)
    fate = till.ask(AskCommand(command.command_id))
    assert (fate.fate, bytes(fate.answer)) == ("answered", b"10")


def test_late_command_is_done_on_delivery(points_shop: Shop) -> None:
    """A command taken while the server was away is done when its entry is delivered, once, under its own id."""
    till = points_shop.device()
    command = AddPoints(command_id=new_id(), number="1", points=10)
    till.late_command(command)
    till.deliver()
    assert points(points_shop) == ["10"]
    till.deliver(till.chain)
    assert till.ask(command) == 10
    assert points(points_shop) == ["10"]


def test_command_done_online_is_not_done_again_by_its_entry(points_shop: Shop) -> None:
    """The entry of a command whose answer the register saw changes nothing."""
    till = points_shop.device()
    command = AddPoints(command_id=new_id(), number="1", points=10)
    till.ask(command)
    till.late_command(command, online=True)
    till.deliver()
    assert points(points_shop) == ["10"]
    assert points_shop.rows(parked_entry) == []


def test_late_command_that_is_refused_is_parked(points_shop: Shop) -> None:
    """What the register has done and the server refuses is kept for a person, and done if the cause is gone."""
    till = points_shop.device()
    till.ask(AddPoints(command_id=new_id(), number="1", points=95))
    till.late_command(AddPoints(command_id=new_id(), number="1", points=10))
    till.sell()
    assert till.deliver().sequence == 2
    (parked,) = points_shop.rows(parked_entry)
    assert "too many" in parked["reason"]
    assert points(points_shop) == ["95"]
    till.ask(AddPoints(command_id=new_id(), number="1", points=-90))
    assert points_shop.server.poster.post_parked().posted == 1
    assert points(points_shop) == ["15"]
    assert {row["posting"] for row in points_shop.rows(journal_entry)} == {"posted"}


def test_late_command_of_an_unknown_plugin_is_parked(shop: Shop) -> None:
    """A command that no plugin here serves waits, named with plugin, version and what to do; the next entries are
    posted. Another version does not take it; the very version does, once, by itself, however long ago it came."""
    till = shop.device()
    till.late_command(AddPoints(command_id=new_id(), number="1", points=10), plugin="acme", version="1.1")
    till.sell()
    till.deliver()
    assert [row["posting"] for row in shop.rows(journal_entry)] == ["parked", "posted"]
    (parked,) = shop.rows(parked_entry)
    said = kept_words(parked["said"], "").words("en")
    assert "acme 1.1 is not served here, and acme.add_points is its command." in said
    assert "Choose that version" in said
    for version, posted in (("1.2", 0), ("1.1", 1), ("1.1", 0)):
        serve(shop, (AddPoints, _add_points))
        info = PluginInfo("acme", version, 1, "Acme")
        shop.server.host.plugins.loaded["acme"] = LoadedPlugin("acme", info, pytest, "acme", version)
        shop.clock.advance(7 * 24 * 3600)
        assert shop.server.poster.post_served().posted == posted
    assert points(shop) == ["10"]
    assert shop.rows(parked_entry) == []


def test_suspended_sale_is_recalled_once(shop: Shop) -> None:
    """One of two registers gets a suspended sale; the other is told that it is gone."""
    one, other = shop.device("R1"), shop.device("R2")
    sale = one.sale().transaction
    one.ask(SuspendSale(command_id=new_id(), transaction=sale, label="Blå jacka"))
    assert [listed.label for listed in other.ask(ListSuspended()).sales] == ["Blå jacka"]
    recall = RecallSale(command_id=new_id(), transaction_id=sale.transaction_id)
    recalled = other.ask(recall)
    assert (recalled.transaction_id, recalled.register_id) == (sale.transaction_id, "R2")
    assert other.ask(recall) == recalled
    with pytest.raises(NotFound):
        one.ask(RecallSale(command_id=new_id(), transaction_id=sale.transaction_id))
    assert one.ask(ListSuspended()).sales == ()
