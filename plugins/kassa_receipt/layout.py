"""Receipt layouts: what a store's receipts say and in which order, as data.

The package has a default; the store's own comes with its record (``Store.receipt_layout``) and replaces it field by
field; the register's plugin settings may replace a field once more.
"""

from __future__ import annotations

import importlib.resources
from functools import lru_cache
from typing import Any, Literal

import msgspec

from kassa.errors import SetupError
from kassa.register.face import RegisterFace
from kassa.text import texts
from kassa_receipt.settings import settings_of

_, n_ = texts("kassa_receipt")

Part = Literal[
    "company",
    "header",
    "title",
    "facts",
    "lines",
    "totals",
    "payments",
    "taxes",
    "customer",
    "fiscal",
    "footer",
    "code",
]


class Layout(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A receipt's layout.

    :param parts: what is printed, from top to bottom.
    :param company: who sells; empty: the store's name. ``organisation_number`` and ``address`` stand below it.
    :param header: lines of the store's own before the sale, ``footer`` after it.
    :param item_numbers: each line with its item number.
    :param code: the receipt number as a code to scan; empty: none.
    :param language: of receipts; none: the store's.
    """

    parts: tuple[Part, ...]
    company: str = ""
    organisation_number: str = ""
    address: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    footer: tuple[str, ...] = ()
    item_numbers: bool = False
    code: Literal["", "code128", "qr"] = "code128"
    language: str | None = None


def layout_of(register: RegisterFace) -> Layout:
    """The layout in force on a register.

    :raises kassa.errors.SetupError: what the store or the register says cannot be used.
    """
    own = settings_of(register).layout
    fields = {**_default(), **register.record.store.receipt_layout, **own}
    try:
        return msgspec.convert(fields, Layout)
    except msgspec.ValidationError as error:
        raise SetupError(
            _("The store's receipt layout cannot be used."), hint=_("Ask headquarters to look at it."), where=str(error)
        ) from error


@lru_cache(maxsize=1)
def _default() -> dict[str, Any]:
    text = (importlib.resources.files(__package__) / "default_layout.json").read_bytes()
    fields: dict[str, Any] = msgspec.json.decode(text)
    return fields
