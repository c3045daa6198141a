"""The record: append-only on both engines, ids and codes only, one bell per event and only after commit."""

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from cases import mail_payloads, payloads
from cases.actors import SYSTEM_ACTOR
from cases.models import Case, CaseEvent, EventKind, EventWork
from cases.models.append_only import TABLE, install_triggers
from cases.payloads import NoteAdded, Payload, Received, Started
from cases.services.conversation import add_note
from cases.signals import case_event_recorded
from cases.timeline import PUBLIC_KINDS, SILENT_KINDS, record_event
from routing.models import Role
from tests.factories import NOW, make_case
from tests.record import actor, consumers, kinds

pytestmark = pytest.mark.django_db


@pytest.fixture
def rings() -> Iterator[list[dict[str, Any]]]:
    heard: list[dict[str, Any]] = []

    def listen(**ring: Any) -> None:
        heard.append({name: ring[name] for name in ("case_id", "event_id", "kind", "version", "work")})

    case_event_recorded.connect(listen)
    yield heard
    case_event_recorded.disconnect(listen)


def record(case: Case, payload: Payload = NoteAdded(1)) -> CaseEvent:  # noqa: B008 - a frozen value
    return record_event(case, payload, by=SYSTEM_ACTOR, at=NOW)


def trigger_names() -> set[str]:
    asked = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal",
    }
    with connection.cursor() as cursor:
        cursor.execute(asked[connection.vendor], [TABLE])
        return {name for (name,) in cursor.fetchall()}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE cases_caseevent SET kind = 'CLOSED'",
        "UPDATE cases_caseevent SET payload = '{}'",
        "DELETE FROM cases_caseevent",
    ],
)
def test_the_database_refuses_to_change_or_delete_an_event(statement):
    case = make_case()
    before = list(CaseEvent.objects.values())
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert list(CaseEvent.objects.values()) == before
    assert kinds(case) == ["RECEIVED"]


def test_the_orm_is_refused_too():
    event = CaseEvent.objects.get(case=make_case())
    event.kind = EventKind.CLOSED
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        event.save()
    EventWork.objects.all().delete()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        CaseEvent.objects.filter(pk=event.pk)._raw_delete(using="default")


def test_the_triggers_are_there_after_a_migration_that_lost_them():
    there = trigger_names()
    assert there
    with connection.cursor() as cursor:
        for name in there:
            on_table = f" ON {TABLE}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER {name}{on_table}")
    assert trigger_names() == set()
    call_command("migrate", verbosity=0)
    assert trigger_names() == there


def test_installing_the_triggers_twice_is_no_mistake():
    there = trigger_names()
    install_triggers()
    assert trigger_names() == there


def test_an_event_leaves_one_work_row_for_each_consumer_that_wants_it(settings):
    settings.EVENT_CONSUMERS = {"all": None, "starts": ["STARTED"], "ends": ["CLOSED", "RESOLVED"]}
    case = make_case()
    assert consumers(record(case, Started())) == {"all", "starts"}
    assert consumers(record(case)) == {"all"}
    work = EventWork.objects.filter(event__case=case, consumer="starts").get()
    assert (work.available_at, work.lease_until, work.attempts) == (NOW, None, 0)


def test_consumers_named_in_the_settings_want_kinds_that_exist(settings):
    for wanted in settings.EVENT_CONSUMERS.values():
        assert wanted is None or set(wanted) <= set(EventKind.values)


def test_an_event_keeps_who_when_and_the_version():
    case, by = make_case(), actor(Role.AGENT)
    event = record_event(case, NoteAdded(7), by=by, at=NOW)
    event.refresh_from_db()
    assert (event.kind, event.schema, event.payload) == ("NOTE_ADDED", 1, {"message": 7})
    assert (event.actor_kind, event.actor_user_id, event.occurred_at) == ("STAFF", by.user_id, NOW)
    assert event.case_version == case.version
    assert event.recorded_at is not None


def test_the_bell_rings_once_per_event_after_the_commit(rings, django_capture_on_commit_callbacks):
    case = make_case()
    with django_capture_on_commit_callbacks(execute=True):
        event = record(case)
        assert rings == []
    work = EventWork.objects.get(event=event)
    ring = {"case_id": case.pk, "event_id": event.pk, "kind": "NOTE_ADDED", "version": 1}
    assert rings == [{**ring, "work": {"notifications": work.pk}}]


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_rings_no_bell(rings):
    case = make_case()
    rings.clear()
    with transaction.atomic():
        record(case)
        transaction.set_rollback(True)
    assert rings == []
    assert kinds(case) == ["RECEIVED"]
    add_note(case_id=case.pk, body="x", by=actor(Role.AGENT), at=NOW)
    assert [ring["kind"] for ring in rings] == ["NOTE_ADDED"]
    assert rings[0]["version"] == case.version


@pytest.mark.django_db(transaction=True)
def test_a_listener_that_fails_harms_neither_the_service_nor_the_other_listeners(rings):
    def fail(**_ring: Any) -> None:
        raise RuntimeError("a listener of ours broke")

    case_event_recorded.connect(fail)
    try:
        case = make_case()
    finally:
        case_event_recorded.disconnect(fail)
    assert kinds(case) == ["RECEIVED"]
    assert [ring["kind"] for ring in rings] == ["RECEIVED"]


def all_payloads() -> list[type[Payload]]:
    found = {**vars(payloads), **vars(mail_payloads)}.values()
    classes = [one for one in found if isinstance(one, type)]
    return [one for one in classes if issubclass(one, Payload) and one is not Payload]


def test_every_kind_of_event_has_one_payload():
    assert sorted(payload.kind for payload in all_payloads()) == sorted(EventKind.values)


def test_payloads_hold_ids_and_codes_and_no_words():
    simple = {"str", "int", "float", "bool", "str | None", "int | None", "tuple[int, ...]"}
    wordy = {
        "body",
        "text",
        "note_text",
        "name",
        "email",
        "phone",
        "address",
        "answer",
        "question",
        "description",
    }
    for payload in all_payloads():
        for field in dataclasses.fields(payload):
            hint = (
                field.type
                if isinstance(field.type, str)
                else getattr(field.type, "__name__", str(field.type))
            )
            assert str(field.type) in simple or hint in simple, (payload, field.name)
            assert field.name not in wordy, (payload, field.name)


def test_a_payload_survives_the_database():
    event = record(make_case(), payloads.Merged(into=3, participants=(1, 2)))
    event.refresh_from_db()
    assert event.payload == {"into": 3, "participants": [1, 2]}


def test_what_residents_may_read_leaves_the_inside_out():
    inside = {
        "NOTE_ADDED",
        "EXCLUDED",
        "TRIAGED",
        "CLASSIFIED",
        "TAKEN",
        "RETURNED",
        "LINK_REVOKED",
        "WISHES_CHANGED",
        "CONTACT_LINKED",
        "ACKNOWLEDGED",
        "DAY_PASSED",
        "MADE_CONFIDENTIAL",
        "CONFIDENTIAL_LIFTED",
    }
    assert set(PUBLIC_KINDS) <= set(EventKind.values)
    assert not inside & PUBLIC_KINDS


def test_what_residents_may_read_is_never_silent():
    assert set(SILENT_KINDS) <= set(EventKind.values)
    assert not SILENT_KINDS & PUBLIC_KINDS


def test_received_names_the_channel_the_message_and_the_person():
    assert Received("WEB", 1, None).to_json() == {"channel": "WEB", "message": 1, "participant": None}
