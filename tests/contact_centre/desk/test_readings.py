"""The read log on a page: for whom, of what, and in which order."""

import pytest
from django.urls import reverse

from cases.actors import staff
from cases.models import ReadLog, ReadReason
from cases.services.privacy import exclude, log_reading
from contact_centre.web.pages import PAGE_SIZE
from notifications.models import Notice, NoticeChannel, NoticeKind
from notifications.queries import Fate
from routing.models import Role
from tests.cases.services.test_files import PHOTO
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
    log_reading(case_id=case.pk, user=hal, reason=ReadReason.FILE, at=NOW)
    log_reading(case_id=other.pk, user=hal, reason=ReadReason.CASE_PAGE, at=NOW)
    log_reading(case_id=case.pk, participant=reporter_of(case), reason=ReadReason.TRACKING_PAGE, at=NOW)
    answer = desk(Role.DPO).get(READINGS, {"reference": str(case.pk)})
    page = answer.content.decode()
    assert [row.log.reason for row in answer.context["readings"]] == [
        ReadReason.TRACKING_PAGE,
        ReadReason.FILE,
    ]
    assert str(hal) in page
    # The log says that a resident looked, not who: her name is on the case.
    assert "Ana Nowak" not in page
    assert len(desk(Role.DPO).get(READINGS).context["readings"]) == 3


@pytest.mark.usefixtures("in_english")
def test_names_what_was_read_and_shows_no_ids(desk):
    case = make_routed_case(category="wreck", files=[PHOTO])
    file = case.attachments.get()
    notice = Notice.objects.create(
        event=case.events.get(kind="RECEIVED"),
        participant=reporter_of(case),
        kind=NoticeKind.RECEIVED,
        channel=NoticeChannel.LETTER,
        due_at=NOW,
        created_at=NOW,
    )
    for reason, detail in (
        (ReadReason.FILE, f"{file.pk} display"),
        (ReadReason.FILE, f"{file.pk} original"),
        (ReadReason.FILE, str(file.pk)),
        (ReadReason.FILE, f"{file.pk + 90} display"),
        (ReadReason.FILE, "mail 345"),
        (ReadReason.OUTBOX, "TO_DO"),
        (ReadReason.OUTBOX, str(notice.pk)),
        (ReadReason.CONTACTS, "191–220"),
        (ReadReason.TRACKING_PAGE, "received"),
    ):
        log_reading(case_id=case.pk, reason=reason, at=NOW, detail=detail)
    answer = desk(Role.DPO).get(READINGS)
    assert [row.what for row in reversed(answer.context["readings"])] == [
        "hole.jpg",
        "hole.jpg, as it was sent",
        "hole.jpg",
        "",
        "e-mail as it came",
        str(Fate.TO_DO.label),
        str(NoticeKind.RECEIVED.label),
        "",
        "",
    ]
    page = answer.content.decode()
    assert "hole.jpg, as it was sent" in page
    assert "191–220" not in page


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
