"""The signed list of packages: asked for, verified, and the keys of headquarters followed as they change."""

from __future__ import annotations

import msgspec

from kassa.packages.keys import follow, is_expired, verify_list
from kassa.packages.listing import KeySet, ListAnswer, ListRequest, PackageList, SyncReport
from kassa.register.face import RegisterFace

PATH = "/v1/packages"
PINNED_KEYS = ("kassa", "headquarters_keys")
SEEN = ("sync", "list_number")


class Lists:
    """The list as this register last accepted it."""

    def __init__(self, register: RegisterFace) -> None:
        self._register = register
        self._listed: PackageList | None = None

    def read(self, report: SyncReport | None = None) -> PackageList:
        """The list as it is now; a few bytes if it is the one that is known.

        :raises kassa.packages.errors.ListNotTrusted: it is not headquarters' word; the one before stays.
        :raises kassa.errors.NoAnswer: the store server does not answer.
        :raises kassa.errors.Refusal: it has none.
        """
        known = self._keys()
        seen = 0 if self._listed is None else self._listed.number
        body = msgspec.json.encode(ListRequest(seen, known.number, report))
        answer = self._register.remote.post(PATH, body, ListAnswer)
        keys = self._follow(known, answer)
        if answer.package_list is not None:
            listed = verify_list(
                answer.package_list,
                keys,
                seen_number=int(self._register.setting(*SEEN) or 0),
                scope=self._register.record.store.store_id,
            )
            self._register.keep_setting(*SEEN, str(listed.number))
            self._listed = listed
        assert self._listed is not None, "whoever has no list is sent one"
        return self._listed

    def expired(self) -> bool:
        """Whether headquarters should have renewed the list by now: warns, and never stops selling."""
        return self._listed is not None and is_expired(self._listed, self._register.environment.clock.utc())

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
