"""Forms for sqladmin, made from the columns of a table; what is wrong is a text, said at its field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from wtforms import Field, Form, ValidationError

from kassa_server.headquarters.record_tables import RecordColumn, RecordTable


class RecordField(Field):
    """A field that reads what was typed as its column says."""

    def __init__(self, *, record_column: RecordColumn, **more: Any) -> None:
        super().__init__(**more)
        self.record_column = record_column
        self.shown = ""

    def process_data(self, value: Any) -> None:
        """A value out of the table."""
        self.data = value
        self.shown = self.record_column.typed(value)

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """What was typed, or ticked."""
        if self.record_column.is_several and not (len(valuelist) == 1 and str(valuelist[0]).startswith("[")):
            self.shown = msgspec.json.encode([one for one in valuelist if isinstance(one, str)]).decode()
            return
        self.shown = valuelist[0] if valuelist and isinstance(valuelist[0], str) else ""

    def pre_validate(self, form: Any) -> None:
        """Read it."""
        try:
            self.data = self.record_column.read(self.shown)
        except ValueError as error:
            raise ValidationError(error.args[0]) from error


def form_of(record: RecordTable) -> type[Form]:
    """The form of a table's rows."""
    fields: Mapping[str, Any] = {column.name: _unbound(column) for column in record.columns}
    return type(f"{record.name}_form", (Form,), dict(fields))


def _unbound(column: RecordColumn) -> Any:
    return RecordField(record_column=column, label=column.name)
