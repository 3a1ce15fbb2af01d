"""Card payments without an answer, at headquarters: noted with their sale, and settled once."""

from __future__ import annotations

from decimal import Decimal

import msgspec
from msgspec.structs import replace
from tests.server.conftest import Shop
from tests.server.test_posting import mixed_sale

from kassa.card_settlement import CARD_SETTLED, CardSettled
from kassa.environment import new_id
from kassa.sale.cards import PendingCard, give_up_waiting, with_pending_card
from kassa_server.headquarters.attention import needs_attention
from kassa_server.headquarters.card_payments import Unsettled, list_card_payments, unsettled_cards
from kassa_server.schema import card_payment

PENDING = PendingCard("0199" + "0" * 28, "card", Decimal("30.21"))


def settled(outcome: str) -> dict[str, object]:
    """What the register says of it."""
    told = CardSettled(PENDING.payment_id, "card", new_id(), PENDING.amount, "SEK", "taken_back", "late")
    return {**msgspec.to_builtins(told), "outcome": outcome}


def test_a_payment_without_an_answer_is_noted_with_its_sale(shop: Shop) -> None:
    """Until the terminal has answered somebody is told; one that is charged is worse, and paid back it is over."""
    till = shop.device()
    payload = mixed_sale(till)
    sale = give_up_waiting(with_pending_card(payload.transaction, PENDING))
    till.sell(payload=replace(payload, transaction=sale))
    till.deliver()
    (row,) = shop.rows(card_payment)
    assert (row["payment_id"], row["amount"], row["outcome"]) == (PENDING.payment_id, 3021, None)
    for outcome, counts in (("charged", Unsettled(0, 1)), ("paid_back", Unsettled())):
        with shop.channel.reading() as connection:
            paths = [one.path for one in needs_attention(connection, till.clock.utc())]
        assert "/card-payments" in paths
        till.add(CARD_SETTLED, settled(outcome), staff_id="2001")
        till.deliver()
        with shop.channel.reading() as connection:
            assert unsettled_cards(connection) == counts
    with shop.channel.reading() as connection:
        (shown,) = list_card_payments(connection)
    assert (shown.outcome, shown.settled_by, shown.receipt_number) == ("paid_back", "2001", "S1-R1-1-000001")


def test_one_that_is_settled_before_its_sale_ends_stays_so(sqlite_shop: Shop) -> None:
    """The terminal may answer at the next payment of the same sale: its end, which comes later, opens nothing again."""
    till = sqlite_shop.device()
    till.add(CARD_SETTLED, settled("taken_back"))
    payload = mixed_sale(till)
    sale = give_up_waiting(with_pending_card(payload.transaction, PENDING))
    till.sell(payload=replace(payload, transaction=sale))
    till.deliver()
    assert [row["outcome"] for row in sqlite_shop.rows(card_payment)] == ["taken_back"]
