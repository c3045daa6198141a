"""Celery tasks of the cases: triage, the sweep of what was left, what a new day brings, and files that nobody sent."""

import subprocess
import sys

import structlog
from celery import shared_task
from django.utils import timezone

from cases import leftovers, work
from cases.models import CaseEvent
from cases.services.attention import DayNotPassed, passed_days, raise_person
from cases.services.endings import CannotConfirm, close_case, due_for_closing
from cases.services.learning import keep_decisions, read_in_shadow
from cases.services.triage_results import given_up_unread, leave_unread, record_triage
from cases.triage import Decision, decide
from cases.waking import on_behalf_of, wake
from classifiers.store.serving import NoModel

log = structlog.get_logger(__name__)
TRIAGE = "triage"


@shared_task(name="cases.triage_case", queue=TRIAGE)
def triage_case(*work_ids: int) -> None:
    """Read new cases and record what was found. Safe to run twice; a failure is tried again later."""
    for work_id in work_ids:
        with on_behalf_of(work_id):
            _triage(work_id)


@shared_task(name="cases.sweep_work", queue="default")
def sweep_work() -> None:
    """Send work rows that nobody holds to the workers again; what they gave up for good goes to people."""
    at = timezone.now()
    for work_id in work.left_over(TRIAGE, at=at):
        wake(triage_case, work_id)
    for event_id in given_up_unread(TRIAGE, at=at):
        leave_unread(event_id=event_id, at=at)


@shared_task(name="cases.close_resolved", queue="default")
def close_resolved() -> None:
    """Close the cases whose days for reopening are over."""
    at = timezone.now()
    for case_id in due_for_closing(at):
        try:
            close_case(case_id=case_id, at=at)
        except CannotConfirm:
            log.info("not_closed", case_id=case_id)


@shared_task(name="cases.delete_leftover_files", queue="default")
def delete_leftover_files() -> None:
    """Delete the files of forms that never became a report."""
    count = leftovers.delete_leftovers(timezone.now())
    log.info("leftover_files_deleted", count=count)


@shared_task(name="cases.notice_passed_days", queue="default")
def notice_passed_days() -> None:
    """Have people look at the cases whose promised or set day is over."""
    at = timezone.now()
    for passed in passed_days(at):
        try:
            raise_person(passed=passed, at=at)
        except DayNotPassed:
            log.info("day_not_passed", case_id=passed.case_id)


@shared_task(name="cases.keep_decisions", queue="default")
def keep_decided_examples() -> None:
    """Keep what people decided as examples, so that the administrator sees today's corrections today."""
    keep_decisions(timezone.now())


@shared_task(name="cases.learn_from_decisions", queue="training", time_limit=3600)
def learn_from_decisions() -> None:
    """Train the nightly candidate, in a process of its own: it needs more memory than a worker should keep."""
    subprocess.run([sys.executable, "-m", "django", "train", "--nightly"], check=True)


def _triage(work_id: int) -> None:
    event = work.claim(work_id, at=timezone.now())
    if event is None:
        return
    try:
        decision = _decide(event)
        record_triage(event_id=event.pk, work_id=work_id, decision=decision, at=timezone.now())
        read_in_shadow(event, decision, timezone.now())
    except Exception as error:
        # Whatever went wrong with one case must not stop the queue: the row keeps the error and its turn.
        log.exception("triage_failed", case_id=event.case_id, work_id=work_id)
        work.give_back(work_id, error=repr(error), at=timezone.now())


def _decide(event: CaseEvent) -> Decision:
    """What triage proposes; without a model people get the case at once, and it may be read later all the same."""
    try:
        return decide(event.case)
    except NoModel:
        leave_unread(event_id=event.pk, at=timezone.now())
        raise
