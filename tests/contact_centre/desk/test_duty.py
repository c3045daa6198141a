"""The duty contact: named when an urgent case would lie until the department opens, and only then."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.models import Case
from contact_centre.desk.duty import duty_contact
from routing.models import Calendar, Department, Role, Urgency
from routing.services import OFFICE_CALENDAR
from tests.factories import make_routed_case, make_settled_case

pytestmark = pytest.mark.django_db

WARSAW = ZoneInfo("Europe/Warsaw")
NIGHT = datetime(2026, 11, 20, 22, 0, tzinfo=WARSAW)
MORNING = datetime(2026, 11, 20, 9, 0, tzinfo=WARSAW)


def urgent(urgency: Urgency = Urgency.DANGER) -> Case:
    case = make_routed_case("zdm")
    Case.objects.filter(pk=case.pk).update(urgency=urgency)
    return Case.objects.get(pk=case.pk)


@pytest.fixture
def closed_now() -> Department:
    """The road department, in an office that is open at no moment near now."""
    far = (timezone.localtime() + timedelta(days=3)).strftime("%a").lower()
    office = Calendar.objects.get(code=OFFICE_CALENDAR)
    office.pk, office.code, office.hours = None, "far", {far: [["07:30", "15:30"]]}
    office.save()
    roads = Department.objects.get(code="zdm")
    roads.calendar = office
    roads.save()
    return roads


@pytest.mark.parametrize(
    ("urgency", "at", "is_named"),
    [
        (Urgency.DANGER, NIGHT, True),
        (Urgency.URGENT, NIGHT, True),
        (Urgency.NORMAL, NIGHT, False),
        (Urgency.DANGER, MORNING, False),
    ],
)
def test_is_named_for_what_is_urgent_while_the_department_is_closed(urgency, at, is_named):
    named = duty_contact(urgent(urgency), at)
    assert named == (Department.objects.get(code="zdm").duty_contact if is_named else "")


def test_is_not_named_where_nobody_has_the_case_or_it_is_over():
    case = make_settled_case(urgency=Urgency.DANGER)
    assert duty_contact(case, NIGHT) == ""
    over = urgent()
    Case.objects.filter(pk=over.pk).update(status="CLOSED", outcome="DONE")
    assert duty_contact(Case.objects.get(pk=over.pk), NIGHT) == ""


def test_stands_on_the_case_page(desk, closed_now):
    page = desk(Role.AGENT).get(reverse("desk:case", args=[urgent().reference])).content.decode()
    assert page.count(closed_now.duty_contact) == 2


@pytest.mark.parametrize(("urgency", "levels"), [("DANGER", ["success", "warning"]), ("NORMAL", ["success"])])
def test_is_told_to_whoever_passes_an_urgent_case_on(desk, take, closed_now, urgency, levels):
    case = make_settled_case()
    Case.objects.filter(pk=case.pk).update(urgency=urgency)
    answer = take(Role.AGENT, case, "route", department=closed_now.pk)
    told = list(desk(Role.AGENT).get(answer.url).context["messages"])
    assert [message.level_tag for message in told] == levels
    assert (closed_now.duty_contact in str(told[-1])) == (urgency == "DANGER")
