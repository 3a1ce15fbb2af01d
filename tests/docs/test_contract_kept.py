"""Kassa's own plugins, and their tests, keep to what docs/compatibility.md lets partners use."""

from __future__ import annotations

import ast

from tests.docs.conftest import ROOT

from kassa.contract import is_public


def test_our_plugins_use_what_partners_may_use() -> None:
    """No plugin of Kassa's own imports a module of the core that is not in the contract."""
    wrong = set()
    for path in (ROOT / "plugins").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "kassa":
                names = [alias.name for alias in node.names]
                wrong |= {f"{node.module}.{name}" for name in names if not is_public(node.module or "", name)}
    assert wrong == set(), "add to PUBLIC in kassa/contract.py what partners may use too, and run script/docs"


ALLOWED_IN_TESTS = {
    "kassa.gateway.exchange",
    "kassa.journal",
    "kassa.journal.purging",
    "kassa.journal.records",
    "kassa.register",
    "kassa.register.purging",
    "kassa.register.status",
    "kassa.runtime.channel_records",
}
"""What the tests of our plugins look at besides: what a register has become, and scripted answers and rows."""
OTHER_SIDE = "kassa_server"
"""Tests of synchronisation change master data where headquarters does, and damage what it has signed."""


def test_our_plugins_are_tested_with_the_kit() -> None:
    """Tests of our plugins use the kit, the contract and the plugin itself, and nothing else of Kassa."""
    strange = set()
    for path in (ROOT / "tests" / "plugins").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_bytes())):
            module = (node.module or "") if isinstance(node, ast.ImportFrom) else ""
            room = module.split(".")[0]
            if room == OTHER_SIDE and path.parent.name == "sync":
                continue
            if room in ("kassa", OTHER_SIDE, "kassa_ui") and not is_public(module):
                strange.add(module)
    assert strange - ALLOWED_IN_TESTS == set(), "use the kit (kassa.testing), or say here why not"
