"""What a step with a case is, and who may take it when. The list of steps is in ``contact_centre.desk.step_list``."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise

from cases.access import may_exclude, may_set_confidential
from cases.actors import Actor
from cases.models import Case, Channel
from cases.services.mails import silent_participants
from cases.services.moving import movable_messages
from cases.states import DEPARTMENT, DESK, DISPATCH, Outcome
from contact_centre.desk.forms.steps import StepForm

Lazy = str | Promise


@dataclass(frozen=True, slots=True)
class Step:
    """``name`` is its address; ``may`` is asked before the form is shown and before the service is called.

    ``label_with`` is the label where it names the case's assignee.
    """

    name: str
    label: Lazy
    icon: str
    form: type[StepForm]
    may: Callable[[Case, Actor], bool]
    service: Callable[..., Any]
    done: Lazy
    takes_version: bool = True
    asks_resident: bool = False
    tone: str = "primary"
    label_with: Lazy = ""

    def on(self, case: Case) -> "Step":
        """The step as it is offered with this case."""
        if not self.label_with:
            return self
        return replace(self, label=str(self.label_with) % {"assignee": case.assignee or ""})


def by_state(action: str) -> Callable[[Case, Actor], bool]:
    """By the transition table: state, role, and whose case it is."""
    return lambda case, by: case.may(action, by)


def may_take(case: Case, by: Actor) -> bool:
    """Nobody has it yet."""
    return case.is_open and case.may_work(by) and case.assignee_id is None


def may_take_over(case: Case, by: Actor) -> bool:
    """A colleague has it."""
    return case.is_open and case.may_work(by) and case.assignee_id not in (None, by.user_id)


def may_acknowledge(case: Case, by: Actor) -> bool:
    """Somebody is needed, and the person may say that there is nothing to do."""
    return case.may_acknowledge(by)


def may_withdraw(case: Case, by: Actor) -> bool:
    """An open case that ends with it."""
    return case.may_withdraw(by) and not case.is_hazard


def may_let_leave(case: Case, by: Actor) -> bool:
    """A hazard: only the resident leaves it."""
    return case.may_withdraw(by) and case.is_hazard


def may_classify(case: Case, by: Actor) -> bool:
    """The desk and the departments say what a case is."""
    return case.is_open and case.may_work(by) and by.role in (*DESK, *DEPARTMENT)


def may_route(case: Case, by: Actor) -> bool:
    """A new case; a matter of law only by a dispatcher (the legal gate)."""
    return case.may("route", by) and (not case.is_restricted or by.role in DISPATCH)


def may_reopen(case: Case, by: Actor) -> bool:
    """An ended case."""
    return case.may_reopen(by, timezone.localdate())


def may_write(case: Case, by: Actor) -> bool:
    """Whoever works on it; spam is not answered."""
    return case.may_work(by) and case.outcome != Outcome.SPAM


def may_move_words(case: Case, by: Actor) -> bool:
    """The desk, where a resident has written more than the report."""
    return by.role in DESK and case.may_work(by) and bool(movable_messages(case))


def may_allow_mail(case: Case, by: Actor) -> bool:
    """The desk, where the mail came from an address to which nothing is sent."""
    return by.role in DESK and case.channel == Channel.EMAIL and silent_participants(case).exists()


def always(_case: Case, _by: Actor) -> bool:
    """At any time, by whoever sees the case."""
    return True


def may_keep_away(_case: Case, by: Actor) -> bool:
    """Who may exclude others."""
    return may_exclude(by)


def may_let_back(case: Case, by: Actor) -> bool:
    """The same people, where somebody is kept away."""
    return may_exclude(by) and case.exclusions.exists()


def may_make_confidential(case: Case, by: Actor) -> bool:
    """Who may close a case to all but the fewest, where it is open to more."""
    return not case.confidential and may_set_confidential(case, by)


def may_lift_confidential(case: Case, by: Actor) -> bool:
    """The same people, where it is confidential."""
    return case.confidential and may_set_confidential(case, by)
