"""A register at work: where an operation may be used and by whom, its lanes, its log on, its settings."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
from sqlalchemy import select
from tests.register.conftest import QUICK, explains_itself, open_ready, settled
from tests.register.partner import plugin, store_with

from kassa.errors import KassaError, NotAllowed, NotAvailable
from kassa.model import LayoutButton
from kassa.operations import ManagerApproval, Offline, Operation, OperationResult
from kassa.register import Register
from kassa.register.face import GridButton
from kassa.schema.master import staff
from kassa.testing.shop import Shop, wait_until
from kassa.testing.store import (
    CASHIER,
    CASHIER_PIN,
    MANAGER,
    MANAGER_PIN,
    REGISTER,
    SECOND_REGISTER,
    SMALL_STORE,
    STORE,
)
from kassa.text import literal
from kassa_server.master_data import put_rows
from kassa_server.setup_store import put_offline_profile, put_plugins

APPROVAL = ManagerApproval(MANAGER, MANAGER_PIN)
TIMEOUT_S = 10
AT_ONCE_S = TIMEOUT_S / 4
"""What a busy machine may take for what waits for nothing: far from the timeout."""
ONLINE_ONLY = 5001
NO_OVERRIDE = 5002


def nothing(_context: Any) -> OperationResult:
    return OperationResult(literal("done"))


def partners_operations() -> list[Operation]:
    """One that needs the store server, and one that nobody can approve."""
    return [
        Operation(ONLINE_ONLY, literal("Points"), nothing, offline=Offline.NO, offline_reason=literal("Asks the bank")),
        Operation(NO_OVERRIDE, literal("Close the day"), nothing, permission="manage"),
    ]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A shop whose registers have a partner's plugin too."""
    store = store_with(SMALL_STORE, "acme")
    with Shop(tmp_path_factory.mktemp("register"), profile=QUICK, store=store) as made:
        yield made


@pytest.fixture(scope="module")
def opened(shop: Shop) -> Iterator[Register]:
    with plugin("acme", register_operations=partners_operations) as finder:
        register = shop.open_register(finder=finder)
        shop.log_on(register)
        yield shop.with_data(register)


@pytest.fixture
def register(shop: Shop, opened: Register) -> Iterator[Register]:
    """The register between two sales, online, with the cashier at it."""
    shop.network.pass_through()
    if opened.staff is None:
        shop.log_on(opened)
    opened.run(917, action="connect")
    yield opened
    shop.network.pass_through()
    opened.session.locked = False
    if opened.transaction is not None:
        opened.run(500)


def says_no(register: Register, operation: int, error_code: str, /, **parameters: Any) -> KassaError:
    """The error, in words."""
    with pytest.raises(KassaError) as told:
        register.run(operation, **parameters)
    explains_itself(told.value, error_code)
    return told.value


# -- where and by whom --------------------------------------------------------------------------------------------


def test_an_operation_is_used_in_its_place(shop: Shop, register: Register) -> None:
    """Some belong between sales, some to a sale, and most to somebody who is logged on."""
    says_no(register, 102, "not_available")
    register.run(100, code="1001")
    assert "sale is in progress" in str(says_no(register, 504, "not_available"))
    says_no(register, 701, "not_available")
    register.run(500)
    register.run(701)
    assert "Nobody is logged on" in str(says_no(register, 100, "not_available", code="1001"))
    says_no(register, 100, "not_available", code="1001", approval=APPROVAL)


def test_a_permission_or_another_person(register: Register) -> None:
    """Without the permission an operation that may be approved asks for somebody else, who must have it."""
    register.run(100, code="1001")
    refused = says_no(register, 104, "not_allowed", price="1")
    assert isinstance(refused, NotAllowed)
    assert refused.override
    says_no(register, 104, "not_allowed", price="1", approval=ManagerApproval(CASHIER, CASHIER_PIN))
    register.run(104, price="1", approval=APPROVAL)


def test_an_approval_lifts_only_what_may_be_approved(register: Register) -> None:
    """An operation that no manager may approve for another is not opened by a manager's PIN."""
    refused = says_no(register, NO_OVERRIDE, "not_allowed", approval=APPROVAL)
    assert isinstance(refused, NotAllowed)
    assert not refused.override


def test_an_approver_needs_the_permission_to_approve(shop: Shop, register: Register) -> None:
    """Another cashier cannot approve what this one may not do."""
    with shop.server.channel().writing() as connection:
        row = connection.execute(select(staff).where(staff.c.staff_id == CASHIER)).mappings().one()
        put_rows(connection, staff, [{**row, "staff_id": "1002", "name": "Per Dahl"}])
    register.run(100, code="1001")
    says_no(register, 104, "logged_on_wrong", price="1", approval=ManagerApproval("1002", "1234"))


def test_nobody_approves_for_oneself(shop: Shop, register: Register) -> None:
    """An approval is another person's: a manager's own PIN adds nothing to what that manager may do, and nothing in the
    journal says that somebody else has looked."""
    register.run(701)
    shop.log_on(register, MANAGER, MANAGER_PIN)
    register.run(100, code="1001")
    refused = says_no(register, 104, "not_allowed", price="1", approval=APPROVAL)
    assert isinstance(refused, NotAllowed)
    assert refused.override
    register.run(500)
    register.run(701)
    shop.log_on(register)


def test_a_locked_till_takes_only_its_pin(register: Register) -> None:
    """Locked, the till sells nothing and shows so; the PIN of whoever locked it opens it, with the sale as it was."""
    register.run(100, code="1001")
    before = register.transaction
    register.run(703)
    assert register.view().locked
    says_no(register, 100, "not_available", code="1002")
    says_no(register, 703, "logged_on_wrong", pin="9999")
    register.run(703, pin=CASHIER_PIN)
    assert register.transaction == before
    register.run(100, code="1002")


def button(register: Register, operation: int) -> GridButton:
    """That operation's button as it is now."""
    record = register.record
    if all(layout.operation != operation for layout in record.buttons):
        more = (*record.buttons, LayoutButton(operation))
        register.journal.keep_record(msgspec.structs.replace(record, buttons=more))
    return next(button for button in register.view().buttons if button.operation == operation)


def test_what_cannot_be_done_now_is_shown_before_it_is_pressed(shop: Shop, register: Register) -> None:
    """An operation that needs the store server is dead on the screen while it is away, with the reason; pressed all the
    same it says it too. One that needs a manager is shown as such."""
    assert button(register, ONLINE_ONLY).face.enabled
    register.run(ONLINE_ONLY)
    assert (button(register, 104).needs_manager, button(register, 105).needs_manager) == (True, False)
    register.run(100, code="1001")
    shop.network.refuse()
    register.run(100, code="1002")
    face = button(register, ONLINE_ONLY).face
    assert (face.enabled, str(face.detail)) == (False, "Asks the bank")
    with pytest.raises(NotAvailable, match="Asks the bank"):
        register.run(ONLINE_ONLY)
    assert button(register, 503).face.enabled


def test_a_button_whose_plugin_is_gone_is_dead(register: Register) -> None:
    """A button in the layout that no plugin of this register has is shown, and cannot be pressed."""
    assert not button(register, 5999).face.enabled


# -- lanes --------------------------------------------------------------------------------------------------------


def test_disconnect_answers_at_once_while_a_request_hangs(make_shop: Callable[..., Shop]) -> None:
    """The store server accepts and says nothing, and a request may take ten seconds: Disconnect answers long before
    that, and so does the scan that hung, from the offline database."""
    shop = make_shop(profile={"request_timeout_s": TIMEOUT_S})
    register = open_ready(shop)
    register.run(100, code="1001")
    shop.network.freeze()
    scan = register.submit(100, code="1002")
    search = register.submit(108, words="kaffe")
    before = shop.network.from_register
    wait_until(lambda: shop.network.from_register > before or register.lanes.sale.busy, "the scan is on its way")
    pressed = time.monotonic()
    register.run(917, action="disconnect")
    assert time.monotonic() - pressed < AT_ONCE_S
    assert scan.result(timeout=AT_ONCE_S).data.item.number == "1002"
    assert search.result(timeout=AT_ONCE_S).data.items
    assert register.connection.state().name == "manual"
    register.run(200)
    shop.network.pass_through()
    register.run(917, action="connect")
    settled(shop, register)


def test_finishing_never_waits_for_delivery(make_shop: Callable[..., Shop]) -> None:
    """With a store server that accepts and says nothing, paying waits for nothing of it."""
    shop = make_shop(profile={"request_timeout_s": TIMEOUT_S})
    register = open_ready(shop)
    register.run(100, code="1001")
    shop.network.freeze()
    pressed = time.monotonic()
    register.run(200)
    assert time.monotonic() - pressed < AT_ONCE_S
    assert register.waiting().count == 1
    register.run(917, action="disconnect")


# -- log on -------------------------------------------------------------------------------------------------------


def test_a_new_registers_first_log_on_is_online(make_shop: Callable[..., Shop]) -> None:
    """A register that has never been in contact has nobody to let in: it says so, and lets them in once it has."""
    shop = make_shop(profile=QUICK)
    folder = shop.activate()
    shop.network.refuse()
    register = shop.open_register(folder)
    wait_until(lambda: register.connection.state().name == "unreachable", "the store server is away")
    says_no(register, 700, "offline_database_unavailable", staff_id=CASHIER, pin=CASHIER_PIN)
    assert register.staff is None
    assert not register.readiness().ready
    shop.network.pass_through()
    shop.log_on(register)
    assert register.connection.state().online


def test_a_register_without_data_that_is_disconnected_by_hand_asks_for_connect(make_shop: Callable[..., Shop]) -> None:
    """Nothing is tried by itself then, so that neither the network nor another try would help."""
    shop = make_shop(profile=QUICK)
    register = shop.open_register()
    register.run(917, action="disconnect")
    assert not register.view().has_offline_data
    with pytest.raises(KassaError) as told:
        shop.log_on(register)
    explains_itself(told.value, "offline_database_unavailable")
    assert told.value.hint is not None
    assert "Connect" in told.value.hint.words("en")
    register.run(917, action="connect")
    shop.log_on(register)
    shop.with_data(register)
    assert register.view().has_offline_data


def audited(shop: Shop) -> list[dict[str, Any]]:
    """The staff assertions in the audit trail."""
    rows = shop.server.query("SELECT staff_id, detail FROM audit WHERE kind = 'staff_assertion' ORDER BY audit_id")
    return [{"staff_id": row["staff_id"], **msgspec.json.decode(row["detail"])} for row in rows]


def offline_log_on(shop: Shop, register_id: str) -> Register:
    """A register that has come back without its store server, with the cashier at it."""
    open_ready(shop, register_id).close()
    shop.network.refuse()
    register = shop.open_register(shop.folder / register_id)
    shop.log_on(register)
    assert len(register.session.assertions) == 1
    return register


def block(shop: Shop, staff_id: str) -> None:
    """Headquarters takes somebody off the list."""
    with shop.server.channel().writing() as connection:
        row = connection.execute(select(staff).where(staff.c.staff_id == staff_id)).mappings().one()
        put_rows(connection, staff, [{**row, "blocked": True}])


def test_an_offline_log_on_is_accepted_on_return(make_shop: Callable[..., Shop]) -> None:
    """Whoever logged on without the store server is told to it on return; it accepts, audits, and forgets nothing."""
    shop = make_shop(profile=QUICK)
    register = offline_log_on(shop, "R1")
    register.run(100, code="1001")
    register.run(200)
    shop.network.pass_through()
    register.run(917, action="connect")
    settled(shop, register)
    assert register.session.assertions == ()
    (assertion,) = audited(shop)
    assert (assertion["staff_id"], assertion["accepted"], assertion["verifier_in_force"]) == (CASHIER, True, True)
    assert len(shop.server.sales()) == 1


def test_staff_who_were_blocked_meanwhile_are_named(make_shop: Callable[..., Shop]) -> None:
    """The store server does not accept whoever is logged on: the register stays offline and names them, sells on, and
    comes back with somebody whom it accepts."""
    shop = make_shop(profile=QUICK)
    register = offline_log_on(shop, "R1")
    block(shop, CASHIER)
    shop.network.pass_through()
    with pytest.raises(NotAllowed, match=CASHIER) as told:
        register.run(917, action="connect")
    explains_itself(told.value, "not_allowed")
    state = register.connection.state()
    assert (state.name, CASHIER in str(state.cause)) == ("not_trusted", True)
    register.run(100, code="1001")
    register.run(200)
    register.run(701)
    shop.log_on(register, MANAGER, MANAGER_PIN)
    register.run(917, action="connect")
    settled(shop, register)
    assert [assertion["accepted"] for assertion in audited(shop)][:1] == [False]
    assert len(shop.server.sales()) == 1
    register.run(701)
    says_no(register, 700, "logged_on_wrong", staff_id=CASHIER, pin=CASHIER_PIN)


# -- settings -----------------------------------------------------------------------------------------------------


def test_settings_take_effect_at_the_next_synchronisation(shop: Shop) -> None:
    """A changed offline profile is in force after a synchronisation, without a restart."""
    register = open_ready(shop, SECOND_REGISTER)
    assert register.record.profile.request_timeout_s == QUICK["request_timeout_s"]
    with shop.server.channel().writing() as connection:
        put_offline_profile(connection, STORE, {**QUICK, "request_timeout_s": 0.3, "reconnect_interval_min": 7})
    register.run(917, action="synchronise")
    wait_until(lambda: register.record.profile.reconnect_interval_min == 7, "the settings are here")
    register.run(100, code="1001")
    shop.network.freeze()
    began = time.monotonic()
    register.run(100, code="1002")
    assert 0.25 < time.monotonic() - began < QUICK["request_timeout_s"]
    assert register.connection.state().name == "timeout"
    shop.network.pass_through()
    register.run(200)
    register.close()


def test_another_list_of_plugins_asks_for_a_restart(make_shop: Callable[..., Shop]) -> None:
    """Plugins are loaded when the register starts: one that gets another list meanwhile says so until it has been
    started again, and goes on with those that it has."""
    shop = make_shop(profile=QUICK)
    register = open_ready(shop)
    kept = register.record.plugins
    assert register.view().problems == ()
    with shop.server.channel().writing() as connection:
        put_plugins(connection, REGISTER, [plugin for plugin in kept if plugin.name != "customer"])
    register.run(917, action="synchronise")
    wait_until(lambda: register.record.plugins != kept, "the list is here")
    wait_until(lambda: register.view().problems, "it is said")
    (said,) = register.view().problems
    assert "started again" in str(said)
    assert said.words("sv") != said.words("en")
    register.close()
    again = shop.open_register(register.directory)
    assert again.view().problems == ()
    assert "customer" not in again.plugins.loaded


def test_the_last_sale_in_progress_is_back_after_a_restart(make_shop: Callable[..., Shop]) -> None:
    """A register that is closed with a sale on it comes back with that sale, disconnected by hand if it was."""
    shop = make_shop(profile=QUICK)
    register = open_ready(shop)
    register.run(100, code="1001")
    register.run(917, action="disconnect")
    before = register.transaction
    register.close()
    register = shop.open_register(register.directory)
    assert (register.transaction, register.connection.state().name) == (before, "manual")
    shop.log_on(register)
    register.run(200)
    register.run(917, action="connect")
    settled(shop, register)
    assert len(shop.server.sales()) == 1


def test_buttons_that_can_only_refuse_are_shown_so(shop: Shop, register: Register) -> None:
    """What needs a sale is dimmed with its reason before there is one, and what does not fit a sale while there is."""

    def reasons() -> dict[int, str | None]:
        return {
            button.operation: None if button.face.enabled else str(button.face.detail)
            for button in register.view().buttons
        }

    assert (reasons()[105], reasons()[108]) == ("Needs a sale", None)
    register.run(100, code=shop.barcode("1001"))
    assert reasons()[105] is None


def test_an_error_without_a_sale_does_not_speak_of_one(register: Register) -> None:
    """Nothing is said to be kept of a sale that there is not."""
    with pytest.raises(KassaError) as refused:
        register.run(105, quantity="3")
    assert str(refused.value.kept) == "Nothing is lost."


def test_a_register_s_folder_may_be_named_from_where_one_stands(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative folder (``kassa ui -d register``) is as good as its full name: the offline database is loaded."""
    folder = shop.activate(SECOND_REGISTER)
    monkeypatch.chdir(folder.parent)
    register = shop.open_register(folder.relative_to(folder.parent))
    shop.log_on(register)
    assert shop.with_data(register).offline_database.available
