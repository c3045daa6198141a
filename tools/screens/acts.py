"""What is done on a page before its picture is taken: typed, pressed, opened. One report is sent, no case changed."""

from collections.abc import Callable

from playwright.sync_api import Page

from tools.screens.scene import Act

# For what htmx fetches a moment after the last key.
QUIET_MS = 1500
# One more than the page for finding a report allows a network in ten minutes.
OFTEN = 31
FIELDS_TOO_MANY = 1100
ATTEMPTS = 5
HOLE = (
    ("#id_description", "Dziura w jezdni, auta omijają ją drugim pasem."),
    ("#id_address", "Dworcowa 3"),
    ("#id_email", "ola.lis@example.org"),
)
LAMP = (
    ("#id_said", "Na Dworcowej od soboty nie świeci latarnia przy przystanku, strasznie ciemno."),
    ("#id_address", "Dworcowa 12"),
    ("#id_name", "Jan Kowalski"),
    ("#id_phone", "600 100 200"),
)


def rest(page: Page) -> None:
    """Wait for what is drawn by a script."""
    page.wait_for_timeout(QUIET_MS)


def fill(*fields: tuple[str, str]) -> Act:
    """Type into fields, and wait for what the page suggests."""

    def act(page: Page) -> None:
        for field, text in fields:
            page.locator(field).fill(text)
        page.wait_for_timeout(QUIET_MS)

    return act


def press(selector: str) -> Act:
    """Press what leads to another page, or to the same one with an answer."""

    def act(page: Page) -> None:
        with page.expect_navigation():
            page.locator(selector).first.click()

    return act


def after(*acts: Act) -> Act:
    """One act after the other."""

    def act(page: Page) -> None:
        for one in acts:
            one(page)

    return act


def unfold(selector: str) -> Act:
    """Open every fold that the selector finds."""
    script = "folds => folds.forEach((fold) => { fold.open = true; })"
    return lambda page: page.locator(selector).evaluate_all(script)


def _run(script: str) -> Callable[[Page], None]:
    return lambda page: page.evaluate(script)


send = press("main form button.btn-primary")
show_all_steps = unfold("#acts details")
# As if somebody had changed the case since the form was opened, or had ended it.
_grow_stale = _run("document.querySelectorAll('#acts input[name=version]').forEach((i) => { i.value -= 1; })")


def send_stale(step: str) -> Act:
    """Take a step with a form that is older than the case."""
    return after(unfold(f"#act-{step}"), _grow_stale, press(f"#act-{step} .form-actions button"))


def send_empty(step: str) -> Act:
    return after(unfold(f"#act-{step}"), press(f"#act-{step} .form-actions button"))


def send_impossible(page: Page) -> None:
    """Take a step that the state of the case does not allow."""
    page.locator("#act-note").evaluate("fold => { fold.open = true; }")
    page.locator("#act-note textarea").fill("Nikt tu nic nie planuje.")
    page.locator("#act-note form").evaluate(
        "form => { form.action = form.action.replace('/note/', '/plan/'); form.body.name = 'note'; }"
    )
    press("#act-note .form-actions button")(page)


def ask_if_known(page: Page) -> None:
    """Report what another report has told before: the first time it is that report which is sent."""
    for _ in range(ATTEMPTS):
        page.goto("/report/?category=road.pothole")
        fill(*HOLE)(page)
        send(page)
        if page.locator("#known").count():
            return
        page.wait_for_timeout(2 * QUIET_MS)
    raise RuntimeError("nobody asked whether it is known")


def send_without_cookie(page: Page) -> None:
    """The browser has lost the cookie that proves where a form is from."""
    page.locator("#id_description").fill(HOLE[0][1])
    page.context.clear_cookies(name="csrftoken")
    send(page)


def send_too_many_fields(page: Page) -> None:
    page.locator("main form").evaluate(
        "(form, count) => { for (let i = 0; i < count; i += 1) form.append(Object.assign("
        "document.createElement('input'), { type: 'hidden', name: `more${i}` })); }",
        FIELDS_TOO_MANY,
    )
    send(page)


def ask_too_often(page: Page) -> None:
    """Look for a report until the page asks to wait; who comes next has to wait at once."""
    for number in range(OFTEN):
        page.goto("/track/")
        page.locator("#id_reference").fill("KON-2026-000301-5")
        page.locator("#id_email").fill(f"resident.{number}@example.org")
        with page.expect_response(lambda response: response.request.method == "POST") as answer:
            send(page)
        if answer.value.status == 429:
            return
    raise RuntimeError("nobody was asked to wait")


def say_wrong_pin(page: Page) -> None:
    _say(page, "KON-2026-000001-7", "000000")


def say_right_pin(page: Page) -> None:
    """From the confirmation of a case, which shows its PIN, to the page of the agent who is asked for its state."""
    reference, pin = (page.locator(f"main .facts .reference >> nth={place}").inner_text() for place in (0, 1))
    page.goto("/desk/call/status/")
    _say(page, reference, pin)


def _say(page: Page, reference: str, pin: str) -> None:
    page.locator("#id_reference").fill(reference)
    page.locator("#id_pin").fill(pin)
    send(page)


def send_wrong_report(page: Page) -> None:
    page.locator("#id_email").fill("nothing like an address")
    send(page)


def log_nothing(page: Page) -> None:
    page.locator("#id_name").fill("Jan Kowalski")
    press("#call-form .form-actions button")(page)
