"""The operations that this plugin declares."""

from __future__ import annotations

from kassa.operations import Entry, Lane, Operation, Place
from kassa.text import texts
from kassa_customer import adding, choosing

_, n_ = texts("kassa_customer")

IN_SALE = frozenset({Place.SALE})

OPERATIONS: tuple[Operation, ...] = (
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
