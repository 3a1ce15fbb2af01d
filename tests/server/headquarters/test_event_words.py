"""Events of the audit trail are called by words."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import kassa_server
from kassa_server.headquarters.event_words import EVENTS, event_words


def written() -> Iterator[str]:
    """The kinds that ``audit.note`` is called with."""
    for file in Path(kassa_server.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "audit.note":
                kind = node.args[1]
                if isinstance(kind, ast.Constant):
                    yield str(kind.value)


def test_each_kind_has_words() -> None:
    """No event that the server itself notes stands on the page as a code; one of a partner's plugin does."""
    kinds = set(written())
    assert len(kinds) > 20
    assert kinds - set(EVENTS) == set()
    assert event_words("acme_points_moved").words("sv") == "acme_points_moved"
    assert event_words("device_revoked").words("sv") == "Enhet återkallad"
