"""What a receipt says: every part that the law asks for, in the store's language and by the store's layout."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from tests.plugins.receipt.paper import PROFILE, Maker, receipt, store

from kassa.errors import SetupError
from kassa.journal.entry import SalePayload
from kassa.register import Register
from kassa.testing.shop import Shop
from kassa.testing.store import MANAGER, MANAGER_PIN
from kassa_receipt.lines import lay_out

LAYOUT = {
    "company": "Sarek Friluft AB",
    "organisation_number": "556000-0000",
    "address": ["Storgatan 1", "981 31 Kiruna"],
    "header": ["Öppet köp i 30 dagar"],
    "footer": ["Välkommen åter!"],
}
SALE = """\
             Sarek Friluft AB
            Org.nr 556000-0000
               Storgatan 1
              981 31 Kiruna
           Öppet köp i 30 dagar

               Kassakvitto
Kvittonummer                S1-R1-1-000001
Datum                     {time}
Kassa                                   R1
Säljare                               2001
------------------------------------------
Kaffe mellanrost 450 g            54,90 kr
Mjölk 1,5 % 1 l                   52,50 kr
  3 st x 17,50 kr
  Rabatt 10 %                     -5,25 kr
Regnjacka Sarek, blå M           899,00 kr
------------------------------------------
Rabatt på allt                   -51,40 kr
Öresavrundning                     0,25 kr
Totalt                           950,00 kr

Kort                             500,00 kr
  Kort                           **** 0000
  Kontrollnummer                    {card}
  SIMULERAT: ingen har debiterats
Kontant                          500,00 kr
Växel                             50,00 kr

Moms 12 % på 86,52 kr             10,38 kr
Moms 25 % på 682,28 kr           170,57 kr

             Välkommen åter!

              S1-R1-1-000001
         Elektroniskt kassakvitto
"""


def opened(make_shop: Maker, language: str = "sv", **fields: Any) -> tuple[Shop, Register]:
    shop = make_shop(store=store(receipt(), language=language, **fields), profile=PROFILE)
    register = shop.open_register()
    shop.log_on(register, MANAGER, MANAGER_PIN)
    return shop, register


def text_of(register: Register, number: str) -> str:
    """The receipt as text."""
    return str(register.run(115, receipt_number=number).data)


def sell(shop: Shop, register: Register) -> str:
    """Three items, one three times, with a discount on a line and one on everything; part by card, the rest in cash."""
    register.run(100, code=shop.barcode("1001"))
    line = register.run(100, code=shop.barcode("1002"), quantity="3").data
    register.run(301, line_id=line.line_id, percent="10")
    register.run(100, code=shop.barcode("1004"))
    register.run(302, amount="51.40")
    register.run(201, amount="500")
    return str(register.run(200, amount="500").data.receipt_number)


def test_a_receipt_says_what_the_law_asks_for(make_shop: Maker) -> None:
    """SKVFS 2014:9, 7 kap. 1 §: seller, number, address, time, an unbroken number, register, articles, amounts, total,
    tax and its rates, means of payment. The amounts were worked by hand: 54.90 + 52.50 - 5.25 + 899 - 51.40 = 949.75;
    the 12 % part 96.90 × 12/112 = 10.38, the 25 % part 852.85 × 25/125 = 170.57."""
    shop, register = opened(make_shop, receipt_layout=LAYOUT)
    number = sell(shop, register)
    (entry,) = register.journal_entries(kinds=("sale",))
    payload = msgspec.json.decode(entry.payload, type=SalePayload)
    card = payload.transaction.payments[0].reference["authorisation"]
    time = datetime.fromisoformat(entry.local_time).strftime("%Y-%m-%d %H:%M")
    assert text_of(register, number) == SALE.format(time=time, card=card)


def test_a_return_says_so(make_shop: Maker) -> None:
    """What comes back is a return receipt, with amounts below zero and the drawer opened for the cash."""
    shop, register = opened(make_shop, language="en")
    register.run(109, code=shop.barcode("1004"))
    text = text_of(register, register.run(200).data.receipt_number)
    for words in ("Return receipt", "Total                          -SEK 899.00", "Tax 25 % of -SEK 719.20"):
        assert words in text
    document = register.devices.compose(register.journal_entries(kinds=("sale",))[0])
    assert document is not None
    assert document.drawer


def test_parts_and_order_are_the_layouts(make_shop: Maker) -> None:
    """A layout names the parts and their order; a word that is no part is refused in words, and the sale goes on."""
    shop, register = opened(make_shop, receipt_layout={"parts": ["totals", "title"], "language": "en"})
    assert text_of(register, sell(shop, register)).split()[-3:] == ["Receipt", "Electronic", "receipt"]
    shop, register = opened(make_shop, receipt_layout={"parts": ["weather"]})
    number = sell(shop, register)
    with pytest.raises(SetupError, match="layout cannot be used"):
        text_of(register, number)


@pytest.mark.parametrize("width", [32, 42, 48])
def test_no_line_is_wider_than_the_paper(make_shop: Maker, width: int) -> None:
    """Long names are broken, and amounts stand at the right edge, whatever the paper's width."""
    shop, register = opened(make_shop, receipt_layout={**LAYOUT, "item_numbers": True, "footer": ["Tack " * 20]})
    sell(shop, register)
    document = register.devices.compose(register.journal_entries(kinds=("sale",))[0])
    assert document is not None
    lines = lay_out(document, width, "sv", UTC)
    assert max(len(line.text) for line in lines) <= width
    total = next(line.text for line in lines if line.text.startswith("Totalt"))
    assert total.endswith("950,00 kr")
    assert len(total) == width
