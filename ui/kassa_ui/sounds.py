"""What the till sounds like: a short high tone for a scan that was taken, a low one for an error. They can be off.

Tones are made here, once, and kept in Kivy's folder; where there is no sound device the till is silent.
"""

from __future__ import annotations

import math
import os
import struct
import wave
from pathlib import Path
from typing import Any

import structlog

RATE = 16_000
LOUD = 0.35
TONES = {"scan": ((1760.0, 0.07),), "error": ((220.0, 0.16), (175.0, 0.22))}
"""By name: each tone's frequency in Hz and its length in seconds."""
FADE_S = 0.008

log = structlog.get_logger("kassa.ui")


class Sounds:
    """Plays tones by name.

    :param folder: where their files are kept; None: Kivy's.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.on = True
        self._folder = folder
        self._loaded: dict[str, Any] = {}

    def play(self, name: str) -> None:
        """Play ``name`` unless sounds are off; never waits for it, and never fails."""
        if not self.on:
            return
        try:
            sound = self._load(name)
            if sound is not None:
                sound.stop()
                sound.play()
        except Exception:
            log.warning("a sound cannot be played", name=name, exc_info=True)
            self._loaded[name] = None

    def _load(self, name: str) -> Any:
        if name not in self._loaded:
            from kivy.core.audio import SoundLoader

            path = (self._folder or Path(os.environ["KIVY_HOME"])) / f"{name}.wav"
            write_tone(path, name)
            self._loaded[name] = SoundLoader.load(str(path))
        return self._loaded[name]


def write_tone(path: Path, name: str) -> None:
    """Write the tones of ``name`` to ``path``, 16 bits, one channel."""
    samples = [sample for frequency, seconds in TONES[name] for sample in _tone(frequency, seconds)]
    with path.open("wb") as out, wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))


def _tone(frequency: float, seconds: float) -> list[int]:
    count = int(RATE * seconds)
    fade = int(RATE * FADE_S)
    samples = []
    for place in range(count):
        loud = LOUD * min(1, place / fade, (count - place) / fade)
        samples.append(round(32767 * loud * math.sin(math.tau * frequency * place / RATE)))
    return samples
