"""The signed list of packages: asked for, verified, and the keys of headquarters followed as they change.

The same question finds out whether anything has changed at all. The store server names what it has with a word
(:attr:`kassa.packages.listing.ListAnswer.state`); while that word is the one that this register had when it had
everything, there is nothing to fetch, and the question has cost the store server next to nothing.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from kassa.errors import NotAvailable
from kassa.packages.keys import follow, is_expired, verify_list
from kassa.packages.listing import KeySet, ListAnswer, ListRequest, PackageList, SyncReport
from kassa.register.face import RegisterFace
from kassa.text import texts
from kassa_sync.orders import Orders
from kassa_sync.plugin_sets import PluginSets

_, n_ = texts("kassa_sync")
PATH = "/v1/packages"
PINNED_KEYS = ("kassa", "headquarters_keys")
ACCEPTED = ("sync", "accepted_list")


class Accepted(msgspec.Struct, frozen=True):
    """The newest list that was ever accepted here: kept with one write, and read by ``kassa status`` too."""

    number: int = 0
    promised_until: datetime | None = None


class Lists:
    """The list as this register last accepted it."""

    def __init__(self, register: RegisterFace, orders: Orders, plugins: PluginSets) -> None:
        self._register = register
        self._orders = orders
        self._plugins = plugins
        self._listed: PackageList | None = None
        self._state = ""
        self._had = ""

    def poll(self, report: SyncReport | None = None) -> bool:
        """Ask; whether everything is as this register last had it.

        :raises kassa.packages.errors.ListNotTrusted: it is not headquarters' word; the one before stays.
        :raises kassa.errors.NoAnswer: the store server does not answer.
        :raises kassa.errors.Refusal: it has none.
        """
        known = self._keys()
        seen = 0 if self._listed is None else self._listed.number
        had = "" if self._plugins.waits else self._had
        asked = ListRequest(seen, known.number, report, had, self._plugins.number, self._plugins.keys.number)
        answer = self._register.remote.post(PATH, msgspec.json.encode(asked), ListAnswer)
        keys = self._follow(known, answer)
        if answer.package_list is not None:
            listed = verify_list(
                answer.package_list,
                keys,
                seen_number=self.seen_number,
                scope=self._register.record.store.store_id,
            )
            accepted = Accepted(listed.number, listed.expires_at)
            self._register.keep_setting(*ACCEPTED, msgspec.json.encode(accepted).decode())
            self._listed = listed
        ordered = self._orders.carry_out(answer.orders)
        self._state = answer.state
        if answer.state != had or not had:
            self._plugins.take(answer)
        return bool(self._had) and answer.state == self._had and not ordered

    @property
    def state(self) -> str:
        """The store server's word for what it had at the last poll."""
        return self._state

    def had_everything(self, state: str) -> None:
        """Everything that there was at ``state`` has been taken up."""
        self._had = state

    @property
    def listed(self) -> PackageList:
        """The list.

        :raises NotAvailable: there is none yet.
        """
        if self._listed is None:
            raise NotAvailable(_("Headquarters has made no data for this register yet."))
        return self._listed

    @property
    def number(self) -> int:
        """The list's number; 0: there is none."""
        return 0 if self._listed is None else self._listed.number

    @property
    def seen_number(self) -> int:
        """The highest number of a list that was ever accepted here, in an earlier run too; 0: none."""
        return self._accepted().number

    @property
    def key_set_number(self) -> int:
        """The number of the pinned key set; 0: none."""
        return self._keys().number

    def expired(self) -> bool:
        """Whether headquarters should have renewed the list by now: warns, and never stops selling."""
        return self._listed is not None and is_expired(self._listed, self._register.environment.clock.utc())

    def promised_until(self) -> datetime | None:
        """Until when the list that was accepted last holds, in an earlier run too."""
        return self._accepted().promised_until

    def _accepted(self) -> Accepted:
        kept = self._register.setting(*ACCEPTED)
        return Accepted() if kept is None else msgspec.json.decode(kept, type=Accepted)

    def _keys(self) -> KeySet:
        kept = self._register.setting(*PINNED_KEYS)
        return KeySet(0, ()) if kept is None else msgspec.json.decode(kept, type=KeySet)

    def _follow(self, known: KeySet, answer: ListAnswer) -> KeySet:
        if not answer.key_sets:
            return known
        signed = answer.key_sets
        if known.number == 0:
            # Activated before there were keys: the first set is taken on the store server's word, as at activation.
            known = msgspec.json.decode(signed[0].body, type=KeySet)
        keys = follow(known, signed)
        self._register.keep_setting(*PINNED_KEYS, msgspec.json.encode(keys).decode())
        return keys
