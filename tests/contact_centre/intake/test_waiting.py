"""Mails that wait for a person: shown to whoever may decide, joined or made a case, once (EMAIL §0.4, §4.1)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from cases.keys import tracking_key
from cases.models import Case, CaseEvent, ContactChannel, EventKind
from cases.services.mails import CannotJoin
from contact_centre.intake.models import RawMessage, RawState, Reason
from contact_centre.intake.waiting import CannotDecide, attach_to_case, open_own_case, waiting_beside
from notifications.models import Notice
from routing.models import Role
from tests.contact_centre.intake.fates import STRANGER, fate, settled, token_address
from tests.contact_centre.intake.mails import file_part, mail, multipart, photo, text_part
from tests.factories import NOW, make_case, make_settled_case, reporter_of
from tests.notifications.outbox import plan_all
from tests.record import actor

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=3)


@pytest.fixture
def case() -> Case:
    return make_settled_case()


@pytest.fixture
def waits(case: Case) -> RawMessage:
    parts = text_part("Ja też mam uwagę."), file_part(photo(), "a.jpg", "image/jpeg")
    return settled(multipart(*parts, sender=STRANGER, to=token_address(case), subject="Uwaga"))


def test_a_strangers_mail_is_never_seen_by_the_residents_of_the_case(case, waits, client):
    """EMAIL §13 (e)."""
    from_page = client.get(tracking(case)).content.decode()
    assert "Ja też mam uwagę" not in from_page
    assert "obcy@example.net" not in from_page
    assert not Notice.objects.filter(participant__email="obcy@example.net").exists()


def tracking(case: Case) -> str:
    return f"/track/{case.reference}/{tracking_key(reporter_of(case))}/"


@pytest.mark.parametrize(("is_told", "channel"), [(True, ContactChannel.EMAIL), (False, ContactChannel.NONE)])
def test_with_an_agents_yes_it_joins_with_its_files(case, waits, is_told, channel):
    """EMAIL §4.1: until an agent confirms."""
    by = actor(Role.AGENT)
    message = attach_to_case(raw_id=waits.pk, case_id=case.pk, is_told=is_told, by=by, at=LATER)
    again = attach_to_case(raw_id=waits.pk, case_id=case.pk, is_told=is_told, by=by, at=LATER)
    assert message == again
    assert (message.body, message.case, message.attachments.count()) == ("Ja też mam uwagę.", case, 1)
    writer = message.author_participant
    assert writer is not None
    assert (writer.email, writer.role, writer.channel) == ("obcy@example.net", "FOLLOWER", channel)
    assert fate(waits)[:2] == (RawState.CASE_UPDATED, Reason.BY_PERSON)
    event = CaseEvent.objects.get(kind=EventKind.MAIL_JOINED)
    assert (event.actor_user_id, event.payload["message"]) == (by.user_id, message.pk)
    assert waiting_beside(case) == []
    later = settled(mail("Jeszcze ja", sender=STRANGER, to=token_address(case)))
    assert (later.state, later.case) == (RawState.CASE_UPDATED, case)


def test_as_a_case_of_its_own_it_counts_from_the_day_when_it_came(case, waits):
    """EMAIL §0: what a person takes up later keeps its receipt date."""
    by = actor(Role.AGENT)
    apart = open_own_case(raw_id=waits.pk, by=by, at=LATER)
    assert open_own_case(raw_id=waits.pk, by=by, at=LATER) == apart
    assert (apart.received_at, apart.subject, apart.attachments.count()) == (NOW, "Uwaga", 1)
    assert fate(waits)[:2] == (RawState.CASE_CREATED, Reason.BY_PERSON)
    assert CaseEvent.objects.get(kind=EventKind.MAIL_APART).payload["into"] == apart.pk
    assert reporter_of(apart).email == "obcy@example.net"
    plan_all(LATER)
    assert Notice.objects.filter(event__case=apart).count() == 1


def test_only_the_desk_decides_and_only_over_what_has_no_case(case, waits):
    for role in (Role.HANDLER, Role.CREW, Role.ANALYST):
        with pytest.raises(CannotDecide):
            open_own_case(raw_id=waits.pk, by=actor(role), at=LATER)
    done = settled(mail("Zwykła sprawa"))
    with pytest.raises(CannotDecide):
        attach_to_case(raw_id=done.pk, case_id=case.pk, is_told=False, by=actor(Role.AGENT), at=LATER)
    Case.objects.filter(pk=case.pk).update(status="MERGED", merged_into=make_case())
    with pytest.raises(CannotJoin):
        attach_to_case(raw_id=waits.pk, case_id=case.pk, is_told=False, by=actor(Role.AGENT), at=LATER)


def test_what_was_quarantined_for_another_reason_can_be_taken_up_too(settings):
    row = settled(mail("Petycja", sender="prezydent@kontakt.example"))
    assert row.reason == Reason.FORGED
    assert open_own_case(raw_id=row.pk, by=actor(Role.DISPATCHER), at=LATER).received_at == NOW


def test_the_page_of_the_case_leads_to_the_decision(case, waits, desk):
    address = reverse("intake:waiting", args=[case.reference])
    browser = desk(Role.DISPATCHER)
    assert f'href="{address}"' in browser.get(reverse("desk:case", args=[case.reference])).content.decode()
    page = browser.get(address).content.decode()
    assert "Ja też mam uwagę." in page
    answer = browser.post(reverse("intake:decide", args=[case.reference, waits.pk]), {"decision": "join"})
    assert answer.headers["Location"] == reverse("desk:case", args=[case.reference])
    assert case.messages.filter(purpose="REPLY").count() == 1
    assert address not in browser.get(reverse("desk:case", args=[case.reference])).content.decode()
    late = browser.post(reverse("intake:decide", args=[case.reference, waits.pk]), {"decision": "apart"})
    assert late.status_code == 302
    assert Case.objects.count() == 1


def test_the_other_answer_makes_it_a_case(case, waits, desk):
    desk(Role.AGENT).post(reverse("intake:decide", args=[case.reference, waits.pk]), {"decision": "apart"})
    assert Case.objects.count() == 2


def test_whoever_may_not_see_the_case_or_decide_sees_no_mail(waits, case, desk, client):
    address = reverse("intake:waiting", args=[case.reference])
    assert client.get(address).status_code == 302
    assert desk(Role.HANDLER).get(address).status_code == 404
    assert desk(Role.ANALYST).get(address).status_code == 404
    Case.objects.filter(pk=case.pk).update(confidential=True)
    assert desk(Role.AGENT).get(address).status_code == 404
    decide = reverse("intake:decide", args=[case.reference, waits.pk])
    assert desk(Role.AGENT).post(decide, {"decision": "join"}).status_code == 404
    assert case.messages.filter(purpose="REPLY").count() == 0
