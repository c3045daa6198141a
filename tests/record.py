"""Looking at what a service wrote: the last event, its work rows, the words it left; and actors by role."""

from collections.abc import Mapping

from cases.actors import Actor, resident, staff
from cases.models import Case, CaseEvent, EventWork, Message
from routing.models import Department, Role
from tests.cast import outsider, staff_member
from tests.factories import reporter_of


def actor(role: Role) -> Actor:
    """The person of the cast who has the role."""
    return staff(staff_member(role))


def dee() -> Actor:
    """A handler of another department."""
    return staff(outsider())


def ana(case: Case) -> Actor:
    """The reporter of the case."""
    return resident(reporter_of(case).pk)


def department(code: str) -> Department:
    return Department.objects.get(code=code)


def kinds(case: Case) -> list[str]:
    """The kinds of the case's events, in their order."""
    return list(CaseEvent.objects.filter(case=case).order_by("id").values_list("kind", flat=True))


def last_event(case: Case) -> CaseEvent:
    event = CaseEvent.objects.filter(case=case).order_by("-id").first()
    assert event is not None
    return event


def consumers(event: CaseEvent) -> set[str]:
    """Who has work with the event."""
    return set(EventWork.objects.filter(event=event).values_list("consumer", flat=True))


def last_message(case: Case) -> Message:
    message = Message.objects.filter(case=case).order_by("-id").first()
    assert message is not None
    return message


def assert_recorded(case: Case, kind: str, by: Actor, payload: Mapping[str, object]) -> None:
    """The last event of the case is this one, carries the case's version, and leaves work for the consumers."""
    event = last_event(case)
    assert (event.kind, event.payload) == (kind, payload)
    assert (event.actor_kind, event.actor_user_id, event.actor_participant_id) == (
        by.kind,
        by.user_id,
        by.participant_id,
    )
    stored = Case.objects.get(pk=case.pk)
    assert event.case_version == stored.version
    assert consumers(event) == ({"notifications", "triage"} if kind == "RECEIVED" else {"notifications"})


def state_of(case: Case) -> dict[str, object]:
    """Everything stored about the case and beside it, to show that a refusal wrote nothing."""
    return {
        "case": Case.objects.filter(pk=case.pk).values().get(),
        "events": CaseEvent.objects.filter(case=case).count(),
        "messages": Message.objects.filter(case=case).count(),
        "work": EventWork.objects.filter(event__case=case).count(),
    }
