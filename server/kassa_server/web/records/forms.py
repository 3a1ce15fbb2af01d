"""Forms for sqladmin, made from the columns of a table; what is wrong is a text, said at its field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from wtforms import Field, Form, ValidationError

from kassa_server.headquarters.record_tables import RecordColumn, RecordTable, join_limits, split_limits


class RecordField(Field):
    """A field that reads what was typed as its column says."""

    def __init__(self, *, record_column: RecordColumn, **more: Any) -> None:
        super().__init__(**more)
        self.record_column = record_column
        self.shown = self.largest = ""
        self.others = "{}"
        self.fault: ValueError | None = None

    def process_data(self, value: Any) -> None:
        """A value out of the table."""
        self.data = value
        self.shown = self.record_column.typed(value)
        if self.record_column.is_limits:
            self.largest, self.others = split_limits(self.shown)

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """What was typed, or ticked."""
        if self.record_column.is_several and not (len(valuelist) == 1 and str(valuelist[0]).startswith("[")):
            self.shown = msgspec.json.encode([one for one in valuelist if isinstance(one, str)]).decode()
            return
        self.shown = valuelist[0] if valuelist and isinstance(valuelist[0], str) else ""
        if self.record_column.is_limits:
            self.others, self.largest = self.shown, "".join(str(one) for one in valuelist[1:2])
            try:
                self.shown = join_limits(self.largest, self.others)
            except ValueError as error:
                self.fault = error

    def pre_validate(self, form: Any) -> None:
        """Read it."""
        try:
            if self.fault is not None:
                raise self.fault
            self.data = self.record_column.read(self.shown)
        except ValueError as error:
            raise ValidationError(error.args[0]) from error


def form_of(record: RecordTable) -> type[Form]:
    """The form of a table's rows."""
    fields: Mapping[str, Any] = {column.name: _unbound(column) for column in record.columns}
    return type(f"{record.name}_form", (Form,), dict(fields))


def _unbound(column: RecordColumn) -> Any:
    return RecordField(record_column=column, label=column.name)
