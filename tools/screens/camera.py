"""Photographs a scene in a running product, and keeps the picture small."""

from io import BytesIO
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.chromium import LOCALES, sign_in
from tests.browser.served import Product
from tools.screens.scene import PHONE_WIDTH, Scene

COLOURS = 32
# Whole pages would be far too much for a repository: most of the page in Polish, one window in the other languages.
MOST_PIXELS = {"pl": 1400}
ONE_WINDOW = 900
PHONE_HEIGHT, DESKTOP_HEIGHT = 844, 900


class Camera:
    """Takes pictures of one product, with the sessions of those who have signed in. A visitor's pages share a cache."""

    def __init__(self, browser: Browser, product: Product) -> None:
        self.browser = browser
        self.product = product
        self._sessions: dict[str, Any] = {}
        self._visitors: dict[tuple[Any, ...], BrowserContext] = {}

    def take(self, scene: Scene, width: int, language: str) -> Image.Image:
        """The scene as a small picture; raises when the page is not there or answers with a fault of ours."""
        with self._visitor(scene, width, language).new_page() as page:
            answer = page.goto(scene.address(self.product))
            assert answer is not None
            if answer.status >= 500:
                raise RuntimeError(f"{page.url} answered {answer.status}")
            page.wait_for_load_state("networkidle")
            if scene.act:
                scene.act(page)
                page.wait_for_load_state("networkidle")
            return small(_shoot(page, scene), MOST_PIXELS.get(language, ONE_WINDOW))

    def _visitor(self, scene: Scene, width: int, language: str) -> BrowserContext:
        key = (scene.username, scene.is_dark, width, language)
        if key not in self._visitors:
            is_phone = width <= PHONE_WIDTH
            self._visitors[key] = self.browser.new_context(
                base_url=self.product.address,
                storage_state=self._session(scene.username),
                locale=LOCALES[language],
                color_scheme="dark" if scene.is_dark else "light",
                viewport={"width": width, "height": PHONE_HEIGHT if is_phone else DESKTOP_HEIGHT},
                is_mobile=is_phone,
                has_touch=is_phone,
                reduced_motion="reduce",
            )
        return self._visitors[key]

    def _session(self, username: str) -> Any:
        if username and username not in self._sessions:
            self._sessions[username] = sign_in(self.browser, self.product.address, username)
        return self._sessions.get(username)


def small(png: bytes, most_pixels: int) -> Image.Image:
    """The picture with few colours, and no taller than that. Other ways to choose them give up rare ones (the line
    below the head) or bend large ones (the head itself)."""
    picture = Image.open(BytesIO(png)).convert("RGB")
    picture = picture.crop((0, 0, picture.width, min(picture.height, most_pixels)))
    return picture.quantize(COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)


def _shoot(page: Page, scene: Scene) -> bytes:
    if scene.part:
        return page.locator(scene.part).screenshot(animations="disabled")
    return page.screenshot(full_page=True, animations="disabled")
