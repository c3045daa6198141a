"""Whom to phone when a case cannot wait until its department is at work again."""

from datetime import datetime

from cases.models import Case
from routing.models import Urgency
from routing.services import working_hours


def duty_contact(case: Case, at: datetime) -> str:
    """The duty contact of the department that has an open, urgent case, outside its hours; else empty."""
    department = case.department
    if department is None or not department.duty_contact:
        return ""
    if case.urgency == Urgency.NORMAL or not case.is_open:
        return ""
    is_at_work = working_hours(department.calendar).is_open_at(at)
    return "" if is_at_work else department.duty_contact
