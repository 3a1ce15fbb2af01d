"""TLS: the server's own CA, pinned by its fingerprint; renewal without a visit; nobody else is trusted."""

from __future__ import annotations

import ssl
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from tests.server.device import Device

from kassa.errors import InvalidInput, NoAnswer, SetupError
from kassa.testing.clock import TestClock
from kassa.testing.server import StoreServer
from kassa.trust import (
    PREFIX,
    ActivationCode,
    check_address,
    client_context,
    fetch_ca,
    fingerprint_of,
    read_activation_code,
)
from kassa_server.running import RunningServer, Settings
from kassa_server.tls import CA_YEARS, VALID_FOR, own_certificates

NOW = datetime.now(UTC)
NAMES = ["localhost", "127.0.0.1"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoreServer]:
    """A store server that speaks https."""
    with StoreServer(tmp_path_factory.mktemp("server"), process=False, tls=True) as running:
        yield running


def code_of(server: StoreServer) -> ActivationCode:
    return read_activation_code(server.activation_code())


def test_register_pins_the_ca_that_the_code_names(server: StoreServer) -> None:
    """From activation on a register talks to this server over https, verified by the CA of the code."""
    code = code_of(server)
    assert code.address == server.address
    assert code.address.startswith("https://")
    ca = fetch_ca(code)
    assert fingerprint_of(ca) == code.fingerprint
    with httpx.Client(base_url=code.address, verify=client_context(ca)) as client:
        till = Device(client, TestClock(NOW))
        assert till.activate(code.code).record.register_id == "R1"


def test_wrong_ca_is_refused_before_anything_is_sent(server: StoreServer) -> None:
    """A server with another CA than the one in the code gets neither code nor key."""
    code = code_of(server)
    other = ActivationCode(code.address, "ab" * 32, code.code)
    with pytest.raises(SetupError, match="not the one") as caught:
        fetch_ca(other)
    assert caught.value.hint is not None


def test_register_does_not_talk_to_a_server_of_another_ca(server: StoreServer, tmp_path: Path) -> None:
    """With another CA pinned the connection fails, whatever the names are."""
    stranger = own_certificates(tmp_path, NAMES, TestClock(NOW))
    assert stranger.ca is not None
    for context in (client_context(stranger.ca), client_context(None)):
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            httpx.get(server.address + "/healthz", verify=context)


def test_expired_certificate_is_refused(tmp_path: Path) -> None:
    """A certificate past its time is not accepted, although the pinned CA has made it."""
    long_ago = NOW - VALID_FOR - timedelta(days=10)
    files = own_certificates(tmp_path / "tls", NAMES, TestClock(long_ago))
    settings = Settings(tmp_path, port=0, given=files)
    running = RunningServer(settings)
    running.start()
    try:
        assert files.ca is not None
        with pytest.raises(httpx.ConnectError, match="expired"):
            httpx.get(running.address + "/healthz", verify=client_context(files.ca))
    finally:
        running.stop()


def test_other_host_name_is_refused(server: StoreServer) -> None:
    """The name in the address must be one of the certificate's."""
    context = client_context(fetch_ca(code_of(server)))
    refused = pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED")
    with httpx.Client(verify=context) as client, refused:
        client.get(server.address + "/healthz", extensions={"sni_hostname": "other.example"})


def certificate(folder: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificates((folder / "server.pem").read_bytes())[0]


@pytest.mark.parametrize(("left", "renewed"), [(timedelta(days=61), False), (timedelta(days=59), True)])
def test_certificate_is_renewed_before_it_expires_and_the_ca_kept(
    tmp_path: Path, left: timedelta, renewed: bool
) -> None:
    """Less than 60 days before the end there is a new certificate by the same CA: registers need no visit."""
    first = own_certificates(tmp_path, NAMES, TestClock(NOW))
    old = certificate(tmp_path)
    second = own_certificates(tmp_path, NAMES, TestClock(NOW + VALID_FOR - left))
    assert second.ca == first.ca
    assert (certificate(tmp_path) != old) is renewed
    assert (certificate(tmp_path).not_valid_after_utc > NOW + VALID_FOR) is renewed


def test_new_name_needs_a_new_certificate(tmp_path: Path) -> None:
    """A machine that gets another name or address keeps its CA and has a certificate for it."""
    first = own_certificates(tmp_path, NAMES, TestClock(NOW))
    second = own_certificates(tmp_path, [*NAMES, "kassa.example", "192.0.2.7"], TestClock(NOW))
    assert second.ca == first.ca
    names = certificate(tmp_path).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert "kassa.example" in names.get_values_for_type(x509.DNSName)
    assert "192.0.2.7" in [str(address) for address in names.get_values_for_type(x509.IPAddress)]


def test_damaged_certificate_is_made_again_and_a_damaged_ca_is_said(tmp_path: Path) -> None:
    """A lost certificate costs nothing; a lost CA is not replaced in silence, as every register would have to be
    activated again."""
    first = own_certificates(tmp_path, NAMES, TestClock(NOW))
    (tmp_path / "server.pem").write_text("nonsense")
    assert own_certificates(tmp_path, NAMES, TestClock(NOW)).ca == first.ca
    (tmp_path / "ca.key").write_text("nonsense")
    with pytest.raises(SetupError, match="CA cannot be read"):
        own_certificates(tmp_path, NAMES, TestClock(NOW))


def test_key_files_are_private(tmp_path: Path) -> None:
    """Keys are their owner's alone; the CA's certificate can sign no other CA and lasts."""
    own_certificates(tmp_path, NAMES, TestClock(NOW))
    for name in ("ca.key", "server.key"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    ca = x509.load_pem_x509_certificate((tmp_path / "ca.pem").read_bytes())
    limits = ca.extensions.get_extension_for_class(x509.BasicConstraints).value
    assert (limits.ca, limits.path_length) == (True, 0)
    assert ca.not_valid_after_utc > NOW + timedelta(days=364 * CA_YEARS)


def test_off_loopback_it_is_https_or_nothing(tmp_path: Path) -> None:
    """Plain HTTP on a network is refused by server and register alike."""
    with pytest.raises(SetupError, match="https only"):
        RunningServer(Settings(tmp_path, host="0.0.0.0", port=0, tls=False))
    running = RunningServer(Settings(tmp_path, host="0.0.0.0", port=0))
    assert running.address.startswith("https://")
    running.stop()
    for address in ("http://kassa.example:8440", "http://192.0.2.7", "ftp://localhost", "localhost:8440", ""):
        with pytest.raises(InvalidInput):
            check_address(address)
    for address in ("http://127.0.0.1:8440", "http://[::1]:1", "http://localhost:8440", "https://kassa.example"):
        check_address(address)


def test_activation_code_is_read_in_both_forms() -> None:
    """Pasted (with spaces and line breaks that mail adds) or typed, it says the same."""
    code = ActivationCode("https://kassa.example:8440", "ab" * 32, "AAAA-BBBB")
    text = code.text
    assert text.startswith(PREFIX)
    assert read_activation_code(text) == code
    assert read_activation_code(f" {text[:30]}\n{text[30:]} ") == code
    assert read_activation_code(code.short.upper().replace("HTTPS://KASSA.EXAMPLE", "https://kassa.example")) == code
    assert "AAAA" not in repr(code)


@pytest.mark.parametrize(
    "entered",
    ["", "AAAA-BBBB", "KASSA1:", "KASSA1:!!!", "KASSA1:YWJj", "a|b", "https://x|zz|AAAA", "https://x||", "KASSA1:/w=="],
)
def test_what_is_no_code_is_said(entered: str) -> None:
    """Half a code, or something else from the clipboard, is refused in words."""
    with pytest.raises(InvalidInput, match="not an activation code"):
        read_activation_code(entered)


def test_server_that_is_away_is_no_answer() -> None:
    """No server at the address: said as such."""
    with pytest.raises(NoAnswer):
        fetch_ca(ActivationCode("https://127.0.0.1:1", "ab" * 32, "AAAA"))


def test_old_protocol_versions_of_tls_are_refused(server: StoreServer) -> None:
    """TLS 1.2 is the least."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="deprecated"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises(httpx.ConnectError):
        httpx.get(server.address + "/healthz", verify=context)
