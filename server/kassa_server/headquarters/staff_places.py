"""Staff as headquarters looks after them: where each may log on, their permission group, their PIN."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

import msgspec
from sqlalchemy import Connection, select

from kassa.environment import Environment
from kassa.errors import InvalidInput, NotFound
from kassa.schema.master import permission_group, staff
from kassa.text import literal, texts
from kassa_server.credentials import SHORTEST_PIN, SHORTEST_PIN_BEYOND_SELLING, set_pin, shortest_pin
from kassa_server.master_data import put_rows
from kassa_server.schema import staff_credential, store, store_staff
from kassa_server.setup_store import remove_staff_place, upsert_staff_place

_, n_ = texts("kassa_server")

_KEPT = _("Nothing was changed.")


@dataclass(frozen=True)
class Person:
    """A staff member.

    :param stores: ids of the stores where they may log on.
    :param has_pin: without one they can log on nowhere; ``locked_until``: too many wrong ones.
    :param shortest_pin: digits that their PIN needs at least.
    """

    staff_id: str
    name: str
    permission_group: str
    blocked: bool
    stores: tuple[str, ...]
    has_pin: bool
    locked_until: datetime | None
    shortest_pin: int


def list_people(connection: Connection) -> list[Person]:
    """All staff, by name."""
    places: dict[str, list[str]] = {}
    for row in connection.execute(select(store_staff).order_by(store_staff.c.store_id)):
        places.setdefault(row.staff_id, []).append(row.store_id)
    wanted = select(staff_credential.c.staff_id, staff_credential.c.locked_until)
    credentials = {row.staff_id: row.locked_until for row in connection.execute(wanted)}
    permissions = _permissions(connection)
    return [
        Person(
            row.staff_id, row.name, row.permission_group, row.blocked, tuple(places.get(row.staff_id, ())),
            row.staff_id in credentials, credentials.get(row.staff_id),
            shortest_pin(permissions.get(row.permission_group, frozenset())),
        )
        for row in connection.execute(select(staff).order_by(staff.c.name, staff.c.staff_id))
    ]  # fmt: skip


def find_person(connection: Connection, staff_id: str) -> Person:
    """A staff member.

    :raises NotFound: there is none with that id.
    """
    for one in list_people(connection):
        if one.staff_id == staff_id:
            return one
    raise NotFound(_("There is no staff member {staff}.", staff=literal(staff_id[:40])))


def set_places(connection: Connection, staff_id: str, store_ids: Iterable[str]) -> None:
    """Let a staff member log on in these stores and in no other, from the next distribution on.

    :raises NotFound: there is no such staff member or store.
    """
    person, wanted = find_person(connection, staff_id), set(store_ids)
    known = set(connection.execute(select(store.c.store_id)).scalars())
    for missing in sorted(wanted - known):
        raise NotFound(_("There is no store {store}.", store=literal(missing[:40])))
    for store_id in sorted(wanted - set(person.stores)):
        upsert_staff_place(connection, store_id, staff_id)
    for store_id in sorted(set(person.stores) - wanted):
        remove_staff_place(connection, store_id, staff_id)


def set_permission_group(connection: Connection, environment: Environment, staff_id: str, group: str) -> str | None:
    """Put a staff member into a permission group. If its members need a longer PIN than those of the one before, the
    staff member gets a new PIN: that is returned, to be told once.

    :raises NotFound: there is no such staff member.
    :raises InvalidInput: there is no such group.
    """
    person, permissions = find_person(connection, staff_id), _permissions(connection)
    if group not in permissions:
        raise InvalidInput(_("{value} is not there.", value=literal(group[:40])), kept=_KEPT)
    put_rows(connection, staff, [{"staff_id": staff_id, "permission_group": group}])
    if person.has_pin and shortest_pin(permissions[group]) > person.shortest_pin:
        return give_new_pin(connection, environment, staff_id)
    return None


def give_new_pin(connection: Connection, environment: Environment, staff_id: str) -> str:
    """Give a staff member a PIN made here, which is returned to be told once. A lock goes.

    :raises NotFound: there is no such staff member.
    """
    person = find_person(connection, staff_id)
    digits = SHORTEST_PIN_BEYOND_SELLING if person.shortest_pin > SHORTEST_PIN else SHORTEST_PIN
    pin = _random_pin(environment, digits)
    change_pin(connection, environment, staff_id, pin)
    return pin


def change_pin(connection: Connection, environment: Environment, staff_id: str, pin: str) -> None:
    """Give a staff member a PIN. A lock goes.

    :raises NotFound: there is no such staff member.
    :raises InvalidInput: it is too short for what they may do, too simple, or not all digits.
    """
    person = find_person(connection, staff_id)
    if len(pin) >= person.shortest_pin and _is_simple(pin):
        raise InvalidInput(_("Everybody tries a PIN such as this one first."), kept=_KEPT, hint=_("Choose another."))
    permissions = _permissions(connection).get(person.permission_group, frozenset())
    set_pin(connection, environment, staff_id, pin, permissions)


def pin_digits(connection: Connection, group: str) -> int:
    """How many digits the PINs of a permission group's members need at least."""
    return shortest_pin(_permissions(connection).get(group, frozenset()))


def _permissions(connection: Connection) -> dict[str, frozenset[str]]:
    rows = connection.execute(select(permission_group.c.permission_group, permission_group.c.permissions))
    return {row.permission_group: msgspec.json.decode(row.permissions, type=frozenset[str]) for row in rows}


def _random_pin(environment: Environment, digits: int) -> str:
    while True:
        number = int.from_bytes(environment.random_bytes(8), "big") % 10**digits
        pin = f"{number:0{digits}}"
        if not _is_simple(pin):
            return pin


def _is_simple(pin: str) -> bool:
    """All the same digit, or each one higher or lower than the one before."""
    steps = {ord(after) - ord(before) for before, after in pairwise(pin)}
    return len(steps) == 1 and steps <= {-1, 0, 1}
