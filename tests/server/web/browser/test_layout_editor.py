"""The button grid edited by hand, in a real browser."""

from __future__ import annotations

from selenium.webdriver import ActionChains
from selenium.webdriver.common.by import By
from tests.server.web.browser.chromium import Pages
from tests.server.web.stocked import PASSWORD

LAYOUT = "/layouts/store%20S1"


def lines(pages: Pages) -> list[str]:
    """What the form would send."""
    value = pages.script("return document.getElementById('buttons').value")
    return str(value).split("\n")


def test_buttons_are_dragged_moved_added_and_saved(pages: Pages) -> None:
    """Dragged to another place, moved by its keys, removed and added: the grid and the form's text say the same; saved
    it is so after loading again. The page's policy is not broken."""
    pages.log_on("Mats", PASSWORD)
    pages.open(LAYOUT)
    before = lines(pages)
    grid = pages.all("#shown > li")
    ActionChains(pages.browser).drag_and_drop(
        grid[0].find_element(By.TAG_NAME, "span"), grid[2].find_element(By.TAG_NAME, "span")
    ).perform()
    assert lines(pages) == [before[1], before[2], before[0], *before[3:]]
    pages.all("#shown > li")[2].find_element(By.CSS_SELECTOR, ".moves button").send_keys("\n")
    assert lines(pages) == [before[1], before[0], before[2], *before[3:]]
    pages.script("document.querySelectorAll('#shown > li .moves button:last-child')[3].click()")
    pages.script("document.getElementById('operation').value = '115'")
    pages.find("#add").click()
    wanted = [before[1], before[0], before[2], *before[4:], "115"]
    assert lines(pages) == wanted
    pages.press("#save-grid")
    assert pages.find(".notice").text
    pages.open(LAYOUT)
    assert lines(pages) == wanted
    assert [item.get_attribute("data-line") for item in pages.all("#shown > li")] == wanted
    assert pages.complaints() == []


def test_without_change_rights_there_is_nothing_to_drag(pages: Pages) -> None:
    """A viewer sees the grid as the register shows it, and no keys to change it."""
    pages.log_on("Vera", PASSWORD)
    pages.open(LAYOUT)
    assert pages.all("#shown > li")
    assert pages.all(".moves") == []
