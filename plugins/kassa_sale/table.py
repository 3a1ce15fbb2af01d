"""The operations that this plugin declares."""

from __future__ import annotations

from kassa.operations import Entry, Lane, Offline, Operation, Place
from kassa.text import texts
from kassa_sale import discounts, inventory, lines, returning, searching, selling, suspending, whole

_, n_ = texts("kassa_sale")

IN_SALE = frozenset({Place.SALE})
BETWEEN_SALES = frozenset({Place.WELCOME})
OWN_ONLY = _("Only sales of this register")

LINE = Entry("line_id", "line", _("Line"))

OPERATIONS: tuple[Operation, ...] = (
    Operation(
        100,
        _("Product sale"),
        selling.sell,
        selling.Scanned,
        starts_transaction=True,
        entries=(Entry("code", "code", _("Barcode or item number")),),
    ),
    Operation(
        101,
        _("Price check"),
        searching.check_price,
        searching.Code,
        lane=Lane.SEARCH,
        entries=(Entry("code", "code", _("Barcode or item number")),),
    ),
    Operation(102, _("Void product"), lines.void, lines.OfLine, IN_SALE, entries=(LINE,)),
    Operation(
        103,
        _("Line comment"),
        lines.comment,
        lines.LineComment,
        IN_SALE,
        entries=(LINE, Entry("comment", "text", _("Comment on the line"))),
    ),
    Operation(
        104,
        _("Price override"),
        lines.override_price,
        lines.Price,
        IN_SALE,
        permission="override_price",
        override=True,
        entries=(LINE, Entry("price", "amount", _("New price"))),
    ),
    Operation(
        105,
        _("Set quantity"),
        lines.set_quantity,
        lines.Quantity,
        IN_SALE,
        entries=(LINE, Entry("quantity", "quantity", _("Quantity"))),
    ),
    Operation(
        108,
        _("Product search"),
        searching.search,
        searching.Words,
        lane=Lane.SEARCH,
        entries=(Entry("words", "text", _("Part of a name or number")),),
    ),
    Operation(
        109,
        _("Return product"),
        selling.take_back,
        selling.Returned,
        permission="return",
        override=True,
        starts_transaction=True,
        entries=(Entry("code", "code", _("Barcode or item number of what comes back")),),
    ),
    Operation(
        114,
        _("Return transaction"),
        returning.take_back,
        returning.Receipt,
        offline=Offline.LIMITED,
        offline_reason=_("Receipts of this register, as much as the offline profile allows"),
        permission="return",
        override=True,
        starts_transaction=True,
        entries=(Entry("receipt", "code", _("Receipt number")),),
    ),
    Operation(
        801,
        _("Inventory lookup"),
        inventory.look_up,
        inventory.Wanted,
        offline=Offline.NO,
        offline_reason=_("Only the store server knows what there is"),
        lane=Lane.SEARCH,
        entries=(Entry("code", "code", _("Barcode or item number")),),
    ),
    Operation(
        922,
        _("Product details"),
        searching.show_details,
        searching.Product,
        lane=Lane.SEARCH,
        entries=(LINE, Entry("code", "code", _("Barcode or item number"))),
    ),
    Operation(
        300,
        _("Line discount amount"),
        discounts.line_amount,
        discounts.LineAmount,
        IN_SALE,
        override=True,
        entries=(LINE, Entry("amount", "amount", _("Discount on the line"))),
    ),
    Operation(
        301,
        _("Line discount percent"),
        discounts.line_percent,
        discounts.LinePercent,
        IN_SALE,
        override=True,
        entries=(LINE, Entry("percent", "percent", _("Per cent off the line"))),
    ),
    Operation(
        302,
        _("Total discount amount"),
        discounts.total_amount,
        discounts.TotalAmount,
        IN_SALE,
        override=True,
        entries=(Entry("amount", "amount", _("Discount on the whole sale")),),
    ),
    Operation(
        303,
        _("Total discount percent"),
        discounts.total_percent,
        discounts.TotalPercent,
        IN_SALE,
        override=True,
        entries=(Entry("percent", "percent", _("Per cent off the whole sale")),),
    ),
    Operation(500, _("Void transaction"), whole.void, whole.Voiding, IN_SALE),
    Operation(
        501,
        _("Transaction comment"),
        whole.comment,
        whole.Comment,
        IN_SALE,
        entries=(Entry("comment", "text", _("Comment on the sale")),),
    ),
    Operation(
        503,
        _("Suspend transaction"),
        suspending.suspend,
        suspending.Label,
        IN_SALE,
        offline=Offline.LIMITED,
        offline_reason=OWN_ONLY,
    ),
    Operation(
        504,
        _("Recall transaction"),
        suspending.recall,
        suspending.Chosen,
        BETWEEN_SALES,
        offline=Offline.LIMITED,
        offline_reason=OWN_ONLY,
    ),
)
