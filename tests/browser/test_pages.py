"""Every page in three languages, narrow and wide: nothing sticks out, nothing fails, axe-core finds nothing."""

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.conftest import OpenPage
from tests.browser.looking import look, violations
from tests.browser.served import Product

pytestmark = pytest.mark.browser

LANGUAGES = ("pl", "en", "uk")
WIDE: ViewportSize = {"width": 1280, "height": 900}
NARROW: ViewportSize = {"width": 320, "height": 700}
RESIDENT = [
    "/",
    "/report/",
    "/report/?category=water.supply",
    "/report/?group=roads",
    "/track/",
    "/track/sent/",
    "/track/left/",
    "/track/KON-2026-000001-0/abcdefgh12345678/",
    "/privacy/",
    "/accessibility/",
    "/how-requests-are-sorted/",
    "/login/",
    "/there-is-no-such-page/",
]
# Of the stories, with what follows the tracking address.
TRACKED = [
    ("new", "received/"),
    ("legal", ""),
    ("asked", ""),
    ("asked", "withdraw/"),
    ("planned", ""),
    ("resolved", ""),
    ("resolved", "reopen/"),
    ("waiting", ""),
    ("closed", ""),
    ("merged", ""),
    ("withdrawn", ""),
]
DESK = {
    "agent": [
        "/desk/",
        "/desk/?scope=mine",
        "/desk/find/?reference=NOTHING",
        "/desk/call/",
        "/desk/call/status/",
        "/desk/outbox/",
        "/desk/contacts/",
        "/desk/contacts/?due=on",
        "case:letter",
        "case:asked",
    ],
    "dispatcher": ["/desk/", "case:new", "case:legal", "case:letter", "case:merged", "case:withdrawn"],
    "handler": ["/desk/", "/desk/outbox/", "case:planned", "case:waiting", "case:resolved", "case:closed"],
    "analyst": ["/desk/"],
    "admin": ["/desk/", "/desk/models/", "/desk/models/?on=recent", "/desk/models/?version=candidate"],
}
# The charts of the page on the classifier that the invented town has figures for.
CHARTS = ("chart-categories", "chart-calibration", "chart-coverage", "chart-drift")
# How many points of a drawing have a colour.
COLOURED = """canvas => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return data.filter((value, index) => index % 4 === 3 && value > 0).length;
}"""
# They see the same pages with other steps on them: once is enough.
OTHERS = {
    "crew": ["/desk/", "case:asked"],
    "manager": ["/desk/", "case:resolved"],
    "head": ["/desk/", "case:asked"],
    "council": ["/desk/"],
    "dpo": ["/desk/", "case:legal", "/desk/readings/"],
}


def look_at_both_widths(page: Page) -> list[str]:
    found = look(page)
    page.set_viewport_size(NARROW)
    found += look(page)
    page.set_viewport_size(WIDE)
    return found


def test_the_checks_see_what_is_wrong(open_page: OpenPage) -> None:
    page = open_page("/", viewport=NARROW)
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<img width=900>')")
    found = "\n".join(look(page))
    assert "wider than the window" in found
    assert "image-alt" in found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_residents_is_sound(language: str, open_page: OpenPage, product: Product) -> None:
    page = open_page("/", language=language, viewport=WIDE)
    tracked = [product.tracking_path(story) + more for story, more in TRACKED]
    found = []
    for path in RESIDENT + tracked:
        page.goto(path)
        assert page.locator("html").get_attribute("lang") == language
        found += look_at_both_widths(page)
    assert found == []


@pytest.mark.parametrize("username", DESK)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_the_desk_is_sound(
    language: str, username: str, open_page: OpenPage, product: Product
) -> None:
    page = open_page("/desk/", language=language, username=username, viewport=WIDE)
    assert [fault for path in DESK[username] for fault in faults_of(page, path, product)] == []


@pytest.mark.parametrize("username", OTHERS)
def test_the_desk_is_sound_for_every_other_role(username: str, open_page: OpenPage, product: Product) -> None:
    page = open_page("/desk/", username=username, viewport=WIDE)
    assert [fault for path in OTHERS[username] for fault in faults_of(page, path, product)] == []


def faults_of(page: Page, path: str, product: Product) -> list[str]:
    """What is wrong with a page of the desk; ``case:NAME`` is the case of a story."""
    kind, _, story = path.partition("case:")
    answer = page.goto(kind or product.case_path(story))
    # A page that says "not found" is sound too, but it is not the page that was meant.
    assert answer is not None
    assert answer.ok, page.url
    return look_at_both_widths(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_open_forms_and_notices_are_sound(language: str, open_page: OpenPage, product: Product) -> None:
    """Parts that stand open only after a click: every action of a case, a notice, the list's conditions."""
    page = open_page(product.case_path("asked"), language=language, username="dispatcher", viewport=WIDE)
    page.locator("#acts").evaluate("e => e.querySelectorAll('details').forEach((d) => { d.open = true; })")
    found = look_at_both_widths(page)
    page.goto("/desk/outbox/?fate=SENT")
    with page.expect_navigation():
        page.locator("#notices a.subject").first.click()
    found += look_at_both_widths(page)
    page.goto("/desk/")
    page.locator(".filter-box summary").click()
    found += look_at_both_widths(page)
    assert found == []


def test_a_notice_is_printed_without_the_head_of_the_site(open_page: OpenPage) -> None:
    page = open_page("/desk/outbox/?fate=SENT", username="agent", viewport=WIDE)
    with page.expect_navigation():
        page.locator("#notices a.subject").first.click()
    expect(page.locator(".site-header")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator(".letter")).to_be_visible()
    expect(page.locator(".site-header")).to_be_hidden()


@pytest.mark.parametrize("language", LANGUAGES)
def test_forms_with_errors_are_sound(language: str, open_page: OpenPage) -> None:
    resident = open_page("/report/", language=language, viewport=WIDE)
    resident.locator("#id_email").fill("nothing like an address")
    resident.locator("main form button.btn-primary").click()
    expect(resident.locator("[data-error-summary]")).to_be_focused()
    found = look_at_both_widths(resident)

    agent = open_page("/desk/call/", language=language, username="agent", viewport=WIDE)
    agent.locator("#id_name").fill("Ana Nowak")
    agent.locator("main form .form-actions button").click()
    expect(agent.locator("[data-error-summary]")).to_be_focused()
    found += look_at_both_widths(agent)
    assert found == []


def test_colours_are_readable_in_the_dark(open_page: OpenPage, product: Product) -> None:
    dark = {"viewport": WIDE, "color_scheme": "dark"}
    resident = open_page("/", **dark)
    found = violations(resident)
    for path in ("/report/", product.tracking_path("resolved"), product.tracking_path("asked")):
        resident.goto(path)
        found += violations(resident)
    agent = open_page("/desk/", username="agent", **dark)
    found += violations(agent)
    for path in (product.case_path("asked"), "/desk/call/", "/desk/outbox/"):
        agent.goto(path)
        found += violations(agent)
    found += violations(open_page("/desk/models/", username="admin", **dark))
    assert found == []


@pytest.mark.parametrize("viewport", [NARROW, WIDE], ids=["phone", "desktop"])
def test_charts_of_the_classifier_are_drawn_beside_their_tables(
    viewport: ViewportSize, open_page: OpenPage
) -> None:
    page = open_page("/desk/models/", username="admin", viewport=viewport)
    for name in CHARTS:
        chart = page.locator(f"[data-chart='{name}']")
        expect(chart).to_be_visible()
        assert chart.locator("canvas").evaluate(COLOURED) > 100, name
        assert page.locator(f".beside:has([data-chart='{name}']) tbody tr").count() > 0
    # What the drawing shows is what the table says: the share that passes the lowest line is all of it.
    shown = page.evaluate(
        "Chart.getChart(document.querySelector('[data-chart=chart-coverage] canvas')).data.datasets[0].data[0]"
    )
    row = page.locator(".beside:has([data-chart=chart-coverage]) tbody tr").first
    assert shown == 100
    expect(row).to_contain_text("100 %")


def test_figures_of_the_classifier_are_in_tables_without_javascript(open_page: OpenPage) -> None:
    page = open_page("/desk/models/", username="admin", viewport=WIDE, java_script_enabled=False)
    for name in CHARTS:
        expect(page.locator(f"[data-chart='{name}']")).to_be_hidden()
        expect(page.locator(f".beside:has([data-chart='{name}']) table")).to_be_visible()
    categories = page.locator(".beside:has([data-chart=chart-categories])")
    assert categories.locator("tbody tr").count() > 20
    # The table has the room that the chart leaves.
    box, whole = categories.locator(".scroll").bounding_box(), categories.bounding_box()
    assert box is not None
    assert whole is not None
    assert box["width"] > 0.9 * whole["width"]
    page.goto("/desk/models/?version=candidate")
    expect(page.locator("#version")).to_contain_text("candidate")


def test_a_stale_form_shows_the_difference(open_page: OpenPage, product: Product) -> None:
    first, second = (
        open_page(product.case_path("letter"), username=name, viewport=WIDE)
        for name in ("dispatcher", "head")
    )
    first.locator("#act-classify summary").click()
    second.locator("#acts form[action$='/take/'] button").click()
    expect(first.locator("#case-changed")).to_be_visible()
    assert look_at_both_widths(first) == []
    first.locator("#act-classify form button").click()
    expect(first.locator(".difference ins")).to_be_visible()
    assert look_at_both_widths(first) == []


def test_a_call_is_suggested_for_and_becomes_a_case(open_page: OpenPage) -> None:
    agent = open_page("/desk/call/", username="agent", viewport=WIDE)
    agent.locator("#id_said").press_sequentially("Na Dworcowej nie świeci latarnia przy przystanku.", delay=5)
    offer = agent.locator("#suggestions button[value^='category:light']")
    offer.click()
    expect(agent.locator("#id_category")).to_have_value("light")
    assert look_at_both_widths(agent) == []
    agent.locator("main form > .form-actions button").click()
    expect(agent.locator(".read-out .reference").first).to_be_visible()
    assert look_at_both_widths(agent) == []


def test_everything_works_without_javascript(open_page: OpenPage, product: Product) -> None:
    resident = open_page("/report/", viewport=WIDE, java_script_enabled=False)
    resident.locator("#id_description").fill("Ławka w parku jest złamana.")
    resident.locator("main form button.btn-primary").click()
    resident.wait_for_url("**/received/")

    resident.goto(product.tracking_path("asked"))
    resident.locator("#id_body").fill("Po stronie szkoły.")
    resident.locator("section[aria-labelledby=write] button").click()
    expect(resident.locator(".conversation")).to_contain_text("Po stronie szkoły.")

    handler = open_page(
        product.case_path("asked"), username="handler", viewport=WIDE, java_script_enabled=False
    )
    handler.locator("#act-note summary").click()
    handler.locator("#act-note textarea").fill("Jedziemy jutro.")
    handler.locator("#act-note form button").click()
    expect(handler.locator(".conversation")).to_contain_text("Jedziemy jutro.")
