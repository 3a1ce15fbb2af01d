"""What tables and columns of the record pages are called, and what is typed into them."""

from __future__ import annotations

from kassa.text import Text, literal, texts

_, n_ = texts("kassa_server")

TABLES: dict[str, tuple[Text, Text]] = {
    "item": (_("Item"), _("Items")),
    "barcode": (_("Barcode"), _("Barcodes")),
    "barcode_mask": (_("Barcode mask"), _("Barcode masks")),
    "reason_code": (_("Reason code"), _("Reason codes")),
    "price": (_("Price"), _("Prices")),
    "discount": (_("Discount"), _("Discounts")),
    "discount_product": (_("Discount product"), _("Discount products")),
    "coupon": (_("Coupon"), _("Coupons")),
    "customer": (_("Customer"), _("Customers")),
    "inventory": (_("Inventory count"), _("Inventory")),
    "tender_account": (_("Gift card or account"), _("Gift cards and accounts")),
    "exchange_rate": (_("Exchange rate"), _("Exchange rates")),
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
    "discount_type": _("Discount type"),
    "concurrency": _("Concurrency"),
    "levels": _("Levels"),
    "coupon_required": _("Needs a coupon"),
    "coupon_code": _("Coupon code"),
    "usage_limit": _("Usage limit"),
    "line_number": _("Line number"),
    "line_group": _("Line group"),
    "category": _("Category"),
    "minimum_age": _("Minimum age"),
    "serial_numbered": _("Serial-numbered"),
    "mask": _("Mask"),
    "reason_code": _("Reason code"),
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
    "limits": _("Largest discount"),
    "currency": _("Currency"),
    "account_number": _("Account number"),
    "counted_on": _("Counted on"),
    "balance": _("Balance"),
    "credit_limit": _("Credit limit"),
    "store_currency": _("The store's currency"),
    "timezone": _("Time zone"),
    "tax_included": _("Prices with tax"),
    "channel_database_group": _("Channel database group"),
}

HINTS: dict[str, Text] = {
    "tax_code.rate": _("In per cent: {example} for 25 %.", example=literal("25")),
    "valid_from": _("The first day, such as 2026-03-31; empty: since ever."),
    "valid_to": _("The last day; empty: until further notice."),
    "quantity": _("How many units one scan sells."),
    "rounding": _("The smallest amount that can be paid, such as 1; empty: the currency's own."),
    "limits": _("In per cent, such as {example}; empty: none without a manager.", example=literal("10")),
    "channel_database_group": _("Of a new store: empty for one of its own."),
    "price.store_id": _("Empty: in every store."),
    "discount.store_id": _("Empty: in every store."),
    "discount.discount_type": _("simple, quantity, mix_and_match or threshold."),
    "discount.concurrency": _("best_price, compound or exclusive."),
    "discount.kind": _("percent, amount, deal_price, or, of a mix and match, least_expensive."),
    "discount.levels": _("A JSON list: {example}", example=literal('[{"minimum": "3", "value": "10"}]')),
    "coupon.store_id": _("Empty: in every store."),
    "mask": _("Digits as they are; I for the item, $ for a price, Q for a quantity, X for anything, C to check."),
    "barcode_mask.decimals": _("Of the price or the quantity."),
    "reason_code.kind": _("return, price_override, void_line or void_transaction."),
    "minimum_age": _("Of whoever buys it, in years; empty: anybody."),
    "coupon_code": _("In capitals."),
    "usage_limit": _("In how many sales it may be used; empty: in any number."),
    "discount_product.item_number": _("Empty: the items of the category."),
    "discount_product.category": _("Empty too: every item."),
    "discount_product.line_group": _("Of a mix and match: the group in its levels."),
    "category": _("What discounts on a category are on."),
    "tender.kind": _("cash, card, currency, gift_card, loyalty or customer_account."),
    "account_number": _("A gift card's or loyalty card's number; of a customer account the customer's."),
    "inventory.quantity": _("As counted at the end of that day; what is sold later is taken off."),
    "counted_on": _("A day, such as 2026-03-31."),
    "tender_account.kind": _("gift_card, loyalty or customer_account."),
    "tender_account.currency": _("Three letters, such as SEK; of a loyalty card empty."),
    "credit_limit": _("How much may be owed; 0 for gift cards and loyalty cards."),
    "tender_account.customer_number": _("Of a customer account; else as you like."),
    "tender.currency": _("Of kind currency: three letters, such as EUR; else empty."),
    "tender.rounding": _(
        "The smallest amount that can be paid, such as 1, in its own currency; empty: the currency's own."
    ),
    "exchange_rate.rate": _(
        "What one unit is worth in the store's currency, such as {example}.", example=literal("11.2345")
    ),
    "store_currency": _("Three letters, such as SEK."),
    "timezone": _("Such as Europe/Stockholm."),
    "currency": _("Three letters, such as SEK."),
    "language": _("sv or en."),
    "decimals": _("Of quantities: 0 for pieces, 3 for kilograms."),
}

_TENDERS = {
    "cash": _("Cash"),
    "card": _("Card"),
    "currency": _("Currency"),
    "gift_card": _("Gift card"),
    "loyalty": _("Loyalty card"),
    "customer_account": _("Customer account"),
}
_LANGUAGES = {"en": literal("English"), "sv": literal("Svenska")}
CHOICES: dict[tuple[str, str], dict[str, Text]] = {
    ("discount", "discount_type"): {
        "simple": _("Simple"),
        "quantity": _("Quantity"),
        "mix_and_match": _("Mix and match"),
        "threshold": _("Threshold"),
    },
    ("discount", "concurrency"): {
        "best_price": _("Best price"),
        "compound": _("Compound"),
        "exclusive": _("Exclusive"),
    },
    ("discount", "kind"): {
        "percent": _("Per cent off"),
        "amount": _("Amount off"),
        "deal_price": _("Deal price"),
        "least_expensive": _("Per cent off the least expensive"),
    },
    ("reason_code", "kind"): {
        "return": _("Return"),
        "price_override": _("Price override"),
        "void_line": _("Void product"),
        "void_transaction": _("Void transaction"),
    },
    ("tender", "kind"): _TENDERS,
    ("tender_account", "kind"): {name: _TENDERS[name] for name in ("gift_card", "loyalty", "customer_account")},
    ("staff", "language"): _LANGUAGES,
    ("store", "language"): _LANGUAGES,
    ("permission_group", "permissions"): {
        "sell": _("Sell"),
        "return": _("Take goods back"),
        "override_price": _("Override prices"),
        "approve": _("Approve what others may not do"),
        "manage": _("Manage the register"),
    },
}
"""What a column may hold, where that is one of a few words, as people call them; of permissions, several of them, and
plugins may bring more."""

OTHER_TABLES: dict[str, Text] = {
    "activation_code": _("Activation code"),
    "channel_database": _("Channel database"),
    "channel_database_group": _("Channel database group"),
    "device_revocation": _("Revoked device"),
    "layout": _("Screen layout"),
    "layout_button": _("Button of a screen layout"),
    "offline_profile": _("Offline profile"),
    "register": _("Register"),
    "register_plugin": _("Plugin of a register"),
    "staff_credential": _("PIN"),
    "store_staff": _("Staff in a store"),
}
"""What the other tables are called whose changes are logged."""
OTHER_COLUMNS: dict[str, Text] = {
    "offline_profile": _("Offline profile"),
    "settings": _("Settings"),
    "support_offline": _("Support offline"),
    "receipt_mask": _("Receipt numbers"),
    "register_id": _("Register"),
    "layout": _("Screen layout"),
    "state": _("State"),
    "made_at": _("Made"),
}
"""What columns are called that no record page shows."""


def table_words(name: str) -> Text:
    """What a table's rows are called, each; one of another version as it is."""
    return TABLES[name][0] if name in TABLES else OTHER_TABLES.get(name, literal(name))


def column_words(name: str) -> Text:
    """What a column is called; one that nobody types as it is."""
    return COLUMNS.get(name) or OTHER_COLUMNS.get(name, literal(name))
