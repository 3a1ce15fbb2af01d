"""The matrix of connection states: each operation is pressed online, offline, slow, switched and after a kill."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
OPERATIONS = {
    int(number)
    for number in re.findall(r"^\| (\d+) \|", (ROOT / "docs" / "operations.md").read_text("utf-8"), re.MULTILINE)
}
ELSEWHERE = {
    643: "tests/plugins/discounts/test_coupons.py",
    644: "tests/plugins/discounts/test_coupons.py",
}
"""Coupons need a store that has some: their own tests go through the states."""


def pressed() -> Iterator[int]:
    """Operations in test modules whose till is in each state: in ``run`` and ``result``, and in lists of steps."""
    for path in (ROOT / "tests" / "plugins").rglob("test_*.py"):
        text = path.read_text("utf-8")
        if "each_connection_state" not in text and "in STATES]" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
                of_till = isinstance(node.func.value, ast.Name) and node.func.value.id == "till"
                first = node.args[0] if of_till and node.func.attr in ("run", "result") else None
            else:
                first = node.elts[0] if isinstance(node, ast.Tuple) and node.elts else None
            if isinstance(first, ast.Constant) and isinstance(first.value, int):
                yield first.value


def test_every_operation_is_in_the_matrix() -> None:
    """One that is declared and pressed by no test of the matrix is named here."""
    assert OPERATIONS - set(pressed()) - set(ELSEWHERE) == set()
    assert all((ROOT / path).is_file() for path in ELSEWHERE.values())
