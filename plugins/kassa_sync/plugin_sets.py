"""The register's plugins from headquarters: the signed set is verified, its wheels are fetched and installed beside."""

from __future__ import annotations

import msgspec

from kassa.errors import KassaError, NoAnswer
from kassa.giving_way import giving_way
from kassa.packages.errors import ListNotTrusted
from kassa.packages.keys import follow, verify_plugin_set
from kassa.packages.listing import KeySet, ListAnswer
from kassa.packages.plugin_sets import PluginSet
from kassa.register.face import RegisterFace
from kassa.text import texts

_, n_ = texts("kassa_sync")

PINNED_KEYS = ("kassa", "plugin_keys")
"""The setting in which activation has pinned them."""


class PluginSets:
    """Takes sets up. What runs is not touched: a set is used at the next start."""

    def __init__(self, register: RegisterFace) -> None:
        self._register = register
        self._folders = register.plugin_folders
        self._log = register.log("sync")
        self._failed = False

    @property
    def number(self) -> int:
        """Of the newest set that is here."""
        return self._folders.kept.taken

    @property
    def keys(self) -> KeySet:
        """The keys that sign sets: as activation pinned them, and followed since."""
        kept = self._register.setting(*PINNED_KEYS)
        return KeySet(0, ()) if kept is None else msgspec.json.decode(kept, type=KeySet)

    @property
    def waits(self) -> bool:
        """Whether the store server is to be asked again although it has nothing new."""
        return self._failed or self._folders.is_unserved

    def take(self, answer: ListAnswer) -> None:
        """Take up what an answer says of plugins. What is wrong is logged and told to headquarters; it stops nothing.

        :raises NoAnswer: the store server does not give the wheels; the next round goes on.
        """
        self._failed = True
        try:
            self._check_pinned(answer)
            self._follow(answer)
            if answer.plugin_set is not None:
                given = self._verified(answer)
                with giving_way():
                    self._folders.prepare(given, self._register.fetch_package)
            self._folders.serves(answer.served)
            self._failed = False
        except NoAnswer:
            raise
        except (KassaError, OSError) as error:
            self._log.error("plugin_set_refused", where=str(error))
            self._folders.refused(str(error))

    def _check_pinned(self, answer: ListAnswer) -> None:
        if not self.keys.keys and (answer.plugin_key_sets or answer.plugin_set is not None):
            raise ListNotTrusted(
                _("This register has pinned no keys for plugins. Activate it again, with a new activation code.")
            )

    def _verified(self, answer: ListAnswer) -> PluginSet:
        assert answer.plugin_set is not None
        register_id = self._register.record.register_id
        return verify_plugin_set(answer.plugin_set, self.keys, seen_number=self.number, register_id=register_id)

    def _follow(self, answer: ListAnswer) -> None:
        signed = answer.plugin_key_sets
        if not signed:
            return
        keys = follow(self.keys, signed, "plugin-key-set")
        self._register.keep_setting(*PINNED_KEYS, msgspec.json.encode(keys).decode())
