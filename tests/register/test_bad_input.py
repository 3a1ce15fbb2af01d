"""What a cashier may type or scan by mistake: a clear error, and the sale as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from tests.register.conftest import QUICK, explains_itself, open_ready

from kassa.errors import KassaError, LoggedOnWrong, NotAllowed
from kassa.model import Transaction
from kassa.operations import ManagerApproval
from kassa.register import Register
from kassa.testing.shop import Shop
from kassa.testing.store import CASHIER, CASHIER_PIN, MANAGER, MANAGER_PIN, SECOND_REGISTER

APPROVAL = ManagerApproval(MANAGER, MANAGER_PIN)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """One shop for all of these."""
    with Shop(tmp_path_factory.mktemp("typing"), profile=QUICK) as made:
        yield made


@pytest.fixture(scope="module")
def opened(shop: Shop) -> Register:
    return open_ready(shop)


@pytest.fixture
def register(opened: Register) -> Iterator[Register]:
    """A register with one item on the till, costing 54.90."""
    opened.run(100, code="1001")
    yield opened
    for _payment in opened.transaction.valid_payments if opened.transaction is not None else ():
        opened.run(211)
    if opened.transaction is not None:
        opened.run(500)


Refused = Callable[..., KassaError]


@pytest.fixture
def refused(register: Register) -> Refused:
    """Runs an operation that must be refused, in words, leaving the sale as it was; the error."""

    def run(operation: int, error_code: str, /, **parameters: Any) -> KassaError:
        before = (register.transaction, register.journal.series.sequence)
        with pytest.raises(KassaError) as told:
            register.run(operation, **parameters)
        explains_itself(told.value, error_code)
        assert (register.transaction, register.journal.series.sequence) == before
        return told.value

    return run


def sale(register: Register) -> Transaction:
    assert register.transaction is not None
    return register.transaction


@pytest.mark.parametrize(
    "code", ["7310865004703", "no such thing", "0", "9" * 400, "1001; DROP TABLE item", "\x00", "é"]
)
def test_unknown_barcode(refused: Refused, code: str) -> None:
    """A code that nothing has, whatever it is made of."""
    refused(100, "not_found", code=code)


def test_nothing_scanned(refused: Refused) -> None:
    """An empty scan."""
    refused(100, "invalid_input", code="   ")


def test_unknown_barcode_starts_no_sale(shop: Shop, opened: Register) -> None:
    """An unknown code as the first thing of a sale leaves no empty sale behind."""
    with pytest.raises(KassaError) as told:
        opened.run(100, code="7310865004703")
    explains_itself(told.value, "not_found")
    assert opened.transaction is None


@pytest.mark.parametrize("quantity", ["0", "1000000", "1,5e3", "-1", "", "NaN", "Infinity", "1,2345", "12abc", "０"])
@pytest.mark.parametrize("operation", [100, 105])
def test_quantity_that_cannot_be_sold(refused: Refused, operation: int, quantity: str) -> None:
    """0, a million, 1,5e3 and their like, scanned with a quantity or set afterwards."""
    parameters = {"code": "1002"} if operation == 100 else {}
    refused(operation, "invalid_input", quantity=quantity, **parameters)


def test_quantity_typed_before_the_code(refused: Refused) -> None:
    """0×code."""
    refused(100, "invalid_input", code="0×1002")


@pytest.mark.parametrize("price", ["-1", "-0,01", "1e2", "99999999999999", "0,00001"])
def test_price_that_cannot_be_asked(refused: Refused, price: str) -> None:
    """A price below zero, too large or too fine, with a manager's approval too."""
    refused(104, "invalid_input", price=price, approval=APPROVAL)


def test_price_override_needs_a_manager(register: Register, refused: Refused) -> None:
    """A cashier may not override a price; a manager may approve it, and is kept with the line."""
    error = refused(104, "not_allowed", price="10")
    assert isinstance(error, NotAllowed)
    assert error.override
    register.run(104, price="10", approval=APPROVAL)
    assert (sale(register).lines[0].unit_price, sale(register).lines[0].approved_by) == (Decimal(10), MANAGER)


def test_discount_over_the_limit(register: Register, refused: Refused) -> None:
    """Over the cashier's ten per cent it takes another person, with the right PIN, and that person's name is kept."""
    error = refused(301, "not_allowed", percent="11")
    assert isinstance(error, NotAllowed)
    assert error.override
    refused(301, "not_allowed", percent="11", approval=ManagerApproval(CASHIER, CASHIER_PIN))
    refused(301, "logged_on_wrong", percent="11", approval=ManagerApproval(MANAGER, "000000"))
    register.run(301, percent="11", approval=APPROVAL)
    discount = sale(register).lines[0].discount
    assert discount is not None
    assert (discount.value, discount.approved_by) == (Decimal(11), MANAGER)


@pytest.mark.parametrize("percent", ["-1", "101", "1e1", "ten"])
def test_discount_that_is_none(refused: Refused, percent: str) -> None:
    """Below zero, over a hundred per cent, or no number."""
    refused(303, "invalid_input", percent=percent, approval=APPROVAL)


def test_discount_of_more_than_the_goods(refused: Refused) -> None:
    """An amount off that is more than the line is worth."""
    refused(300, "invalid_input", amount="60", approval=APPROVAL)


def test_less_than_is_due_is_a_part_payment(register: Register) -> None:
    """Twenty for what costs fifty-five: kept, and the rest is still to pay."""
    register.run(200, amount="20")
    totals = register.view().totals
    assert totals is not None
    assert (totals.paid, totals.due) == (Decimal(20), Decimal("34.90"))
    assert register.run(200).data.receipt_number


def test_more_than_is_due_gives_change_in_cash(register: Register) -> None:
    """A hundred for what costs fifty-five."""
    finished = register.run(200, amount="100").data
    assert finished.transaction.payments[0].change == Decimal(45)


def test_more_than_is_due_is_refused_by_card(refused: Refused) -> None:
    """A card gives no change."""
    refused(201, "not_allowed", amount="100")


@pytest.mark.parametrize("amount", ["0", "-5", "1e3", "12,345", "0,50", "7310865004703"])
def test_amount_that_cannot_be_paid(refused: Refused, amount: str) -> None:
    """Nothing, less than nothing, no number, what coins cannot make, and a barcode scanned as an amount."""
    refused(200, "invalid_input", amount=amount)


@pytest.mark.parametrize(("operation", "parameter"), [(105, "quantity"), (200, "amount"), (104, "price")])
def test_a_barcode_where_a_number_belongs(refused: Refused, operation: int, parameter: str) -> None:
    """A barcode is a number, and too large: the error says that, and asks whether it was scanned there."""
    error = refused(operation, "invalid_input", **{parameter: "7310865004703"}, **_approved(operation))
    assert "too large" in error.what.words("en")
    assert error.hint is not None
    assert "barcode" in error.hint.words("en")


def _approved(operation: int) -> dict[str, Any]:
    return {"approval": APPROVAL} if operation == 104 else {}


def test_an_operation_that_is_not_there(refused: Refused) -> None:
    """A button whose plugin this register has not."""
    refused(5999, "not_available")


def test_parameters_that_nobody_has_asked_for(refused: Refused) -> None:
    """What an operation does not know is refused, not ignored."""
    refused(105, "invalid_input", quantity="2", colour="red")


def test_words_without_anything_to_search_for(refused: Refused) -> None:
    """An empty search."""
    refused(108, "invalid_input", words="  ")


@pytest.mark.parametrize("offline", [False, True], ids=["online", "offline"])
def test_wrong_pin_locks_the_number_for_a_while(shop: Shop, offline: bool) -> None:
    """Five wrong tries lock a number, in the same words as a wrong PIN; the right PIN does not help then. The store
    server and the register each count for themselves."""
    staff = {False: (CASHIER, CASHIER_PIN), True: (MANAGER, MANAGER_PIN)}[offline]
    folder = shop.folder / SECOND_REGISTER
    if not folder.exists():
        open_ready(shop, SECOND_REGISTER).close()
    with shop.open_register(folder) as register:
        if offline:
            shop.network.refuse()
        said = set()
        for pin in ["9999"] * 5 + [staff[1]]:
            with pytest.raises(LoggedOnWrong) as told:
                shop.log_on(register, staff[0], pin)
            explains_itself(told.value, "logged_on_wrong")
            said.add(told.value.what.words("sv"))
        assert len(said) == 1
        assert register.staff is None
    shop.network.pass_through()


def test_wrong_pin_is_in_no_log(shop: Shop, opened: Register, capsys: pytest.CaptureFixture[str]) -> None:
    """What was typed as a PIN is neither logged nor in the journal."""
    with pytest.raises(KassaError):
        opened.run(301, percent="50", approval=ManagerApproval(MANAGER, "13579246"))
    said = capsys.readouterr()
    assert "13579246" not in said.out + said.err
    assert not any(b"13579246" in entry.data for entry in opened.journal.entries())
