"""A photo's original, time and place: kept while nobody knows what the case is about, then only as evidence."""

from dataclasses import fields, replace
from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps

from cases.files import PDF, StoredFile
from cases.models import Attachment, Case, Channel, Prediction
from cases.services.conversation import record_reply
from cases.services.triage_results import record_triage
from cases.services.workflow import classify_case
from cases.triage import Decision
from routing.facts import Choice, Reason
from routing.models import Category, Kind, Role, Urgency
from tests.cases.services.test_triage_results import READ
from tests.factories import NOW, make_case, make_settled_case, reporter_of
from tests.record import actor

pytestmark = pytest.mark.django_db
PHOTO = StoredFile(
    sha256="ab" * 32,
    original_path="ab/ab/photo.jpg",
    display_path="ab/ab/photo.jpg",
    name="photo-abababab.jpg",
    original_name="hole.jpg",
    media_type="image/jpeg",
    size=1000,
    taken_at=NOW,
    taken_lat=52.2,
    taken_lon=18.2,
)
TOLD = (PHOTO.original_path, NOW, 52.2, 18.2)
FORGOTTEN = ("", None, None, None)
ATTACHED = [field.name for field in fields(PHOTO)]


@pytest.fixture(params=[True, False], ids=["evidence", "no evidence"])
def keeps(request) -> bool:
    keeps_evidence = bool(request.param)
    Category.objects.filter(code="road.pothole").update(keeps_evidence=keeps_evidence)
    return keeps_evidence


def evidence(case: Case) -> tuple[object, ...]:
    row = Attachment.objects.filter(case=case).order_by("-id")[0]
    return row.original_path, row.taken_at, row.taken_lat, row.taken_lon


def test_evidence_waits_for_the_category():
    assert evidence(make_case(files=[PHOTO])) == TOLD


def test_a_person_decides_and_it_is_kept_only_where_it_is_needed(keeps):
    case = make_case(files=[PHOTO])
    classify_case(
        case_id=case.pk,
        category=Category.objects.get(code="road.pothole"),
        kind=Kind.REPORT,
        urgency=Urgency.NORMAL,
        by=actor(Role.DISPATCHER),
        at=NOW,
    )
    assert evidence(case) == (TOLD if keeps else FORGOTTEN)


def test_the_machine_decides_and_it_is_kept_only_where_it_is_needed(keeps):
    case = make_case(files=[PHOTO])
    event = case.events.get(kind="RECEIVED")
    category = Category.objects.get(code="road.pothole")
    choice = Choice("zdm", (Reason("CATEGORY_DEFAULT"),))
    for is_routed, kept in ((False, TOLD), (True, TOLD if keeps else FORGOTTEN)):
        Prediction.objects.all().delete()
        decision = Decision(
            READ, category, Kind.REPORT, Urgency.NORMAL, None, None, choice, not is_routed, is_routed
        )
        record_triage(event_id=event.pk, work_id=0, decision=decision, at=NOW)
        assert evidence(case) == kept


def test_cases_that_were_settled_before_forget_too(keeps):
    case, undecided = make_settled_case(), make_case(files=[PHOTO])
    document = replace(PHOTO, sha256="cd" * 32, display_path="", original_path="cd/cd/paper.pdf")
    for file in (document, PHOTO):
        columns = {field: getattr(file, field) for field in ATTACHED}
        Attachment.objects.create(case=case, created_at=NOW, **columns)
    import_module("cases.migrations.0007_forgotten_originals").forget_originals(apps, None)
    assert evidence(case) == (TOLD if keeps else FORGOTTEN)
    assert evidence(undecided) == TOLD
    assert case.attachments.filter(original_path="cd/cd/paper.pdf").exists()


def test_a_document_keeps_its_only_form(keeps):
    document = replace(PHOTO, display_path="", media_type=PDF, taken_at=None, taken_lat=None, taken_lon=None)
    case = make_settled_case(files=[document])
    assert evidence(case)[0] == document.original_path
    record_reply(
        participant_id=reporter_of(case).pk,
        body="",
        channel=Channel.WEB,
        source_key="test:reply",
        at=NOW + timedelta(hours=1),
        files=[replace(document, sha256="cd" * 32, original_path="cd/cd/paper.pdf")],
    )
    assert evidence(case)[0] == "cd/cd/paper.pdf"


def test_what_comes_later_follows_the_category(keeps):
    case = make_settled_case()
    record_reply(
        participant_id=reporter_of(case).pk,
        body="",
        channel=Channel.WEB,
        source_key="test:reply",
        at=NOW + timedelta(hours=1),
        files=[PHOTO],
    )
    assert evidence(case) == (TOLD if keeps else FORGOTTEN)
