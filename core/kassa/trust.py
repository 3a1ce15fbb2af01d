"""Trust in the store server: the activation code, the CA whose fingerprint it carries, and TLS from then on.

An activation code is ``KASSA1:`` and the URL-safe base64 of ``address|fingerprint|code``: what is scanned or pasted. To
be typed it has a short form, ``address|fingerprint|code`` as it is. The fingerprint is the SHA-256 of the CA
certificate (DER) in hexadecimal; it is empty for plain HTTP, which is for loopback only, and for a server whose
certificate a public CA has signed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import ipaddress
import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from kassa.errors import InvalidInput, NoAnswer, SetupError
from kassa.text import Text, literal, texts

_, n_ = texts("kassa")

PREFIX = "KASSA1:"
CA_PATH = "/v1/certificate-authority"
TIMEOUT_S = 15.0
_PARTS = 3
_FINGERPRINT = 64


@dataclass(frozen=True)
class ActivationCode:
    """What an activation code says.

    :param address: the store server's base address, ``https://store.example:8440``.
    :param fingerprint: of its CA, 64 hexadecimal digits; empty: none (see the module).
    :param code: the one-time code.
    """

    address: str
    fingerprint: str
    code: str

    @property
    def short(self) -> str:
        """To be typed."""
        return "|".join((self.address, self.fingerprint, self.code))

    @property
    def text(self) -> str:
        """To be scanned or pasted."""
        return PREFIX + base64.urlsafe_b64encode(self.short.encode()).decode().rstrip("=")

    def __repr__(self) -> str:
        return f"ActivationCode(address={self.address!r}, fingerprint={self.fingerprint!r})"


def read_activation_code(entered: str) -> ActivationCode:
    """An activation code, in either form.

    :raises InvalidInput: it is not one, or sends its one-time code in clear over a network.
    """
    text = "".join(entered.split())
    if text.upper().startswith(PREFIX):
        text = _unwrap(text[len(PREFIX) :])
    parts = text.split("|")
    if len(parts) != _PARTS or not parts[2]:
        raise _no_code()
    address, fingerprint, code = parts[0].rstrip("/"), parts[1].replace(":", "").lower(), parts[2]
    if fingerprint and (len(fingerprint) != _FINGERPRINT or not _is_hexadecimal(fingerprint)):
        raise _no_code()
    check_address(address)
    return ActivationCode(address, fingerprint, code)


def _unwrap(encoded: str) -> str:
    try:
        return base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode()
    except (binascii.Error, ValueError) as error:
        raise _no_code() from error


def _is_hexadecimal(text: str) -> bool:
    return all(digit in "0123456789abcdef" for digit in text)


def _no_code() -> InvalidInput:
    return InvalidInput(
        _("This is not an activation code."),
        kept=_("Nothing was changed."),
        hint=_("Copy the whole line that “kassa activation-code” printed, KASSA1: included."),
    )


def check_address(address: str) -> None:
    """That a register may talk to a store server at ``address``.

    :raises InvalidInput: it is no http or https address, or plain HTTP off loopback.
    """
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError as error:
        raise _no_code() from error
    if not host or parts.scheme not in ("http", "https"):
        raise _no_code()
    if parts.scheme == "http" and not is_loopback(host):
        raise InvalidInput(
            _("A store server on the network must be reached by https, not by {address}.", address=literal(address)),
            kept=_("Nothing was changed."),
            hint=_("Start the store server for the network: it speaks https there. Then make a new activation code."),
        )


def is_loopback(host: str) -> bool:
    """Whether ``host`` is this machine itself: plain HTTP is for nothing else."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def fingerprint_of(certificate: str) -> str:
    """The SHA-256 of a PEM certificate's DER, in hexadecimal.

    :raises ValueError: it is no PEM certificate.
    """
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate.strip())).hexdigest()


def fetch_ca(code: ActivationCode, *, timeout_s: float = TIMEOUT_S) -> str:
    """The CA certificate of the store server, PEM, compared with the fingerprint in the code.

    It is fetched over a connection that proves nothing: only the fingerprint does. Nothing secret is sent by it.

    :raises SetupError: the server's CA is not the one in the code.
    :raises NoAnswer: the server does not answer.
    """
    try:
        # The fingerprint is the check: there is no certificate to verify against before this one is known.
        answer = httpx.get(code.address + CA_PATH, verify=False, timeout=timeout_s, trust_env=False)
        certificate = answer.text if answer.is_success else ""
    except httpx.HTTPError as error:
        what = _("The store server at {address} does not answer.", address=literal(code.address))
        raise NoAnswer(what, reason="unreachable", sent=False, where=f"{code.address}: {error}") from error
    try:
        found = fingerprint_of(certificate)
    except ValueError:
        found = ""
    if not hmac.compare_digest(found, code.fingerprint):
        raise _other_ca(code, found)
    return certificate


def _other_ca(code: ActivationCode, found: str) -> SetupError:
    return SetupError(
        _("The server at {address} is not the one that this code was made by.", address=literal(code.address)),
        kept=_("Nothing was sent to it, and nothing was changed."),
        hint=_("Check network and address, and ask for a new activation code."),
        where=f"CA fingerprint {found or 'none'}, wanted {code.fingerprint}",
    )


def context_for(address: str, ca_certificate: str | None) -> ssl.SSLContext | None:
    """TLS towards the store server at ``address``; None for plain HTTP, as reading the CAs takes time."""
    return None if urlsplit(address).scheme == "http" else client_context(ca_certificate)


def client_context(ca_certificate: str | None) -> ssl.SSLContext:
    """TLS towards the store server: only certificates by that CA are accepted, or, with None, by public ones.

    :raises SetupError: the CA certificate cannot be read.
    """
    if ca_certificate is None:
        return ssl.create_default_context()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_verify_locations(cadata=ca_certificate)
    except (ssl.SSLError, ValueError) as error:
        what: Text = _("The kept certificate of the store server's CA cannot be read.")
        raise SetupError(what, hint=_("Activate the register again."), where=str(error)) from error
    return context
