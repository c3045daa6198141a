"""Fixtures for everybody: a database with the city loaded once, and people of each role."""

import fcntl
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models.signals import post_migrate
from django.test import Client
from pytest_django import DjangoDbBlocker, Settings

from cases.triage import catalogue
from classifiers.store import serving
from classifiers.store.models import ModelVersion
from classifiers.store.services import prepare_model
from classifiers.store.serving import Holder
from routing.loading import load_city
from routing.models import Category, Role, User
from tests.cast import outsider, staff_member
from tests.database import keep_city, let_events_go, put_city_back, send_others_away
from tests.factories import NOW

# The row of the real classifier as the first test of this process that asked for it left it.
_MEASURED: dict[str, Any] = {}
_COLUMNS = ("version", "path", "manifest", "base", "report", "is_serving", "created_at")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The starting data of the city is part of every test's database."""
    with django_db_blocker.unblock():
        load_city(settings.CITY_DATA_DIR)
        keep_city()
    post_migrate.connect(
        put_city_back, sender=apps.get_app_config("cases"), dispatch_uid="tests.put_city_back"
    )
    yield
    with django_db_blocker.unblock():
        send_others_away()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """A test with ``django_db(transaction=True)`` commits; afterwards Django empties all tables."""
    marker = item.get_closest_marker("django_db")
    if marker is not None and marker.kwargs.get("transaction"):
        let_events_go()


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


@pytest.fixture
def serving_model(db: None) -> ModelVersion:
    """The real classifier serves. One worker of a run trains it, the others wait and find it.

    A test takes its row back with all others. To measure the model again for every test would take seconds each.
    """
    if _MEASURED:
        return ModelVersion.objects.create(**_MEASURED)
    directory = Path(settings.MODELS_DIR)
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "training.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        row = prepare_model(catalogue=catalogue(), at=NOW)
    _MEASURED.update({name: getattr(row, name) for name in _COLUMNS})
    return row


@pytest.fixture
def fresh_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """This process holds no classifier yet, and looks for the one that should serve each time it is asked."""
    monkeypatch.setattr(serving, "_SECONDS_BETWEEN_CHECKS", 0.0)
    monkeypatch.setattr(serving, "_holder", Holder())
    monkeypatch.setattr(serving, "_shadow", Holder("is_shadow"))


@pytest.fixture(scope="session")
def small_models_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where small models lie: the same input is trained once in a run."""
    return tmp_path_factory.mktemp("small-models")


@pytest.fixture
def small_city(db: None, settings: Settings, small_models_dir: Path, tmp_path: Path) -> None:
    """Four categories are in use and the corpus has one sentence, so that training takes a second or two."""
    codes = ("light", "road.pothole", "road.pavement", "legal.complaint")
    Category.objects.exclude(code__in=codes).update(is_active=False)
    settings.MODELS_DIR, settings.CORPUS_DIR = small_models_dir, tmp_path / "corpus"
    (tmp_path / "corpus" / "pl").mkdir(parents=True)
    row = {"text": "Lampa nie świeci", "label": "light", "kind": "REPORT", "urgency": "NORMAL"}
    (tmp_path / "corpus" / "pl" / "part.jsonl").write_text(json.dumps(row))
