"""Screen layouts: the button grid of a store's registers, or of one register, typed a button a line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from kassa.errors import InvalidInput, NotFound
from kassa.layouts import SUB_MENU, as_button, stored, stored_json
from kassa.model import EnabledPlugin, LayoutButton
from kassa.plugins import PluginHost, installed
from kassa.text import Text, literal, texts
from kassa_server.master_data import put_rows, replace_rows
from kassa_server.record import touch_registers
from kassa_server.schema import layout, layout_button, register, store

_, n_ = texts("kassa_server")

_KEPT = _("Nothing was changed.")
A_ROW = 4
MOST_BUTTONS = 60
LARGEST_OPERATION = 999_999
FIRST_OF_PARTNERS = 5000


@dataclass(frozen=True)
class ScreenLayout:
    """A layout. ``stores`` and ``registers``: ids of those that show it."""

    layout: str
    name: str
    buttons: tuple[LayoutButton, ...]
    stores: tuple[str, ...]
    registers: tuple[str, ...]


def list_layouts(connection: Connection) -> list[ScreenLayout]:
    """All layouts, by name."""
    buttons: dict[str, list[LayoutButton]] = {}
    for row in connection.execute(select(layout_button).order_by(layout_button.c.layout, layout_button.c.position)):
        made = as_button(row.operation, msgspec.json.decode(row.parameters))
        buttons.setdefault(row.layout, []).append(made)
    stores = connection.execute(select(store.c.store_id, store.c.layout).order_by(store.c.store_id)).all()
    registers = connection.execute(select(register.c.register_id, register.c.layout).order_by(register.c.register_id))
    own = registers.all()
    return [
        ScreenLayout(
            row.layout, row.name, tuple(buttons.get(row.layout, ())),
            tuple(one.store_id for one in stores if one.layout == row.layout),
            tuple(one.register_id for one in own if one.layout == row.layout),
        )
        for row in connection.execute(select(layout).order_by(layout.c.name))
    ]  # fmt: skip


def find_layout(connection: Connection, name: str) -> ScreenLayout:
    """A layout.

    :raises NotFound: there is none of that id.
    """
    for one in list_layouts(connection):
        if one.layout == name:
            return one
    raise NotFound(_("There is no screen layout {layout}.", layout=literal(name[:40])))


def set_layout(connection: Connection, found: ScreenLayout, name: str, buttons: Sequence[LayoutButton]) -> None:
    """Another name, or other buttons. Registers show them after their next synchronisation.

    :raises InvalidInput: the name cannot be used.
    """
    if not name or len(name) > 100 or not name.isprintable():
        raise InvalidInput(_("A layout needs a name of at most {count} characters.", count=100), kept=_KEPT)
    rows = [
        {
            "layout": found.layout,
            "position": position,
            "operation": button.operation,
            "parameters": stored_json(button),
        }
        for position, button in enumerate(buttons)
    ]
    put_rows(connection, layout, [{"layout": found.layout, "name": name}])
    if replace_rows(connection, layout_button, layout_button.c.layout == found.layout, rows):
        for store_id in found.stores:
            touch_registers(connection, store_id)
        own = select(register.c.register_id, register.c.store_id).where(register.c.layout == found.layout)
        for row in connection.execute(own).all():
            touch_registers(connection, row.store_id, row.register_id)


def typed_buttons(buttons: Sequence[LayoutButton]) -> str:
    """Buttons as they are typed: ``917``, or ``300 {"percent":"10"}``, a line each."""
    return "\n".join(typed_button(one) for one in buttons)


def typed_button(button: LayoutButton) -> str:
    """One button as it is typed."""
    return f"{button.operation} {stored_json(button)}" if stored(button) else str(button.operation)


def read_buttons(typed: str) -> tuple[LayoutButton, ...]:
    """What was typed; empty lines are passed over.

    :raises InvalidInput: a line is no button; which, and why.
    """
    lines = [(number, line.strip()) for number, line in enumerate(typed.splitlines(), 1) if line.strip()]
    if len(lines) > MOST_BUTTONS:
        raise InvalidInput(_("At most {count} buttons.", count=MOST_BUTTONS), kept=_KEPT)
    return tuple(_button(number, line) for number, line in lines)


def _button(number: int, line: str) -> LayoutButton:
    operation, _space, parameters = line.partition(" ")
    if not (operation.isascii() and operation.isdigit()) or not 0 < int(operation[:9]) <= LARGEST_OPERATION:
        raise _no_button(number, _("it begins with no operation's number"))
    _known(number, int(operation))
    try:
        read = msgspec.json.decode(parameters.strip().encode() or b"{}", type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError):
        raise _no_button(number, _("its parameters are no JSON object")) from None
    try:
        button = as_button(int(operation), read)
    except InvalidInput as error:
        raise _no_button(number, error.what) from None
    for inner in _within(button):
        _known(number, inner.operation)
    return button


def _known(number: int, operation: int) -> None:
    if operation != SUB_MENU and operation < FIRST_OF_PARTNERS and operation not in operation_names():
        raise _no_button(number, _("there is no operation {operation}", operation=literal(str(operation))))


def _within(button: LayoutButton) -> Iterator[LayoutButton]:
    for one in button.buttons:
        yield one
        yield from _within(one)


def _no_button(number: int, why: Text) -> InvalidInput:
    return InvalidInput(
        _("Line {number} is no button: {why}.", number=number, why=why),
        kept=_KEPT,
        hint=_("Such as {example}.", example=literal('917, or 300 {"percent": "10"}')),
    )


@cache
def operation_names() -> Mapping[int, Text]:
    """The operations of the plugins that are installed at headquarters, by id. A register may have others."""
    points = installed()
    host = PluginHost([EnabledPlugin(name) for name in sorted({point.name for point in points})], lambda: points)
    return {operation.id: operation.name for _plugin, operation in host.hooks.register_operations()}
