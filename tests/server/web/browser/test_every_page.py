"""What holds for every page: it fits a phone, breaks no policy, and can be read with ears and in the dark."""

from __future__ import annotations

import pytest
from tests.server.web.browser.chromium import NARROW, WIDE, Pages
from tests.server.web.stocked import PASSWORD

from kassa_server.headquarters.record_tables import record_tables
from kassa_server.web.pages import ROUTES

UNNAMED = """
return [...document.querySelectorAll('input:not([type=hidden]), select, textarea, button, a[href]')]
  .filter(one => !(one.getAttribute('aria-label') || one.labels?.length || one.textContent.trim()))
  .map(one => one.outerHTML.slice(0, 200))
"""
FAINT = """
function channels(colour) { return colour.match(/[\\d.]+/g).map(Number) }
function luminance([r, g, b]) {
  const linear = [r, g, b].map(v => v / 255).map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
  return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
}
function ground(one) {
  for (; one; one = one.parentElement) {
    const colour = channels(getComputedStyle(one).backgroundColor)
    if (colour.length < 4 || colour[3] > 0) return colour
  }
  return [255, 255, 255]
}
const faint = new Set()
for (const one of document.querySelectorAll('body *')) {
  const says = [...one.childNodes].some(node => node.nodeType === 3 && node.textContent.trim())
  if (!says || !one.checkVisibility() || one.disabled || one.closest('[disabled]')) continue
  const [light, dark] = [luminance(channels(getComputedStyle(one).color)), luminance(ground(one))].sort((a, b) => b - a)
  if ((light + 0.05) / (dark + 0.05) < 4.5) faint.add(one.tagName + ' ' + one.className + ' ' + one.textContent.trim())
}
return [...faint]
"""
OVERFLOWS = "return document.documentElement.scrollWidth > arguments[0]"
"""Of the window's own width: on a phone ``innerWidth`` grows with what is too wide."""
WIDER = """
return [...document.querySelectorAll('main *')]
  .filter(one => one.getBoundingClientRect().right > arguments[0] + 1)
  .filter(one => !one.closest('.unseen, .scroll, table.cards thead'))
  .map(one => one.tagName + ' ' + one.className + ' ' + one.textContent.trim().slice(0, 60))
"""


def every_path(pages: Pages) -> list[str]:
    """Each page's address, with something that is there in the place of its parameters."""
    pages.open("/sales")
    sale = (pages.find("tbody th a").get_attribute("href") or "").rsplit("/", 1)[1]
    pages.open("/registers/R1")
    device = (pages.find("a[href*='/devices/']").get_attribute("href") or "").rsplit("/", 2)[1]
    pages.open("/z-reports")
    z = (pages.find("tbody th a").get_attribute("href") or "").rsplit("/", 1)[1]
    values = {"{entry_id}": z, "{register_id}": "R1",
              "{device_id}": device, "{store_id}": "S1", "{transaction_id}": sale,
              "{staff_id}": "1001", "{layout}": "store%20S1", "{distribution}": "acme-loyalty"}  # fmt: skip
    paths = []
    for route in ROUTES:
        by_hand = not route.path.endswith(".json") and route.path not in ("/log-on", "/records/{table}/delete")
        if "GET" in (route.methods or ()) and by_hand:
            path = route.path
            for name, value in values.items():
                path = path.replace(name, value)
            assert "{" not in path, path
            paths.append(path)
    paths += [f"/records/{record.name}/list" for record in record_tables()]
    return [*paths, "/records/item/create", "/records/item/edit/1001", "/records/item/delete?key=1001"]


@pytest.mark.parametrize(
    ("width", "dark", "language"), [pytest.param(WIDE, False, "en", marks=pytest.mark.soak), (NARROW, True, "sv")]
)
def test_every_page_is_sound(width: int, dark: bool, language: str, pages: Pages) -> None:
    """No page is wider than its window, breaks the policy, lacks a heading, or has a control without a name or words
    too faint to read (4.5 to 1)."""
    pages.look(width=width, dark=dark, language=language)
    pages.log_on("Anna", PASSWORD)
    found: dict[str, object] = {}
    for path in every_path(pages):
        pages.open(path)
        wrong = [pages.complaints(), *(pages.script(check, width) for check in (OVERFLOWS, WIDER, UNNAMED, FAINT))]
        if any(wrong) or len(pages.all("h1")) != 1 or len(pages.all("main")) != 1:
            found[path] = wrong
    assert found == {}


def test_the_log_on_page_and_the_refusals_are_sound(pages: Pages) -> None:
    """The same for what is seen before logging on, and for a page that is not there."""
    pages.look(width=NARROW)
    pages.open("/log-on")
    for check in (WIDER, UNNAMED, FAINT):
        assert pages.script(check, NARROW) == []
    pages.log_on("Vera", PASSWORD)
    pages.complaints()
    for path, said in (("/nothing", "There is no such page."), ("/users", "Your role does not allow this.")):
        pages.open(path)
        assert pages.find("h1").text == said
        for check in (WIDER, UNNAMED, FAINT):
            assert pages.script(check, NARROW) == []
