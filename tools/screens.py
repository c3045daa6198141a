"""The pictures in docs/screens/, taken of the product with invented cases: ``python -m tools.screens [NAME ...]``."""

import os
import sys
import tempfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser

from tests.browser.chromium import LOCALES, PHONE, chromium, find_chromium, sign_in
from tests.browser.served import ROOT, Product, served

DIRECTORY = ROOT / "docs" / "screens"
CASES = 300
COLOURS = 64
MOST_BYTES = 200_000
# For what htmx fetches a moment after the last key.
QUIET_MS = 1500
DESKTOP = {"viewport": {"width": 1280, "height": 900}}


@dataclass(frozen=True, slots=True)
class Screen:
    """A picture: of which page, for whom, in which language, how wide, and what is done before."""

    name: str
    path: str
    username: str = ""
    language: str = "pl"
    is_phone: bool = False
    typed: tuple[tuple[str, str], ...] = ()
    follows: str = ""
    is_dark: bool = False
    is_whole: bool = True

    @property
    def options(self) -> dict[str, Any]:
        colours = "dark" if self.is_dark else "light"
        return (PHONE if self.is_phone else DESKTOP) | {
            "locale": LOCALES[self.language],
            "color_scheme": colours,
        }


CALL = (
    ("#id_said", "Na Dworcowej od soboty nie świeci latarnia przy przystanku, strasznie ciemno."),
    ("#id_address", "Dworcowa 12"),
    ("#id_name", "Jan Kowalski"),
    ("#id_phone", "600 100 200"),
)
REPORT = (
    ("#id_description", "Głęboka dziura w jezdni przy przejściu dla pieszych."),
    ("#id_address", "Dworcowa 5"),
)
SCREENS = (
    Screen("home", "/", is_phone=True),
    Screen("report", "/report/?category=road.pothole", is_phone=True, typed=REPORT),
    Screen("track", "track:resolved", is_phone=True),
    Screen("queue", "/desk/", "agent"),
    Screen("case", "/desk/?status=IN_PROGRESS", "handler", follows="table a.subject"),
    Screen("call", "/desk/call/", "agent", typed=CALL),
    Screen("outbox", "/desk/outbox/", "agent"),
    Screen("models", "/desk/models/", "admin"),
    Screen("sorting", "/how-requests-are-sorted/", is_phone=True, is_whole=False),
    Screen("queue-dark", "/desk/", "agent", is_dark=True),
    Screen("queue-phone", "/desk/", "handler", is_phone=True, is_whole=False),
    Screen("queue-en", "/desk/", "agent", "en"),
    Screen("report-uk", "/report/", language="uk", is_phone=True),
    Screen("track-en", "track:planned", language="en", is_phone=True),
)


def main(wanted: list[str]) -> int:
    """Make the pictures of these names, or all."""
    program = find_chromium()
    if program is None:
        print("screens: no Chromium (Debian: apt install chromium)", file=sys.stderr)
        return 1
    screens = [screen for screen in SCREENS if not wanted or screen.name in wanted]
    with tempfile.TemporaryDirectory() as directory, chromium(program) as browser:
        models = os.environ.get("MODELS_DIR", str(ROOT / "var" / "models"))
        with served(Path(directory), cases=CASES, MODELS_DIR=models) as product:
            for screen in screens:
                save(screen.name, photograph(browser, product, screen))
    return 0


def photograph(browser: Browser, product: Product, screen: Screen) -> bytes:
    """The page as a PNG: all of it on a phone, one window of it elsewhere."""
    state = sign_in(browser, product.address, screen.username) if screen.username else None
    with browser.new_context(base_url=product.address, storage_state=state, **screen.options) as context:
        page = context.new_page()
        page.goto(address_of(screen.path, product))
        for field, text in screen.typed:
            page.locator(field).fill(text)
        if screen.follows:
            page.locator(screen.follows).first.click()
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(QUIET_MS)
        return page.screenshot(full_page=screen.is_phone and screen.is_whole)


def address_of(path: str, product: Product) -> str:
    """``track:NAME`` and ``case:NAME`` are pages of a story."""
    kind, _, story = path.partition(":")
    return {"track": product.tracking_path, "case": product.case_path}[kind](story) if story else path


def save(name: str, png: bytes) -> None:
    """Write the picture with a small palette. Raises when it is still too big to keep in a repository."""
    picture = Image.open(BytesIO(png)).convert("RGB")
    path = DIRECTORY / f"{name}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise ValueError(f"{path} has {size} bytes")
    print(f"{path.relative_to(ROOT)} {size // 1000} kB")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
