"""Forms in a real browser: the language changes under them, drafts outlive a reload, and too much is held back."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.chromium import PHONE
from tests.browser.conftest import OpenPage
from tests.browser.looking import look
from tests.browser.served import Product
from tests.browser.test_walk import photo

pytestmark = pytest.mark.browser

WORDS = "Kosz na śmieci jest pełny i śmierdzi."


def fill(page: Page) -> None:
    page.locator("#id_description").fill(WORDS)
    page.locator("#id_address").fill("Dworcowa 5")
    page.locator("#id_photos").set_input_files(
        {"name": "kosz.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    )


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_the_language_changes_and_the_form_stays_as_it_was(open_page: OpenPage, scripts: bool) -> None:
    page = open_page("/report/", java_script_enabled=scripts, **PHONE)
    fill(page)
    page.locator(".languages button[value=uk]").click()
    expect(page.locator("html")).to_have_attribute("lang", "uk")
    expect(page.locator("#id_description")).to_have_value(WORDS)
    expect(page.locator("#id_address")).to_have_value("Dworcowa 5")
    expect(page.locator("input[name=kept]")).to_be_checked()
    expect(page.locator(".error-summary")).to_have_count(0)
    if scripts:
        page.locator(".emergency summary").click()
        assert look(page) == []
    page.locator("#id_name").fill("Ana")
    page.locator("#id_name").press("Enter")
    page.wait_for_url("**/received/")
    expect(page.locator("html")).to_have_attribute("lang", "uk")


def test_choosing_a_category_says_at_the_label_whether_the_place_is_needed(open_page: OpenPage) -> None:
    page = open_page("/report/", **PHONE)
    mark, category = page.locator("#id_address_mark"), page.locator("#id_category")
    undecided = mark.inner_text()
    category.select_option("road.pothole")
    expect(mark).to_be_empty()
    category.select_option("tax")
    expect(mark).not_to_be_empty()
    assert mark.inner_text() != undecided
    category.select_option("")
    expect(mark).to_have_text(undecided)
    assert look(page) == []


def test_a_reply_outlives_what_the_city_writes_and_goes_once_it_is_sent(
    open_page: OpenPage, product: Product
) -> None:
    path = product.tracking_path("planned")
    page, handler = open_page(path), open_page(product.case_path("planned"), username="handler")
    page.locator("#id_body").fill(WORDS)
    handler.locator("#act-message summary").click()
    handler.locator("#act-message textarea").fill("Będziemy w piątek rano.")
    handler.locator("#act-message form button").click()
    expect(page.locator(".conversation")).to_contain_text("w piątek rano")
    page.reload()
    expect(page.locator("#id_body")).to_have_value(WORDS)
    page.locator("#reply-form button.btn-primary").click()
    expect(page.locator(".conversation")).to_contain_text(WORDS)
    expect(page.locator("#id_body")).to_have_value("")
    page.reload()
    expect(page.locator("#id_body")).to_have_value("")


def fill_call(page: Page) -> None:
    """Each part that asks for suggestions on its own: a question that overtakes another one is a complaint."""
    suggestions_have_come(page)
    page.locator("#id_category").select_option("light")
    suggestions_have_come(page)
    page.locator("#id_address").fill("Dworcowa 5")
    page.locator("#id_address").blur()
    suggestions_have_come(page)
    page.locator("#id_said").fill(WORDS)
    suggestions_have_come(page)
    page.locator("#id_channel input[value=COUNTER]").check()
    page.locator("#id_purpose").select_option("URGING")
    page.locator("#id_name").fill("Ana Nowak")
    page.locator("#id_phone").fill("600 100 200")
    page.locator("#id_email").fill("ana@example.org")
    page.locator("#id_privacy_read").check()


def suggestions_have_come(page: Page) -> None:
    """They are asked for after a pause in typing; a page that is left meanwhile complains of a broken request."""
    page.wait_for_timeout(1_000)
    page.wait_for_function("document.querySelector('.htmx-request') === null")


def expect_call(page: Page) -> None:
    expect(page.locator("#id_channel input[value=COUNTER]")).to_be_checked()
    expect(page.locator("#id_purpose")).to_have_value("URGING")
    expect(page.locator("#id_said")).to_have_value(WORDS)
    expect(page.locator("#id_address")).to_have_value("Dworcowa 5")
    expect(page.locator("#id_category")).to_have_value("light")
    expect(page.locator("#id_name")).to_have_value("Ana Nowak")
    expect(page.locator("#id_phone")).to_have_value("600 100 200")
    expect(page.locator("#id_email")).to_have_value("ana@example.org")
    expect(page.locator("#id_privacy_read")).to_be_checked()


def sign_in_again(page: Page) -> None:
    """Ask for the form, as the page that refused it says, and sign in on the way."""
    page.goto("/desk/call/")
    page.locator("#id_username").fill("agent")
    page.locator("#id_password").fill(page.locator(".demo-logins p code").inner_text())
    page.locator("main form button").click()
    page.wait_for_url("**/desk/call/")


def test_a_call_outlives_the_loss_of_the_login_and_goes_at_sign_out(open_page: OpenPage) -> None:
    page = open_page("/desk/call/", username="agent", language="en")
    expect(page.locator("[data-draft-back]")).to_be_hidden()
    fill_call(page)
    page.context.clear_cookies()
    page.locator("main form > .form-actions button").click()
    expect(page.locator("#written")).to_have_value(re.compile("Ana Nowak"))
    assert look(page) == []
    sign_in_again(page)
    expect_call(page)
    suggestions_have_come(page)
    expect(page.locator("[data-draft-back]")).to_be_visible()
    assert look(page) == []
    kept = page.evaluate("JSON.stringify({...sessionStorage})")
    assert not any(word in kept for word in ("password", "csrf", "draft:call:key", "konin-demo"))
    page.locator("form[data-forget-drafts] button").click()
    page.wait_for_url("**/")
    assert page.evaluate("Object.keys(sessionStorage).filter((key) => key.startsWith('draft:'))") == []
    sign_in_again(page)
    expect(page.locator("#id_name")).to_have_value("")
    expect(page.locator("#id_purpose")).to_have_value("REPORT")
    suggestions_have_come(page)


def test_a_draft_yields_to_what_the_page_brings_and_can_be_dropped(open_page: OpenPage) -> None:
    page = open_page("/desk/call/", username="agent")
    fill_call(page)
    page.locator("#id_reference").fill("111")
    page.goto("/desk/call/?purpose=STATUS&outcome=CALL_BACK&reference=222")
    expect(page.locator("#id_said")).to_have_value(WORDS)
    expect(page.locator("#id_purpose")).to_have_value("STATUS")
    # The page brings a number that names no case: it is noted apart, and what was typed stays.
    expect(page.locator("#id_reference")).to_have_value("111")
    expect(page.locator("#id_about")).to_have_value("222")
    suggestions_have_come(page)
    page.locator("[data-draft-drop]").click()
    page.wait_for_url("**/desk/call/")
    expect(page.locator("#id_name")).to_have_value("")
    expect(page.locator("[data-draft-back]")).to_be_hidden()
    expect(page.locator("#id_channel input[value=PHONE]")).to_be_checked()
    suggestions_have_come(page)


def test_a_resident_leaves_only_her_words_in_the_tab(open_page: OpenPage) -> None:
    page = open_page("/report/")
    page.locator("#id_description").fill(WORDS)
    page.locator("#id_name").fill("Ana Nowak")
    page.reload()
    expect(page.locator("#id_description")).to_have_value(WORDS)
    assert "Ana Nowak" not in page.evaluate("JSON.stringify({...sessionStorage})")


def test_files_that_are_too_big_together_are_held_back_with_the_reason(open_page: OpenPage) -> None:
    page = open_page("/report/", language="en")
    fill(page)
    photos: list[FilePayload] = [
        {"name": f"{number}.jpg", "mimeType": "image/jpeg", "buffer": b"x" * 9_000_000} for number in range(5)
    ]
    page.evaluate("document.getElementById('id_photos').dataset.maxBytes = '8000000'")
    page.locator("#id_photos").set_input_files(photos)
    page.locator("main form button.btn-primary").click()
    expect(page.locator("[data-file-list] .wrong").first).to_be_visible()
    assert re.search(r"/report/$", page.url)
    expect(page.locator("#id_photos")).to_be_focused()
    expect(page.locator("#id_description")).to_have_value(WORDS)


def test_far_too_much_at_once_is_answered_by_a_page_that_people_can_read(
    open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page("/report/", java_script_enabled=False)
    page.locator("#id_description").fill(WORDS)
    film = tmp_path / "film.mp4"
    with film.open("wb") as file:
        file.truncate(150 * 1024 * 1024)
    page.locator("#id_photos").set_input_files(film)
    page.locator("main form button.btn-primary").click()
    expect(page.locator("h1").first).to_have_text("To za dużo naraz")
    page.go_back()
    expect(page.locator("#id_description")).to_have_value(WORDS)


def test_a_letter_asks_for_no_clause_that_was_read_aloud(open_page: OpenPage) -> None:
    page = open_page("/desk/call/", username="agent")
    box, clause = page.locator("#id_privacy_read"), page.locator("details.clause")
    for channel, is_shown in (("LETTER", False), ("COUNTER", True), ("PHONE", True)):
        page.locator(f"input[name=channel][value={channel}]").check()
        expect(box).to_be_visible(visible=is_shown)
        expect(clause).to_be_visible(visible=is_shown)
