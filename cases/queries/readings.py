"""The read log as the data protection officer reads it: who read what, when and why."""

from django.db.models import QuerySet

from cases.access import NoAccess, may_read_log, visible_readings
from cases.actors import Actor
from cases.models import Case, ReadLog
from routing.models import User


def readings_for(user: User, by: Actor, case: Case | None = None) -> QuerySet[ReadLog]:
    """The readings of one case or of all, the newest first; raises NoAccess for a role that has no business here."""
    if not may_read_log(by):
        raise NoAccess("readings")
    rows = visible_readings(user, by).select_related("case", "user", "participant")
    return (rows.filter(case=case) if case is not None else rows).order_by("-id")
