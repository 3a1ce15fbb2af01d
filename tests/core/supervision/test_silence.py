"""How long nothing was heard: what counts, and what does not."""

from __future__ import annotations

from kassa.supervision.silence import Silence


def test_silence_lasts_until_something_is_heard() -> None:
    """Each look adds to it; one word and it begins anew."""
    silence = Silence(3)
    assert not any(silence.goes_on(1) for _look in range(3))
    silence.broken()
    assert not any(silence.goes_on(1) for _look in range(3))
    assert silence.goes_on(1)


def test_what_the_machine_slept_does_not_count() -> None:
    """After a night in suspend, by a clock that counts it, the register has its whole patience but for two seconds."""
    silence = Silence(60)
    assert not silence.goes_on(8 * 3600)
    assert not any(silence.goes_on(1) for _look in range(58))
    assert silence.goes_on(1)


def test_a_clock_that_goes_back_takes_nothing_away() -> None:
    """Patience does not grow."""
    silence = Silence(2)
    silence.goes_on(1.5)
    silence.goes_on(-100)
    assert silence.goes_on(1)
