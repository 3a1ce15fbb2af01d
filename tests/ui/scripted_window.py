"""The connection status window that the scripted register plays, in both languages."""

from __future__ import annotations

from collections.abc import Callable

from kassa.text import Text
from kassa.windows import Action, Row, Window

Say = Callable[[str, str], Text]

DISCONNECTED = (
    "Frånkopplad – butiksservern svarade inte inom 10 s",
    "Disconnected – the store server did not answer in 10 s",
)
ROWS = (
    ("Butiksserver", "https://butik-0042.example/", "Store server", "https://butik-0042.example/"),
    (
        "Nästa återanslutningsförsök",
        "vid nästa köp, tidigast 14:12",
        "Next attempt to connect",
        "at the next sale, 14:12 at the earliest",
    ),
    (
        "Senaste hämtning",
        "14:01:12 · 3 paket · 1 204 rader · lyckades",
        "Last download",
        "14:01:12 · 3 packages · 1,204 rows · succeeded",
    ),
    ("Senaste överföring", "13:58:40 · 12 köp · lyckades", "Last upload", "13:58:40 · 12 sales · succeeded"),
    ("Väntar på överföring", "3 köp · 1 946,50 kr", "Waiting for upload", "3 sales · SEK 1,946.50"),
    ("Offlinedatabas", "SQLite · 214 MB · 98 412 varor", "Offline database", "SQLite · 214 MB · 98,412 items"),
)


def connection_status(say: Say, *, online: bool) -> Window:
    """The window; ``say`` chooses the language of (Swedish, English)."""
    state = say("Ansluten", "Connected") if online else say(*DISCONNECTED)
    switch = say("Koppla från", "Disconnect") if online else say("Anslut", "Connect")
    return Window(
        "connection_status",
        say("Anslutningsstatus", "Connection status"),
        say(
            "Kassan säljer vidare mot offlinedatabasen. Inga köp går förlorade.",
            "The register goes on selling from the offline database. No sale is lost.",
        ),
        (
            Row(say("Läge", "State"), state),
            *(Row(say(label, english), say(value, shown)) for label, value, english, shown in ROWS),
        ),
        (
            Action(say("Stäng", "Close")),
            Action(say("Synkronisera nu", "Synchronise now"), 917, {"action": "synchronise"}),
            Action(switch, 917, {"action": "switch"}, primary=True),
        ),
    )
