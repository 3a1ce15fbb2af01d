"""What the scripted register sells and shows: items, buttons, and simple sums."""

from __future__ import annotations

from decimal import Decimal

from kassa.model import Item, Transaction
from kassa.money import round_money
from kassa.sale.discount_lines import after_discount_lines
from kassa.sale.totals import LineAmounts, Totals

D = Decimal

ITEMS = {
    item.barcode or item.number: item
    for item in (
        Item("1001", "Kaffe mellanrost 450 g", D("54.90"), "food", D("0.12"), barcode="7310130006128"),
        Item("1002", "Mjölk 1,5 % 1 l", D("17.50"), "food", D("0.12"), barcode="7310865004703"),
        Item("1003", "Äpple Royal Gala", D("32.95"), "food", D("0.12"), unit="kg"),
        Item("1004", "Regnjacka Sarek, blå M", D("899.00"), "standard", D("0.25"), barcode="7331234567892"),
        Item("1005", "Ficklampa", D("149.00"), "standard", D("0.25"), barcode="4006381333931"),
    )
}

BUTTONS: tuple[tuple[int, str, str], ...] = (
    (105, "Antal", "Quantity"),
    (104, "Prisändring", "Price override"),
    (301, "Rabatt", "Discount"),
    (102, "Ta bort rad", "Void product"),
    (602, "Kund", "Customer"),
    (503, "Parkera köp", "Suspend"),
    (109, "Retur", "Return"),
    (801, "Lagersaldo", "Inventory"),
    (1057, "Kopia kvitto", "Copy receipt"),
    (512, "Presentkort", "Gift card"),
    (1055, "Dagsavslut", "Close shift"),
    (917, "", ""),
)
ENTRIES: dict[int, tuple[tuple[str, str, str, str], ...]] = {
    102: (("line_id", "line", "Rad", "Line"),),
    104: (("line_id", "line", "Rad", "Line"), ("price", "amount", "Nytt pris", "New price")),
    105: (("line_id", "line", "Rad", "Line"), ("quantity", "quantity", "Hur många", "How many")),
    301: (("line_id", "line", "Rad", "Line"), ("percent", "percent", "Procent", "Per cent off")),
    1057: (("receipt", "code", "Kvittonummer", "Receipt number"),),
    602: (("words", "text", "Kundens namn", "Customer's name"),),
}
"""What buttons hand in: parameter, kind, and the prompt in each language."""
NEEDS_SERVER = frozenset({801, 512})


def totals(transaction: Transaction) -> Totals:
    """Simple sums: prices with tax included."""
    lines = []
    for line in transaction.lines:
        quantity = D(0) if line.voided else line.quantity
        gross = round_money(line.unit_price * quantity, "SEK")
        percent = line.discount.value if line.discount else D(0)
        worth = after_discount_lines(line, gross)
        net = worth - round_money(worth * percent / 100, "SEK")
        discount = gross - net
        rate = line.item.tax_rate
        lines.append(LineAmounts(line.line_id, gross, discount, net, round_money(net * rate / (1 + rate), "SEK")))
    total = sum((line.net for line in lines), D(0))
    payments = transaction.valid_payments
    paid = sum((payment.amount for payment in payments), D(0))
    rounding = sum((payment.rounding for payment in payments), D(0))
    sold = transaction.sold_lines
    return Totals(
        lines=tuple(lines),
        subtotal=sum((line.gross for line in lines), D(0)),
        discount=sum((line.discount for line in lines), D(0)),
        tax=sum((line.tax for line in lines), D(0)),
        taxes=(),
        total=total,
        rounding=rounding,
        paid=paid,
        due=total + rounding - paid,
        change=D(0),
        quantity=sum((line.quantity if line.item.unit == "pcs" else D(1) for line in sold), D(0)),
    )
