"""What tables and columns of the record pages are called, and what is typed into them."""

from __future__ import annotations

from kassa.text import Text, literal, texts

_, n_ = texts("kassa_server")

TABLES: dict[str, tuple[Text, Text]] = {
    "item": (_("Item"), _("Items")),
    "barcode": (_("Barcode"), _("Barcodes")),
    "price": (_("Price"), _("Prices")),
    "discount": (_("Discount"), _("Discounts")),
    "customer": (_("Customer"), _("Customers")),
    "staff": (_("Staff member"), _("Staff")),
    "tax_code": (_("Tax code"), _("Tax codes")),
    "unit_of_measure": (_("Unit"), _("Units")),
    "tender": (_("Tender"), _("Tenders")),
    "permission_group": (_("Permission group"), _("Permission groups")),
    "store": (_("Store"), _("Stores")),
}

COLUMNS: dict[str, Text] = {
    "item_number": _("Item number"),
    "description": _("Description"),
    "unit": _("Unit"),
    "tax_code": _("Tax code"),
    "unit_price": _("Price"),
    "blocked": _("Blocked"),
    "sold_as_variants": _("Sold as variants"),
    "master_item_number": _("Variant of"),
    "variant": _("Variant"),
    "barcode": _("Barcode"),
    "quantity": _("Quantity"),
    "store_id": _("Store id"),
    "valid_from": _("Valid from"),
    "valid_to": _("Valid to"),
    "discount_id": _("Discount id"),
    "name": _("Name"),
    "kind": _("Kind"),
    "value": _("Value"),
    "customer_number": _("Customer number"),
    "phone": _("Telephone"),
    "email": _("E-mail"),
    "country": _("Country"),
    "staff_id": _("Staff id"),
    "permission_group": _("Permission group"),
    "language": _("Language"),
    "rate": _("Rate"),
    "decimals": _("Decimals"),
    "tender_id": _("Tender id"),
    "position": _("Position"),
    "rounding": _("Rounding"),
    "permissions": _("Permissions"),
    "limits": _("Limits"),
    "currency": _("Currency"),
    "timezone": _("Time zone"),
    "tax_included": _("Prices with tax"),
    "channel_database_group": _("Channel database group"),
}

HINTS: dict[str, Text] = {
    "rate": _("A fraction: {example} for 25 %.", example=literal("0.25")),
    "valid_from": _("The first day, such as 2026-03-31; empty: since ever."),
    "valid_to": _("The last day; empty: until further notice."),
    "quantity": _("How many units one scan sells."),
    "rounding": _("The smallest amount that can be paid, such as 1; empty: the currency's own."),
    "permissions": _("A JSON list, such as {example}.", example=literal('["sell", "return"]')),
    "limits": _("A JSON object, such as {example}.", example=literal('{"discount_percent": "10"}')),
    "channel_database_group": _("Of a new store: empty for one of its own."),
    "price.store_id": _("Empty: in every store."),
    "discount.store_id": _("Empty: in every store."),
    "discount.item_number": _("Empty: on every item."),
    "discount.kind": _("percent, or amount off the price of one."),
    "tender.kind": _("cash or card."),
    "timezone": _("Such as Europe/Stockholm."),
    "currency": _("Three letters, such as SEK."),
    "language": _("sv or en."),
    "decimals": _("Of quantities: 0 for pieces, 3 for kilograms."),
}
