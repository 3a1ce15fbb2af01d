"""Screen layouts: which there are, and one, as a grid and as data."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kassa.errors import KassaError
from kassa.text import literal, texts
from kassa_server.headquarters import layouts
from kassa_server.headquarters.edits import check_stamp, stamp_of
from kassa_server.headquarters.users import MANAGER
from kassa_server.web.editing import stamp_for, typed_stamp
from kassa_server.web.page import field, go, needs, reading, user_of, writing
from kassa_server.web.rendering import render

_, n_ = texts("kassa_server")


def listed(request: Request) -> Response:
    """All layouts, with who shows them."""
    with reading(request) as connection:
        found = layouts.list_layouts(connection)
    return render(request, "layouts.html", layouts=found)


def shown(request: Request) -> Response:
    """One layout."""
    return _page(request)


def _page(request: Request, status: int = 200, error: KassaError | None = None, **typed: str) -> Response:
    with reading(request) as connection:
        found = layouts.find_layout(connection, request.path_params["layout"])
        current = stamp_of(connection, [found.name, found.buttons])
    given = {"name": found.name, "buttons": layouts.typed_buttons(found.buttons), **typed}
    return render(
        request, "layout.html", status, layout=found, typed=given, error=error,
        lines=[layouts.typed_button(one) for one in found.buttons],
        stamp=stamp_for(request, current, error), names=layouts.operation_names(),
        may_change=user_of(request).may(MANAGER),
    )  # fmt: skip


@needs(MANAGER)
def changed(request: Request) -> Response:
    """Other buttons; a line that is none is named, and nothing is changed."""
    name, typed = field(request, "name")[:200], field(request, "buttons")[:20_000]
    try:
        buttons = layouts.read_buttons(typed)
        with writing(request) as connection:
            found = layouts.find_layout(connection, request.path_params["layout"])
            rows = [("layout", found.layout), ("layout_button", f'["{found.layout}",*')]
            check_stamp(connection, typed_stamp(request), [found.name, found.buttons], rows)
            layouts.set_layout(connection, found, name, buttons)
    except KassaError as error:
        return _page(request, 422, error, name=name, buttons=typed)
    return go(request, f"/layouts/{found.layout}", _("Layout {name} is changed.", name=literal(name)))


ROUTES = [
    Route("/layouts", listed),
    Route("/layouts/{layout}", shown),
    Route("/layouts/{layout}", changed, methods=["POST"]),
]
