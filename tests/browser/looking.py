"""What is wrong with a page, as far as a machine can see: accessibility, overflow, panels that touch, complaints."""

from collections.abc import Iterable

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, Request, Response

AXE = Axe()
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
# The outermost things that stick out of the window to the right.
STICKING_OUT = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const wide = [...document.body.querySelectorAll("*")].filter((e) => e.getBoundingClientRect().right > width + 1);
  return wide.slice(0, 5).map((e) => `${e.tagName.toLowerCase()}#${e.id}.${e.className}`);
}"""

# Panels that follow each other without a gap between them.
TOUCHING = """() => [...document.querySelectorAll(".panel + .panel")].filter((panel) => {
  const box = panel.getBoundingClientRect(), before = panel.previousElementSibling.getBoundingClientRect();
  return box.height > 0 && before.height > 0 && box.top - before.bottom < 8 && box.left - before.right < 8;
}).map((panel) => panel.textContent.trim().slice(0, 40))"""


# A failed part is told by its response; the page itself may be a 404 or a 422 on purpose. A request of htmx that the
# next field replaces is taken back, and of one that fails it says "htmx:sendError", too.
MEANT = ("Failed to load resource", "htmx:afterRequest", "htmx:sendAbort")


class Complaints(list[str]):
    """What the browser complained of on a page: errors, refused content, failed parts, requests to other places."""

    def __init__(self, page: Page, address: str) -> None:
        super().__init__()
        self.address = address
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.append(f"script: {error}"))
        page.on("request", self._asked)
        page.on("response", self._answered)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(MEANT):
            self.append(f"console: {message.text}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((f"{self.address}/", "data:", "blob:")):
            self.append(f"outside: {request.url}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and not response.request.is_navigation_request():
            self.append(f"{response.status}: {response.url}")


def look(page: Page) -> list[str]:
    """Everything wrong with the page once it is there: nothing, one hopes."""
    page.wait_for_load_state()
    page.wait_for_function("document.body !== null")
    return sticking_out(page) + touching(page) + violations(page)


def sticking_out(page: Page) -> list[str]:
    """Parts that make the page wider than its window."""
    found = page.evaluate(STICKING_OUT)
    return [f"{_where(page)} wider than the window: {', '.join(found)}"] if found else []


def touching(page: Page) -> list[str]:
    """Panels that look like one because nothing stands between them."""
    return [f"{_where(page)} touches the panel before it: {panel}" for panel in page.evaluate(TOUCHING)]


def violations(page: Page, *, without: Iterable[str] = ()) -> list[str]:
    """What axe-core finds, each with the element; ``without`` names rules that do not hold here."""
    options = RULES | {"rules": {rule: {"enabled": False} for rule in without}}
    found = AXE.run(page, options=options).response["violations"]
    return [
        f"{_where(page)} {violation['id']} ({violation['impact']}): {node['target']} {node['failureSummary']}"
        for violation in found
        for node in violation["nodes"]
    ]


def _where(page: Page) -> str:
    width = page.viewport_size["width"] if page.viewport_size else "?"
    return f"{page.url} at {width}:"
