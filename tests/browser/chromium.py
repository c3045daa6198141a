"""The browser that Debian ships, quiet and without a word to anybody outside."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LOCALES = {"pl": "pl-PL", "en": "en-GB", "uk": "uk-UA"}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}


def find_chromium() -> str | None:
    """The program; ``CHROMIUM`` names it, else it is looked for."""
    named = os.environ.get("CHROMIUM")
    return named or next((path for name in NAMES if (path := shutil.which(name))), None)


@contextmanager
def chromium(program: str) -> Iterator[Browser]:
    """One browser for many pages; as root it needs to run without its sandbox."""
    arguments = [*ARGUMENTS, "--no-sandbox"] if os.geteuid() == 0 else ARGUMENTS
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        yield browser
        browser.close()


def sign_in(browser: Browser, address: str, username: str) -> Any:
    """What a browser keeps of somebody who signed in, with the password that a demonstration shows to everybody."""
    with browser.new_context(base_url=address) as context:
        page = context.new_page()
        page.goto("/login/")
        page.locator("#id_username").fill(username)
        page.locator("#id_password").fill(page.locator(".demo-logins p code").inner_text())
        page.locator("main form button").click()
        page.wait_for_url("**/desk/")
        return context.storage_state()
