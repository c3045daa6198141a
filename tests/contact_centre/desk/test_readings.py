"""The read log on a page: for whom, of what, and in which order."""

import pytest
from django.urls import reverse

from cases.actors import staff
from cases.models import ReadLog, ReadReason
from cases.services.privacy import exclude, log_reading
from contact_centre.desk.pages import PAGE_SIZE
from routing.models import Role
from tests.cast import staff_member
from tests.factories import NOW, make_routed_case, reporter_of

pytestmark = pytest.mark.django_db

READINGS = reverse("desk:readings")


@pytest.mark.parametrize("role", sorted(Role.values))
def test_is_for_the_data_protection_officer_and_the_head(desk, role):
    assert (desk(Role(role)).get(READINGS).status_code == 200) == (role in (Role.DPO, Role.HEAD))


def test_tells_who_read_which_case_when_and_why(desk):
    case, other = make_routed_case(), make_routed_case()
    hal = staff_member(Role.HANDLER)
    log_reading(case_id=case.pk, user=hal, reason=ReadReason.FILE, at=NOW, detail="7 original")
    log_reading(case_id=other.pk, user=hal, reason=ReadReason.CASE_PAGE, at=NOW)
    log_reading(case_id=case.pk, participant=reporter_of(case), reason=ReadReason.TRACKING_PAGE, at=NOW)
    answer = desk(Role.DPO).get(READINGS, {"reference": str(case.pk)})
    page = answer.content.decode()
    assert [log.reason for log in answer.context["readings"]] == [ReadReason.TRACKING_PAGE, ReadReason.FILE]
    assert "7 original" in page
    assert str(hal) in page
    # The log says that a resident looked, not who: her name is on the case.
    assert "Ana Nowak" not in page
    assert len(desk(Role.DPO).get(READINGS).context["readings"]) == 3


def test_says_so_when_there_is_no_such_case(desk):
    log_reading(case_id=None, user=staff_member(Role.HEAD), reason=ReadReason.CONTACTS, at=NOW)
    answer = desk(Role.HEAD).get(READINGS, {"reference": "KON-2026-999999-9"})
    assert answer.context["is_unknown"]
    assert answer.context["readings"] == []


def test_hides_the_cases_that_the_reader_is_kept_away_from(desk):
    case = make_routed_case()
    log_reading(case_id=case.pk, user=staff_member(Role.HANDLER), reason=ReadReason.CASE_PAGE, at=NOW)
    by = staff(staff_member(Role.DISPATCHER))
    exclude(case_id=case.pk, user=staff_member(Role.HEAD), reason="X", by=by, at=NOW)
    assert desk(Role.HEAD).get(READINGS).context["readings"] == []
    assert len(desk(Role.DPO).get(READINGS).context["readings"]) == 1


def test_pages_through_the_log(desk):
    case = make_routed_case()
    ReadLog.objects.bulk_create(
        ReadLog(case=case, user=staff_member(Role.HANDLER), reason=ReadReason.CASE_PAGE, read_at=NOW)
        for _ in range(PAGE_SIZE + 2)
    )
    browser = desk(Role.DPO)
    first = browser.get(READINGS, {"reference": case.reference})
    second = browser.get(first.context["older_url"])
    assert (len(first.context["readings"]), len(second.context["readings"])) == (PAGE_SIZE, 2)
    assert second.context["reference"] == case.reference
