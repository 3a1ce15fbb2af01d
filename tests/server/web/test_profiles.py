"""Offline profiles on their page."""

from __future__ import annotations

from collections.abc import Callable

from tests.server.conftest import Shop
from tests.server.web.conftest import Person

from kassa.model import OfflineProfile
from kassa_server.headquarters.profile_fields import PROFILE_FIELDS, read_fields
from kassa_server.headquarters.profile_words import FIELD_WORDS
from kassa_server.record import read_record


def test_the_form_has_every_field_with_its_words(users: Shop, person: Callable[[str], Person]) -> None:
    """No field of the record is forgotten: each is in the form, named, explained, with unit and default."""
    names = OfflineProfile.__struct_fields__
    assert tuple(field.name for field in PROFILE_FIELDS) == names
    assert set(FIELD_WORDS) == set(names)
    page = person("Vera").get("/profiles/store/S1").text
    for field in PROFILE_FIELDS:
        assert f'name="{field.name}"' in page
        assert f'id="{field.name}-meaning"' in page
        assert field.kind is bool or field.unit is not None, field.name
        assert getattr(OfflineProfile(), field.name) == field.default


def test_a_register_differs_from_its_store_field_by_field(users: Shop, person: Callable[[str], Person]) -> None:
    """A register's own settings go before its store's, and those before the defaults."""
    mats = person("Mats")
    mats.get("/profiles/store/S1")
    mats.send("/profiles/store/S1", request_timeout_s="4,5", max_offline_hours="8", prompt_before_switch="yes")
    mats.get("/profiles/register/R1")
    mats.send("/profiles/register/R1", request_timeout_s="2", max_offline_hours="none", prompt_before_switch="no")
    with users.channel.reading() as connection:
        first, second = (read_record(connection, register).profile for register in ("R1", "R2"))
    assert (first.request_timeout_s, first.max_offline_hours, first.prompt_before_switch) == (2, None, False)
    assert (second.request_timeout_s, second.max_offline_hours, second.prompt_before_switch) == (4.5, 8, True)
    assert first.sync_interval_s == second.sync_interval_s == OfflineProfile().sync_interval_s
    page = mats.get("/profiles/register/R1").text
    assert 'value="2"' in page
    assert "In the store: 4.5." in page


BAD = (
    ("request_timeout_s", "0", "Between 0.5 and 300."),
    ("request_timeout_s", "-1", "A number, such as 10."),
    ("request_timeout_s", "none", "A number, such as 10."),
    ("request_timeout_s", "1e3", "A number, such as 10."),
    ("retry_count", "1.5", "A whole number."),
    ("sync_interval_s", "soon", "A number, such as 60."),
    ("pause_sync", "perhaps", "Yes or no."),
    ("max_offline_amount", "١٢", "A number, such as 10."),
)


def test_a_bad_value_is_named_at_its_field(users: Shop, person: Callable[[str], Person]) -> None:
    """The page comes back with what was typed and what is wrong; nothing of the form is taken."""
    mats = person("Mats")
    mats.get("/profiles/store/S1")
    for name, typed, said in BAD:
        answer = mats.send("/profiles/store/S1", **{"retention_days": "90", name: typed})
        assert answer.status_code == 422, (name, typed)
        assert f'id="{name}-fault">{said}' in answer.text, (name, typed)
        assert 'value="90"' in answer.text
    with users.channel.reading() as connection:
        assert read_record(connection, "R1").profile == OfflineProfile()


def test_none_is_typed_in_any_language() -> None:
    """*none*, *ingen* and a dash mean no limit, where there may be none."""
    for word in ("none", "None", "ingen", "-"):
        assert read_fields({"max_offline_hours": word}) == ({"max_offline_hours": None}, {})


def test_a_viewer_reads_the_profile_only(person: Callable[[str], Person]) -> None:
    """The fields cannot be typed in, and there is nothing to press."""
    page = person("Vera").get("/profiles/store/S1").text
    assert '<fieldset class="profile" disabled>' in page
    assert ">Save<" not in page


def test_what_is_not_there_has_no_profile(person: Callable[[str], Person]) -> None:
    """An unknown store and an unknown register: a page that says so."""
    vera = person("Vera")
    assert "There is no store S9." in vera.get("/profiles/store/S9").text
    assert vera.get("/profiles/register/R9").status_code == 404
