"""What the fields of an offline profile are called and mean, their units, and between which values they make sense."""

from __future__ import annotations

from decimal import Decimal

from kassa.text import Text, texts

_, n_ = texts("kassa_server")

UNITS: dict[str, Text] = {
    "s": _("seconds"),
    "min": _("minutes"),
    "ms": _("milliseconds"),
    "kb": _("kB"),
    "days": _("days"),
    "hours": _("hours"),
    "amount": _("in the store's currency"),
    "count": _("times"),
}
"""By the last part of a field's name."""

LIMITS: dict[str, tuple[Decimal, Decimal]] = {
    "request_timeout_s": (Decimal("0.5"), Decimal(300)),
    "retry_count": (Decimal(0), Decimal(10)),
    "reconnect_interval_min": (Decimal(0), Decimal(1440)),
    "reconnect_budget_ms": (Decimal(10), Decimal(10_000)),
    "health_check_interval_s": (Decimal(1), Decimal(3600)),
    "latency_threshold_ms": (Decimal(1), Decimal(60_000)),
    "sync_interval_s": (Decimal(1), Decimal(86_400)),
    "upload_batch_kb": (Decimal(1), Decimal(10_000)),
    "retention_days": (Decimal(0), Decimal(3650)),
    "max_offline_hours": (Decimal(0), Decimal(8760)),
    "max_offline_coupon_count": (Decimal(0), Decimal(10_000)),
}

FIELD_WORDS: dict[str, tuple[Text, Text]] = {
    "request_timeout_s": (
        _("Time-out of a request"),
        _("How long a request may take in all before the register switches to the offline database."),
    ),
    "retry_count": (
        _("Retries"),
        _("Further tries of a request within its time-out."),
    ),
    "reconnect_interval_min": (
        _("Reconnect attempt interval"),
        _("Offline, the register tries the store server again after this time, at the start of a sale only."),
    ),
    "reconnect_budget_ms": (
        _("Wait for an attempt"),
        _("How long the start of a sale waits for such an attempt at most."),
    ),
    "prompt_before_switch": (
        _("Ask before switching"),
        _("The cashier is asked: go offline or try again. After 10 seconds the register goes offline by itself."),
    ),
    "allow_offline_before_log_on": (
        _("Log on while offline"),
        _("Staff may log on while the store server is away."),
    ),
    "advanced_switching": (
        _("Advanced switching"),
        _("The store server is checked in the background, and the register returns between sales by itself."),
    ),
    "health_check_interval_s": (
        _("Health check interval"),
        _("Time between those checks."),
    ),
    "latency_threshold_ms": (
        _("Slow answers"),
        _("Answers slower than this, several in a row, make the register go offline. None: never."),
    ),
    "sync_interval_s": (
        _("Synchronisation interval"),
        _("Time between synchronisations."),
    ),
    "upload_batch_kb": (
        _("Largest upload"),
        _("The largest batch of journal entries in one upload."),
    ),
    "pause_sync": (
        _("Pause downloads"),
        _("No data packages are fetched. Sales are delivered all the same."),
    ),
    "retention_days": (
        _("Kept in the register"),
        _("How long sales that the store server has acknowledged stay in the register at least."),
    ),
    "max_offline_hours": (
        _("Longest time offline"),
        _("After so long offline a new sale needs a manager. A sale in progress is never stopped. None: no limit."),
    ),
    "max_offline_amount": (
        _("Largest amount offline"),
        _("With so much waiting for delivery a new sale needs a manager. None: no limit."),
    ),
    "max_offline_coupon_count": (
        _("Coupons offline"),
        _("So many coupons whose uses are counted are taken until the store server has heard of them. None: no limit."),
    ),
    "max_offline_account_amount": (
        _("Gift cards and accounts offline"),
        _("So much is taken by the last known balance until the store server has heard of it. None: no limit."),
    ),
    "max_offline_return_amount": (
        _("Largest return offline"),
        _("A receipt of which more than this is taken back while offline needs a manager. None: no limit."),
    ),
}
