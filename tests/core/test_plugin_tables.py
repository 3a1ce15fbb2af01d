"""What plugins declare their tables with: what is wrong is said, and versions go together or not."""

from __future__ import annotations

import pytest

from kassa.plugin_tables import PluginColumn, PluginTable, widened, wrong_in
from kassa.schema.plugin_tables import groups_of_plugins

KEY = PluginColumn("number", "code", 20)
GOOD = PluginTable("acme_thing", "number", (KEY, PluginColumn("name", "words", 50)))


def test_what_is_right() -> None:
    """A good declaration has nothing wrong in it."""
    assert list(wrong_in(GOOD, "acme")) == []


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (PluginTable("thing", "number", (KEY,)), "does not begin with acme_"),
        (PluginTable("acme_Thing", "number", (KEY,)), "small letters"),
        (PluginTable("acme_" + "x" * 36, "number", (KEY,)), "at most 40"),
        (PluginTable("acme_thing", "other", (KEY,)), "its key 'other'"),
        (PluginTable("acme_thing", "number", (PluginColumn("number", "integer"),)), "must be a column of kind code"),
        (PluginTable("acme_thing", "number", (KEY, KEY)), "two columns 'number'"),
        (PluginTable("acme_thing", "number", (KEY, PluginColumn("store_id", "code", 20))), "is Kassa's own"),
        (PluginTable("acme_thing", "number", (KEY, PluginColumn("name", "words"))), "must be between 1 and 4000"),
        (PluginTable("acme_thing", "number", (KEY, PluginColumn("sum", "integer", 9))), "has no length"),
        (PluginTable("acme_thing", "number", (KEY, PluginColumn("a b", "integer"))), "small letters"),
        (PluginTable("acme_thing", "number", (KEY, PluginColumn("a", "float"))), "none of code"),  # type: ignore[arg-type]  # as a partner without mypy
        (PluginTable("acme_thing", "number", (KEY,), "world"), "scope 'world'"),  # type: ignore[arg-type]  # likewise
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(table: PluginTable, said: str) -> None:
    """Each mistake is named with table and column."""
    assert said in " ".join(wrong_in(table, "acme"))


def test_versions_side_by_side() -> None:
    """What holds for two versions has the columns of both and the longer text, in whatever order they come."""
    newer = PluginTable("acme_thing", "number", (PluginColumn("number", "code", 30), PluginColumn("colour", "code", 9)))
    both = widened(GOOD, newer)
    assert [(one.name, one.length) for one in both.columns] == [("number", 30), ("name", 50), ("colour", 9)]
    assert widened(both, GOOD) == both


@pytest.mark.parametrize(
    "other",
    [
        PluginTable("acme_thing", "name", GOOD.columns),
        PluginTable("acme_thing", "number", GOOD.columns, "store"),
        PluginTable("acme_thing", "number", (KEY, PluginColumn("name", "integer"))),
    ],
)
def test_versions_that_do_not_go_together(other: PluginTable) -> None:
    """Another key, scope or kind of a column is refused."""
    with pytest.raises(ValueError, match="acme_thing"):
        widened(GOOD, other)


def test_a_plugin_has_a_table_group() -> None:
    """A plugin's tables travel together, by store if one of them does; apart for channel databases if a column is
    theirs alone."""
    secret = PluginTable("acme_secret", "number", (KEY, PluginColumn("pin", "code", 9, channel_only=True)), "store")
    (offline,) = groups_of_plugins([("acme", GOOD), ("acme", secret)])
    (channel,) = groups_of_plugins([("acme", GOOD), ("acme", secret)], channel=True)
    assert (offline.name, offline.per_store, offline.audience) == ("acme", True, "offline")
    assert (channel.per_store, channel.audience) == (True, "channel")
    assert [table.name for table in offline.tables] == ["acme_secret", "acme_thing"]
