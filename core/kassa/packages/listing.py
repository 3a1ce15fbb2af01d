"""The signed list of packages that a database may fetch, and the keys of headquarters that sign it.

The list is small and changes at every distribution; packages are immutable and any server can serve them. Its number
only rises: a register refuses a list older than the one it has seen. Its expiry warns and never stops selling.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from kassa.packages.plugin_sets import PluginsReport
from kassa.text import Text

PACKAGE_TYPE = "application/vnd.kassa.package"
"""The content type of a package's file."""
ALL_GROUPS = "*"
"""The table group of an SQLite snapshot, which holds every group."""


class PackageEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One package in the list.

    :param rendering: ``batches`` (:mod:`kassa.packages.manifest`), or ``sqlite``: a whole, indexed offline database
        in zstd, to be swapped in; its table group is :data:`ALL_GROUPS` and ``versions`` says where each group stands.
    :param size: bytes; ``sha256`` in hexadecimal, both of the file as served.
    """

    package_id: str
    kind: Literal["snapshot", "delta"]
    rendering: Literal["batches", "sqlite"]
    table_group: str
    from_version: int
    to_version: int
    rows: int
    size: int
    sha256: str
    versions: dict[str, int] = {}


class PackageList(msgspec.Struct, frozen=True, omit_defaults=True):
    """What there is for one database.

    :param scope: the store; a list for another store is refused.
    :param number: rises with every change.
    :param groups: the version at which each table group stands at headquarters. A database at that version is up to
        date in the group.
    :param packages: for each group one snapshot, the deltas after it, and one merged delta from it to now.
    :param schema_revision: of the packages; a register of an older one waits and says so.
    """

    scope: str
    audience: Literal["channel", "offline"]
    number: int
    made_at: datetime
    expires_at: datetime
    schema_revision: int
    groups: dict[str, int]
    packages: tuple[PackageEntry, ...]


class SigningKey(msgspec.Struct, frozen=True):
    """A key of headquarters: ``public`` is raw Ed25519, 32 bytes."""

    key_id: str
    public: bytes


class KeySet(msgspec.Struct, frozen=True, omit_defaults=True):
    """The keys that may sign lists. ``number`` rises with every change; a key in ``revoked`` signs nothing any more."""

    number: int
    keys: tuple[SigningKey, ...]
    revoked: tuple[str, ...] = ()


class Signed(msgspec.Struct, frozen=True):
    """A document with its signature: ``body`` is the JSON of a :class:`PackageList` or :class:`KeySet`, say, as it was
    signed, ``signature`` raw Ed25519 over its kind, a line break and the body."""

    kind: Literal["package-list", "key-set", "plugin-set", "plugin-key-set", "activation"]
    key_id: str
    body: bytes
    signature: bytes


class GroupReport(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where one table group stands in a register.

    :param state: a download state of system.md: ``applied``, ``downloaded`` (here, and not applied yet),
        ``available`` (it waits until the register is updated), ``download_failed``, ``apply_failed``, ``canceled``.
    :param package_id: the package that ``state`` is about; ``version``, ``rows`` and ``applied_at`` are about what the
        register sells from.
    :param next_try_at: None: it is not tried any more by itself, if it has failed.
    """

    table_group: str
    state: str
    version: int
    rows: int = 0
    package_id: str = ""
    applied_at: datetime | None = None
    tries: int = 0
    error: str = ""
    error_code: str = ""
    next_try_at: datetime | None = None
    said: Text | None = None
    """``error``, to be worded in the language of whoever reads it."""


class UploadReport(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a register's last delivery went. ``state``: ``applied``, ``available`` (entries wait), ``upload_failed``."""

    state: str
    tries: int = 0
    error: str = ""
    error_code: str = ""
    succeeded_at: datetime | None = None
    said: Text | None = None
    """As :attr:`GroupReport.said`."""


class ConnectionReport(msgspec.Struct, frozen=True, omit_defaults=True):
    """The connection's state in a register: ``online``, or offline for a ``reason`` of system.md."""

    online: bool
    since: datetime | None = None
    reason: str = ""


class ReportedCause(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a register would not sell if the server vanished.

    :param code: of :class:`kassa.register.face.ReadinessCause`, with what it is about.
    :param said: the same in English, for a headquarters that does not know the code.
    """

    code: str
    arguments: dict[str, str] = {}
    said: str = ""


class SyncReport(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a register tells of its last round: its table groups, the last successful check, whether it would sell
    right now if the server vanished, and what waits for delivery. ``amount_waiting`` is decimal text.

    :param made_at: by the register's clock, as ``checked_at`` is: the server counts their difference back from when the
        report came, so that a clock that is days off makes no data old.
    :param list_error: why the list is not trusted that the register was given last; empty: it is.
    :param order: the last of headquarters' orders that was carried out.
    :param seen_list: the highest number of a list that was ever accepted; ``key_set``: the number of the pinned keys.
    """

    groups: tuple[GroupReport, ...]
    list_number: int
    checked_at: datetime | None = None
    ready: bool = False
    causes: tuple[ReportedCause, ...] = ()
    oldest_waiting: datetime | None = None
    engine: str = "sqlite"
    size: int = 0
    sales_waiting: int = 0
    amount_waiting: str = "0"
    connection: ConnectionReport | None = None
    upload: UploadReport | None = None
    order: str = ""
    made_at: datetime | None = None
    list_error: str = ""
    seen_list: int = 0
    key_set: int = 0
    list_said: Text | None = None
    plugins: PluginsReport | None = None


class SessionOrder(msgspec.Struct, frozen=True, omit_defaults=True):
    """What headquarters wants done about a session. ``order_id`` rises.

    :param action: ``rerun``: try again at once, or, of what is applied, load the table group anew; ``cancel``: leave
        the package alone.
    :param table_group: empty: it is about uploads.
    """

    order_id: str
    action: Literal["rerun", "cancel"]
    table_group: str = ""
    package_id: str = ""


class ListRequest(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a register asks for its list with (``POST /v1/packages``).

    :param seen: the number of the list that it has; the answer carries none if that is still the list.
    :param keys: the number of the key set that it has; 0: none.
    :param report: how its last round went, if there is something new to tell.
    :param state: what the answer said when the register last had everything.
    :param plugin_set: the number of the newest set of plugins that it has, and ``plugin_keys`` of the key set that it
        verifies sets by.
    """

    seen: int = 0
    keys: int = 0
    report: SyncReport | None = None
    state: str = ""
    plugin_set: int = 0
    plugin_keys: int = 0


class ListAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """The list, unless the register has it already; the key sets after the one that it has, oldest first, each signed
    by a key of the one before; and orders that it has not carried out yet."""

    package_list: Signed | None = None
    key_sets: tuple[Signed, ...] = ()
    orders: tuple[SessionOrder, ...] = ()
    state: str = ""
    """A word for everything that this register could fetch, its record and the store's own rows included: while it
    stays the same, nothing has changed."""
    plugin_set: Signed | None = None
    """The register's plugins, unless it has that set already."""
    plugin_key_sets: tuple[Signed, ...] = ()
    served: tuple[str, ...] = ()
    """Of the plugins in its newest set those that this store server serves, each with its version."""
