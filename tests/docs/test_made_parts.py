"""The parts of docs/ that are made from the code are as the code is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.docs.conftest import DOCS, ROOT

from docs import reference
from kassa.model import OfflineProfile
from kassa.operations import Offline
from kassa.register.pipeline import APPROVE
from kassa_card_simulator import simulator
from kassa_fiscal_simulator_se.rules import Settings as FiscalSettings
from kassa_receipt.settings import ReceiptSettings
from kassa_shift.settings import Settings as ShiftSettings
from kassa_staff.settings import Settings as StaffSettings

PAGES = sorted(DOCS.glob("*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_page_is_as_the_code_is(page: Path) -> None:
    """Running script/docs would change nothing: operations, settings and examples are the code's."""
    text = page.read_text(encoding="utf-8")
    assert reference.filled(text) == text


def test_every_made_part_is_in_a_page() -> None:
    """Each table that can be made stands somewhere."""
    made = {found[2] for page in PAGES for found in reference.MADE.finditer(page.read_text(encoding="utf-8"))}
    assert made == set(reference.MAKERS)


def test_operation_that_does_not_work_offline_says_why() -> None:
    """What needs the store server, or is limited without it, tells the reason before it is pressed."""
    for plugin, operation in reference.declared_operations():
        assert (operation.offline is Offline.YES) == (operation.offline_reason is None), (plugin, operation.id)


def test_operation_has_one_owner() -> None:
    """No two plugins of Kassa claim one id, and none takes a partner's (from 5000)."""
    ids = [operation.id for _, operation in reference.declared_operations()]
    assert len(ids) == len(set(ids))
    assert max(ids) < 5000


def test_names_are_translated() -> None:
    """Every operation has a Swedish name of its own."""
    for _, operation in reference.declared_operations():
        assert operation.name.words("sv") != operation.name.words("en"), operation.id


def test_defaults_are_those_promised() -> None:
    """The offline profile's defaults are the promised ones."""
    assert OfflineProfile() == OfflineProfile(
        request_timeout_s=10,
        retry_count=0,
        reconnect_interval_min=5,
        reconnect_budget_ms=300,
        prompt_before_switch=False,
        allow_offline_before_log_on=True,
        advanced_switching=False,
        health_check_interval_s=30,
        latency_threshold_ms=None,
        sync_interval_s=60,
        upload_batch_kb=200,
        pause_sync=False,
        retention_days=30,
        max_offline_hours=None,
        max_offline_amount=None,
    )


def test_every_setting_has_a_unit_and_a_meaning() -> None:
    """No field of the offline profile is without its unit and its sentence."""
    table = reference.settings("")
    assert table.count("\n") == len(OfflineProfile.__struct_fields__) + 2
    for line in table.splitlines()[2:]:
        assert all(cell.strip() for cell in line.strip("|").split("|")), line


def settings_page() -> str:
    return (DOCS / "settings.md").read_text(encoding="utf-8")


def test_every_setting_of_a_plugin_is_on_the_page() -> None:
    """What the plugins read from their settings is in the table, and nothing else is."""
    read: set[tuple[str, str]] = set()
    for path in (ROOT / "plugins").rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        plugin = path.relative_to(ROOT / "plugins").parts[0].removeprefix("kassa_")
        read |= {(plugin, name) for name in re.findall(r'settings(?:\.get\(|\[)"(\w+)"', source)}
    read |= {("card_simulator", name) for name in simulator.DIGITS}
    read |= {("shift", name) for name in ShiftSettings.__struct_fields__}
    read |= {("receipt", name) for name in ReceiptSettings.__struct_fields__}
    read |= {("staff", name) for name in StaffSettings.__struct_fields__}
    read |= {("fiscal_simulator_se", name) for name in FiscalSettings.__struct_fields__}
    assert set(re.findall(r"^\| `(\w+)` \| `(\w+)` \| [^|]+ \| [^|]+ \|$", settings_page(), re.MULTILINE)) == read


def test_every_permission_is_on_the_page() -> None:
    """The permissions that operations need, and the one to approve, are in the table."""
    needed = {operation.permission for _, operation in reference.declared_operations() if operation.permission}
    table = settings_page().split("| permission | allows |")[1].split("\n\n")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == needed | {APPROVE}
