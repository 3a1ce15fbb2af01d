"""What the till sounds like."""

from __future__ import annotations

import wave
from pathlib import Path

from tests.ui.desk_kit import Bench

from kassa_ui.sounds import RATE, TONES, Sounds, write_tone


def test_a_scan_and_an_error_sound(bench: Bench) -> None:
    """An item sold by scan has one sound, a code that nothing has another."""
    heard: list[str] = []
    bench.till.sound = heard.append
    bench.at_desk()
    bench.scan("7310130006128")
    bench.settle()
    bench.scan("4006381333931"[:-1] + "0")
    bench.scan("73513537")
    bench.settle()
    assert heard[0] == "scan"
    assert heard[-1] == "error"


def test_tones_are_short(tmp_path: Path) -> None:
    """Each sound is a file of less than half a second."""
    for name in TONES:
        write_tone(tmp_path / f"{name}.wav", name)
        with wave.open(str(tmp_path / f"{name}.wav")) as file:
            assert 0 < file.getnframes() / RATE < 0.5


def test_sounds_that_are_off(tmp_path: Path) -> None:
    """Turned off nothing is played or even loaded; a folder that is not there silences, and stops nothing."""
    sounds = Sounds(tmp_path)
    sounds.on = False
    sounds.play("scan")
    assert list(tmp_path.iterdir()) == []
    Sounds(tmp_path / "away").play("scan")
