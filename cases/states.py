"""The states of a case and who may move it: the only module that imports django_fsm (migrations apart)."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import RETURN_VALUE, FSMField, FSMModelMixin, can_proceed, transition

from routing.models import Role

__all__ = ["FSMModelMixin", "Outcome", "StateField", "Status", "move", "moves", "permits", "possible"]

RESIDENT = "RESIDENT"
SYSTEM = "SYSTEM"
# The caller in the transition table: a staff role, the resident with her key, or the system itself.
DESK = (Role.AGENT, Role.DISPATCHER, Role.HEAD)
DISPATCH = (Role.DISPATCHER, Role.HEAD)
DEPARTMENT = (Role.HANDLER, Role.MANAGER, Role.COUNCIL, Role.DPO)
# Who acts only on the cases of her own departments.
IN_DEPARTMENT = (*DEPARTMENT, Role.CREW)


class Status(models.TextChoices):
    NEW = "NEW", _("New")
    ASSIGNED = "ASSIGNED", pgettext_lazy("case status", "Assigned")
    IN_PROGRESS = "IN_PROGRESS", _("In progress")
    PLANNED = "PLANNED", _("Planned")
    WAITING_RESIDENT = "WAITING_RESIDENT", _("Waiting for the resident")
    WAITING_OTHER = "WAITING_OTHER", _("Waiting for another body")
    RESOLVED = "RESOLVED", _("Resolved")
    CLOSED = "CLOSED", _("Closed")
    MERGED = "MERGED", _("Merged")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn")


# In the order of a case's life; the queue, the counters and the partial indexes use the same tuple.
OPEN = (
    Status.NEW,
    Status.ASSIGNED,
    Status.IN_PROGRESS,
    Status.PLANNED,
    Status.WAITING_RESIDENT,
    Status.WAITING_OTHER,
)
WORKED = (Status.ASSIGNED, Status.IN_PROGRESS, Status.PLANNED)
WAITING = (Status.WAITING_RESIDENT, Status.WAITING_OTHER)


class Outcome(models.TextChoices):
    DONE = "DONE", _("Done")
    ANSWERED = "ANSWERED", _("Answered")
    NOT_CONFIRMED = "NOT_CONFIRMED", _("Not found on site")
    DECLINED = "DECLINED", _("We cannot do this")
    UNEXAMINED = "UNEXAMINED", _("Not examined")
    FORWARDED = "FORWARDED", _("Forwarded to another authority")
    SPAM = "SPAM", _("Spam")


class StateField(FSMField):
    """The status column: changed by transitions only (``protected``)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **(kwargs | {"protected": True}))


F = TypeVar("F", bound=Callable[..., Any])


def move(
    source: Sequence[Status] | Status, target: Status | Sequence[Status], roles: Sequence[str]
) -> Callable[[F], F]:
    """Declare a transition: from where, to where, and who may make it. Put twice where the roles differ by state.

    Several targets mean that the method returns the status it goes to.
    """
    to = target if isinstance(target, Status) else RETURN_VALUE(*target)
    sources = [source] if isinstance(source, Status) else list(source)
    return transition(field="status", source=sources, target=to, custom={"roles": frozenset(roles)})


def possible(method: Callable[..., Any]) -> bool:
    """Whether the state of the case allows the transition now."""
    return bool(can_proceed(method))


def permits(method: Callable[..., Any], caller: str) -> bool:
    """Whether the transition may be made by this caller (a role, RESIDENT or SYSTEM) from the state of the case."""
    case = method.__self__  # type: ignore[attr-defined]
    found = method._django_fsm.get_transition(case.status)  # type: ignore[attr-defined]
    return found is not None and caller in found.custom["roles"]


def moves(case_class: type[Any]) -> list[tuple[str, str, tuple[str, ...], frozenset[str]]]:
    """All transitions as (name, source, targets, roles), for the table test and docs/states.md."""
    field = case_class._meta.get_field("status")
    rows = []
    for found in field.get_all_transitions(case_class):
        target = found.target
        targets = tuple(target.allowed_states) if isinstance(target, RETURN_VALUE) else (target,)
        rows.append((found.name, found.source, tuple(str(t) for t in targets), found.custom["roles"]))
    return sorted(rows, key=lambda row: (row[0], row[1]))
