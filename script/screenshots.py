"""The pictures in docs/screens: log on, sale online, sale offline, 917's window, in each language."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
FOLDER = ROOT / "docs" / "screens"
LANGUAGES = ("sv", "en")


def store(language: str) -> Mapping[str, Any]:
    """The small store of the test kit, in ``language``."""
    from kassa.testing.store import SMALL_STORE

    return {**SMALL_STORE, "store": {**SMALL_STORE["store"], "language": language}}


def take(language: str, work: Path) -> None:
    """Take the four pictures in ``language``."""
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
        pilot.app.detach()


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
