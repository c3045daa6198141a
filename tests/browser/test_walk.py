"""One pothole through the whole house, in real browsers that stay open: nobody reloads, everybody sees."""

import re
from email.message import EmailMessage
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.chromium import PHONE
from tests.browser.conftest import OpenPage
from tests.browser.looking import look
from tests.browser.served import Product, text_of
from tests.contact_centre.processes import until

pytestmark = pytest.mark.browser

WORDS = "Głęboka dziura w jezdni przy przejściu dla pieszych, auta omijają ją drugim pasem."
LOSS = "Na dziurze w jezdni uszkodziłam wczoraj oponę i żądam odszkodowania."
ANSWER = "Załataliśmy dziurę masą na gorąco. Dziękujemy za zgłoszenie."
STILL_WRONG = "Łata wypadła po pierwszym deszczu."
EMAIL = "ana.walk@example.org"


def photo() -> bytes:
    """A picture as a phone sends it."""
    buffer = BytesIO()
    Image.new("RGB", (1200, 900), "#6b6257").save(buffer, "JPEG")
    return buffer.getvalue()


def open_queue(open_page: OpenPage, username: str) -> Page:
    """Somebody's queue, live, and marked."""
    page = open_page("/desk/", username=username, viewport={"width": 1280, "height": 900})
    expect(page.locator("[data-live-state]").first).to_have_attribute("data-state", "on")
    stay(page)
    return page


def stay(page: Page) -> None:
    """Mark the page: the mark is gone after a reload."""
    page.evaluate("window.stayedOpen = true")


def has_stayed(page: Page) -> bool:
    return bool(page.evaluate("window.stayedOpen === true"))


def line_of(queue: Page, reference: str) -> Locator:
    """A case in the queue, or among those that just came in when the queue is longer than a page."""
    return queue.locator(f"#go-{reference}, #new-{reference}")


def mails(product: Product, count: int) -> list[EmailMessage]:
    """Ana's mails once there are so many."""
    assert until(lambda: len(product.mails_to(EMAIL)) >= count), [
        str(m["Subject"]) for m in product.mails_to(EMAIL)
    ]
    return product.mails_to(EMAIL)


def report(page: Page, words: str) -> str:
    """Ana fills in the form on her phone; gives the case's number."""
    page.goto("/")
    assert look(page) == []
    page.locator("form.languages button[value=pl]").click()
    expect(page.locator("html")).to_have_attribute("lang", "pl")
    page.locator("ul.choices a").first.click()
    page.locator("#id_description").fill(words)
    page.locator("#id_category").select_option("road.pothole")
    expect(page.locator("#category-hint .notice")).to_be_visible()
    page.locator("#id_address").press_sequentially("Dworc")
    expect(page.locator("#streets option").first).to_be_attached()
    page.locator("#id_address").fill("Dworcowa 5")
    page.locator("#id_photos").set_input_files(
        {"name": "dziura.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    )
    page.locator("#id_name").fill("Ana Nowak")
    page.locator("#id_email").fill(EMAIL)
    assert look(page) == []
    page.locator("main form button.btn-primary").click()
    expect(page.locator("#known, [data-draft-clear=report]")).to_be_attached()
    if page.locator("#known").count():
        # Another story has a hole here too.
        assert look(page) == []
        page.locator("main form button.btn-primary").click()
    page.wait_for_url("**/received/")
    assert look(page) == []
    return page.locator(".reference").first.inner_text()


def resolve(page: Page, reference: str) -> None:
    """The handler opens the case from her queue, starts work and answers."""
    line_of(page, reference).click()
    assert look(page) == []
    expect(page.locator(".conversation img")).to_be_visible()
    page.locator("#acts form[action$='/start/'] button").click()
    expect(page.locator("#acts form[action$='/start/']")).to_have_count(0)
    page.locator("#act-resolve summary").click()
    form = page.locator("#act-resolve form")
    form.locator("select[name=outcome]").select_option("DONE")
    form.locator("textarea[name=answer]").fill(ANSWER)
    assert look(page) == []
    form.locator("button").click()
    expect(page.locator(".conversation")).to_contain_text(ANSWER)
    assert look(page) == []


def test_a_report_travels_through_the_house_and_back(open_page: OpenPage, product: Product) -> None:
    agent, handler = (open_queue(open_page, name) for name in ("agent", "handler"))
    ana = open_page("/", language="en", **PHONE)

    # She reports; those who have their queues open see it come in.
    reference = report(ana, WORDS)
    expect(line_of(agent, reference)).to_be_visible()
    expect(line_of(handler, reference)).to_be_visible()
    assert has_stayed(agent)
    assert has_stayed(handler)
    assert look(agent) + look(handler) == []

    # One mail tells that we have it and who got it.
    (received,) = mails(product, 1)
    link = re.search(rf"{re.escape(product.address)}/track/\S+", text_of(received))
    assert link is not None
    assert reference in text_of(received)
    assert "Zarząd Dróg Miejskich" in text_of(received)

    # Her open page follows what the handler does.
    ana.goto(link[0])
    expect(ana.locator("[data-live-state]").first).to_have_attribute("data-state", "on")
    stay(ana)
    assert look(ana) == []
    resolve(handler, reference)
    expect(ana.locator("#story .status").first).to_have_text("Wykonane")
    expect(ana.locator("#story")).to_contain_text(ANSWER)
    expect(ana.locator("#course")).to_contain_text("Skończyliśmy")
    assert has_stayed(ana)
    assert look(ana) == []
    resolved = mails(product, 2)[-1]
    assert ANSWER in text_of(resolved)
    assert link[0] in text_of(resolved)

    # She does not agree, and the road office sees it come back.
    handler.goto("/desk/")
    stay(handler)
    reopen(ana, text_of(resolved), link[0])
    expect(line_of(handler, reference)).to_be_visible()
    assert has_stayed(handler)
    mails(product, 3)
    assert has_stayed(agent)


def reopen(page: Page, mail: str, link: str) -> None:
    """The link of the mail leads to the page on which she opens the case again."""
    assert link in mail
    page.goto(link)
    page.locator("a[href$='/reopen/']").click()
    assert look(page) == []
    page.locator("#id_reason").fill(STILL_WRONG)
    page.locator("main form[data-draft] button").click()
    expect(page.locator(".conversation")).to_contain_text(STILL_WRONG)
    assert look(page) == []


def test_what_may_be_law_waits_for_a_dispatcher(open_page: OpenPage) -> None:
    agent, dispatcher, handler = (open_queue(open_page, name) for name in ("agent", "dispatcher", "handler"))
    reference = report(open_page("/", **PHONE), LOSS)
    expect(line_of(dispatcher, reference)).to_be_visible()
    expect(line_of(agent, reference)).to_have_count(0)
    expect(line_of(handler, reference)).to_have_count(0)

    line_of(dispatcher, reference).click()
    assert look(dispatcher) == []
    take_step(dispatcher, "classify", category="road.pothole", kind="REPORT", urgency="NORMAL")
    zdm = dispatcher.locator("#act-route option", has_text="Zarząd Dróg Miejskich").get_attribute("value")
    assert zdm
    take_step(dispatcher, "route", department=zdm)
    expect(line_of(handler, reference)).to_be_visible()
    assert has_stayed(handler)


def take_step(page: Page, name: str, **choices: str) -> None:
    """Open a step's form on the case page, choose, and send it."""
    page.locator(f"#act-{name} summary").click()
    form = page.locator(f"#act-{name} form")
    for field, value in choices.items():
        form.locator(f"select[name={field}]").select_option(value)
    with page.expect_navigation():
        form.locator("button").click()
