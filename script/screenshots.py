"""The pictures in docs/screens: log on, sale online and offline, the windows of 917 and of shifts, in each language."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.ui.pilot import Pilot

    from kassa.operations import OperationResult
    from kassa.register import Register

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
FOLDER = ROOT / "docs" / "screens"
LANGUAGES = ("sv", "en")


def store(language: str) -> Mapping[str, Any]:
    """The small store of the test kit, in ``language``."""
    from kassa.testing.store import SMALL_STORE

    first, *others = SMALL_STORE["registers"]
    with_shifts = {**first, "plugins": [*first["plugins"], {"name": "shift"}]}
    told = {**SMALL_STORE["store"], "language": language}
    return {**SMALL_STORE, "store": told, "registers": [with_shifts, *others]}


def take(language: str, work: Path) -> None:
    """Take the pictures in ``language``."""
    from tests.ui.pilot import Pilot

    from kassa.operations import ManagerApproval
    from kassa.testing.shop import Shop, wait_until
    from kassa.testing.store import MANAGER, MANAGER_PIN

    with Shop(work, store=store(language)) as shop, shop.open_register() as register:
        pilot = PILOTS.setdefault("one", Pilot())
        if len(PILOTS) == 1 and not hasattr(pilot.app, "bridge"):
            pilot.start()
        pilot.attach(register)

        def keep(name: str) -> None:
            pilot.app.till.tick()
            pilot.frames(10)
            pilot.picture(str(FOLDER / f"{name}-{language}.png"))

        def sell() -> None:
            register.run(100, code=shop.barcode("1001"), quantity=Decimal(2))
            register.run(100, code=shop.barcode("1002"))
            register.run(100, code=shop.barcode("1003"), quantity=Decimal("0.482"))
            register.run(100, code=shop.barcode("1004"))
            approval = ManagerApproval(MANAGER, MANAGER_PIN)
            register.run(301, percent=Decimal(20), approval=approval)

        keep("log-on")
        shop.log_on(register)
        shop.with_data(register)
        sell()
        pilot.until(lambda: pilot.app.till.view.transaction)
        pilot.app.till.desk.notices.quiet = None
        keep("sale-online")
        register.run(201)
        shop.delivered(register)
        shop.network.refuse()
        for number in ("1005", "1006", "1007"):
            register.run(100, code=shop.barcode(number))
            register.run(200)
        sell()
        wait_until(lambda: register.waiting().count == 3, "three sales wait")
        pilot.until(lambda: pilot.app.till.view.transaction)
        pilot.app.till.desk.notices.quiet = None
        keep("sale-offline")
        pilot.app.till.press_pill()
        pilot.until(lambda: pilot.app.till.dialog)
        keep("window-917")
        pilot.app.till.close(pilot.app.till.dialog)
        register.run(201)
        take_shifts(register, pilot, keep)
        pilot.app.detach()


def take_shifts(register: Register, pilot: Pilot, keep: Callable[[str], None]) -> None:
    """The windows of shifts: what can be done, the count, X."""
    from kassa.operations import ManagerApproval
    from kassa.testing.store import MANAGER, MANAGER_PIN
    from kassa_ui.presenters.dialogs import WindowDialog

    def show(name: str, result: OperationResult) -> None:
        assert result.window is not None
        dialog = WindowDialog(pilot.app.till, result.window)
        pilot.app.till.open(dialog)
        keep(name)
        pilot.app.till.close(dialog)

    register.run(1200, amount=Decimal(500))
    show("window-shifts", register.run(918))
    for value, count in (("1000", 0), ("500", 1), ("100", 2)):
        register.run(1052, action="count", denomination=value, count=count)
    show("window-count", register.run(1052))
    register.run(1052, action="declare")
    show("window-x", register.run(1056, approval=ManagerApproval(MANAGER, MANAGER_PIN)))


PILOTS: dict[str, Any] = {}


def main() -> None:
    """Take all pictures."""
    from kassa_ui import start

    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        start.prepare(Path(folder) / "window")
        for language in LANGUAGES:
            take(language, Path(folder) / language)
        PILOTS["one"].stop()


if __name__ == "__main__":
    main()
