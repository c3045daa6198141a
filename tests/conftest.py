"""Fixtures for everybody: a database with the city loaded once, and people of each role."""

import fcntl
import gc
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client, TransactionTestCase
from pytest_django import DjangoDbBlocker, Settings

from cases.triage import catalogue
from classifiers.store import serving
from classifiers.store.models import ModelVersion
from classifiers.store.serving import Holder
from routing.models import Category, Role, User
from tests.cast import outsider, staff_member
from tests.contact_centre.processes import embedded
from tests.database import kept_database, lasting_rows, send_others_away, use_city
from tests.factories import NOW
from tests.prepared import prepare_once
from tests.small_corpus import lay_down

# Fixtures and markers of tests that need a database, a server or the whole product.
NEEDS = frozenset(
    {"db", "transactional_db", "django_db", "browser", "embedded", "postgresql", "redis", "live_server"}
)


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker, run_dir: Path
) -> Iterator[Callable[[], None]]:
    """The starting data of the city is part of every test's database. Gives what puts it back."""
    name = settings.DATABASES["default"]["NAME"]
    with django_db_blocker.unblock():
        use_city(run_dir, os.environ.get("PYTEST_XDIST_WORKER"))
    with ExitStack() as stack:
        with django_db_blocker.unblock():
            put_back = stack.enter_context(kept_database())
        # After a test that commits, Django would empty all tables.
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: put_back())
        yield put_back
    with django_db_blocker.unblock():
        send_others_away()
        connection.creation.destroy_test_db(name, verbosity=0)


@pytest.fixture(scope="module")
def lasting(
    django_db_setup: Callable[[], None], django_db_blocker: DjangoDbBlocker
) -> Iterator[Callable[[], AbstractContextManager[None]]]:
    """For a fixture of a whole module: what it writes inside is there for all tests of the module."""

    @contextmanager
    def rows() -> Iterator[None]:
        with django_db_blocker.unblock(), lasting_rows():
            yield

    yield rows
    with django_db_blocker.unblock():
        django_db_setup()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What touches no database and no server is true on one engine as on the other: it is run once, by itself."""
    for item in items:
        if not (
            NEEDS & {*getattr(item, "fixturenames", ()), *(marker.name for marker in item.iter_markers())}
        ):
            item.add_marker("no_database")


def pytest_collection_finish() -> None:
    """Modules and collected tests stay until the end: to look through them for garbage again and again takes an
    eighth of the whole run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)


@pytest.fixture
def staff_user(db: None) -> Callable[[Role], User]:
    return staff_member


@pytest.fixture
def dee(db: None) -> User:
    return outsider()


@pytest.fixture
def desk(client: Client) -> Callable[[Role], Client]:
    """A browser signed in as the person who has the role."""

    def signed_in(role: Role) -> Client:
        client.force_login(staff_member(role))
        return client

    return signed_in


@pytest.fixture(scope="session")
def run_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory that all workers of this run share; a worker's own lies in it."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def migrated_dir(run_dir: Path) -> Path:
    """A state directory of the embedded product with an empty database, to be copied; made once in a run."""
    directory = run_dir / "migrated"
    with (run_dir / "migrated.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not directory.exists():
            half = run_dir / "migrated.half"
            subprocess.run(
                [sys.executable, "manage.py", "migrate", "-v0"],
                cwd=settings.BASE_DIR, env=embedded(half), check=True, timeout=60,
            )  # fmt: skip
            half.rename(directory)
    return directory


@pytest.fixture
def serving_model(db: None) -> ModelVersion:
    """The real classifier serves. One worker trains and measures it; the others, and later runs, find it."""
    return prepare_once(catalogue(), NOW)


@pytest.fixture
def fresh_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """This process holds no classifier yet, and looks for the one that should serve each time it is asked."""
    monkeypatch.setattr(serving, "_SECONDS_BETWEEN_CHECKS", 0.0)
    monkeypatch.setattr(serving, "_holder", Holder())
    monkeypatch.setattr(serving, "_shadow", Holder("is_shadow"))


@pytest.fixture(scope="session")
def small_models_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where small models lie: the same input is trained once in a process."""
    return tmp_path_factory.mktemp("small-models")


@pytest.fixture
def small_city(db: None, settings: Settings, small_models_dir: Path, tmp_path: Path) -> None:
    """Four categories are in use and the corpus has one sentence, so that training takes a second or two."""
    codes = ("light", "road.pothole", "road.pavement", "legal.complaint")
    Category.objects.exclude(code__in=codes).update(is_active=False)
    settings.MODELS_DIR, settings.CORPUS_DIR = small_models_dir, tmp_path / "corpus"
    lay_down(settings.CORPUS_DIR, [("Lampa nie świeci", "light")])
