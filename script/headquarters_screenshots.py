"""The pictures in docs/screens/headquarters: the pages of a headquarters with something to see."""

from __future__ import annotations

import sys
import tempfile
from decimal import Decimal
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
FOLDER = ROOT / "docs" / "screens" / "headquarters"
PICTURES = {
    "start": "/",
    "offline-status": "/offline-status",
    "register": "/registers/R1",
    "plugins": "/registers/R1/plugins",
    "profile": "/profiles/register/R1",
    "schedules": "/schedules",
    "sessions": "/sessions?register=R1",
    "sales": "/sales",
    "z-reports": "/z-reports",
    "z-report": "/z-reports?register=R2",
    "changes": "/changes?author=Mats",
    "items": "/records/item/list",
    "databases": "/databases",
    "completeness": "/completeness",
    "certificate": "/registers/R1/certificate",
    "periods": "/periods",
    "staff": "/staff",
    "person": "/staff/1001",
    "layout": "/layouts/store%20S1",
    "tokens": "/tokens",
}


def take(folder: Path) -> None:
    """Start a server, stock it, and take every picture: wide and light, narrow and dark."""
    from tests.server.web.browser import chromium
    from tests.server.web.stocked import PASSWORD, add_users, close_wrong, report, stock

    from kassa.environment import SystemClock
    from kassa.testing.shop import wait_until
    from kassa.testing.store import SECOND_REGISTER, SMALL_STORE, barcode
    from kassa_server.channel import Channel
    from kassa_server.headquarters.changes import Author, changes_by
    from kassa_server.headquarters.monitoring import make_token
    from kassa_server.running import RunningServer, Settings
    from kassa_server.setup_store import NewItem, put_items
    from kassa_server.store_file import prepare

    database = f"sqlite:///{folder / 'channel.db'}"
    prepare(database, SMALL_STORE)
    server = RunningServer(Settings(folder, port=0, schedules=True))
    server.start()
    channel = Channel(database)
    add_users(channel)
    with httpx.Client(base_url=server.address, timeout=60) as client:
        stock(channel, client, SystemClock())
        second = stock(channel, client, SystemClock(), register_id=SECOND_REGISTER)
        report(second, ready=True)
        close_wrong(second)
        second.add("sale", {"nothing": "that posting knows"})
        second.deliver()
    with channel.writing() as connection:
        make_token(connection, channel.environment, "Grafana", by="Anna")
    with changes_by(Author("Mats", "web")), channel.writing() as connection:
        put_items(connection, [NewItem("1005", "Pocketbok", Decimal(75), "6", (barcode("1005"),))])
    channel.close()
    browser = chromium.start(folder / "chromium")
    pages = chromium.Pages(browser, f"{server.address}/headquarters")
    pages.log_on("Mats", PASSWORD)
    pages.open("/schedules")
    pages.press('form[action$="/9999/run"] button')
    wait_until(lambda: "Available" in pages.browser.page_source, "the job has run")
    for language, width, dark in (("en", chromium.WIDE, False), ("sv", chromium.NARROW, True)):
        pages.look(width=width, dark=dark, language=language)
        pages.log_on("Anna", PASSWORD)
        pages.complaints()
        for name, path in PICTURES.items():
            pages.open(path)
            if name == "z-report":
                pages.press("tbody th a")
            kind = "phone-dark" if dark else "light"
            pages.picture(FOLDER / f"{name}-{kind}-{language}.png", tallest=1600)
            assert pages.complaints() == [], path
    browser.quit()
    server.stop()


def main() -> None:
    """Take all pictures."""
    with tempfile.TemporaryDirectory() as folder:
        take(Path(folder))


if __name__ == "__main__":
    main()
