"""The channel database's own tables. Master data (:mod:`kassa.schema`) stands beside them in the same database."""

from kassa_server.schema.base import channel, row_counter
from kassa_server.schema.card_payments import card_payment
from kassa_server.schema.completeness import closed_period, closed_period_series, handled_finding
from kassa_server.schema.databases import channel_database, channel_database_group
from kassa_server.schema.devices import (
    activation_code,
    audit,
    device,
    device_revocation,
    head,
    returning_device,
    series,
)
from kassa_server.schema.headquarters import (
    change_log,
    distribution_run,
    distribution_schedule,
    headquarters_key,
    headquarters_key_set,
    package,
    package_list,
    register_report,
)
from kassa_server.schema.journal import (
    PARKED,
    POSTED,
    WAITING,
    command_answer,
    journal_conflict,
    journal_entry,
    parked_entry,
    upload_part,
)
from kassa_server.schema.monitoring import monitoring_token
from kassa_server.schema.organisation import (
    layout,
    layout_button,
    offline_profile,
    register,
    register_plugin,
    staff_credential,
    store,
    store_staff,
    tender,
)
from kassa_server.schema.own_rows import own_row, own_row_command
from kassa_server.schema.plugin_tables import plugin_table
from kassa_server.schema.plugins import (
    plugin_choice,
    plugin_key_set,
    plugin_set,
    plugin_wheel,
    register_group_member,
)
from kassa_server.schema.sales import sales_field, sales_line, sales_tax, sales_tender, sales_transaction
from kassa_server.schema.sessions import download_session, session_order
from kassa_server.schema.shifts import open_shift, shift_report
from kassa_server.schema.store_servers import headquarters_contact, store_server, store_server_code
from kassa_server.schema.users import headquarters_log_on, headquarters_user

__all__ = [
    "PARKED",
    "POSTED",
    "WAITING",
    "activation_code",
    "audit",
    "card_payment",
    "change_log",
    "channel",
    "channel_database",
    "channel_database_group",
    "closed_period",
    "closed_period_series",
    "command_answer",
    "device",
    "device_revocation",
    "distribution_run",
    "distribution_schedule",
    "download_session",
    "handled_finding",
    "head",
    "headquarters_contact",
    "headquarters_key",
    "headquarters_key_set",
    "headquarters_log_on",
    "headquarters_user",
    "journal_conflict",
    "journal_entry",
    "layout",
    "layout_button",
    "monitoring_token",
    "offline_profile",
    "open_shift",
    "own_row",
    "own_row_command",
    "package",
    "package_list",
    "parked_entry",
    "plugin_choice",
    "plugin_key_set",
    "plugin_set",
    "plugin_table",
    "plugin_wheel",
    "register",
    "register_group_member",
    "register_plugin",
    "register_report",
    "returning_device",
    "row_counter",
    "sales_field",
    "sales_line",
    "sales_tax",
    "sales_tender",
    "sales_transaction",
    "series",
    "session_order",
    "shift_report",
    "staff_credential",
    "store",
    "store_server",
    "store_server_code",
    "store_staff",
    "tender",
    "upload_part",
]
