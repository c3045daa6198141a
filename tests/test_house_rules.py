"""The rules of the house (docs/architecture.md) that a machine can see in the source."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import polib
import pytest
from celery import current_app
from django.conf import settings
from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver

from contact_centre.management.commands.generate_states import PATH, render
from contact_centre.web.words import DOMAIN, SOURCES

ROOT = Path(settings.BASE_DIR)
ROOMS = ("cases", "routing", "notifications", "classifiers", "contact_centre")
FACES = ("portal", "desk", "intake", "api", "insight", "live", "web")
TEMPLATES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("templates/**/*") if path.is_file())
# Mails have no style sheet to point to; everything else is a page.
PAGES = [path for path in TEMPLATES if path.suffix == ".html" and "notifications" not in path.parts]
LINES = 300


def modules(*rooms: str) -> list[Path]:
    found = (path for room in rooms for path in (ROOT / room).rglob("*.py"))
    return sorted(path for path in found if "migrations" not in path.parts)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, ast.Call))


def test_the_rules_look_at_something():
    assert len(modules(*ROOMS)) > 100
    assert len(TEMPLATES) > 20
    assert len(list(tasks())) >= 3
    assert len(url_names()) > 20


# -- writing --------------------------------------------------------------------------------------------------

WRITES = {
    "save",
    "create",
    "update",
    "delete",
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
}
# Not models: what else has methods of these names in the faces.
NO_MODELS = {
    "request.session",
    "session",
    "params",
    "query",
    "headers",
    "context",
    "cache",
    "digest",
    "hashlib",
}


def model_writes(path: Path) -> Iterator[str]:
    for call in calls(path):
        if isinstance(call.func, ast.Attribute) and call.func.attr in WRITES:
            holder = ast.unparse(call.func.value)
            if holder not in NO_MODELS:
                yield f"{name(path)}:{call.lineno} {holder}.{call.func.attr}("


def test_faces_write_through_services_only():
    # The raw messages are the intake's own: stored as they came, before anything is understood.
    # How far the fetching of a mailbox has come is theirs, too.
    stores = ("store.py", "process.py", "copies.py", "senders.py", "decisions.py", "mailboxes/progress.py")
    own = {ROOT / "contact_centre" / "intake" / module for module in stores}
    faces = modules(*(f"contact_centre/{face}" for face in FACES))
    assert [line for path in faces if path not in own for line in model_writes(path)] == []


def writes_status(node: ast.AST) -> bool:
    if isinstance(node, ast.Assign):
        return "case.status" in {ast.unparse(target) for target in node.targets}
    if not isinstance(node, ast.Call) or "status" not in {keyword.arg for keyword in node.keywords}:
        return False
    called = ast.unparse(node.func)
    return called == "Case" or (
        called.startswith(("Case.", "cases.")) and called.rsplit(".", 1)[-1] in WRITES
    )


def test_the_status_of_a_case_is_written_in_its_services_only():
    elsewhere = [path for path in modules(*ROOMS) if not name(path).startswith("cases/services/")]
    assert [
        name(path) for path in elsewhere if any(writes_status(node) for node in ast.walk(tree(path)))
    ] == []


def services() -> Iterator[tuple[Path, ast.FunctionDef]]:
    """The functions of the services that open a transaction."""
    for path in (*modules("cases/services"), ROOT / "notifications" / "services.py"):
        for node in tree(path).body:
            if isinstance(node, ast.FunctionDef) and "transaction.atomic(durable=True)" in map(
                ast.unparse, node.decorator_list
            ):
                yield path, node


def test_services_do_not_call_each_other():
    names = {service.name for _, service in services()}
    assert len(names) > 20
    found = []
    for path, service in services():
        called = {ast.unparse(node.func) for node in ast.walk(service) if isinstance(node, ast.Call)}
        found += [f"{name(path)}: {service.name} calls {other}" for other in called & names]
    assert found == []


def test_a_public_service_takes_its_arguments_by_name_only():
    public = [(path, service) for path, service in services() if not service.name.startswith("_")]
    assert [f"{name(path)}: {service.name}" for path, service in public if service.args.args] == []


# -- imports and sizes ----------------------------------------------------------------------------------------


def inner_imports(path: Path) -> Iterator[str]:
    for function in ast.walk(tree(path)):
        is_ready = (
            isinstance(function, ast.FunctionDef) and function.name == "ready" and path.name == "apps.py"
        )
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) and not is_ready:
            yield from (
                f"{name(path)}:{node.lineno}"
                for node in ast.walk(function)
                if isinstance(node, ast.Import | ast.ImportFrom)
            )


def test_imports_stand_at_the_top():
    assert [line for path in modules(*ROOMS) for line in inner_imports(path)] == []


def test_one_module_knows_the_state_machine_library():
    pattern = re.compile(r"^\s*(from|import) django_fsm", re.MULTILINE)
    assert [name(path) for path in modules(*ROOMS) if pattern.search(path.read_text())] == ["cases/states.py"]


def test_modules_stay_small():
    long = {name(path): len(path.read_text().splitlines()) for path in modules(*ROOMS)}
    assert {path: lines for path, lines in long.items() if lines > LINES} == {}


def test_every_module_says_what_it_holds():
    silent = [
        name(path)
        for path in modules(*ROOMS)
        if tree(path).body
        and path.name not in ("apps.py", "__init__.py")
        and ast.get_docstring(tree(path)) is None
    ]
    assert silent == []


def test_the_source_does_not_name_the_machine_it_was_written_on():
    # Put together here, so that this file does not hold what it looks for.
    places = ["/wo" + "rk/", "/tm" + "p/brief", "/ro" + "ot/"]
    files = (*modules(*ROOMS, "bench", "tools", "tests"), *TEMPLATES)
    assert [name(path) for path in files if any(place in path.read_text() for place in places)] == []


# -- words ----------------------------------------------------------------------------------------------------

# What marks a phrase for the catalogues, by how many of its first arguments are phrases.
PHRASES = {"gettext": 1, "gettext_lazy": 1, "gettext_noop": 1, "ngettext": 2, "ngettext_lazy": 2}
IN_CONTEXT = {"pgettext": 1, "pgettext_lazy": 1, "npgettext": 2, "npgettext_lazy": 2}


def gettext_imports(path: Path) -> Iterator[tuple[int, str, str]]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            for alias in node.names:
                if alias.name in PHRASES | IN_CONTEXT:
                    yield node.lineno, alias.name, alias.asname or alias.name


def test_phrases_are_marked_by_names_that_the_collector_knows():
    # xgettext finds calls by their name: a phrase marked by any other would never be translated.
    found = [(path, *row) for path in modules(*ROOMS) for row in gettext_imports(path)]
    assert found
    assert [f"{name(path)}:{line}" for path, line, real, used in found if used not in ("_", real)] == []


def phrases(path: Path) -> Iterator[tuple[str, str | None, str]]:
    """Where, context and first form of every phrase that the module marks."""
    marks = {used: real for _, real, used in gettext_imports(path)}
    for call in calls(path):
        real = marks.get(ast.unparse(call.func), "")
        words = [str(argument.value) for argument in call.args if isinstance(argument, ast.Constant)]
        if real in PHRASES and words:
            yield f"{name(path)}:{call.lineno}", None, words[0]
        elif real in IN_CONTEXT and len(words) > 1:
            yield f"{name(path)}:{call.lineno}", words[0], words[1]


@pytest.mark.parametrize("language", ["pl", "uk"])
def test_every_phrase_that_the_code_marks_is_translated(language: str):
    known = {(entry.msgctxt, entry.msgid) for entry in polib.pofile(str(SOURCES / language / DOMAIN))}
    marked = [phrase for path in modules(*ROOMS) for phrase in phrases(path)]
    assert len(marked) > 300
    assert [phrase for phrase in marked if phrase[1:] not in known] == []


# -- tasks ----------------------------------------------------------------------------------------------------


def tasks() -> Iterator[tuple[str, dict[str, ast.expr]]]:
    for path in modules(*ROOMS):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "shared_task":
                yield name(path), {keyword.arg or "": keyword.value for keyword in node.keywords}


def test_every_task_has_a_name_and_a_queue_that_the_worker_serves():
    queues = {queue.name for queue in settings.CELERY_TASK_QUEUES}
    ours = {task: found for task, found in current_app.tasks.items() if not task.startswith("celery.")}
    assert ours
    assert {task for task, found in ours.items() if getattr(found, "queue", None) not in queues} == set()
    assert all({"name", "queue"} <= set(keywords) for _, keywords in tasks())


def test_what_the_clock_starts_is_a_task_of_ours():
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert scheduled - set(current_app.tasks) == set()


# -- templates ------------------------------------------------------------------------------------------------


class Inline(HTMLParser):
    """Collects what the content security policy would forbid."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attributes}
        if tag == "style" or (
            tag == "script" and "src" not in given and given.get("type") != "application/json"
        ):
            self.found.append(f"<{tag}>")
        self.found += [key for key in given if key == "style" or key.startswith(("on", "hx-on"))]
        self.found += [key for key, value in given.items() if value.strip().lower().startswith("javascript:")]


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_pages_hold_no_style_script_or_handler(path):
    parser = Inline()
    parser.feed(path.read_text(encoding="utf-8"))
    assert parser.found == []


# -- addresses ------------------------------------------------------------------------------------------------


def url_names() -> set[str]:
    def walk(resolver: URLResolver, prefix: str) -> Iterator[str]:
        for pattern in resolver.url_patterns:
            if isinstance(pattern, URLPattern):
                if pattern.name:
                    yield f"{prefix}{pattern.name}"
            else:
                yield from walk(pattern, f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix)

    return set(walk(get_resolver(), ""))


def named_in_templates() -> Iterator[tuple[str, str]]:
    for path in TEMPLATES:
        for found in re.finditer(r"""{%\s*url\s+["']([^"']+)["']""", path.read_text(encoding="utf-8")):
            yield name(path), found[1]


def named_in_code() -> Iterator[tuple[str, str]]:
    for path in modules(*ROOMS):
        for call in calls(path):
            if ast.unparse(call.func) not in ("reverse", "reverse_lazy", "redirect") or not call.args:
                continue
            target = getattr(call.args[0], "value", None)
            if isinstance(target, str) and not target.startswith("/"):
                yield f"{name(path)}:{call.lineno}", target


def test_every_address_that_is_named_exists():
    known = url_names()
    named = [*named_in_templates(), *named_in_code()]
    assert named
    assert [(where, address) for where, address in named if address not in known] == []


# -- papers ---------------------------------------------------------------------------------------------------


def test_the_page_of_states_is_fresh():
    assert PATH.read_text(encoding="utf-8") == render()
