"""Layouts as data: a button as it is stored, with its own name and its sub menu among the parameters.

``100 {"code": "1001", "label": "Coffee"}`` sells coffee under that name; ``401 {"label": "Drinks", "buttons":
[{"operation": 100, "parameters": {"code": "1001"}}]}`` opens a sub menu.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from kassa.errors import InvalidInput
from kassa.model import LayoutButton
from kassa.text import Text, literal, texts

_, n_ = texts("kassa")

SUB_MENU = 401
LABEL, BUTTONS = "label", "buttons"
LONGEST_LABEL = 40
DEEPEST = 3
"""Sub menus within sub menus."""
MOST = 60
"""Buttons of one grid."""


def as_button(operation: int, stored: Mapping[str, Any], depth: int = 0) -> LayoutButton:
    """The button of ``operation`` with what is stored for it.

    :raises kassa.errors.InvalidInput: its name or its sub menu is none; what and why.
    """
    parameters = dict(stored)
    label, inner = parameters.pop(LABEL, ""), parameters.pop(BUTTONS, [])
    if not isinstance(label, str) or len(label) > LONGEST_LABEL or not (label.isprintable() or not label):
        raise _wrong(operation, _("its name has more than {count} characters, or is none", count=LONGEST_LABEL))
    if not isinstance(inner, list) or len(inner) > MOST or depth > DEEPEST or bool(inner) != (operation == SUB_MENU):
        raise _wrong(
            operation, _("a sub menu (401) has a list of at most {count} buttons, others have none", count=MOST)
        )
    return LayoutButton(operation, parameters, label, tuple(_inner(one, operation, depth + 1) for one in inner))


def _inner(one: object, operation: int, depth: int) -> LayoutButton:
    if not isinstance(one, dict) or not isinstance(one.get("operation"), int):
        raise _wrong(operation, _("a button of its sub menu names no operation"))
    parameters = one.get("parameters", {})
    if not isinstance(parameters, dict):
        raise _wrong(operation, _("a button of its sub menu has parameters that are none"))
    return as_button(one["operation"], parameters, depth)


def _wrong(operation: int, why: Text) -> InvalidInput:
    said = _("The button of {operation} cannot be used: {why}.", operation=literal(str(operation)), why=why)
    return InvalidInput(said)


def stored(button: LayoutButton) -> dict[str, Any]:
    """What is stored for ``button``: :func:`as_button` makes it again."""
    parameters: dict[str, Any] = dict(button.parameters)
    if button.label:
        parameters[LABEL] = button.label
    if button.buttons:
        parameters[BUTTONS] = [
            {"operation": one.operation, "parameters": kept} if (kept := stored(one)) else {"operation": one.operation}
            for one in button.buttons
        ]
    return parameters


def stored_json(button: LayoutButton) -> str:
    """The same as JSON."""
    return msgspec.json.encode(stored(button)).decode()
