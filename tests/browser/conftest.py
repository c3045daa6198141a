"""One product and one Chromium for all tests here; a page for each visitor, and what the browser complained of."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import LOCALES, chromium, find_chromium, sign_in
from tests.browser.looking import Complaints
from tests.browser.served import Product, served

# A live change travels in well under a second; a busy machine may take its time.
expect.set_options(timeout=20_000)
SEEDED_CASES = 30

OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = find_chromium()
    if program is None:
        pytest.skip("no Chromium (Debian: apt install chromium)")
    with chromium(program) as running:
        yield running


@pytest.fixture(scope="session")
def product(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    directory = tmp_path_factory.mktemp("product")
    with served(directory, cases=SEEDED_CASES, MODELS_DIR=str(settings.MODELS_DIR)) as running:
        yield running


@pytest.fixture(scope="session")
def sessions() -> dict[str, Any]:
    """The cookies of those who have signed in already."""
    return {}


@pytest.fixture
def open_page(browser: Browser, product: Product, sessions: dict[str, Any]) -> Iterator[OpenPage]:
    """Opens pages for visitors, each with a browser context of their own. What Chromium complains of fails the test."""
    complaints: list[Complaints] = []
    contexts = []

    def opened(path: str, *, language: str = "pl", username: str = "", **options: Any) -> Page:
        if username and username not in sessions:
            sessions[username] = sign_in(browser, product.address, username)
        context = browser.new_context(
            base_url=product.address,
            locale=LOCALES[language],
            storage_state=sessions.get(username),
            **options,
        )
        contexts.append(context)
        page = context.new_page()
        complaints.append(Complaints(page, product.address))
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [one for page in complaints for one in page] == []
