"""What the events of the audit trail are called."""

from __future__ import annotations

from kassa.text import Text, literal, texts

_, n_ = texts("kassa_server")

EVENTS: dict[str, Text] = {
    "activated": _("Device activated"),
    "activation_code_made": _("Activation code made"),
    "channel_code_made": _("Code for a store server made"),
    "customers_merged": _("Customers merged"),
    "device_admitted_again": _("Device admitted again"),
    "device_revoked": _("Device revoked"),
    "finding_handled": _("Finding handled"),
    "headquarters_key_made": _("Signing key made"),
    "headquarters_key_revoked": _("Signing key revoked"),
    "headquarters_keys_resealed": _("Signing keys sealed anew"),
    "headquarters_restored": _("Headquarters restored from a backup"),
    "log_on_refused": _("Log on refused"),
    "monitoring_token_made": _("Token made"),
    "monitoring_token_revoked": _("Token revoked"),
    "offline_database_retired": _("Offline database retired"),
    "package_file_gone": _("File of a data package gone"),
    "period_closed": _("Period closed"),
    "pin_set": _("PIN set"),
    "plugin_chosen": _("Plugin chosen"),
    "plugin_wheel_added": _("Plugin uploaded"),
    "register_group_set": _("Register group set"),
    "revoked_device_accepted": _("Entries of a revoked device accepted"),
    "schedule_set": _("Schedule set"),
    "staff_assertion": _("Log on without the store server checked"),
    "store_server_joined": _("Store server joined"),
    "store_server_revoked": _("Store server revoked"),
    "support_offline": _("Support offline switched"),
    "log_on": _("Log on at the register"),
    "log_off": _("Log off at the register"),
    "pin_changed": _("PIN changed at the register"),
    "plugin_wheel_approved": _("Plugin approved"),
    "plugin_wheel_withdrawn": _("Plugin withdrawn"),
    "training": _("Training mode"),
    "user_added": _("User added"),
    "user_blocked": _("User blocked"),
    "user_unblocked": _("User not blocked any more"),
    "user_password_set": _("User's password set"),
    "user_role_set": _("User's role set"),
}


def event_words(kind: str) -> Text:
    """A kind of event as people call it; one of another version as it is."""
    return EVENTS.get(kind, literal(kind))
