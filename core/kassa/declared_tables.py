"""The tables and fields that plugins declare, looked at: what is wrong is named with its plugin, and left out."""

from __future__ import annotations

from collections import Counter

from kassa.plugin_problems import HINTS
from kassa.plugin_tables import PluginTable, wrong_in
from kassa.plugins import PluginHost
from kassa.schema.groups import JOBS
from kassa.schema.master import master
from kassa.text import literal, texts
from kassa.transaction_fields import TransactionField, wrong_in_field

_, n_ = texts("kassa")
_TAKEN = frozenset({*master.tables, *(name for names in JOBS.values() for name in names)})


def declared_fields(plugins: PluginHost) -> list[tuple[str, TransactionField]]:
    """Every field of transactions that may be used, each with its plugin's name."""
    good = []
    for plugin, field in plugins.hooks.declare_fields():
        wrong = wrong_in_field(field, plugin)
        if wrong:
            what = _("A field of plugin {name} cannot be used.", name=literal(plugin))
            plugins.problem(plugin, "declare_fields", what, wrong)
        else:
            good.append((plugin, field))
    return good


def declared_tables(plugins: PluginHost) -> list[tuple[str, PluginTable]]:
    """Every table that may be made, each with its plugin's name."""
    declared = plugins.hooks.declare_tables()
    owners = Counter(table.name for _plugin, table in declared)
    good = []
    for plugin, table in declared:
        wrong = list(wrong_in(table, plugin))
        if table.name in _TAKEN or plugin in _TAKEN:
            wrong.append(f"{plugin}: {table.name} is Kassa's own")
        if wrong:
            what = _("A table of plugin {name} cannot be made.", name=literal(plugin))
            plugins.problem(plugin, "declare_tables", what, "; ".join(wrong))
        elif owners[table.name] > 1:
            what = _("Table {table} is claimed twice.", table=literal(table.name))
            plugins.problem(plugin, "declare_tables", what, hint=HINTS["claimed"])
        else:
            good.append((plugin, table))
    return good
