"""Barcodes that hold a price or a weight, against the examples of GS1 Sweden's rules and as biip reads them."""

from __future__ import annotations

from decimal import Decimal

import biip
import pytest
from biip import ParseConfig
from biip.gtin import Gtin
from biip.rcn import Rcn, RcnRegion
from sqlalchemy import Engine
from tests.core.requests.conftest import Contexts, item_row

from kassa.errors import InvalidInput, NotFound
from kassa.requests.barcode_masks import check_digit, is_mask, read_label
from kassa.requests.catalogue import FindItem
from kassa.requests.catalogue_handlers import find_item

D = Decimal
MASKS = [
    {"mask": "20IIIIII$$$$C", "decimals": 2}, {"mask": "21IIIIII$$$$C", "decimals": 1},
    {"mask": "22IIIIII$$$$C", "decimals": 0}, {"mask": "23IIIIIIQQQQC", "decimals": 3},
    {"mask": "24IIIIIIQQQQC", "decimals": 2}, {"mask": "25IIIIIIQQQQC", "decimals": 1},
    {"mask": "2IIIIIXQQQQQC", "decimals": 3}, {"mask": "99IIIIQQ", "decimals": 0},
]  # fmt: skip


def label(front: str) -> str:
    return front + check_digit(front)


@pytest.mark.parametrize("prefix", ["20", "21", "22", "23", "24", "25"])
@pytest.mark.parametrize("value", ["0001", "0482", "9999"])
def test_gs1_sweden_as_biip_reads_it(prefix: str, value: str) -> None:
    """Price or weight, and the code without it, are what an independent implementation of the rules says."""
    code = label(f"{prefix}123456{value}")
    found = read_label(code, MASKS)
    theirs = Gtin.parse(code, config=ParseConfig(rcn_region=RcnRegion.SWEDEN))
    assert found is not None
    assert isinstance(theirs, Rcn)
    assert (found.price, found.quantity) == (theirs.price, theirs.weight)
    assert found.codes[0] == theirs.without_variable_measure().value
    assert found.codes[1] == "123456"


def test_what_no_mask_reads() -> None:
    """A wrong check digit, another length, letters: no label. The mask that names most digits goes first."""
    right = label("231234560482")
    assert read_label(right[:-1] + str((int(right[-1]) + 1) % 10), MASKS) is None
    assert read_label("23123456048", MASKS) is None
    assert read_label("23123456048२X", MASKS) is None
    other = read_label(label("261234560482"), MASKS)
    assert other is not None
    assert (other.codes[1], other.quantity) == ("61234", D("60.482"))
    counted = read_label("99123407", MASKS)
    assert counted is not None
    assert (counted.codes, counted.quantity) == (("99123400", "1234"), D(7))


@pytest.mark.parametrize(
    ("mask", "right"),
    [("20IIIIII$$$$C", True), ("20IIIIIIIIIIC", False), ("20$$$$$$$$$$C", False), ("20III$$QQ$$$C", False),
     ("20", False), ("I20III$$$$$$C", False), ("20IIIIIICQQQQ", False), ("2" * 20, False)],
)  # fmt: skip
def test_masks(mask: str, right: bool) -> None:
    """A mask has digits in front, an item's number and one value; the check digit is last."""
    assert is_mask(mask) == right


def test_a_label_is_sold(asking: Contexts, engine: Engine) -> None:
    """A weight is the quantity at the price per kilogram in force; a price is one package's. What has the whole code
    goes first; a label of nothing known, or of zero, is refused."""
    with asking() as context:
        put = context.records.put
        put("tax_code", {"tax_code": "25", "name": "VAT", "rate": D("0.25")})
        put("item", item_row("1", "Ham", "199.00", unit="kg"))
        put("item", item_row("654321", "Cheese", "119.00", unit="kg"))
        put("item", item_row("3", "Whole code", "1"))
        put("barcode", {"barcode": label("231234560000"), "item_number": "1", "quantity": D(1)})
        put("barcode", {"barcode": label("231234569999"), "item_number": "3", "quantity": D(1)})
        for row in MASKS:
            put("barcode_mask", {"name": row["mask"], **row})
        ham = find_item(FindItem(label("231234560482")), context)
        cheese = find_item(FindItem(label("206543214590")), context)
        assert (ham.number, ham.unit_price, ham.quantity, ham.unit) == ("1", D(199), D("0.482"), "kg")
        assert (cheese.number, cheese.unit_price, cheese.quantity, cheese.unit) == ("654321", D("45.90"), D(1), "pcs")
        assert find_item(FindItem(label("231234569999")), context).number == "3"
        with pytest.raises(NotFound):
            find_item(FindItem(label("231111110482")), context)
        with pytest.raises(InvalidInput, match="says 0"):
            find_item(FindItem(label("206543210000")), context)


def test_biip_is_the_reference() -> None:
    """The same library reads the check digit."""
    assert biip.parse("7310865004703").gtin is not None
    assert check_digit("731086500470") == "3"
