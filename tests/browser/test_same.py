"""One lamp reported three times: the resident is asked, the agent is told while typing, the dispatcher merges."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import PHONE
from tests.browser.conftest import OpenPage
from tests.browser.looking import look

pytestmark = pytest.mark.browser

FIRST = "Latarnia przed blokiem nie świeci od tygodnia, wieczorem jest zupełnie ciemno."
SECOND = "Nie świeci latarnia przed blokiem, wieczorem ciemno."
DESK = {"width": 1280, "height": 900}


def log_call(page: Page, said: str) -> None:
    page.locator("#id_said").fill(said)
    page.locator("#id_category").select_option("light")
    page.locator("#id_address").fill("Chopina 7")
    page.locator("#id_address").blur()
    page.wait_for_load_state("networkidle")


def test_one_thing_reported_three_times_is_one_case(open_page: OpenPage) -> None:
    agent = open_page("/desk/call/", username="agent", viewport=DESK)
    log_call(agent, FIRST)
    agent.locator(".form-actions button").click()
    expect(agent.locator("main .reference").first).to_be_visible()
    reference = agent.locator("main .reference").first.inner_text()

    # A resident reports the same lamp on her phone, and is asked before it is sent.
    ana = open_page("/report/", **PHONE)
    ana.locator("#id_description").fill(SECOND)
    ana.locator("#id_category").select_option("light")
    ana.locator("#id_address").fill("ul. Chopina 7")
    ana.locator("#id_email").fill("ana.same@example.org")
    ana.locator("main form button.btn-primary").click()
    expect(ana.locator("#known")).to_be_visible()
    assert ana.locator("#id_description").input_value() == SECOND
    assert reference not in ana.locator("#known").inner_text()
    assert look(ana) == []
    show(ana, "known")
    ana.locator("#known button[name=same]").first.click()
    ana.wait_for_url("**/received/")
    assert look(ana) == []
    hers = ana.locator(".reference").first.inner_text()

    # Somebody calls about it: the agent is told while typing, and takes the call to the case with one press.
    agent.goto("/desk/call/")
    log_call(agent, SECOND)
    offer = agent.locator("#suggestions .alike button").first
    expect(offer).to_be_visible()
    assert look(agent) == []
    show(agent, "call")
    offer.click()
    expect(agent.locator("#id_reference")).to_have_value(reference)
    expect(agent.locator("input[name=becomes][value=LINK]")).to_be_checked()

    # The dispatcher decides that hers is a plain report, and merges what the resident said is the same.
    dispatcher = open_page(f"/desk/case/{hers}/", username="dispatcher", viewport=DESK)
    expect(dispatcher.locator("#alike")).to_contain_text(reference)
    expect(dispatcher.locator("#alike")).to_contain_text("według mieszkańca")
    dispatcher.goto(f"/desk/case/{hers}/")
    if dispatcher.locator("#alike a.btn").count() == 0:
        dispatcher.locator("#act-classify summary").click()
        form = dispatcher.locator("#act-classify form")
        form.locator("select[name=category]").select_option("light")
        form.locator("select[name=kind]").select_option("REPORT")
        with dispatcher.expect_navigation():
            form.locator(".form-actions button").click()
    assert look(dispatcher) == []
    show(dispatcher, "case")
    dispatcher.locator("#alike a.btn").first.click()
    expect(dispatcher.locator("#id_merge_into")).to_have_value(reference)
    expect(dispatcher.locator("#act-merge")).to_have_attribute("open", "")
    show(dispatcher, "merge")
    with dispatcher.expect_navigation():
        dispatcher.locator("#act-merge .form-actions button").click()
    expect(dispatcher.locator("#case-side")).to_contain_text(reference)
    expect(dispatcher.locator("#alike")).to_have_count(0)


def show(page: Page, name: str) -> None:
    if folder := os.environ.get("D1_SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
