"""Mails to residents as a mail program shows them: narrow and wide, by day and by night, and what they say in text."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.browser.looking import sticking_out, violations
from tests.browser.served import Product, page_of, text_of
from tests.contact_centre.processes import until

pytestmark = pytest.mark.browser

STORIES = ("resolved", "ukrainian")
# Each of them is told that we have the report, asked a question, and given the answer.
MAILS = 3
WIDTHS = (320, 390, 1280)
SCHEMES = ("light", "dark")
# A mail stands within the page of a mail program, which has the landmarks.
OF_A_WHOLE_PAGE = ("landmark-one-main", "region")
# What a person reads must not be small, a link must look like one, a button must be met by a thumb.
FAULTS = """() => {
  const faults = [];
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (words.nextNode()) {
    const text = words.currentNode.textContent.trim();
    const size = parseFloat(getComputedStyle(words.currentNode.parentElement).fontSize);
    if (!words.currentNode.parentElement.checkVisibility()) continue;
    if (text && size < 16) faults.push(`${size}px: ${text.slice(0, 40)}`);
  }
  for (const link of document.links) {
    const style = getComputedStyle(link), box = link.getBoundingClientRect();
    if (style.display === "inline-block") {
      if (box.height < 44) faults.push(`a button of ${box.height}px: ${link.text}`);
      if (style.backgroundColor === "rgba(0, 0, 0, 0)") faults.push(`a button without a ground: ${link.text}`);
    } else if (!style.textDecorationLine.includes("underline")) faults.push(`a link like words: ${link.text}`);
  }
  for (const image of document.images) if (!image.hasAttribute("alt")) faults.push(`no alt: ${image.src}`);
  return faults;
}"""
# How light the ground is, from 0 to 255.
LIGHT = r"""() => {
  const [red, green, blue] = getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number);
  return (red + green + blue) / 3;
}"""
BROKEN = """<a href="https://a.example/" style="display:inline-block;font-size:12px">A</a>
<img src="https://a.example/1.png"><div style="width:900px">wide</div>"""


@pytest.fixture(scope="module")
def letters(product: Product) -> dict[str, list[EmailMessage]]:
    """The mails of each story, once all have gone out."""
    assert until(lambda: all(len(product.letters(story)) == MAILS for story in STORIES)), {
        story: [str(mail["Subject"]) for mail in product.letters(story)] for story in STORIES
    }
    return {story: product.letters(story) for story in STORIES}


@contextmanager
def mail_program(
    browser: Browser, width: int = 390, scheme: str = "light"
) -> Iterator[tuple[Page, list[str]]]:
    """A page that loads nothing from anywhere, and the addresses that it was asked to load."""
    asked: list[str] = []

    def refuse(route: Route) -> None:
        asked.append(route.request.url)
        route.abort()

    with browser.new_context(viewport={"width": width, "height": 900}) as context:
        context.route("**/*", refuse)
        page = context.new_page()
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        yield page, asked


def faults_of(page: Page, html: str) -> list[str]:
    page.set_content(html)
    return [*sticking_out(page), *violations(page, without=OF_A_WHOLE_PAGE), *page.evaluate(FAULTS)]


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_every_mail_is_sound_and_loads_nothing(
    width: int, scheme: str, browser: Browser, letters: dict[str, list[EmailMessage]]
) -> None:
    with mail_program(browser, width, scheme) as (page, asked):
        for story in STORIES:
            for mail in letters[story]:
                assert faults_of(page, page_of(mail)) == [], mail["Subject"]
                assert (page.evaluate(LIGHT) < 60) == (scheme == "dark")
        assert asked == []


def test_the_checks_see_what_is_wrong_with_a_mail(
    browser: Browser, letters: dict[str, list[EmailMessage]]
) -> None:
    html = page_of(letters["resolved"][0])
    with mail_program(browser) as (page, asked):
        spoiled = html.replace("</h1>", f"</h1>{BROKEN}")
        found = "\n".join(faults_of(page, spoiled))
        assert asked == ["https://a.example/1.png"]
    for fault in (
        "wider than the window",
        "image-alt",
        "12px: A",
        "a button of",
        "without a ground",
        "no alt",
    ):
        assert fault in found


@pytest.mark.parametrize("story", STORIES)
def test_the_text_says_every_sentence_and_names_every_link_of_the_page(
    story: str, browser: Browser, letters: dict[str, list[EmailMessage]]
) -> None:
    with mail_program(browser) as (page, _):
        for mail in letters[story]:
            page.set_content(page_of(mail))
            text = " ".join(text_of(mail).split())
            said = sentences(page.locator("body").inner_text())
            assert len(said) >= 8
            assert [one for one in said if one not in text] == []
            links = page.evaluate("[...document.links].map((link) => link.href)")
            assert len(links) >= 3
            assert [link for link in links if link not in text] == []


def sentences(words: str) -> list[str]:
    lines = (" ".join(line.split()) for line in words.splitlines())
    return [one for line in lines for one in re.split(r"(?<=[.!?:]) ", line) if one]
