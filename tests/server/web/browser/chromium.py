"""Debian's Chromium, driven by Selenium: without a window, without a profile of anybody's, without any call home."""

from __future__ import annotations

import base64
import shutil
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_S = 20
LOOK_AGAIN_S = 0.02
WIDE, NARROW = 1280, 360


def start(profile: Path) -> webdriver.Chrome:
    """A browser with a fresh profile in that folder."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    assert chromium is not None, "install it: script/setup-environment test"
    assert driver is not None, "install chromium-driver: script/setup-environment test"
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))


class Pages:
    """Headquarters' pages in a browser, as a person sees them.

    :param home: the address of the start page, without the slash.
    """

    def __init__(self, browser: webdriver.Chrome, home: str) -> None:
        self.browser = browser
        self.home = home

    def look(self, *, width: int = WIDE, dark: bool = False, language: str = "en") -> None:
        """A window of that width, light or dark, in a language."""
        sized = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600}
        self._command("Emulation.setDeviceMetricsOverride", sized)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._command("Emulation.setEmulatedMedia", {"features": [scheme]})
        self._command("Network.enable", {})
        self._command("Network.setExtraHTTPHeaders", {"headers": {"Accept-Language": language}})

    def open(self, path: str = "/") -> None:
        """Go to a page."""
        self.browser.get(self.home + path)

    def log_on(self, name: str, password: str) -> None:
        """Log on, as somebody new."""
        self.browser.delete_all_cookies()
        self.open("/log-on")
        self.type("#name", name)
        self.type("#password", password)
        self.press("main button.main")

    def find(self, selector: str) -> WebElement:
        """An element, waited for."""
        return WebDriverWait(self.browser, PATIENCE_S, LOOK_AGAIN_S).until(
            lambda browser: browser.find_element(By.CSS_SELECTOR, selector), selector
        )

    def all(self, selector: str) -> list[WebElement]:
        """All elements that are there now."""
        found: list[WebElement] = self.browser.find_elements(By.CSS_SELECTOR, selector)
        return found

    def type(self, selector: str, words: str) -> None:
        """Put words into a field, in place of what is there."""
        field = self.find(selector)
        field.clear()
        field.send_keys(words)

    def press(self, selector: str) -> None:
        """Press something, and wait until another page is there."""
        old = self.find("html")
        self.find(selector).click()
        WebDriverWait(self.browser, PATIENCE_S, LOOK_AGAIN_S).until(
            lambda _browser: old.id != self.find("html").id, selector
        )

    def shows(self, selector: str) -> bool:
        """Whether an element is there to be seen and to be reached by keys. (Selenium's own idea of it knows nothing of
        a closed ``details`` whose content is shown all the same.)"""
        reached = "const one = document.querySelector(arguments[0]); one.focus();"
        return bool(self.script(f"{reached} return one.checkVisibility() && document.activeElement === one", selector))

    @property
    def path(self) -> str:
        """Where the browser is, below the start page."""
        url: str = self.browser.current_url
        return url.removeprefix(self.home)

    @property
    def text(self) -> str:
        """What the page says."""
        return self.find("body").text

    def script(self, code: str, *arguments: Any) -> Any:
        """What a script of the test finds out about the page."""
        return self.browser.execute_script(code, *arguments)

    def complaints(self) -> list[str]:
        """What the browser has complained of since last asked: a policy that was broken, a file that is not there."""
        return [entry["message"] for entry in self.browser.get_log("browser")]

    def picture(self, file: Path, tallest: int = 10_000) -> None:
        """The page as a picture, from its top to its end, or as far as ``tallest`` goes."""
        width, whole = self.script("return [innerWidth, document.documentElement.scrollHeight]")
        height = min(whole, tallest)
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        taken = self._command("Page.captureScreenshot", {"captureBeyondViewport": True, "clip": clip})
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(base64.b64decode(taken["data"]))

    def _command(self, name: str, values: dict[str, Any]) -> Any:
        return self.browser.execute_cdp_cmd(name, values)
