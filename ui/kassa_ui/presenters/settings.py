"""The screen's settings, kept in each register: language, theme, size of text, sounds. They switch at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from kassa.register.face import RegisterFace
from kassa.text import Text, literal, texts
from kassa_ui.presenters.dialogs import ChoiceDrawn, Dialog, DialogDrawn, OptionDrawn
from kassa_ui.presenters.speech import Speech

if TYPE_CHECKING:
    pass

_, n_ = texts("kassa_ui")

OWNER, NAME = "screen", "settings"
"""Under which the register keeps them."""


class ScreenSettings(msgspec.Struct, frozen=True, omit_defaults=True):
    """How this register's screen looks and sounds.

    :param language: ``sv`` or ``en``; empty: the cashier's own, else the store's.
    :param text_size: per cent of the system's.
    """

    language: Literal["", "sv", "en"] = ""
    theme: Literal["light", "dark"] = "light"
    text_size: Literal[100, 115, 130, 150] = 100
    sounds: bool = True


OPTIONS: tuple[tuple[str, Text, tuple[tuple[Any, Text], ...]], ...] = (
    ("language", _("Language"), (("", _("The cashier's own")), ("sv", literal("Svenska")), ("en", literal("English")))),
    ("theme", _("Theme"), (("light", _("Light")), ("dark", _("Dark")))),
    ("text_size", _("Text size"), tuple((size, literal(f"{size} %")) for size in (100, 115, 130, 150))),
    ("sounds", _("Sounds"), ((True, _("On")), (False, _("Off")))),
)
"""Each setting: its field, its name, and what can be chosen."""


def read_settings(register: RegisterFace, over: Mapping[str, Any]) -> ScreenSettings:
    """The settings that ``register`` keeps, with ``over`` in place of some; what does not read is as if never set."""
    kept = register.setting(OWNER, NAME)
    try:
        found = msgspec.json.decode(kept.encode(), type=ScreenSettings) if kept else ScreenSettings()
    except msgspec.DecodeError:
        found = ScreenSettings()
    return msgspec.structs.replace(found, **over)


def keep_settings(register: RegisterFace, settings: ScreenSettings) -> None:
    """Keep them in ``register``, durably."""
    register.keep_setting(OWNER, NAME, msgspec.json.encode(settings).decode())


class SettingsDialog(Dialog):
    """Each setting with its choices; a press is in force at once."""

    def drawn(self, speech: Speech) -> DialogDrawn:
        settings = self.till.settings
        return DialogDrawn(
            speech(_("Settings")),
            speech(_("For this register. The sale in progress goes on.")),
            (),
            (),
            (ChoiceDrawn(speech(_("Close")), "action"),),
            self.notices.drawn(speech),
            options=tuple(
                OptionDrawn(
                    speech(name),
                    tuple((speech(label), value == getattr(settings, field)) for value, label in choices),
                    speech(_("Chosen")),
                )
                for field, name, choices in OPTIONS
            ),
        )

    def choose(self, place: int) -> None:
        self.close()

    def enter(self) -> None:
        self.close()

    def pick(self, row: int, place: int) -> None:
        field, _name, choices = OPTIONS[row]
        self.till.change_settings(**{field: choices[place][0]})
