"""The store server's own CA and certificate: made at first start, renewed before they expire, the CA kept.

Registers pin the CA (its fingerprint is in the activation code), so a renewed certificate needs no visit to them.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from kassa.device import write_private_file
from kassa.environment import Clock
from kassa.errors import SetupError
from kassa.text import texts

_, n_ = texts("kassa_server")

CA_YEARS = 20
VALID_FOR = timedelta(days=397)
RENEW_BEFORE = timedelta(days=60)
_A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Certificates:
    """Files of a server that speaks TLS.

    :param ca: PEM of the CA that registers pin; None where a public CA has signed.
    """

    certificate: Path
    key: Path
    ca: str | None


def own_certificates(folder: Path, names: Sequence[str], clock: Clock) -> Certificates:
    """The server's own CA and certificate in ``folder``: made, or renewed where the certificate expires within 60
    days or lacks one of ``names``.

    :param names: host names and addresses that registers may use.
    :raises SetupError: the folder's CA cannot be read.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    files = Certificates(folder / "server.pem", folder / "server.key", None)
    authority, authority_key = _authority(folder, clock.utc())
    if _needs_renewal(files.certificate, authority, names, clock.utc()):
        _issue(files, authority, authority_key, names, clock.utc())
    return Certificates(files.certificate, files.key, authority.public_bytes(Encoding.PEM).decode())


def own_names(host: str) -> list[str]:
    """The names and addresses by which registers can reach a server that listens on ``host``."""
    names = {"localhost", "127.0.0.1", "::1", socket.gethostname(), socket.getfqdn()}
    if host and not _is_wildcard(host):
        names.add(host)
    else:
        names.update(_addresses())
    return sorted(name for name in names if name)


def _is_wildcard(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def _addresses() -> Iterable[str]:
    try:
        found = socket.getaddrinfo(socket.gethostname(), None)
    except OSError:
        found = []
    return {str(address[4][0]).partition("%")[0] for address in found}


def _authority(folder: Path, now: datetime) -> tuple[x509.Certificate, EllipticCurvePrivateKey]:
    certificate_file, key_file = folder / "ca.pem", folder / "ca.key"
    if not certificate_file.exists():
        _make_authority(certificate_file, key_file, now)
    try:
        key = load_pem_private_key(key_file.read_bytes(), None)
        certificate = x509.load_pem_x509_certificate(certificate_file.read_bytes())
    except (OSError, ValueError) as error:
        raise SetupError(
            _("The store server's own CA cannot be read."),
            kept=_("Nothing was changed."),
            hint=_("Restore its folder from a backup: with a new CA every register must be activated again."),
            where=str(folder),
        ) from error
    assert isinstance(key, EllipticCurvePrivateKey)
    return certificate, key


def _make_authority(certificate_file: Path, key_file: Path, now: datetime) -> None:
    key = generate_private_key(SECP256R1())
    name = _name(f"Kassa store server {socket.gethostname()}"[:64])
    builder = _builder(name, name, key, now, timedelta(days=365 * CA_YEARS))
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage(signs_certificates=True), critical=True)
    write_private_file(key_file, _key_bytes(key))
    write_private_file(certificate_file, builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))


def _needs_renewal(file: Path, authority: x509.Certificate, names: Sequence[str], now: datetime) -> bool:
    try:
        certificate = x509.load_pem_x509_certificates(file.read_bytes())[0]
        certificate.verify_directly_issued_by(authority)
        alternatives = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, TypeError, IndexError, InvalidSignature, x509.ExtensionNotFound):
        return True
    return certificate.not_valid_after_utc - now < RENEW_BEFORE or not set(_alternatives(names)) <= set(alternatives)


def _issue(
    files: Certificates,
    authority: x509.Certificate,
    authority_key: EllipticCurvePrivateKey,
    names: Sequence[str],
    now: datetime,
) -> None:
    key = generate_private_key(SECP256R1())
    builder = _builder(_name(names[0][:64]), authority.subject, key, now, VALID_FOR)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage(signs_certificates=False), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    builder = builder.add_extension(x509.SubjectAlternativeName(_alternatives(names)), critical=False)
    identity = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    by_authority = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identity)
    builder = builder.add_extension(by_authority, critical=False)
    certificate = builder.sign(authority_key, hashes.SHA256())
    # One file with both would be one step; these two are written key first, and a server reads them at start only.
    write_private_file(files.key, _key_bytes(key))
    write_private_file(files.certificate, certificate.public_bytes(Encoding.PEM) + authority.public_bytes(Encoding.PEM))


def _builder(
    subject: x509.Name, issuer: x509.Name, key: EllipticCurvePrivateKey, now: datetime, valid: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _A_DAY)
        .not_valid_after(now + valid)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _alternatives(names: Sequence[str]) -> list[x509.GeneralName]:
    made: list[x509.GeneralName] = []
    for name in names:
        try:
            made.append(x509.IPAddress(ipaddress.ip_address(name)))
        except ValueError:
            made.append(x509.DNSName(name.encode("idna").decode()))
    return made


def _name(words: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, words)])


def _key_bytes(key: EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
