"""Runs the operations of a wheel's plugins at a till in every state of the connection: what comes of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from kassa.hook_calls import MAY_WAIT
from kassa.operations import Offline, Operation, Place
from kassa.partner.check.report import Finding
from kassa.plugin_problems import place_of_function
from kassa.plugins import installed
from kassa.testing.states import STATES, StateShop, TillInState
from kassa.testing.till import TillRefused

BUDGETS_MS: Mapping[str, float] = {
    "register_operations": 500,
    "register_handlers": 500,
    "register_ready": 500,
    "status_items": 5,
    "describe_window": 5,
    "synchronisation_status": 5,
    "transaction_changed": 5,
}
"""How long a hook may take, in the middle of its calls. Others: 50 ms, those that wait for somebody any time."""
OTHERS_MS = 50
WAITING = MAY_WAIT | {"provide_connection"}
FALSE_OFFLINE = frozenset(
    {"no_answer", "canceled", "not_served", "not_available", "offline_database_unavailable", "unknown_outcome"}
)
"""What an operation that works offline is never refused with, if it is not refused so online."""
COFFEE = "1001"


@dataclass
class Selling:
    """The tills that the operations were run at, and what they said: operation and state to a code, or ``done``."""

    names: list[str]
    operations: list[tuple[str, Operation]]
    parameters: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    outcomes: dict[tuple[int, str], str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def run(self, folder: Path, settings: Mapping[str, dict[str, Any]]) -> None:
        """Go through every state."""
        shops = StateShop(folder, [{"name": name, "settings": settings.get(name, {})} for name in self.names])
        try:
            for state in STATES:
                self._sell(shops, state)
        finally:
            shops.close()

    def _sell(self, shops: StateShop, state: str) -> None:
        try:
            till = shops.till(state)
            for plugin, operation in self.operations:
                self._operate(till, plugin, operation)
            till.run(100, code=till.barcode(COFFEE))
            till.run(200)
            sold = till.sales()
            if len(sold) != 1:
                self._note("sells-on", f"{state}: one sale was made, and the store server has {len(sold)}.")
            if state == "online":
                self.findings += self._too_slow(till.hook_times)
                self.findings += self._strange_settings(till.folder)
        except (AssertionError, TillRefused) as error:
            self._note("sells-on", f"{state}: {_first_line(error)}")
            shops.close()

    def _note(self, rule: str, what: str, operation: Operation | None = None) -> None:
        place = "" if operation is None else place_of_function(operation.run)
        self.findings.append(Finding(rule, what, place, "Run its tests with each_connection_state (docs/hooks.md)."))

    def _operate(self, till: TillInState, plugin: str, operation: Operation) -> None:
        """Run one operation, in a sale if it may be used there, and leave no sale."""
        if Place.SALE in operation.places:
            till.run(100, code=till.barcode(COFFEE))
        outcome = "done"
        try:
            till.run(operation.id, **(self.parameters.get(operation.id) or parameters_for(operation, till)))
        except TillRefused as refused:
            outcome = refused.code
            if outcome == "plugin_failure":
                rule = "works" if till.state == "online" else "offline"
                self._note(rule, f"Operation {operation.id} of {plugin} fails ({till.state}): {refused}", operation)
        self.outcomes[operation.id, till.state] = outcome
        if till.sale is not None:
            till.run(500)
        online = self.outcomes.get((operation.id, "online"))
        declared = operation.offline
        if declared is not Offline.NO and outcome in FALSE_OFFLINE and outcome != online:
            if declared is Offline.LIMITED and outcome == "not_available":
                return
            what = f"Operation {operation.id} declares that it works offline, and says {outcome} ({till.state})."
            self._note("offline", what, operation)

    def _too_slow(self, times: Mapping[str, Mapping[str, float]]) -> Iterator[Finding]:
        for name in self.names:
            for hook, milliseconds in times.get(name, {}).items():
                budget = BUDGETS_MS.get(hook, OTHERS_MS)
                if hook not in WAITING and milliseconds > budget:
                    what = f"{name}.{hook} takes {milliseconds:.1f} ms, of {budget} ms that it may."
                    hint = "Answer from memory; do the work in an operation or on a thread of its own."
                    yield Finding("budgets", what, hint=hint)

    def _strange_settings(self, folder: Path) -> Iterator[Finding]:
        ours = {point.name for point in installed()} | {"kassa"}
        with closing(sqlite3.connect(f"file:{folder / 'journal.db'}?mode=ro", uri=True)) as journal:
            owners = {row[0] for row in journal.execute("SELECT DISTINCT owner FROM setting")}
        for owner in sorted(owners):
            if owner.split(".")[0] not in ours:
                what = f"It keeps settings in the journal under the name {owner}."
                yield Finding("own-settings", what, hint="Keep them under the plugin's own name.")


def parameters_for(operation: Operation, till: TillInState) -> dict[str, Any]:
    """Parameters that read as the operation wants them: what it needs, each the simplest of its type."""
    kinds = {entry.parameter: entry.kind for entry in operation.entries}
    made = {}
    hints = get_type_hints(operation.parameters)
    for one in msgspec.structs.fields(operation.parameters):
        if one.required or one.encode_name in kinds:
            made[one.encode_name] = _example(one.name, hints[one.name], kinds.get(one.encode_name), till)
    return made


def _example(name: str, kind: Any, entry: str | None, till: TillInState) -> Any:
    if entry == "line":
        sale = till.sale
        return sale.lines[-1].line_id if sale is not None and sale.lines else ""
    if get_origin(kind) is Literal:
        return get_args(kind)[0]
    if kind is bool:
        return False
    if kind in (int, float, Decimal) or entry in ("quantity", "amount", "percent"):
        return 1
    return till.barcode(COFFEE) if "code" in name else COFFEE


def _first_line(error: BaseException) -> str:
    return next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
