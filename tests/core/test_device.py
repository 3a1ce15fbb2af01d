"""A register's identity: key files, signed requests, signed heads."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kassa.device import (
    KEY_FILE,
    SECRET_FILE,
    DeviceSigner,
    create_device_key,
    load_device_key,
    verify_head,
    verify_request,
)
from kassa.environment import Environment
from kassa.errors import DeviceNotTrusted, SetupError
from kassa.protocol import HEAD_HEADER, HEAD_SIGNATURE_HEADER, SIGNATURE_HEADER, TIME_HEADER, Head

ENVIRONMENT = Environment()
HEAD = Head("R1", "5e", 7, "ab" * 32, 2, datetime(2026, 3, 2, 12, tzinfo=UTC))
PATH = "/v1/requests/kassa.hello"


def signer(folder: Path) -> DeviceSigner:
    return DeviceSigner(load_device_key(folder), "device-1", ENVIRONMENT.clock, lambda: HEAD)


def test_key_and_secret_read_back_and_are_private(tmp_path: Path) -> None:
    """What is written is what is read, and nobody else on the machine may read it."""
    made = create_device_key(tmp_path, ENVIRONMENT)
    read = load_device_key(tmp_path)
    assert (read.public, read.secret) == (made.public, made.secret)
    for name in (KEY_FILE, SECRET_FILE):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    assert made.secret.hex() not in repr(made)


def test_missing_or_damaged_key_is_explained(tmp_path: Path) -> None:
    """A register without a usable key says so and what to do."""
    with pytest.raises(SetupError):
        load_device_key(tmp_path)
    create_device_key(tmp_path, ENVIRONMENT)
    (tmp_path / KEY_FILE).write_bytes(b"short")
    with pytest.raises(SetupError, match="device key") as caught:
        load_device_key(tmp_path)
    assert caught.value.hint is not None


def test_signed_request_gives_its_head(tmp_path: Path) -> None:
    """A request signed by the device is accepted and carries the journal's head."""
    key = create_device_key(tmp_path, ENVIRONMENT)
    headers = signer(tmp_path).headers("POST", PATH, b"{}")
    signed = verify_request(key.public, headers, "POST", PATH, b"{}")
    assert signed.head == HEAD
    verify_head(key.public, signed.packed, signed.signature)


@pytest.mark.parametrize("changed", ["method", "path", "body", TIME_HEADER, HEAD_HEADER, "key"])
def test_whatever_is_changed_breaks_the_signature(tmp_path: Path, changed: str) -> None:
    """Method, path, body, time and head are all covered by the signature, and only this device's key makes it."""
    key = create_device_key(tmp_path, ENVIRONMENT)
    headers = signer(tmp_path).headers("POST", PATH, b"{}")
    if changed in headers:
        headers[changed] = headers[changed][:-3] + "x="
    public = create_device_key(tmp_path, ENVIRONMENT).public if changed == "key" else key.public
    method = "GET" if changed == "method" else "POST"
    path = PATH + "x" if changed == "path" else PATH
    body = b"{ }" if changed == "body" else b"{}"
    with pytest.raises(DeviceNotTrusted):
        verify_request(public, headers, method, path, body)


@pytest.mark.parametrize("missing", [SIGNATURE_HEADER, HEAD_HEADER, HEAD_SIGNATURE_HEADER])
def test_a_missing_signature_is_no_signature(tmp_path: Path, missing: str) -> None:
    """A request that leaves a signature out is not trusted."""
    key = create_device_key(tmp_path, ENVIRONMENT)
    headers = signer(tmp_path).headers("POST", PATH, b"{}")
    del headers[missing]
    with pytest.raises(DeviceNotTrusted):
        verify_request(key.public, headers, "POST", PATH, b"{}")


def test_head_signature_is_not_a_request_signature(tmp_path: Path) -> None:
    """The two kinds of signature cannot stand in for each other."""
    key = create_device_key(tmp_path, ENVIRONMENT)
    headers = signer(tmp_path).headers("POST", PATH, b"{}")
    with pytest.raises(DeviceNotTrusted):
        verify_head(key.public, headers[HEAD_HEADER], headers[SIGNATURE_HEADER])
