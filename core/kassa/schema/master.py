"""Master data: what headquarters and store server give a register. The offline database holds exactly these tables.

Each row carries ``row_version``, which only rises: changes since a version are the rows above it. A deleted row
leaves a tombstone. No foreign keys between tables that travel apart: readers tolerate a missing reference.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, MetaData, Table, false

from kassa.schema.columns import CHANNEL_ONLY, COUNTED_HERE, code, day, document, rate, unit_price, words
from kassa.schema.columns import exchange_rate as exchange_rate_column
from kassa.schema.columns import quantity as quantity_column

master = MetaData()


def _versioned(name: str, *columns: Column[object]) -> Table:
    version: Column[object] = Column(
        "row_version", BigInteger, nullable=False, server_default="0", info={COUNTED_HERE: True}
    )
    table = Table(name, master, *columns, version)
    Index(f"ix_{name}_row_version", table.c.row_version)
    return table


item = _versioned(
    "item",
    Column("item_number", code(40), primary_key=True),
    Column("description", words(200), nullable=False),
    Column("search_text", words(300), nullable=False, doc="folded words for product search"),
    Column("unit", code(10), nullable=False, doc="a unit of measure, or a name that is none"),
    Column("tax_code", code(20), nullable=False),
    Column("unit_price", unit_price(), nullable=False, doc="the base price, where no price is in force"),
    Column("blocked", Boolean, nullable=False, default=False),
    Column("sold_as_variants", Boolean, nullable=False, server_default=false(), doc="a master: its variants are sold"),
    Column("master_item_number", code(40), doc="of a variant: its master"),
    Column("variant", words(200), doc="of a variant: what it differs in, for people (M, red)"),
    Column("category", code(40), doc="what discounts on a category are on"),
    Column("minimum_age", Integer, doc="of whoever buys it, in years; none: anybody"),
    Column("serial_numbered", Boolean, nullable=False, server_default=false(), doc="each has a number of its own"),
)
Index("ix_item_master_item_number", item.c.master_item_number)

unit_of_measure = _versioned(
    "unit_of_measure",
    Column("unit", code(10), primary_key=True),
    Column("name", words(40), nullable=False),
    Column("decimals", Integer, nullable=False, doc="of quantities in it: 0 for pieces, 3 for kilograms"),
)

price = _versioned(
    "price",
    Column("item_number", code(40), primary_key=True),
    Column("store_id", code(20), primary_key=True, doc="empty: every store"),
    Column("valid_from", day(), primary_key=True, doc="the first day; empty: since ever"),
    Column("valid_to", day(), doc="the last day; none: until further notice"),
    Column("unit_price", unit_price(), nullable=False),
)
"""Prices in force on days of the store's calendar. The store's own goes before one for every store; of several, the one
that began last. Where there is none the item's base price holds."""

discount = _versioned(
    "discount",
    Column("discount_id", code(40), primary_key=True),
    Column("name", words(100), nullable=False, doc="what the receipt calls it"),
    Column("store_id", code(20), nullable=False, doc="empty: every store"),
    Column("discount_type", code(20), nullable=False, server_default="simple",
           doc="simple, quantity, mix_and_match or threshold"),
    Column("concurrency", code(20), nullable=False, server_default="best_price",
           doc="exclusive, best_price or compound"),
    Column("kind", code(20), nullable=False, doc="percent, amount, deal_price, or least_expensive"),
    Column("value", unit_price(), nullable=False, doc="a per cent (20 for 20 %), or an amount"),
    Column("levels", document(), nullable=False, server_default="[]", doc="JSON list: what it takes to get it"),
    Column("coupon_required", Boolean, nullable=False, server_default=false(), doc="given with a coupon only"),
    Column("valid_from", day(), nullable=False, doc="the first day; empty: since ever"),
    Column("valid_to", day(), doc="the last day; none: until further notice"),
)  # fmt: skip
"""Periodic discounts, as Dynamics 365 Commerce has them (docs/discounts.md). One without discount products is on
nothing."""

discount_product = _versioned(
    "discount_product",
    Column("discount_id", code(40), primary_key=True),
    Column("line_number", Integer, primary_key=True, autoincrement=False),
    Column("store_id", code(20), nullable=False, doc="as its discount has it"),
    Column("item_number", code(40), nullable=False, doc="empty: see category"),
    Column("category", code(40), nullable=False, doc="items of it; empty too: every item"),
    Column("line_group", code(20), nullable=False, doc="of mix and match: which group of its levels"),
)
"""What a discount is on."""
Index("ix_discount_product_item_number", discount_product.c.item_number)
Index("ix_discount_product_category", discount_product.c.category)

coupon = _versioned(
    "coupon",
    Column("coupon_code", code(40), primary_key=True, doc="in capitals"),
    Column("discount_id", code(40), nullable=False),
    Column("store_id", code(20), nullable=False, doc="empty: every store"),
    Column("usage_limit", Integer, doc="in how many sales it may be used; none: in any number"),
    Column("valid_from", day(), nullable=False, doc="the first day; empty: since ever"),
    Column("valid_to", day(), doc="the last day; none: until further notice"),
)

coupon_use = _versioned(
    "coupon_use",
    Column("use_id", code(80), primary_key=True, doc="transaction, colon, coupon"),
    Column("coupon_code", code(40), nullable=False),
    Column("transaction_id", code(32), nullable=False),
    Column("store_id", code(20), nullable=False),
    Column("register_id", code(40), nullable=False),
    Column("used_at", code(40), nullable=False, doc="UTC, ISO 8601"),
    Column("offline", Boolean, nullable=False, doc="taken in a register without its store server"),
)
"""In which sales coupons with a usage limit are. The store server's own: in no package."""
Index("ix_coupon_use_coupon_code", coupon_use.c.coupon_code)

barcode = _versioned(
    "barcode",
    Column("barcode", code(40), primary_key=True),
    Column("item_number", code(40), nullable=False),
    Column("quantity", quantity_column(), nullable=False, doc="how many units one scan sells"),
)
Index("ix_barcode_item_number", barcode.c.item_number)

barcode_mask = _versioned(
    "barcode_mask",
    Column("mask", code(20), primary_key=True, doc="as long as the barcode (kassa.requests.barcode_masks)"),
    Column("name", words(100), nullable=False),
    Column("decimals", Integer, nullable=False, doc="of the price or the quantity"),
)

reason_code = _versioned(
    "reason_code",
    Column("reason_code", code(20), primary_key=True),
    Column("kind", code(20), nullable=False, doc="return, price_override, void_line or void_transaction"),
    Column("name", words(100), nullable=False),
)

tax_code = _versioned(
    "tax_code",
    Column("tax_code", code(20), primary_key=True),
    Column("name", words(100), nullable=False),
    Column("rate", rate(), nullable=False, doc="a fraction: 0.25"),
)

exchange_rate = _versioned(
    "exchange_rate",
    Column("currency", code(3), primary_key=True),
    Column("store_currency", code(3), primary_key=True),
    Column("valid_from", day(), primary_key=True, doc="the first day; empty: since ever"),
    Column("valid_to", day(), doc="the last day; none: until further notice"),
    Column(
        "rate", exchange_rate_column(), nullable=False, doc="what one unit of the currency is worth in a store's own"
    ),
)

customer = _versioned(
    "customer",
    Column("customer_number", code(40), primary_key=True),
    Column("name", words(200), nullable=False),
    Column("search_text", words(300), nullable=False),
    Column("phone", words(40)),
    Column("email", words(200)),
    Column("country", words(60)),
)
Index("ix_customer_search_text", customer.c.search_text)

former_customer_number = _versioned(
    "former_customer_number",
    Column("former_number", code(40), primary_key=True),
    Column("customer_number", code(40), nullable=False, doc="the customer's number now"),
)
"""Numbers that customers had: given by a register until headquarters gave one, or of a customer who was merged with
another. Each leads to a number that is in use; never to another former one."""
Index("ix_former_customer_number_customer_number", former_customer_number.c.customer_number)

inventory = _versioned(
    "inventory",
    Column("item_number", code(40), primary_key=True),
    Column("store_id", code(20), primary_key=True),
    Column("quantity", quantity_column(), nullable=False, doc="as counted at the end of that day"),
    Column("counted_on", day(), nullable=False),
)
"""What stores have counted. Channel databases' alone: a register asks for it."""

tender_account = _versioned(
    "tender_account",
    Column("account_number", code(40), primary_key=True),
    Column("kind", code(20), nullable=False, doc="gift_card, loyalty or customer_account"),
    Column("currency", code(3), nullable=False, doc="empty: points"),
    Column("balance", unit_price(), nullable=False, doc="below zero: a customer's debt"),
    Column("credit_limit", unit_price(), nullable=False, server_default="0"),
    Column("customer_number", code(40)),
    Column("blocked", Boolean, nullable=False, server_default=false()),
)
"""Gift cards, loyalty cards and customer accounts. Packages bring them to channel databases; a register gets them from
its store server, which knows the latest balances."""

tender_account_entry = _versioned(
    "tender_account_entry",
    Column("entry_id", code(40), primary_key=True, doc="the command's id"),
    Column("account_number", code(40), nullable=False),
    Column("debit", Boolean, nullable=False, doc="a payment; else money or points that were put on it"),
    Column("amount", unit_price(), nullable=False, doc="below zero: taken from the account"),
    Column("worth", unit_price(), nullable=False, doc="of a debit: in the store's currency"),
    Column("state", code(10), nullable=False, doc="done or released"),
    Column("transaction_id", code(32), nullable=False),
    Column("store_id", code(20), nullable=False),
    Column("register_id", code(40), nullable=False),
    Column("made_at", code(40), nullable=False, doc="UTC, ISO 8601"),
    Column("offline", Boolean, nullable=False, doc="taken in a register without its store server"),
)
"""What has moved on accounts. Each database's own: in no package, and handed to no register."""
Index("ix_tender_account_entry_account_number", tender_account_entry.c.account_number)

staff = _versioned(
    "staff",
    Column("staff_id", code(20), primary_key=True),
    Column("name", words(100), nullable=False),
    Column("permission_group", code(40), nullable=False),
    Column("language", code(10)),
    Column("blocked", Boolean, nullable=False, default=False),
    Column("email", words(200), info={CHANNEL_ONLY: True}, doc="how headquarters reaches them; no register's business"),
)

permission_group = _versioned(
    "permission_group",
    Column("permission_group", code(40), primary_key=True),
    Column("permissions", document(), nullable=False, doc="JSON list of names"),
    Column("limits", document(), nullable=False, doc="JSON object: limit name to decimal text"),
)

suspended_sale = _versioned(
    "suspended_sale",
    Column("transaction_id", code(32), primary_key=True),
    Column("store_id", code(20), nullable=False),
    Column("register_id", code(40), nullable=False),
    Column("suspended_at", code(40), nullable=False, doc="UTC, ISO 8601"),
    Column("label", words(200), nullable=False),
    Column("transaction", document(), nullable=False, doc="the transaction as JSON"),
)

tombstone = _versioned(
    "tombstone",
    Column("table_name", code(40), primary_key=True),
    Column("row_key", code(250), primary_key=True),
)

MASTER_TABLES: tuple[Table, ...] = (
    tax_code,
    exchange_rate,
    unit_of_measure,
    item,
    barcode,
    barcode_mask,
    reason_code,
    price,
    discount,
    discount_product,
    coupon,
    permission_group,
    staff,
    customer,
    former_customer_number,
    tender_account,
    suspended_sale,
    coupon_use,
    tombstone,
)
"""In the order in which a snapshot is read."""
