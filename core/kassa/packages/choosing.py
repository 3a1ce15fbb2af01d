"""Which package a table group takes next."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kassa.packages.listing import PackageEntry, PackageList


def _none(_package_id: str) -> bool:
    return False


def next_package(
    listed: PackageList, table_group: str, version: int | None, given_up: Callable[[str], bool] = _none
) -> PackageEntry | None:
    """The package that takes a table group furthest from ``version`` (None: nothing is there); a delta rather than a
    snapshot. None: it is up to date, or nothing leads on.

    :param given_up: packages that are of no use; other ways to the same rows are looked for.
    """
    if version is not None and version >= listed.groups.get(table_group, 0):
        return None
    at = -1 if version is None else version
    of_group = [entry for entry in listed.packages if entry.table_group == table_group and entry.to_version > at]
    further = [entry for entry in of_group if entry.rendering == "batches" and not given_up(entry.package_id)]
    deltas = [entry for entry in further if entry.kind == "delta" and entry.from_version <= at]
    return _furthest(deltas) or _furthest([entry for entry in further if entry.kind == "snapshot"])


def whole_database(listed: PackageList, given_up: Callable[[str], bool] = _none) -> PackageEntry | None:
    """The ready SQLite database for a new register."""
    return _furthest(
        [entry for entry in listed.packages if entry.rendering == "sqlite" and not given_up(entry.package_id)]
    )


def _furthest(entries: Sequence[PackageEntry]) -> PackageEntry | None:
    return max(entries, key=lambda entry: entry.to_version, default=None)
