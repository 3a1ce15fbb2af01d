"""A small Swedish store to test with: a dozen items, three tax rates within the prices, a cashier, a manager.

Plain data, as ``kassa store create`` reads it: amounts are text, codes are real EAN-13 in the in-store range.
"""

from __future__ import annotations

from typing import Any

STORE = "S1"
REGISTER = "R1"
SECOND_REGISTER = "R2"
CASHIER, CASHIER_PIN = "1001", "1234"
MANAGER, MANAGER_PIN = "2001", "867530"

PLUGINS = (
    "sale",
    "payment",
    "card_simulator",
    "staff",
    "customer",
    "discounts",
    "offline_failover",
    "operation_917",
    "status_header",
    "sync",
)

CASHIER_PERMISSIONS = ["sell"]
MANAGER_PERMISSIONS = ["sell", "manage", "approve", "override_price", "return"]


def ean13(digits: str) -> str:
    """``digits`` (12 of them) with their check digit."""
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-total % 10}"


def _item(number: str, description: str, price: str, tax: str, unit: str = "pcs") -> dict[str, Any]:
    return {
        "item_number": number,
        "description": description,
        "unit_price": price,
        "tax_code": tax,
        "barcodes": [barcode(number)],
        "unit": unit,
    }


def barcode(number: str) -> str:
    """The barcode of the item with that number in :data:`SMALL_STORE`."""
    return ean13(f"29{number:0>10}")


SMALL_STORE: dict[str, Any] = {
    "store": {
        "store_id": STORE,
        "name": "Kassa Test",
        "currency": "SEK",
        "timezone": "Europe/Stockholm",
        "language": "sv",
        "tax_included": True,
        "country": "SE",
    },
    "registers": [
        {
            "register_id": register,
            "name": f"Kassa {place}",
            "plugins": [{"name": name, "required": name in ("sale", "payment", "staff")} for name in PLUGINS],
        }
        for place, register in enumerate((REGISTER, SECOND_REGISTER), 1)
    ],
    "permission_groups": [
        {"name": "cashier", "permissions": CASHIER_PERMISSIONS, "limits": {"discount_percent": "10"}},
        {"name": "manager", "permissions": MANAGER_PERMISSIONS, "limits": {"discount_percent": "100"}},
    ],
    "staff": [
        {"staff_id": CASHIER, "name": "Elin Berg", "pin": CASHIER_PIN, "permission_group": "cashier"},
        {"staff_id": MANAGER, "name": "Maja Lind", "pin": MANAGER_PIN, "permission_group": "manager"},
    ],
    "tax_codes": [
        {"tax_code": "25", "name": "Moms 25 %", "rate": "0.25"},
        {"tax_code": "12", "name": "Moms 12 %", "rate": "0.12"},
        {"tax_code": "6", "name": "Moms 6 %", "rate": "0.06"},
    ],
    "tenders": [
        {"tender_id": "cash", "kind": "cash", "name": "Kontant", "rounding": "1"},
        {"tender_id": "card", "kind": "card", "name": "Kort"},
        {"tender_id": "eur", "kind": "currency", "name": "Euro", "currency": "EUR"},
        {"tender_id": "nok", "kind": "currency", "name": "Norska kronor", "currency": "NOK", "rounding": "50"},
        {"tender_id": "gift_card", "kind": "gift_card", "name": "Presentkort"},
        {"tender_id": "loyalty", "kind": "loyalty", "name": "Bonuspoäng"},
        {"tender_id": "account", "kind": "customer_account", "name": "Kundkonto"},
    ],
    "accounts": [
        {"account_number": "G100", "kind": "gift_card", "currency": "SEK", "balance": "100"},
        {"account_number": "L100", "kind": "loyalty", "balance": "1000"},
        {
            "account_number": "C100",
            "kind": "customer_account",
            "currency": "SEK",
            "credit_limit": "2000",
            "customer_number": "C100",
        },
    ],
    "exchange_rates": [
        {"currency": "EUR", "store_currency": "SEK", "rate": "11.5", "valid_to": "2025-12-31"},
        {"currency": "EUR", "store_currency": "SEK", "rate": "11.2345", "valid_from": "2026-01-01"},
        {"currency": "NOK", "store_currency": "SEK", "rate": "0.98", "valid_to": "2020-12-31"},
    ],
    "buttons": [
        {"operation": 105},
        {"operation": 104},
        {"operation": 303},
        {"operation": 102},
        {"operation": 602},
        {"operation": 503},
        {"operation": 504},
        {"operation": 109},
        {"operation": 108},
        {"operation": 101},
        {"operation": 500},
        {"operation": 917},
    ],
    "items": [
        _item("1001", "Kaffe mellanrost 450 g", "54.90", "12"),
        _item("1002", "Mjölk 1,5 % 1 l", "17.50", "12"),
        _item("1003", "Äpple Royal Gala", "32.95", "12", "kg"),
        _item("1004", "Regnjacka Sarek, blå M", "899.00", "25"),
        _item("1005", "Pocketbok", "69.00", "6"),
        _item("1006", "Tandkräm mint", "29.90", "25"),
        _item("1007", "Räksmörgås", "89.00", "12"),
        _item("1008", "Diskmedel", "24.50", "25"),
        _item("1009", "Dagstidning", "35.00", "6"),
        _item("1010", "Chokladkaka 200 g", "27.90", "12"),
        _item("1011", "Batteri AA 4-pack", "49.90", "25"),
        _item("1012", "Bärkasse", "7.00", "25"),
    ],
    "profile": {},
}
