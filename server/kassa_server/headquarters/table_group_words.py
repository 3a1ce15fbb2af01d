"""What table groups are called."""

from __future__ import annotations

from kassa.text import Text, literal, texts

_, n_ = texts("kassa_server")


def table_group_name(name: str) -> Text:
    """A table group in words."""
    return _NAMES.get(name, literal(name))


_NAMES: dict[str, Text] = {
    "*": _("Whole database"),
    "customers": _("Customers"),
    "accounts": _("Gift cards and accounts"),
    "prices": _("Prices and discounts"),
    "products": _("Products"),
    "inventory": _("Inventory"),
    "staff": _("Staff"),
    "taxes": _("Taxes and exchange rates"),
    "tenders": _("Tenders"),
    "registers": _("Registers"),
    "channel": _("Channel configuration"),
}
