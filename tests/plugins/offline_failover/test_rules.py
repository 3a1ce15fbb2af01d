"""The rules by themselves, on plain values."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kassa.connection import Reason
from kassa.model import OfflineProfile
from kassa_offline_failover.rules import Link, Moment, Now, after_attempt, first_link

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
INTERVAL_S = 300.0


def at(seconds: float) -> Now:
    return Now(START + timedelta(seconds=seconds), 1000 + seconds)


ONLINE = first_link(at(0), manual_since=None, offline_since=None).connected(at(0))
LOST = ONLINE.lost(at(10), Reason.TIMEOUT, None)
BY_HAND = ONLINE.disconnected(at(10))


def test_first_link() -> None:
    """A register starts as *starting*, or as disconnected by hand if it was so; both may be from an earlier run."""
    assert first_link(at(0), manual_since=None, offline_since=None).reason is Reason.STARTING
    link = first_link(at(0), manual_since=START - timedelta(days=2), offline_since=START - timedelta(hours=3))
    assert (link.reason, link.since) == (Reason.MANUAL, START - timedelta(days=2))
    assert link.too_long(at(0), OfflineProfile(max_offline_hours=3))
    assert not link.too_long(at(0), OfflineProfile(max_offline_hours=3.1))


@pytest.mark.parametrize(("seconds", "may"), [(10, False), (309.9, False), (310, True), (4000, True)])
def test_interval_counts_from_the_switch(seconds: float, may: bool) -> None:
    """An attempt is due when the interval has passed since the switch."""
    assert LOST.may_attempt(at(seconds), INTERVAL_S) is may


def test_interval_counts_from_the_last_failure() -> None:
    """And since the last failed attempt."""
    link = LOST.failed(at(400), Reason.UNREACHABLE, None)
    assert not link.may_attempt(at(699), INTERVAL_S)
    assert link.may_attempt(at(700), INTERVAL_S)
    assert link.since == LOST.since


def test_late_answer_counts_while_it_is_younger_than_the_interval() -> None:
    """A late answer makes an attempt due at once, for an interval; then the ordinary rule is in force."""
    link = LOST.failed(at(400), Reason.UNREACHABLE, None).answered(at(401))
    assert link.may_attempt(at(402), INTERVAL_S)
    assert link.may_attempt(at(2000), INTERVAL_S)


def test_nothing_brings_back_who_is_disconnected_by_hand() -> None:
    """By hand, no answer, failure or interval does anything; Connect does."""
    for link in (BY_HAND.connected(at(20)), BY_HAND.failed(at(20), Reason.TIMEOUT, None), BY_HAND.answered(at(20))):
        assert link == BY_HAND
    assert not BY_HAND.may_attempt(at(10_000), INTERVAL_S)
    assert BY_HAND.plan(at(10_000), INTERVAL_S) is None
    noted = BY_HAND.noted(at(30))
    assert noted.may_attempt(at(30), INTERVAL_S)
    assert noted.connected(at(31)).online
    assert noted.failed(at(31), Reason.TIMEOUT, None).reason is Reason.TIMEOUT
    assert noted.disconnected(at(31)) == BY_HAND


def test_online_takes_no_outcome() -> None:
    """While online, an attempt's late end or another Connect changes nothing."""
    for link in (
        ONLINE.connected(at(20)), ONLINE.failed(at(20), Reason.TIMEOUT, None), ONLINE.answered(at(20)),
        ONLINE.noted(at(20)), ONLINE.checked(),
    ):  # fmt: skip
        assert link == ONLINE
    assert LOST.lost(at(20), Reason.UNREACHABLE, None) == LOST


def test_offline_limit_counts_from_the_loss() -> None:
    """Changes of the reason do not start the hours again."""
    profile = OfflineProfile(max_offline_hours=1)
    link = LOST.failed(at(1800), Reason.UNREACHABLE, None).disconnected(at(1900))
    assert not link.too_long(at(3609), profile)
    assert link.too_long(at(3610), profile)


def outcome(link: Link, *waiting: Moment, in_sale: bool = False, is_check: bool = False) -> Link:
    return after_attempt(
        link, at(400), None, None, 5, OfflineProfile(), waiting=frozenset(waiting), is_check=is_check, is_first=False,
        in_sale=in_sale, between_sales=not in_sale,
    )  # fmt: skip


def test_answer_is_used_by_who_waits() -> None:
    """A start uses an answer for its own sale; log on and Connect only where no sale is in progress."""
    assert outcome(LOST, Moment.START, in_sale=True).online
    for moment in (Moment.LOG_ON, Moment.CONNECT):
        assert outcome(LOST, moment).online
        late = outcome(LOST, moment, in_sale=True)
        assert (late.online, late.answered_late) == (False, at(400).mono)


def test_answer_that_nobody_waits_for_is_remembered() -> None:
    """Between sales too: nobody goes online by himself."""
    assert outcome(LOST).answered_late == at(400).mono


def test_health_checks_count_together() -> None:
    """Two good checks bring the register back, between sales; in a sale the second is remembered."""
    once = outcome(LOST, is_check=True)
    assert (once.online, once.good, once.answered_late) == (False, 1, None)
    assert outcome(once, is_check=True).online
    assert outcome(once, is_check=True, in_sale=True).answered_late == at(400).mono
    assert once.failed(at(401), Reason.TIMEOUT, None).good == 0
