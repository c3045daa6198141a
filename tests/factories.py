"""Small makers of what the tests need; cases come into being through the services only."""

import uuid
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from cases.actors import Actor, resident, staff
from cases.models import Case, CaseParticipant, Channel
from cases.services.intake import Place, Report, Reporter, open_case
from cases.services.workflow import classify_case, route_case
from routing.models import Category, Department, Kind, Role, Urgency
from tests.cast import staff_member

# A Tuesday morning in the city, far from any holiday.
NOW = datetime(2026, 11, 17, 9, 0, tzinfo=ZoneInfo("Europe/Warsaw"))
ANA = Reporter(name="Ana Nowak", email="ana@example.org", phone="600100200")
POTHOLE = "Duża dziura w jezdni przy przejściu dla pieszych, można uszkodzić koło."


def make_report(description: str = POTHOLE, **changes: Any) -> Report:
    """Ana's report by web form, with whatever is different this time."""
    values: dict[str, Any] = {
        "source_key": f"test:{uuid.uuid4()}",
        "channel": Channel.WEB,
        "description": description,
        "received_at": NOW,
        "language": "pl",
        "place": Place(address="ul. Dworcowa 3"),
        "reporter": ANA,
    }
    return Report(**(values | changes))


def make_case(description: str = POTHOLE, *, by: Actor | None = None, **changes: Any) -> Case:
    """A new case, received and not yet read by anybody."""
    return open_case(make_report(description, **changes), by=by or resident(None), at=NOW)


def make_settled_case(category: str = "road.pothole", kind: Kind = Kind.REPORT, **changes: Any) -> Case:
    """A case whose category and kind a dispatcher decided."""
    case = make_case(**changes)
    return classify_case(
        case_id=case.pk,
        category=Category.objects.get(code=category),
        kind=kind,
        urgency=Urgency.NORMAL,
        by=staff(staff_member(Role.DISPATCHER)),
        at=NOW + timedelta(minutes=1),
    )


def make_routed_case(department: str = "zdm", **changes: Any) -> Case:
    """A settled case that lies with a department."""
    case = make_settled_case(**changes)
    return route_case(
        case_id=case.pk,
        department=Department.objects.get(code=department),
        by=staff(staff_member(Role.DISPATCHER)),
        at=NOW + timedelta(minutes=2),
    )


def reporter_of(case: Case) -> CaseParticipant:
    return case.participants.get(role="REPORTER")
