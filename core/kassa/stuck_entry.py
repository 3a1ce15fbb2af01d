"""An entry that cannot be delivered, by name. It waits, with what follows it in its series; nothing is renumbered."""

from __future__ import annotations

from kassa.errors import NOTHING_LOST, Refusal, TooLarge
from kassa.journal.records import StoredEntry
from kassa.text import Text, literal, texts

_, n_ = texts("kassa")


class Stuck(TooLarge):
    """An entry that nothing takes, whole or in parts."""

    code = "entry_stuck"


def stuck(entry: StoredEntry, refusal: Refusal) -> Stuck:
    """The entry, who does not take it, and what to do."""
    where = f"entry {entry.sequence}, {len(entry.data)} bytes; {refusal.where}"
    if refusal.by_store_server:
        return Stuck(_too_large(entry), kept=NOTHING_LOST, hint=_("Call support."), where=where)
    advice = _(
        "A proxy or firewall between the register and the store server refuses it, in small parts too. Whoever runs "
        "the network must let the register through to the store server; then it goes by itself."
    )
    # In one text: wherever an upload's error is shown, what to do is shown too.
    what = _("{what} {advice}", what=_not_let_through(entry), advice=advice)
    return Stuck(what, kept=NOTHING_LOST, where=where)


def _too_large(entry: StoredEntry) -> Text:
    if entry.receipt_number:
        return _("Receipt {number} is too large to be delivered.", number=literal(entry.receipt_number))
    return _("Journal entry {number} is too large to be delivered.", number=entry.sequence)


def _not_let_through(entry: StoredEntry) -> Text:
    if entry.receipt_number:
        return _(
            "The network does not let receipt {number} through to the store server.",
            number=literal(entry.receipt_number),
        )
    return _("The network does not let journal entry {number} through to the store server.", number=entry.sequence)
