"""The rules of the house (docs/architecture.md) that a machine can see in the source."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from celery import current_app
from django.conf import settings
from django.urls import NoReverseMatch, get_resolver, reverse
from django.urls.resolvers import URLPattern, URLResolver

from contact_centre.management.commands.generate_states import PATH, render

ROOT = Path(settings.BASE_DIR)
ROOMS = ("cases", "routing", "notifications", "classifiers", "contact_centre")
FACES = ("portal", "desk", "intake", "api", "insight", "live", "web")
TEMPLATES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("templates/**/*") if path.is_file())
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
    store = ROOT / "contact_centre" / "intake" / "store.py"
    faces = modules(*(f"contact_centre/{face}" for face in FACES))
    assert [line for path in faces if path != store for line in model_writes(path)] == []


def writes_status(node: ast.AST) -> bool:
    if isinstance(node, ast.Assign):
        return any(
            isinstance(target, ast.Attribute) and ast.unparse(target) == "case.status"
            for target in node.targets
        )
    if not isinstance(node, ast.Call) or not any(keyword.arg == "status" for keyword in node.keywords):
        return False
    called = ast.unparse(node.func)
    is_case = called == "Case" or called.startswith("Case.objects") or called.startswith("cases.")
    return is_case and (called == "Case" or called.rsplit(".", 1)[-1] in WRITES)


def test_the_status_of_a_case_is_written_in_its_services_only():
    elsewhere = [path for path in modules(*ROOMS) if not name(path).startswith("cases/services/")]
    found = [
        f"{name(path)}:{node.lineno}"
        for path in elsewhere
        for node in ast.walk(tree(path))
        if writes_status(node)
    ]  # type: ignore[attr-defined]
    assert found == []


def public_functions(path: Path) -> Iterator[ast.FunctionDef]:
    return (
        node
        for node in tree(path).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    )


def is_durable(function: ast.FunctionDef) -> bool:
    return any(
        ast.unparse(decorator) == "transaction.atomic(durable=True)" for decorator in function.decorator_list
    )


def test_services_do_not_call_each_other():
    services = modules("cases/services")
    durable = {
        function.name
        for path in services
        for function in tree(path).body
        if isinstance(function, ast.FunctionDef) and is_durable(function)
    }
    assert len(durable) > 20
    found = []
    for path in services:
        for function in tree(path).body:
            if isinstance(function, ast.FunctionDef) and is_durable(function):
                called = {ast.unparse(node.func) for node in ast.walk(function) if isinstance(node, ast.Call)}
                found += [f"{name(path)} {function.name} calls {other}" for other in called & durable]
    assert found == []


def test_a_service_is_called_by_names_only():
    for path in modules("cases/services"):
        for function in public_functions(path):
            if is_durable(function):
                assert function.args.args == [], f"{name(path)} {function.name}"


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
    assert [line for path in modules(*ROOMS, "bench", "tests") for line in inner_imports(path)] == []


def test_one_module_knows_the_state_machine_library():
    users = [
        name(path)
        for path in modules(*ROOMS)
        if re.search(r"^\s*(from|import) django_fsm", path.read_text(), re.M)
    ]
    assert users == ["cases/states.py"]


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


def test_the_rooms_do_not_name_the_machine_they_were_built_on():
    # Put together here, so that this file does not hold what it looks for.
    places = ["/wo" + "rk/", "/tm" + "p/brief", "/ro" + "ot/"]
    found = [
        name(path)
        for path in (*modules(*ROOMS, "bench", "tools", "tests"), *TEMPLATES)
        if any(place in path.read_text() for place in places)
    ]
    assert found == []


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
    assert {task: found.queue for task, found in ours.items() if found.queue not in queues} == {}
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


@pytest.mark.parametrize(
    "path", [path for path in TEMPLATES if path.suffix == ".html" and "mail" not in path.parts], ids=name
)
def test_pages_hold_no_style_script_or_handler(path):
    if path.is_relative_to(ROOT / "notifications"):
        pytest.skip("mails have no style sheet to point to")
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
            called = ast.unparse(call.func)
            if (
                called in ("reverse", "reverse_lazy", "redirect")
                and call.args
                and isinstance(call.args[0], ast.Constant)
            ):
                if not str(call.args[0].value).startswith("/"):
                    yield f"{name(path)}:{call.lineno}", str(call.args[0].value)


def test_every_address_that_is_named_exists():
    known = url_names()
    named = [*named_in_templates(), *named_in_code()]
    assert named
    assert [(where, address) for where, address in named if address not in known] == []


def test_every_address_without_parts_resolves():
    for address in sorted(url_names()):
        try:
            assert reverse(address).startswith("/")
        except NoReverseMatch as error:
            # Then it wants arguments; an address that nobody knows says so in other words.
            assert "not a valid view function" not in str(error)


# -- papers ---------------------------------------------------------------------------------------------------


def test_the_page_of_states_is_fresh():
    assert PATH.read_text(encoding="utf-8") == render()
