"""Staff: where each may log on, their permission group, their PIN. Name and language are a plain record page."""

from __future__ import annotations

from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kassa.errors import InvalidInput, KassaError
from kassa.schema.master import permission_group
from kassa.text import literal, texts
from kassa_server import audit
from kassa_server.headquarters import staff_places
from kassa_server.headquarters.edits import check_stamp, stamp_of
from kassa_server.headquarters.users import MANAGER
from kassa_server.schema import store
from kassa_server.setup_store import block_staff
from kassa_server.web.editing import stamp_for, typed_stamp
from kassa_server.web.page import (
    channel_of,
    field,
    fields,
    go,
    needs,
    now_of,
    reading,
    secret_field,
    user_of,
    writing,
)
from kassa_server.web.rendering import render

_, n_ = texts("kassa_server")


def listed(request: Request) -> Response:
    """Everybody, with where they may log on."""
    with reading(request) as connection:
        people = staff_places.list_people(connection)
        names = {row.store_id: row.name for row in connection.execute(select(store.c.store_id, store.c.name))}
    return render(request, "staff.html", people=people, names=names, may_change=user_of(request).may(MANAGER))


def shown(request: Request) -> Response:
    """One of them."""
    return _page(request)


def _page(request: Request, status: int = 200, *, error: KassaError | None = None, pin: str | None = None) -> Response:
    with reading(request) as connection:
        person = staff_places.find_person(connection, request.path_params["staff_id"])
        current = stamp_of(connection, _shown(person))
        stores = connection.execute(select(store.c.store_id, store.c.name).order_by(store.c.name)).all()
        group = permission_group.c.permission_group
        groups = connection.execute(select(group).order_by(group)).scalars().all()
    return render(
        request, "person.html", status, person=person, stores=stores, groups=groups, error=error, pin=pin,
        stamp=current if pin else stamp_for(request, current, error),
        may_change=user_of(request).may(MANAGER),
    )  # fmt: skip


def _shown(person: staff_places.Person) -> list[object]:
    """What the form shows of somebody."""
    return [person.permission_group, person.stores, person.blocked]


@needs(MANAGER)
def changed(request: Request) -> Response:
    """Permission group, places, blocked or not."""
    staff_id, environment = request.path_params["staff_id"], channel_of(request).environment
    try:
        with writing(request) as connection:
            there = staff_places.find_person(connection, staff_id)
            rows = [("staff", staff_id), ("store_staff", f'[*,"{staff_id}"]')]
            check_stamp(connection, typed_stamp(request), _shown(there), rows)
            pin = staff_places.set_permission_group(connection, environment, staff_id, field(request, "group"))
            staff_places.set_places(connection, staff_id, fields(request, "store"))
            block_staff(connection, staff_id, field(request, "blocked") == "yes")
            person = staff_places.find_person(connection, staff_id)
            if pin is not None:
                audit.note(connection, "pin_set", now_of(request), staff=staff_id, by=user_of(request).name)
    except KassaError as error:
        return _page(request, 422, error=error)
    if pin is not None:
        return _page(request, pin=pin)
    return go(request, f"/staff/{staff_id}", _("{name} is changed.", name=literal(person.name)))


@needs(MANAGER)
def pin_set(request: Request) -> Response:
    """Another PIN: the one that was typed, or one made here and shown on this page alone."""
    staff_id, environment = request.path_params["staff_id"], channel_of(request).environment
    made = field(request, "what") == "make"
    typed, again = secret_field(request, "pin"), secret_field(request, "again")
    try:
        if not made and typed != again:
            raise InvalidInput(_("The two PINs are not the same."), kept=_("Nothing was changed."))
        with writing(request) as connection:
            if made:
                typed = staff_places.give_new_pin(connection, environment, staff_id)
            else:
                staff_places.change_pin(connection, environment, staff_id, typed)
            audit.note(connection, "pin_set", now_of(request), staff=staff_id, by=user_of(request).name)
    except KassaError as error:
        return _page(request, 422, error=error)
    if made:
        return _page(request, pin=typed)
    return go(request, f"/staff/{staff_id}", _("The PIN is set."))


ROUTES = [
    Route("/staff", listed),
    Route("/staff/{staff_id}", shown),
    Route("/staff/{staff_id}", changed, methods=["POST"]),
    Route("/staff/{staff_id}/pin", pin_set, methods=["POST"]),
]
