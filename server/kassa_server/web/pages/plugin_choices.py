"""Where a plugin's distribution runs: chosen, rolled out, rolled back, and what each register says of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kassa.errors import InvalidInput, KassaError, NotFound
from kassa.packages.plugin_sets import PluginsReport, PluginTrouble
from kassa.text import literal, texts
from kassa_server.headquarters.plugins import choices, sets
from kassa_server.headquarters.plugins.allow_list import APPROVED, AllowedWheel, list_wheels
from kassa_server.headquarters.plugins.choices import Choice, Placed
from kassa_server.headquarters.registers import read_settings
from kassa_server.headquarters.users import ADMINISTRATOR
from kassa_server.web.page import channel_of, field, go, needs, reading, user_of, writing
from kassa_server.web.rendering import render

_, n_ = texts("kassa_server")
PATH = "/plugins/{distribution}"
FIRST_STAGE = 5
"""Per cent of the registers that a staged roll-out begins with."""


@dataclass(frozen=True)
class RegisterLine:
    """A register on the page. ``chosen``: the version that it is to run; ``runs``: that it has said to run."""

    register: Placed
    chosen: str
    runs: str
    told: PluginsReport | None
    troubles: Sequence[PluginTrouble]


def shown(request: Request) -> Response:
    """The distribution."""
    return _page(request)


@needs(ADMINISTRATOR)
def choose(request: Request) -> Response:
    """Choose a version for a register, a group, a store or all."""
    distribution = request.path_params["distribution"]
    level, _colon, target = field(request, "place").partition(":")
    try:
        names = [name for name in request.scope["state"]["form"] if name.startswith("settings-")]
        typed = {name.removeprefix("settings-"): field(request, name) for name in names}
        settings = {name: read_settings(name, text) for name, text in typed.items() if text}
        if level not in choices.LEVELS:
            raise InvalidInput(_("Choose where it is to run."))
        percent = field(request, "percent")
        choice = Choice(
            level, target, distribution, field(request, "version"), settings, bool(field(request, "required")),
            int(percent) if percent.isascii() and percent.isdigit() and len(percent) < 4 else 0,
        )  # fmt: skip
        with writing(request) as connection:
            sets.choose(connection, channel_of(request).environment, choice, by=user_of(request).name)
    except InvalidInput as error:
        return _page(request, 422, error)
    return go(request, f"/plugins/{distribution}", _("It is chosen. Registers use it at their next start, once their "
              "store server serves it."))  # fmt: skip


@needs(ADMINISTRATOR)
def roll_back(request: Request) -> Response:
    """Go back to the version that was there before."""
    distribution = request.path_params["distribution"]
    level, _colon, target = field(request, "place").partition(":")
    try:
        with writing(request) as connection:
            environment, by = channel_of(request).environment, user_of(request).name
            now = sets.roll_back(connection, environment, level, target, distribution, by=by)
    except InvalidInput as error:
        return _page(request, 422, error)
    said = _("Rolled back to {version}.", version=literal(now.version))
    if now.version in (choices.OFF, choices.INHERIT):
        said = _("Rolled back: nothing is chosen there any more.")
    return go(request, f"/plugins/{distribution}", said)


def _page(request: Request, status: int = 200, error: KassaError | None = None) -> Response:
    distribution = request.path_params["distribution"]
    with reading(request) as connection:
        wheels = [one for one in list_wheels(connection) if one.facts.distribution == distribution]
        if not wheels:
            raise NotFound(_("There is no wheel {wheel}.", wheel=literal(distribution[:64])))
        registers, everything = choices.placed_registers(connection), choices.history(connection)
        history = [one for one in everything if one.distribution == distribution]
        told = sets.reported(connection)
        stores, groups = choices.stores(connection), choices.groups(connection)
        lines = [_line(one, registers, everything, told.get(one.register_id), distribution) for one in registers]
    approved = [one for one in wheels if one.state == APPROVED and one.facts.plugins]
    sent = request.scope["state"].get("form", ()) if error else ()
    return render(
        request,
        "plugin_choices.html",
        status,
        distribution=distribution,
        approved=approved,
        error=error,
        fields=_fields(approved),
        history=history,
        current=[one for one in choices.current(history) if one.version != choices.INHERIT],
        lines=lines,
        stores=stores,
        groups=groups,
        stages=(FIRST_STAGE, 25, 50, choices.WHOLE),
        typed=defaultdict(str, {name: field(request, name) for name in sent}),
        may_change=user_of(request).may(ADMINISTRATOR),
    )


def _line(
    one: Placed, registers: Sequence[Placed], history: Sequence[Choice], told: PluginsReport | None, distribution: str
) -> RegisterLine:
    choice = choices.in_force(one, registers, history).get(distribution)
    there = [] if told is None else [plugin for plugin in told.runs if plugin.distribution == distribution]
    names = {plugin.name for plugin in there}
    troubles = [] if told is None else [trouble for trouble in told.troubles if trouble.name in names]
    runs = there[0].version if there else ""
    return RegisterLine(one, "" if choice is None else choice.version, runs, told, troubles)


def _fields(approved: Sequence[AllowedWheel]) -> dict[str, list[tuple[str, str, Any]]]:
    """Each plugin's settings, by the newest approved version: name, type and default."""
    found: dict[str, list[tuple[str, str, Any]]] = {}
    for plugin, declared in (approved[0].declared if approved else {}).items():
        schema = declared.settings or {}
        root = schema.get("$defs", {}).get(str(schema.get("$ref", "")).rpartition("/")[2], schema)
        properties: dict[str, dict[str, Any]] = root.get("properties", {})
        found[plugin] = [(name, str(one.get("type", "")), one.get("default")) for name, one in properties.items()]
    return found


ROUTES = [
    Route(PATH, shown),
    Route(PATH, choose, methods=["POST"]),
    Route(PATH + "/roll-back", roll_back, methods=["POST"]),
]
