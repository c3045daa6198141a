"""A machine is told whether the process lives and whether it may be sent visitors, and nothing more."""

from datetime import timedelta

import pytest
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from kombu.exceptions import OperationalError

from classifiers.store import serving
from classifiers.store.models import ModelVersion
from contact_centre.web.health import (
    Degraded,
    NotReady,
    check_broker,
    check_migrations,
    check_model,
    check_outbox,
)
from notifications.models import Notice
from tests.factories import NOW, make_case
from tests.notifications.outbox import plan_all


def test_process_that_answers_is_up(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert "no-store" in answer["Cache-Control"]


@pytest.fixture
def broker(settings, tmp_path):
    """An embedded broker whose directory exists."""
    (tmp_path / "broker").mkdir()
    settings.CELERY_BROKER_URL = f"filesystem://{tmp_path}/broker"
    return tmp_path / "broker"


def test_ready_when_every_part_is(client, broker, serving_model):
    serving.require(30)
    answer = client.get("/readyz")
    parts = {
        "database": "ok",
        "migrations": "ok",
        "broker": "ok",
        "model": "ok",
        "outbox": "ok",
        "mail": "ok",
    }
    assert (answer.status_code, answer.json()) == (200, {"status": "ready", "parts": parts})


@pytest.mark.django_db
def test_failing_part_is_named_without_its_reason(client, broker):
    broker.rmdir()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["status"] == "not ready"
    assert answer.json()["parts"]["broker"] == "failed"
    assert answer.json()["parts"]["database"] == "ok"
    assert str(broker) not in answer.content.decode()


@pytest.mark.django_db
def test_missing_migration_is_seen():
    check_migrations()
    MigrationRecorder.Migration.objects.filter(app="cases").delete()
    with pytest.raises(NotReady):
        check_migrations()


def test_server_that_does_not_answer_is_seen(settings):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    with pytest.raises(OperationalError):
        check_broker()


def test_model_that_is_not_loaded_is_seen(monkeypatch, fresh_process):
    monkeypatch.setattr(serving, "current", lambda: None)
    with pytest.raises(NotReady):
        check_model()


@pytest.mark.django_db
def test_model_that_was_never_prepared_is_waited_for(client, broker, fresh_process):
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["parts"]["model"]) == (503, "failed")


@pytest.mark.django_db
def test_model_that_cannot_be_loaded_keeps_nobody_out(client, broker, fresh_process, settings, tmp_path):
    settings.MODELS_DIR = tmp_path
    ModelVersion.objects.create(version="m-1", path="m-1", is_serving=True, created_at=NOW)
    with pytest.raises(serving.NoModel):
        serving.require(60)
    answer = client.get("/readyz")
    parts = {
        "database": "ok",
        "migrations": "ok",
        "broker": "ok",
        "model": "degraded",
        "outbox": "ok",
        "mail": "ok",
    }
    assert (answer.status_code, answer.json()) == (200, {"status": "ready", "parts": parts})
    broker.rmdir()
    assert client.get("/readyz").status_code == 503


@pytest.mark.django_db
def test_notices_that_nobody_could_hand_over_are_seen(broker, client):
    make_case()
    plan_all(timezone.now())
    check_outbox()
    Notice.objects.update(state="FAILED", failure="REFUSED")
    check_outbox()
    Notice.objects.update(failure="GAVE_UP")
    with pytest.raises(Degraded, match="1 dead letters"):
        check_outbox()
    assert client.get("/readyz").json()["parts"]["outbox"] == "degraded"


@pytest.mark.django_db
def test_notices_that_nobody_hands_over_are_seen():
    make_case()
    plan_all()
    Notice.objects.update(due_at=timezone.now() - timedelta(minutes=16))
    with pytest.raises(Degraded, match="1 overdue"):
        check_outbox()
