"""The allow-list of plugins: uploaded, approved and withdrawn in the page; what is refused, and in which words."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import httpx
from tests.acme import example_wheel, wheel
from tests.bad_plugins import wheels as bad
from tests.server.conftest import Shop
from tests.server.web.conftest import HOME, Person

from kassa_server.schema import audit, plugin_wheel


def upload(somebody: Person, path: Path, sha256: str = "") -> httpx.Response:
    """Send the form of the page."""
    somebody.get("/plugins")
    token = somebody.seen.split('name="csrf_token" value="')[1][:64]
    files = {"wheel": (path.name, path.read_bytes(), "application/octet-stream")}
    fields = {"csrf_token": token, "sha256": sha256}
    return somebody.client.post(HOME + "/plugins", data=fields, files=files)


def decide(somebody: Person, path: Path, what: str) -> httpx.Response:
    """Press a wheel's button."""
    somebody.get("/plugins")
    return somebody.send(f"/plugins/wheels/{hashlib.sha256(path.read_bytes()).hexdigest()}/{what}")


def test_a_wheel_is_uploaded_approved_and_withdrawn(
    users: Shop, person: Callable[[str], Person], tmp_path: Path
) -> None:
    """Its metadata is read, its plugins are loaded only when it is approved, and the audit trail names who did what."""
    anna, path = person("Anna"), example_wheel(tmp_path)
    assert "acme-loyalty 0.1.0" in upload(anna, path).text
    (row,) = users.rows(plugin_wheel)
    assert (row["state"], row["declared"], row["uploaded_by"]) == ("uploaded", None, "Anna")
    assert row["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert "81890" in decide(anna, path, "approve").text
    assert '"offline_limit"' in users.rows(plugin_wheel)[0]["declared"]
    decide(anna, path, "withdraw")
    assert users.rows(plugin_wheel)[0]["state"] == "withdrawn"
    kinds = [row["kind"] for row in users.rows(audit) if row["kind"].startswith("plugin_")]
    assert sorted(kinds) == ["plugin_wheel_added", "plugin_wheel_approved", "plugin_wheel_withdrawn"]


def test_what_is_no_good_wheel_is_refused_by_name(users: Shop, person: Callable[[str], Person], tmp_path: Path) -> None:
    """Another hash than its maker gave, another wheel of the same name, one for the next API level, one that was
    changed after it was built, and what is no wheel: each is refused, and nothing is kept."""
    anna, path = person("Anna"), example_wheel(tmp_path)
    assert upload(anna, path, "0" * 64).status_code == 422
    next_level = example_wheel(tmp_path / "next", "9.0", __init__=("api_level=1", "api_level=2"))
    assert "was made for another version of Kassa" in upload(anna, next_level).text
    note = tmp_path / "acme_note-1.0-py3-none-any.whl"
    note.write_bytes(b"no wheel")
    assert f"The wheel {note.name} is not taken." in upload(anna, note).text
    changed = wheel(tmp_path / "changed", "acme-changed", "1.0", {"acme_changed.py": b""})
    changed.write_bytes(changed.read_bytes().replace(b"Root-Is-Purelib: true", b"Root-Is-Purelib: false"))
    assert "is not taken" in upload(anna, changed).text
    assert users.rows(plugin_wheel) == []
    upload(anna, path)
    other = example_wheel(tmp_path / "other", points=("NUMBER = 81890", "NUMBER = 81891"))
    assert f"Another wheel {path.name} is on the list already." in upload(anna, other).text
    assert len(users.rows(plugin_wheel)) == 1


def test_a_plugin_that_does_not_load_is_not_approved(
    users: Shop, person: Callable[[str], Person], tmp_path: Path
) -> None:
    """The server goes on, whatever the plugin does at its import: one ends the process that it is loaded in."""
    anna = person("Anna")
    for name in ("import_error", "exits_at_import", "next_api_level"):
        path = bad.make_wheel(name, tmp_path)
        upload(anna, path)
        answer = decide(anna, path, "approve")
        assert (answer.status_code, "cannot be approved" in answer.text) == (422, True)
    assert {row["state"] for row in users.rows(plugin_wheel)} == {"uploaded"}


def test_only_administrators_change_the_list(users: Shop, person: Callable[[str], Person], tmp_path: Path) -> None:
    """Whoever approves a wheel lets its code run on every till: a manager looks, and changes nothing."""
    mats, path = person("Mats"), example_wheel(tmp_path)
    assert mats.get("/plugins").status_code == 200
    assert upload(mats, path).status_code == 403
    assert decide(mats, path, "approve").status_code == 403
    assert users.rows(plugin_wheel) == []


def test_a_wheel_of_some_size_is_taken(users: Shop, person: Callable[[str], Person], tmp_path: Path) -> None:
    """A form of another page may have a megabyte; a wheel may be larger."""
    large = wheel(tmp_path, "acme-large", "1.0", {"acme_large.bin": os.urandom(3_000_000)})
    assert "acme-large 1.0" in upload(person("Anna"), large).text
