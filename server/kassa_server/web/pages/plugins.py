"""The plugins of a register: which, in which order, which of them required, with their settings."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import msgspec
from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kassa.errors import InvalidInput, KassaError
from kassa.model import EnabledPlugin
from kassa.text import literal, texts
from kassa_server.headquarters.edits import ChangedMeanwhile, check_stamp, stamp_of
from kassa_server.headquarters.registers import find_register, read_settings, set_plugins
from kassa_server.headquarters.users import ADMINISTRATOR
from kassa_server.schema import register_plugin
from kassa_server.web.editing import stamp_for, typed_stamp
from kassa_server.web.page import field, fields, go, needs, now_of, reading, user_of, writing
from kassa_server.web.rendering import render

_, n_ = texts("kassa_server")

MOST = 200


@dataclass(frozen=True)
class TypedPlugin:
    """A row of the form, as it was typed."""

    name: str
    required: bool = False
    settings: str = ""


def shown(request: Request) -> Response:
    """The list as it is."""
    with reading(request) as connection:
        whole = find_register(connection, request.path_params["register_id"], now_of(request))
    return _page(request, [_typed(plugin) for plugin in whole.plugins])


def _typed(plugin: EnabledPlugin) -> TypedPlugin:
    settings = msgspec.json.format(msgspec.json.encode(plugin.settings), indent=1).decode() if plugin.settings else ""
    return TypedPlugin(plugin.name, plugin.required, settings)


@needs(ADMINISTRATOR)
def changed(request: Request) -> Response:
    """Move, add or take away a row of the form, which is not kept yet; or keep it all."""
    rows = _rows(request)
    what, _dash, place = field(request, "do").partition("-")
    if what == "save":
        return _save(request, rows)
    return _page(request, _edited(rows, what, place, field(request, "add")), unsaved=True)


def _rows(request: Request) -> list[TypedPlugin]:
    names, settings = fields(request, "name")[:MOST], fields(request, "settings")
    required = {int(place) for place in fields(request, "required") if place.isascii() and place.isdigit()}
    padded = [*settings, *[""] * len(names)]
    return [TypedPlugin(name.strip(), place in required, padded[place].strip()) for place, name in enumerate(names)]


def _edited(rows: Sequence[TypedPlugin], what: str, place: str, new: str) -> list[TypedPlugin]:
    edited = list(rows)
    at = int(place) if place.isascii() and place.isdigit() and len(place) < 5 else -1
    if what == "add" and new.strip():
        edited.append(TypedPlugin(new.strip()[:100]))
    elif what == "up" and 0 < at < len(edited):
        edited[at - 1], edited[at] = edited[at], edited[at - 1]
    elif what == "down" and 0 <= at < len(edited) - 1:
        edited[at + 1], edited[at] = edited[at], edited[at + 1]
    elif what == "remove" and 0 <= at < len(edited):
        del edited[at]
    return edited


def _save(request: Request, rows: Sequence[TypedPlugin]) -> Response:
    register_id = request.path_params["register_id"]
    try:
        plugins = [EnabledPlugin(row.name, row.required, read_settings(row.name, row.settings)) for row in rows]
        with writing(request) as connection:
            there = find_register(connection, register_id, now_of(request)).plugins
            check_stamp(connection, typed_stamp(request), there, [("register_plugin", f'["{register_id}",*')])
            set_plugins(connection, register_id, plugins)
    except (InvalidInput, ChangedMeanwhile) as error:
        return _page(request, rows, 422, error=error, unsaved=True)
    return go(
        request, f"/registers/{register_id}", _("The plugins of {register} are set.", register=literal(register_id))
    )


def _page(
    request: Request,
    rows: Sequence[TypedPlugin],
    status: int = 200,
    *,
    error: KassaError | None = None,
    unsaved: bool = False,
) -> Response:
    with reading(request) as connection:
        whole = find_register(connection, request.path_params["register_id"], now_of(request))
        current = stamp_of(connection, whole.plugins)
        used = connection.execute(select(register_plugin.c.name).distinct()).scalars().all()
    listed = {row.name for row in rows}
    known = sorted({*installed(), *used} - listed)
    return render(
        request, "plugins.html", status, rows=[replace(row) for row in rows], row=whole.row, known=known, error=error,
        unsaved=unsaved, stamp=stamp_for(request, current, error),
        may_change=user_of(request).may(ADMINISTRATOR),
    )  # fmt: skip


@cache
def installed() -> tuple[str, ...]:
    """The plugins that are installed at headquarters; a register may have others."""
    return tuple(sorted({point.name for point in importlib.metadata.entry_points(group="kassa.plugins")}))


ROUTES = [
    Route("/registers/{register_id}/plugins", shown),
    Route("/registers/{register_id}/plugins", changed, methods=["POST"]),
]
