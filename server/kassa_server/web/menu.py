"""The menu: every page that a user may open."""

from __future__ import annotations

from kassa.text import Text, texts
from kassa_server.headquarters.record_tables import record_tables
from kassa_server.headquarters.users import ADMINISTRATOR, VIEWER, User

_, n_ = texts("kassa_server")

_MENU: tuple[tuple[Text | None, tuple[tuple[str, Text, str], ...]], ...] = (
    (None, (("/", _("Start"), VIEWER),)),
    (
        _("Follow up"),
        (
            ("/offline-status", _("Register offline status"), VIEWER),
            ("/sessions", _("Sessions"), VIEWER),
            ("/parked", _("Parked entries"), VIEWER),
            ("/completeness", _("Completeness"), VIEWER),
            ("/periods", _("Periods"), VIEWER),
            ("/sales", _("Sales"), VIEWER),
            ("/card-payments", _("Unanswered card payments"), VIEWER),
            ("/customers", _("Possible duplicates"), VIEWER),
            ("/z-reports", _("Z reports"), VIEWER),
            ("/changes", _("Changes"), VIEWER),
            ("/events", _("Events"), VIEWER),
        ),
    ),
    (
        _("Set up"),
        (
            ("/registers", _("Registers"), VIEWER),
            ("/plugins", _("Plugins"), VIEWER),
            ("/staff", _("Staff"), VIEWER),
            ("/layouts", _("Screen layouts"), VIEWER),
            ("/profiles", _("Offline profiles"), VIEWER),
            ("/databases", _("Channel database groups"), VIEWER),
            ("/schedules", _("Distribution schedules"), VIEWER),
        ),
    ),
    (
        _("Records"),
        tuple(
            (f"/records/{record.name}/list", record.title, VIEWER)
            for record in record_tables()
            if record.name != "staff"
        ),
    ),
    (
        _("Administration"),
        (
            ("/users", _("Users"), ADMINISTRATOR),
            ("/keys", _("Keys"), ADMINISTRATOR),
            ("/tokens", _("Tokens"), ADMINISTRATOR),
        ),
    ),
)


def menu(user: User) -> list[tuple[Text | None, list[tuple[str, Text]]]]:
    """Headings with addresses and names, below which the user finds something."""
    found = [(heading, [(to, name) for to, name, role in entries if user.may(role)]) for heading, entries in _MENU]
    return [(heading, entries) for heading, entries in found if entries]
