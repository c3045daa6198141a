"""What the upgrade takes for decided (migration 0016): only what a dispatcher said last, or what a department has."""

from importlib import import_module

import pytest
from django.apps import apps

from cases.actors import staff
from cases.models import Case
from cases.services.workflow import classify_case
from routing.models import Category, Kind, Role, Urgency
from tests.cast import staff_member
from tests.factories import NOW, make_case

pytestmark = pytest.mark.django_db
take_over = import_module("cases.migrations.0016_decided_kinds_and_readings").take_over


def decide(case: Case, role: Role, kind: Kind) -> None:
    classify_case(
        case_id=case.pk,
        category=Category.objects.get(code="road.pothole"),
        kind=kind,
        urgency=Urgency.NORMAL,
        by=staff(staff_member(role)),
        at=NOW,
    )


@pytest.mark.parametrize(
    ("steps", "is_decided"),
    [
        ([(Role.DISPATCHER, Kind.COMPLAINT)], True),
        ([(Role.AGENT, Kind.COMPLAINT)], False),
        ([(Role.DISPATCHER, Kind.REPORT), (Role.AGENT, Kind.COMPLAINT)], False),
        ([(Role.AGENT, Kind.COMPLAINT), (Role.DISPATCHER, Kind.COMPLAINT)], True),
    ],
)
def test_what_a_dispatcher_said_last_counts(steps, is_decided):
    case = make_case()
    for role, kind in steps:
        decide(case, role, kind)
    Case.objects.update(is_kind_decided=False)

    take_over(apps, None)

    case.refresh_from_db()
    assert (case.is_restricted, case.is_kind_decided) == (True, is_decided)
