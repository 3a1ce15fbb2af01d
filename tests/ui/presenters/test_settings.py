"""The screen's settings, staff tiles, line detail, and what to tell support."""

from __future__ import annotations

import msgspec
from tests.ui.desk_kit import Bench
from tests.ui.scripted_register import ScriptedRegister

from kassa.connection import Reason
from kassa.model import OfflineProfile
from kassa_ui.presenters.line_detail import LineDialog
from kassa_ui.presenters.recent_staff import NAME as RECENT
from kassa_ui.presenters.settings import NAME, OWNER, SettingsDialog
from kassa_ui.presenters.speech import speech
from kassa_ui.presenters.support import SupportDialog


def rows(bench: Bench) -> dict[str, str]:
    """The rows of the dialog on top."""
    assert bench.till.dialog is not None
    return dict(bench.till.dialog.drawn(speech(bench.till.view)).rows)


def test_settings_switch_at_once_and_are_kept(bench: Bench) -> None:
    """Another language is spoken at once, the sale in progress stays, and the register opens with it the next time."""
    bench.selling()
    bench.till.press_settings()
    dialog = bench.till.dialog
    assert isinstance(dialog, SettingsDialog)
    dialog.pick(0, 2)
    assert bench.till.view.language == "en"
    assert dialog.drawn(speech(bench.till.view)).title == "Settings"
    dialog.pick(1, 1)
    assert len(bench.sale().rows) == 4
    assert msgspec.json.decode((bench.register.kept[OWNER, NAME] or "").encode()) == {"language": "en", "theme": "dark"}
    again = Bench(bench.register)
    assert (again.till.view.language, again.till.settings.theme) == ("en", "dark")
    again.till.stop()


def test_settings_that_do_not_read(register: ScriptedRegister) -> None:
    """What cannot be read, or has a value that there is not, is as if it had never been set."""
    for kept in ("{", '{"theme": "pink"}', '{"text_size": 7}'):
        register.kept[OWNER, NAME] = kept
        bench = Bench(register)
        assert bench.till.settings.theme == "light"
        assert bench.till.settings.text_size == 100
        bench.till.stop()


def test_who_logged_on_is_a_tile(bench: Bench) -> None:
    """Whoever has logged on here has a tile the next time; it asks for the PIN alone, and somebody else types the id.
    No PIN is kept."""
    bench.type("100\n1234\n")
    bench.settle()
    bench.register.staff = None
    bench.till.refresh()
    log_on = bench.till.log_on
    assert log_on.drawn(speech(bench.till.view)).tiles == ("Elin Berg",)
    assert "1234" not in (bench.register.kept[OWNER, RECENT] or "")
    log_on.choose(0)
    screen = log_on.drawn(speech(bench.till.view))
    assert (screen.tiles, screen.fields[0].text, screen.fields[1].active) == ((), "Elin Berg", True)
    bench.type("1234\n")
    bench.settle()
    assert bench.register.submitted[-1] == (700, {"staff_id": "100", "pin": "1234"})
    bench.register.staff = None
    bench.till.refresh()
    log_on.choose(1)
    assert log_on.drawn(speech(bench.till.view)).fields[0].active


def test_typing_an_id_needs_no_tile(bench: Bench) -> None:
    """With tiles on the screen a typed staff id logs on as before; Escape leads back to the tiles."""
    bench.type("100\n1234\n")
    bench.settle()
    bench.register.staff = None
    bench.till.refresh()
    bench.type("10")
    assert bench.till.log_on.drawn(speech(bench.till.view)).tiles == ()
    bench.till.key("escape")
    assert bench.till.log_on.drawn(speech(bench.till.view)).tiles == ("Elin Berg",)
    bench.type("100\n1234\n")
    bench.settle()
    assert bench.till.screen == "sale"


def test_work_offline_is_offered_where_it_may_be(bench: Bench) -> None:
    """Before log on *Work offline* is offered while the store server is away, if the offline profile allows it and
    there is an offline database; pressed, the register is disconnected by hand."""

    def offered() -> str:
        bench.till.refresh()
        return bench.till.log_on.drawn(speech(bench.till.view)).work_offline

    register = bench.register
    assert offered() == ""
    register.go_offline()
    assert offered() == "Arbeta offline"
    register.has_offline_data = False
    assert offered() == ""
    register.has_offline_data = True
    record = register.record
    register.record = msgspec.structs.replace(record, profile=OfflineProfile(allow_offline_before_log_on=False))
    assert offered() == ""
    register.record = record
    assert offered()
    bench.till.log_on.work_offline()
    bench.settle()
    assert register.submitted == [(917, {"action": "disconnect"})]
    bench.until(lambda: bench.till.view.connection.reason is Reason.MANUAL)
    assert offered() == ""


def test_the_selected_line_opens(bench: Bench) -> None:
    """A tap selects a line; another on it opens it: its facts, and the buttons that are about a line."""
    bench.selling()
    bench.till.press_line("l1")
    assert (bench.till.desk.selection.line_id, bench.till.dialog) == ("l1", None)
    bench.till.press_line("l1")
    dialog = bench.till.dialog
    assert isinstance(dialog, LineDialog)
    assert rows(bench)["Belopp"] == "109,80\u00a0kr"
    labels = [choice.label for choice in dialog.drawn(speech(bench.till.view)).choices]
    assert labels == ["Stäng", "Antal", "Prisändring", "Rabatt", "Ta bort rad"]
    dialog.choose(4)
    bench.settle()
    assert bench.register.submitted == [(102, {"line_id": "l1"})]


def test_what_to_tell_support(bench: Bench) -> None:
    """The register, the version, why it is offline and what was said last stand in one place, before log on too."""
    bench.type("100\n9999\n")
    bench.settle()
    bench.register.go_offline()
    bench.until(lambda: not bench.till.view.connection.online)
    bench.till.press_support()
    assert isinstance(bench.till.dialog, SupportDialog)
    told = rows(bench)
    assert told["Kassa"] == "Kassa 0042-3 · r3"
    assert "timeout" in told["Anslutning"]
    assert told["Senaste meddelande"] == "Fel id eller PIN."
    assert told["Version"] != "?"
