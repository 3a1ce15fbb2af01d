"""Lower-level failures as the one thing they mean to a register: no answer, with a reason and words for a person."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

import httpcore

from kassa.errors import NoAnswer
from kassa.text import Text, literal, texts

_, n_ = texts("kassa")

UNREACHABLE, SERVER_ERROR = "unreachable", "server_error"

_EXPIRED = 10
_OTHER_NAME = (62, 64)
"""X509_V_ERR_CERT_HAS_EXPIRED; X509_V_ERR_HOSTNAME_MISMATCH and X509_V_ERR_IP_ADDRESS_MISMATCH (OpenSSL)."""


def no_answer(error: BaseException, *, sent: bool, where: str) -> NoAnswer:
    """What ``error`` means: one of httpcore's, the operating system's, TLS's, or one that nobody thought of."""
    return NoAnswer(_words(error), reason=UNREACHABLE, sent=sent, where=f"{where}: {_root(error)!r}")


def is_hopeless(error: NoAnswer) -> bool:
    """Whether another try at once cannot help: the certificate is not the right one, or the server asks to wait."""
    return error.retry_after_s is not None or any(
        isinstance(cause, ssl.SSLCertVerificationError) for cause in _causes(error)
    )


def _words(error: BaseException) -> Text:
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _certificate(cause)
        if isinstance(cause, ssl.SSLError):
            return _("No safe connection to the store server could be made.")
        if isinstance(cause, socket.gaierror):
            return _("The store server's name cannot be looked up.")
        if isinstance(cause, ConnectionRefusedError):
            return _("The store server cannot be reached: nothing answers at its address.")
        if isinstance(cause, httpcore.RemoteProtocolError | httpcore.ReadError | httpcore.WriteError):
            return _("The store server closed the connection without an answer.")
    return _("The store server cannot be reached.")


def _certificate(error: ssl.SSLCertVerificationError) -> Text:
    if error.verify_code == _EXPIRED:
        return _("The store server's certificate has expired.")
    if error.verify_code in _OTHER_NAME:
        return _("The store server's certificate is for another address.")
    return _(
        "The server at that address is not this register's store server: {why}.", why=literal(error.verify_message)
    )


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what it came from; of a group, its first member, down to the root."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.exceptions[0] if isinstance(error, BaseExceptionGroup) else error.__cause__ or error.__context__


def _root(error: BaseException) -> BaseException:
    return list(_causes(error))[-1]
