"""The operations that this plugin declares."""

from __future__ import annotations

from kassa.operations import Entry, Lane, Offline, Operation, Place
from kassa.text import texts
from kassa_customer import adding, choosing, gift_cards, loyalty

_, n_ = texts("kassa_customer")

IN_SALE = frozenset({Place.SALE})

HELD = _("Only cards that the register has been told of")
GIFT_CARD = Entry("number", "code", _("Gift card number"))
AMOUNT = Entry("amount", "amount", _("How much is put on it"))

OPERATIONS: tuple[Operation, ...] = (
    Operation(
        117,
        _("Add loyalty card"),
        loyalty.add,
        loyalty.CardNumber,
        IN_SALE,
        offline=Offline.LIMITED,
        offline_reason=HELD,
        entries=(Entry("number", "code", _("Loyalty card number")),),
    ),
    Operation(
        512,
        _("Issue gift card"),
        gift_cards.issue,
        gift_cards.NumberAndAmount,
        starts_transaction=True,
        entries=(GIFT_CARD, AMOUNT),
    ),
    Operation(
        519,
        _("Add to gift card"),
        gift_cards.add_to,
        gift_cards.NumberAndAmount,
        offline=Offline.LIMITED,
        offline_reason=HELD,
        starts_transaction=True,
        entries=(GIFT_CARD, AMOUNT),
    ),
    Operation(
        520,
        _("Gift card balance"),
        gift_cards.balance,
        gift_cards.CardNumber,
        offline=Offline.LIMITED,
        offline_reason=HELD,
        lane=Lane.SEARCH,
        entries=(GIFT_CARD,),
    ),
    Operation(
        600,
        _("Set customer"),
        choosing.set_on_sale,
        choosing.Number,
        IN_SALE,
        entries=(Entry("number", "code", _("Customer number")),),
    ),
    Operation(
        602,
        _("Customer search"),
        choosing.search,
        choosing.Words,
        lane=Lane.SEARCH,
        entries=(Entry("words", "text", _("Part of a name, number or telephone number")),),
    ),
    Operation(603, _("Clear customer"), choosing.clear, places=IN_SALE),
    Operation(
        612,
        _("Add customer"),
        adding.add,
        adding.NewCustomer,
        entries=(Entry("name", "text", _("Name of the new customer")),),
    ),
)
