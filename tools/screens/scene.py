"""What one row of the pictures is: a page, for whom, what is done on it first, and in which widths and languages."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

from tests.browser.served import Product

LANGUAGES = ("pl", "en", "uk")
PHONE_WIDTH, DESKTOP_WIDTH = 390, 1280
WIDTHS = (PHONE_WIDTH, DESKTOP_WIDTH)
# Stands in a path for the resident's page, the desk's page or a mail of a case told by ``tests.browser.stories``.
_STORIES = {"track": Product.tracking_path, "case": Product.case_path, "mail": Product.letter_address}

Act = Callable[[Page], None]


@dataclass(frozen=True, slots=True)
class Scene:
    """A page and what is done on it. ``path``: an address, or ``track:STORY`` and ``case:STORY`` with what follows,
    or ``mail:STORY.N``.

    ``part`` is the only part shown; a dark scene shows the page as it is at night.
    """

    name: str
    title: str
    path: str
    username: str = ""
    act: Act | None = None
    part: str = ""
    is_dark: bool = False
    languages: tuple[str, ...] = LANGUAGES
    widths: tuple[int, ...] = WIDTHS

    def address(self, product: Product) -> str:
        """Where the page of this running product is."""
        kind, _, rest = self.path.partition(":")
        if kind not in _STORIES:
            return self.path
        story, _, more = rest.partition("/")
        return _STORIES[kind](product, story) + more

    def file_name(self, width: int, language: str) -> str:
        return f"{self.name}-{width}-{language}.webp"
