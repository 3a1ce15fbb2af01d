"""The shop that is played: a small British store with one register, three people and the file's items.

Plain data, as ``kassa store create`` reads it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kassa.replay.catalogue import Catalogue
from kassa.replay.invoices import CURRENCY

STORE, REGISTER = "GIFTS", "T1"
VAT = "20"


@dataclass(frozen=True)
class Person:
    """Somebody who may log on."""

    staff_id: str
    pin: str
    name: str
    may: str
    group: str


CASHIER = Person("1001", "1234", "Ada Bell", "sells, and gives up to 10 % off", "cashier")
SENIOR = Person("1002", "246810", "Ben Cole", "sells, takes goods back, changes prices", "senior")
MANAGER = Person("2001", "867530", "Maud Hill", "everything, and approves for others", "manager")
PEOPLE = (CASHIER, SENIOR, MANAGER)

GROUPS = (
    {"name": "cashier", "permissions": ["sell"], "limits": {"discount_percent": "10"}},
    {"name": "senior", "permissions": ["sell", "return", "override_price"], "limits": {"discount_percent": "20"}},
    {
        "name": "manager",
        "permissions": ["sell", "return", "override_price", "approve", "manage"],
        "limits": {"discount_percent": "100"},
    },
)

PROFILE = {
    "request_timeout_s": 0.5,
    "reconnect_interval_min": 0.025,
    "reconnect_budget_ms": 300,
    "sync_interval_s": 5.0,
}
"""The demonstration's offline profile: as a shop's, with everything that takes minutes there taking seconds here."""

PLUGINS = (
    {"name": "sale", "required": True},
    {"name": "payment", "required": True},
    {"name": "staff", "required": True},
    {"name": "customer"},
    # No amount is declined or stays unanswered for good: the file says that all of it was paid. One that ends in 17
    # pence gets its answer only when the terminal is asked again.
    {
        "name": "card_simulator",
        "settings": {"declined": [], "unknown": [], "late": [], "irreversible": [], "late_irreversible": []},
    },
    {"name": "offline_failover"},
    {"name": "operation_917"},
    {"name": "status_header"},
    {"name": "sync"},
    {"name": "shift"},
)

BUTTONS = (105, 104, 303, 102, 602, 503, 504, 109, 108, 101, 500, 917, 918)


def describe_store(catalogue: Catalogue, language: str = "en") -> dict[str, Any]:
    """The store with ``catalogue``'s items and customers, its screens in ``language``."""
    return {
        "store": {
            "store_id": STORE,
            "name": "Gifts & Lanterns",
            "currency": CURRENCY,
            "timezone": "Europe/London",
            "language": language,
            "tax_included": True,
            "country": "GB",
        },
        "registers": [{"register_id": REGISTER, "name": "Till 1", "plugins": list(PLUGINS)}],
        "permission_groups": list(GROUPS),
        "staff": [
            {"staff_id": person.staff_id, "name": person.name, "pin": person.pin, "permission_group": person.group}
            for person in PEOPLE
        ],
        "tax_codes": [{"tax_code": VAT, "name": "VAT 20 %", "rate": "0.20"}],
        "tenders": [
            {"tender_id": "cash", "kind": "cash", "name": "Cash"},
            {"tender_id": "card", "kind": "card", "name": "Card"},
        ],
        "buttons": [{"operation": operation} for operation in BUTTONS],
        "items": [
            {
                "item_number": item.number,
                "description": item.description,
                "unit_price": str(item.unit_price),
                "tax_code": VAT,
                "barcodes": [item.barcode],
            }
            for item in catalogue.items.values()
        ],
        "customers": [
            {"number": customer.number, "name": customer.name, "country": customer.country}
            for customer in catalogue.customers.values()
        ],
        "profile": PROFILE,
    }
