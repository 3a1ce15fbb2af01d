"""Rows of plugins' tables on their way into a database of another version of the plugin, or of one register."""

from __future__ import annotations

from kassa.packages.manifest import Batch
from kassa.packages.plugin_rows import fitting
from kassa.plugin_tables import PluginColumn, PluginTable
from kassa.schema.plugin_tables import table_for

TABLE = table_for(PluginTable("acme_thing", "number", (PluginColumn("number", "code", 9),), "register"))
TABLES = {"acme_thing": TABLE}
ROWS = Batch(
    "acme_thing", "upsert", ("number", "colour", "store_id", "register_id"),
    (("1", "2", "3"), ("red", "blue", None), ("S1", "S1", "S1"), ("R1", "", "R2")), 0,
)  # fmt: skip


def test_what_this_version_does_not_have_is_left_out() -> None:
    """Columns and tables of a later version."""
    other = Batch("acme_other", "upsert", ("number",), (("1",),), 0)
    (batch,) = fitting([ROWS, other], TABLES, None)
    assert batch.columns == ("number", "store_id", "register_id")
    assert batch.values[0] == ("1", "2", "3")


def test_rows_of_other_registers() -> None:
    """A register gets its own rows and those of all; a row that is another's now goes from it."""
    gone, mine = fitting([ROWS], TABLES, "R1")
    assert (gone.action, gone.columns, gone.values) == ("delete", ("number",), (("3",),))
    assert (mine.action, mine.values) == ("upsert", (("1", "2"), ("S1", "S1"), ("R1", "")))
    (gone, mine) = fitting([ROWS], TABLES, "R9")
    assert (gone.values, mine.values[0]) == ((("1", "3"),), ("2",))


def test_what_says_nothing_of_registers_passes() -> None:
    """Deletes, and changes of rows that a register has not got, do nothing there by themselves."""
    delete = Batch("acme_thing", "delete", ("number",), (("1",),), 0)
    assert list(fitting([delete], TABLES, "R2")) == [delete]
