"""Why a register would not sell without its store server, in the words of whoever reads it.

A register tells codes with arguments; what it says in words is for a code that this headquarters does not know.
"""

from __future__ import annotations

from collections.abc import Mapping

from kassa.packages.listing import ReportedCause
from kassa.text import Text, literal, texts

_, n_ = texts("kassa_server")

_WORDS: Mapping[str, Text] = {
    "no_offline_support": _("The register has no offline support."),
    "online_only": _("The register was installed without an offline database."),
    "no_data": _("The offline database has not been loaded."),
    "no_items": _("The offline database holds no items."),
    "database_unusable": _("The offline database cannot be read."),
    "no_staff": _("No staff member can log on offline yet."),
    "numbering_stopped": _("The journal gives no further numbers: activate the register again."),
}
_LONGEST = 300


def cause_words(cause: ReportedCause) -> Text:
    """A cause in words."""
    if cause.code == "required_plugin":
        plugin = literal(cause.arguments.get("plugin", "?")[:_LONGEST])
        return _("Required plugin {plugin} does not work.", plugin=plugin)
    return _WORDS.get(cause.code, literal((cause.said or cause.code)[:_LONGEST]))
