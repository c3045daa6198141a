"""The documents say what the code says: words, codes, settings, commands, logins, links and paths."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import TextChoices

from contact_centre.settings.safety import REQUIRED

ROOT = Path(settings.BASE_DIR)
DOCS = ROOT / "docs"
ROOMS = ("cases", "routing", "notifications", "classifiers", "contact_centre")
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *DOCS.rglob("*.md")])

# "### `Status`: where a case is" opens a table whose first cells are the codes of Status.
_SECTION = re.compile(r"^#{2,3} `?(\w+)`?.*$", re.MULTILINE)
_FIRST_CELL = re.compile(r"^\| `(\w+)` \|", re.MULTILINE)
_ENUM_MODULE = re.compile(
    r"(cases|routing|notifications|classifiers|contact_centre)\.(.*models.*|states|actors)"
)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)#\s]+)[^)]*\)")
_PATH = re.compile(
    rf"`((?:{'|'.join((*ROOMS, 'tests', 'docs', 'bench', 'tools', 'requirements'))})/[\w./-]*)`"
)


def _read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def _glossary_part(name: str) -> str:
    parts = _SECTION.split(_read("docs/glossary.md"))
    return dict(zip(parts[1::2], parts[2::2], strict=True)).get(name, "")


def _glossary_table(name: str) -> list[str]:
    """The codes that the glossary lists under the heading of that name, each as often as it stands there."""
    return sorted(_FIRST_CELL.findall(_glossary_part(name)))


def _our_models() -> list[str]:
    ours = [config for config in apps.get_app_configs() if config.name.split(".")[0] in ROOMS]
    return sorted(model.__name__ for config in ours for model in config.get_models())


def _our_choices() -> list[type[TextChoices]]:
    found = [choice for choice in TextChoices.__subclasses__() if _ENUM_MODULE.fullmatch(choice.__module__)]
    return sorted(found, key=lambda choice: choice.__name__)


def _variables_read(source: str) -> Iterator[str]:
    """Names that a module takes from the environment: ``env.str("X")``, ``os.environ["X"]``, ``environ.get("X")``."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            holder, key = ast.unparse(node.func.value), node.args[0]
            if holder not in ("env", "os.environ", "environment"):
                continue
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
            key = node.slice
        else:
            continue
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            yield key.value


def test_the_reading_of_settings_finds_every_way_to_read_one():
    source = """
a = env.str("A")
b = os.environ["B"]
c = os.environ.get("C")
d = environment.get("D", "")
e = x.get("E")
"""
    assert list(_variables_read(source)) == ["A", "B", "C", "D"]


def test_every_model_is_in_the_glossary():
    assert _glossary_table("Models") == _our_models()


@pytest.mark.parametrize("choices", _our_choices(), ids=lambda choices: choices.__name__)
def test_every_code_is_in_the_glossary(choices: type[TextChoices]):
    assert _glossary_table(choices.__name__) == sorted(choices.values)


def test_no_word_stands_in_the_glossary_twice():
    words = re.findall(r"^\| ([\w -]+?) \|", _glossary_part("Words"), re.MULTILINE)
    assert len(words) > 50
    assert sorted(set(words)) == sorted(words)


def test_the_codes_that_everybody_uses_are_among_those_checked():
    names = {choices.__name__ for choices in _our_choices()}
    assert {"Status", "Outcome", "Kind", "Role", "Channel", "EventKind", "NoticeState"} <= names


def test_every_setting_of_the_environment_is_in_the_deployment_page():
    modules = [path for room in ROOMS for path in (ROOT / room).rglob("*.py") if path.name != "test.py"]
    read = {name for path in modules for name in _variables_read(path.read_text(encoding="utf-8"))}
    assert {"SECRET_KEY", "DATABASE_URL", "PUBLIC_URL"} <= read
    table = set(re.findall(r"^\| `([A-Z_]+)` \|", _read("docs/deploy.md"), re.MULTILINE))
    assert read - table == set()


def test_what_production_demands_is_marked_as_required():
    marked = set(re.findall(r"^\| `([A-Z_]+)` \| yes \|", _read("docs/deploy.md"), re.MULTILINE))
    assert marked == {*REQUIRED, "DJANGO_SETTINGS_MODULE"}


def test_the_worker_of_the_deployment_page_reads_every_queue():
    named = re.search(r"--queues ([\w,]+)", _read("docs/deploy.md"))
    assert named is not None
    assert set(named[1].split(",")) == {queue.name for queue in settings.CELERY_TASK_QUEUES}


def test_the_largest_body_is_the_same_before_and_behind_nginx():
    assert f"client_max_body_size {settings.REQUEST_BODY_MAX_BYTES // 1024 // 1024}m;" in _read(
        "docs/deploy.md"
    )


def test_the_readme_names_the_two_commands():
    blocks = re.findall(r"^```\w*\n(.*?)^```", _read("README.md"), re.MULTILINE | re.DOTALL)
    assert "./run\n./run test\n" in blocks


def test_the_readme_names_every_word_of_run():
    words = set(re.findall(r"^ {4}(\w+)\) ", _read("run"), re.MULTILINE))
    assert {"test", "check", "bench", "help"} <= words
    table = set(re.findall(r"^\| `\./run (\w+)", _read("README.md"), re.MULTILINE))
    assert table == words


def test_the_readme_lists_the_demonstration_logins():
    people = tomllib.loads(_read("routing/data/konin/people.toml"))["person"]
    rows = set(re.findall(r"^\| `([\w.]+)` \| `([A-Z]+)` \|", _read("README.md"), re.MULTILINE))
    assert rows == {(person["username"], person["role"]) for person in people}


def test_decisions_are_numbered_without_a_gap_and_listed():
    files = sorted(path.name for path in (DOCS / "adr").glob("[0-9]*.md"))
    assert [name[:4] for name in files] == [f"{number:04d}" for number in range(1, len(files) + 1)]
    listed = re.findall(r"\((\d{4}-[\w-]+\.md)\)", _read("docs/adr/README.md"))
    assert listed == files
    for name in files:
        text = _read(f"docs/adr/{name}")
        assert text.startswith(f"# {int(name[:4])}. ")
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path):
    links = [link for link in _LINK.findall(page.read_text(encoding="utf-8")) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_paths_that_are_named_exist(page: Path):
    assert [
        path for path in _PATH.findall(page.read_text(encoding="utf-8")) if not (ROOT / path).exists()
    ] == []
