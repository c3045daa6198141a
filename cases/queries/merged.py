"""Where the work on a merged case goes on, and what was last asked and answered there."""

from cases.models import Audience, Case, CaseEvent, EventKind, Message
from cases.states import Status


def followed_cases(case_id: int) -> tuple[int, ...]:
    """The case and those that it was merged into, one into the other: the last is the one that is worked on."""
    followed: list[int] = []
    wanted: int | None = case_id
    while wanted is not None and wanted not in followed:
        followed.append(wanted)
        merged = Case.objects.filter(pk=wanted, status=Status.MERGED)
        wanted = merged.values_list("merged_into_id", flat=True).first()
    return tuple(followed)


def survivor_of(case: Case) -> Case:
    """The case in which the work goes on: the case itself, or the one that it was merged into."""
    last = followed_cases(case.pk)[-1] if case.status == Status.MERGED else case.pk
    if last == case.pk:
        return case
    return Case.objects.select_related("category", "department", "merged_into").get(pk=last)


def open_question(case: Case) -> Message | None:
    """What we asked and wait to hear; None while we wait for nothing."""
    return _told_in(case, EventKind.QUESTION_ASKED) if case.status == Status.WAITING_RESIDENT else None


def answer_of(case: Case) -> Message | None:
    """The answer with which the case ended; None while it is open."""
    return None if case.is_open else _told_in(case, EventKind.RESOLVED)


def is_warned(case: Case) -> bool:
    """Whether our last question warns of what follows without an answer: a call to complete (KPA art. 64 § 2)."""
    asked = CaseEvent.objects.filter(case=case, kind=EventKind.QUESTION_ASKED).order_by("-id").first()
    return asked is not None and bool(asked.payload.get("warns"))


def _told_in(case: Case, kind: EventKind) -> Message | None:
    event = CaseEvent.objects.filter(case=case, kind=kind).order_by("-id").first()
    told = Message.objects.filter(case=case, audience=Audience.RESIDENT)
    return told.filter(pk=event.payload["message"]).first() if event else None
