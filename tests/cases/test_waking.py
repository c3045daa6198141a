"""What goes along when a worker is woken: the request behind each row, and the case that is worked on."""

from typing import Any

import pytest
import structlog

from cases import tasks, waking, work
from cases.access import NoAccess, get_case_for_staff
from cases.models import EventWork
from cases.tasks import triage_case
from routing.models import Role
from tests.cast import staff_member
from tests.factories import NOW, make_case


@pytest.fixture(autouse=True)
def no_context():
    """Each test begins and ends with nothing bound."""
    structlog.contextvars.clear_contextvars()
    yield
    structlog.contextvars.clear_contextvars()


def bound() -> dict[str, Any]:
    return structlog.contextvars.get_contextvars()


def test_a_message_names_the_request_behind_each_row_and_the_task_works_on_its_behalf(monkeypatch):
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(triage_case, "apply_async", lambda **options: sent.append(options))
    with structlog.contextvars.bound_contextvars(request_id="r-1"):
        waking.wake_after_commit(triage_case, 7)
    waking.wake_after_commit(triage_case, 8)
    assert [options["args"] for options in sent] == [(7,), (8,)]

    seen: dict[int, Any] = {}
    monkeypatch.setattr(tasks, "_triage", lambda row_id: seen.update({row_id: bound().get("request_id")}))
    triage_case.apply(args=(7, 9), headers=sent[0]["headers"])
    assert seen == {7: "r-1", 9: None}


def test_rows_of_several_requests_share_a_message():
    rows = [(triage_case, 1, "r-1"), (triage_case, 2, None), (triage_case, 3, "r-3")]
    sent: list[dict[str, Any]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(triage_case, "apply_async", lambda **options: sent.append(options))
        waking._wake_all(rows)
    assert sent == [{"args": (1, 2, 3), "headers": {"request_ids": {"1": "r-1", "3": "r-3"}}}]


@pytest.mark.django_db
def test_who_opens_or_works_a_case_says_so_in_the_log():
    case = make_case()
    assert bound() == {"case_id": case.pk}

    row = EventWork.objects.filter(event__case=case, consumer="triage").get()
    structlog.contextvars.bind_contextvars(case_id=0)
    assert work.claim(row.pk, at=NOW) is not None
    assert bound() == {"case_id": case.pk}
    assert work.claim(row.pk, at=NOW) is None
    assert bound() == {}

    person = staff_member(Role.DISPATCHER)
    with pytest.raises(NoAccess):
        get_case_for_staff(person, "KON-2026-000000-0")
    assert bound() == {}
    get_case_for_staff(person, case.reference)
    assert bound() == {"case_id": case.pk}
