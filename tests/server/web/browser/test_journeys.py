"""What people do at headquarters, in a real browser."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.keys import Keys
from tests.server.web.browser.chromium import NARROW, WIDE, Pages
from tests.server.web.stocked import PASSWORD

from kassa.testing.shop import wait_until


def test_log_on_and_off(pages: Pages) -> None:
    """To the page that was wanted; afterwards nothing is to be seen without logging on again."""
    pages.open("/sales")
    assert pages.path == "/log-on?next=/sales"
    pages.type("#name", "Vera")
    pages.type("#password", PASSWORD)
    pages.press("main button.main")
    assert pages.path == "/sales"
    pages.press("button.on-bar")
    assert pages.path == "/log-on"
    pages.browser.back()
    pages.open("/sales")
    assert pages.path.startswith("/log-on")


def test_a_user_is_locked_after_five_wrong_tries(pages: Pages) -> None:
    """An administrator makes a user; five wrong passwords lock it, and the right one does not help."""
    pages.log_on("Anna", PASSWORD)
    pages.open("/users")
    pages.type("#name", "Lovisa")
    pages.press("section.narrow button.main")
    password = pages.find("code.big").text
    for _ in range(5):
        pages.log_on("Lovisa", "not the password")
    pages.log_on("Lovisa", password)
    assert "locked for a while" in pages.find(".problem").text
    pages.log_on("Anna", PASSWORD)
    pages.open("/users")
    assert "Locked for a while" in pages.text


def test_each_role_sees_what_it_may_do(pages: Pages) -> None:
    """A viewer has no buttons, a manager those for running, an administrator those for registers and users."""
    seen = {}
    for name in ("Vera", "Mats", "Anna"):
        pages.log_on(name, PASSWORD)
        pages.open("/schedules")
        runs = len(pages.all("main button"))
        pages.open("/registers/R1")
        seen[name] = (runs > 0, bool(pages.all("#support-offline")), bool(pages.all('nav a[href$="/users"]')))
    assert seen == {"Vera": (False, False, False), "Mats": (True, False, False), "Anna": (True, True, True)}


@pytest.mark.parametrize(("width", "dark"), [(WIDE, False), (NARROW, True)])
def test_support_offline_is_switched(width: int, dark: bool, pages: Pages) -> None:
    """Off and on again, each in one press, and the change is in the register's log."""
    pages.look(width=width, dark=dark)
    pages.log_on("Anna", PASSWORD)
    pages.open("/registers/R2")
    for said, after in (("Support offline is off.", "Switch on"), ("Support offline is on.", "Switch off")):
        pages.press("#support-offline")
        assert pages.find(".notice").text == said
        assert pages.find("#support-offline").text == after
    for wanted in ("false", "true"):
        assert f"Support offline switched R2\nauthor: Anna\nwanted: {wanted}" in pages.text
    pages.open("/registers/R2")
    assert pages.all(".notice") == []


def test_a_job_is_run_now(pages: Pages) -> None:
    """The page loads itself anew until the run is over, and the history says who ran it."""
    pages.log_on("Mats", PASSWORD)
    pages.open("/schedules")
    pages.press('form[action$="/9999/run"] button')
    newest = "return document.querySelector('section:last-of-type tbody tr')?.innerText ?? ''"
    wait_until(lambda: any(one in pages.script(newest) for one in ("Available", "Nothing new")), "the run is over")
    assert "Mats" in pages.script(newest)


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_a_bad_value_in_a_profile_is_named_at_its_field(width: int, pages: Pages) -> None:
    """What is wrong stands at the field, which a screen reader finds with it; put right, the form is taken."""
    pages.look(width=width)
    pages.log_on("Mats", PASSWORD)
    pages.open("/profiles/register/R2")
    pages.type("#sync_interval_s", "soon")
    pages.press("form.card button.main")
    field = pages.find("#sync_interval_s")
    assert field.get_attribute("aria-invalid") == "true"
    assert "sync_interval_s-fault" in (field.get_attribute("aria-describedby") or "")
    assert pages.find("#sync_interval_s-fault").text == "A number, such as 60."
    pages.type("#sync_interval_s", "15,5")
    pages.press("form.card button.main")
    assert "Synchronisation interval: 15.5 seconds" in pages.text


def test_plugins_are_put_in_order(pages: Pages) -> None:
    """The last plugin goes up; saved, the register has it there."""
    pages.log_on("Anna", PASSWORD)
    pages.open("/registers/R2/plugins")
    before = _plugins(pages)
    pages.press(f'button[value="up-{len(before) - 1}"]')
    assert "Not saved yet." in pages.text
    pages.press("#save")
    pages.open("/registers/R2/plugins")
    assert _plugins(pages) == [*before[:-2], before[-1], before[-2]]


def _plugins(pages: Pages) -> list[str]:
    return [one.text for one in pages.all(".plugin-name code")]


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_a_sale_is_found(width: int, pages: Pages) -> None:
    """By its register in the list, then whole, with lines, tax and journal entry."""
    pages.look(width=width)
    pages.log_on("Vera", PASSWORD)
    pages.open("/sales")
    pages.find('#register option[value="R1"]').click()
    pages.press("form.filters button")
    receipts = pages.all("tbody th a")
    assert len(receipts) == 5
    number = receipts[0].text
    pages.press("tbody th a")
    assert pages.find("h1").text.startswith(number)
    for said in ("Regnjacka Sarek, blå M", "25%", "Journal entry"):
        assert said in pages.text


def test_the_menu_opens_on_a_phone(pages: Pages) -> None:
    """Closed at first; pressed, it shows the pages and leads to them. On a wide window it is open always."""
    pages.look(width=NARROW)
    pages.log_on("Vera", PASSWORD)
    link = 'nav a[href$="/sales"]'
    assert not pages.shows(link)
    pages.find("summary").click()
    assert pages.shows(link)
    pages.press(link)
    assert pages.path == "/sales"
    pages.look(width=WIDE)
    pages.open("/")
    assert pages.shows(link)


def test_it_works_without_a_mouse(pages: Pages) -> None:
    """The first tab stop skips the menu; the log on form is filled in and sent by keys alone."""
    pages.open("/log-on")
    keys = pages.browser.switch_to.active_element
    keys.send_keys("Vera", Keys.TAB, PASSWORD, Keys.ENTER)
    pages.find("nav")
    pages.find("body").send_keys(Keys.TAB)
    assert pages.browser.switch_to.active_element.text == "Skip to the content"
    pages.browser.switch_to.active_element.send_keys(Keys.ENTER)
    assert pages.script("return document.activeElement.id") == "content"


def test_the_pages_are_in_the_browsers_language(pages: Pages) -> None:
    """Swedish words, numbers and amounts for a Swedish browser."""
    pages.look(language="sv")
    pages.log_on("Vera", PASSWORD)
    assert "Läget just nu" in pages.text
    assert "1\N{NO-BREAK SPACE}770,80\N{NO-BREAK SPACE}kr" in pages.script("return document.body.innerText")


def test_a_price_is_changed(pages: Pages) -> None:
    """A manager looks an item up, corrects a slip at its field, and the log says who, from what and to what."""
    pages.log_on("Mats", PASSWORD)
    pages.open("/records/item/list")
    pages.type("#search", "pocketbok")
    pages.press("form.filters button")
    pages.press("tbody th a")
    pages.type("#unit_price", "7o")
    pages.press("main button.main")
    assert pages.find("#unit_price-fault").text == "A number, such as 12.50."
    pages.type("#unit_price", "75")
    pages.press("main button.main")
    assert pages.path == "/records/item/list"
    pages.open("/changes?table=item&key=1005")
    assert "Price: 69" in pages.text
    assert "→ 75" in pages.text


@pytest.mark.parametrize(("width", "dark"), [(WIDE, False), (NARROW, True)])
def test_a_z_is_held_against_the_sales(width: int, dark: bool, pages: Pages) -> None:
    """From the menu to the list, to one Z with its figures beside the server's own, and back."""
    pages.look(width=width, dark=dark)
    pages.log_on("Vera", PASSWORD)
    pages.open("/z-reports")
    assert "Agrees" in pages.find("tbody tr").text
    assert "Open" in pages.find("#open-shifts + table").text
    pages.press("tbody th a")
    assert "Kassa 1" in pages.find("h1").text
    rows = [row.text for row in pages.all("#compared + table tbody tr")]
    assert len(rows) >= 5
    assert not [row for row in rows if "Differs" in row]
    pages.press("a.button[href$='/z-reports']")
    assert pages.path == "/z-reports"
