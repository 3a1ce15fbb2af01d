"""Why an entry is parked, in words."""

from __future__ import annotations

import msgspec
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from kassa.errors import KassaError
from kassa.text import Text, literal, texts
from kassa_server.sales_posting import CannotPost

_, n_ = texts("kassa_server")
_LONGEST = 300


def why_parked(error: Exception) -> Text:
    """What went wrong with posting an entry."""
    match error:
        case CannotPost() | KassaError():
            return error.what
        case msgspec.DecodeError():
            return _("It does not read as what it was delivered as: {error}", error=_short(error))
        case DBAPIError():
            return _("The database does not take it: {error}", error=_short(error.orig or error))
        case SQLAlchemyError():
            return _("The database does not take it: {error}", error=_short(error))
        case ValueError() | ArithmeticError() | LookupError():
            return _("Something in it makes no sense: {error}", error=_short(error))
    return _("Something went wrong: {error}", error=_short(error))


def _short(error: BaseException) -> Text:
    words = f"{type(error).__name__}: {error}".replace("\0", "")
    return literal(words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…")
