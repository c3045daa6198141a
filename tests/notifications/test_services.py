"""Planning from real events, folding, order, merged cases, and what a person settles by hand."""

from datetime import timedelta

import pytest
from django.db import connection

from cases import work
from cases.actors import SYSTEM_ACTOR, resident, staff
from cases.models import CaseParticipant, Channel, ContactChannel, EventWork
from cases.services.conversation import add_note, record_reply, send_message
from cases.services.endings import resolve_case, withdraw_case
from cases.services.intake import Reporter
from cases.services.merging import merge_cases, unmerge_case
from cases.services.workflow import classify_case, reassign_case, route_case
from cases.states import Outcome
from notifications.models import Notice, NoticeState
from notifications.services import (
    CONSUMER,
    CannotSettle,
    mark_called_back,
    mark_letter_printed,
    plan_event,
    resend,
)
from routing.models import Category, Department, Kind, Role, Urgency
from tests.cast import staff_member
from tests.factories import NOW, make_case, make_routed_case, make_settled_case, reporter_of
from tests.notifications.outbox import LATER, MUCH_LATER, deliver_all, notices_of, plan_all

pytestmark = pytest.mark.django_db
PHONE_ONLY = Reporter(name="Jan", phone="600100200")
POST_ONLY = Reporter(name="Jan Kowal", postal_address="ul. Długa 1, 62-500 Konin")


def desk():
    return staff(staff_member(Role.DISPATCHER))


def handler():
    return staff(staff_member(Role.HANDLER))


def work_of(case, kind):
    return EventWork.objects.get(consumer=CONSUMER, event__case=case, event__kind=kind)


def route_later(case):
    return route_case(case_id=case.pk, department=Department.objects.get(code="zdm"), by=desk(), at=LATER)


def states(case):
    return [(notice.kind, notice.state) for notice in notices_of(case)]


def test_a_confirmation_waits_for_what_may_follow_at_once(settings):
    settings.NOTICE_COALESCE_SECONDS = 45
    case = make_case()

    ready = plan_event(work_id=work_of(case, "RECEIVED").pk, at=NOW)

    [notice] = notices_of(case)
    assert ready == []
    assert (notice.state, notice.due_at) == (NoticeState.PLANNED, NOW + timedelta(seconds=45))


def test_received_and_passed_on_are_told_in_one_notice():
    case = make_routed_case()

    plan_all()

    received, passed_on = notices_of(case)
    assert (received.kind, received.state) == ("RECEIVED", NoticeState.PLANNED)
    assert (passed_on.kind, passed_on.state, passed_on.into) == ("PASSED_ON", NoticeState.COALESCED, received)


def test_passing_on_is_told_by_itself_once_the_confirmation_is_gone():
    case = make_settled_case()
    plan_all()
    deliver_all()
    route_later(case)

    plan_all(MUCH_LATER)

    assert states(case) == [("RECEIVED", "SENT"), ("PASSED_ON", "PLANNED")]


def test_nothing_is_folded_into_a_confirmation_that_may_have_left():
    case = make_settled_case()
    plan_all()
    # A worker took it and died: nobody knows whether the mail went out.
    Notice.objects.update(state=NoticeState.PLANNED, attempts=1)
    route_later(case)

    plan_all(MUCH_LATER)

    assert states(case)[1] == ("PASSED_ON", "PLANNED")


def test_what_follows_a_waiting_confirmation_sends_it_on_its_way_first():
    case = make_case()
    plan_event(work_id=work_of(case, "RECEIVED").pk, at=NOW)
    send_message(case_id=case.pk, body="Jedziemy na miejsce.", by=desk(), at=NOW)

    ready = plan_event(work_id=work_of(case, "MESSAGE_SENT").pk, at=NOW)

    received, message = notices_of(case)
    assert ready == [received.pk, message.pk]
    assert received.due_at == NOW


def test_events_of_a_case_are_planned_in_their_order():
    case = make_routed_case()

    plan_event(work_id=work_of(case, "ROUTED").pk, at=LATER)

    assert states(case) == [("RECEIVED", "PLANNED"), ("PASSED_ON", "COALESCED")]


def test_an_event_waits_while_another_worker_plans_the_one_before():
    case = make_routed_case()
    work.claim(work_of(case, "RECEIVED").pk, at=LATER)

    assert plan_event(work_id=work_of(case, "ROUTED").pk, at=LATER) == []

    assert notices_of(case) == []
    assert work_of(case, "ROUTED").attempts == 0


def test_planning_the_same_work_twice_gives_one_row():
    case = make_case()
    work_id = work_of(case, "RECEIVED").pk

    plan_event(work_id=work_id, at=NOW)
    again = plan_event(work_id=work_id, at=NOW)

    assert again == []
    assert len(notices_of(case)) == 1


def test_planning_an_event_again_whose_work_came_back_gives_one_row():
    case = make_case()
    row = work_of(case, "RECEIVED")
    plan_event(work_id=row.pk, at=NOW)
    back = EventWork.objects.create(event=row.event, consumer=CONSUMER, available_at=NOW)

    plan_event(work_id=back.pk, at=NOW)

    assert len(notices_of(case)) == 1
    assert not EventWork.objects.filter(consumer=CONSUMER).exists()


def test_an_event_that_cannot_be_planned_is_given_back_for_a_later_turn(settings):
    settings.NOTICE_COALESCE_SECONDS = "soon"
    case = make_case()
    row = work_of(case, "RECEIVED")

    with pytest.raises(TypeError):
        plan_event(work_id=row.pk, at=NOW)

    row.refresh_from_db()
    assert row.lease_until is None
    assert row.available_at > NOW
    assert "TypeError" in row.error


def test_every_participant_is_told_and_who_left_no_channel_is_not():
    case = make_case()
    for name, channel in (("Ola", ContactChannel.EMAIL), ("Nobody", ContactChannel.NONE)):
        email = f"{name.lower()}@example.org"
        CaseParticipant.objects.create(case=case, name=name, email=email, channel=channel, created_at=NOW)

    plan_all()

    assert {notice.participant.name for notice in notices_of(case)} == {"Ana Nowak", "Ola"}


def test_notes_and_own_replies_are_told_to_nobody():
    case = make_case()
    plan_all()
    add_note(case_id=case.pk, body="Tylko dla nas.", by=desk(), at=NOW)
    participant = reporter_of(case)
    record_reply(
        participant_id=participant.pk, body="Dziękuję", channel=Channel.WEB, source_key="reply:1", at=NOW
    )

    plan_all()

    assert states(case) == [("RECEIVED", "PLANNED")]


def test_spam_is_not_answered_not_even_with_the_waiting_confirmation(mailoutbox):
    case = make_case()
    plan_all()
    resolve_case(case_id=case.pk, outcome=Outcome.SPAM, answer="", by=desk(), at=NOW)
    plan_all()

    deliver_all()

    [notice] = notices_of(case)
    assert (notice.state, notice.skip_reason) == (NoticeState.SKIPPED, "SPAM")
    assert mailoutbox == []


def test_participants_of_a_merged_case_follow_the_survivor(mailoutbox):
    survivor, merged = (
        make_routed_case(),
        make_routed_case(reporter=Reporter(name="Ola", email="ola@example.org")),
    )
    plan_all()
    deliver_all()
    merge_cases(case_id=merged.pk, into_id=survivor.pk, by=desk(), at=LATER)
    resolve_case(case_id=survivor.pk, outcome=Outcome.DONE, answer="Załatane.", by=handler(), at=LATER)
    mailoutbox.clear()

    plan_all(MUCH_LATER)
    deliver_all()

    to_ola = [mail for mail in mailoutbox if mail.to == ["ola@example.org"]]
    assert [mail.subject for mail in to_ola] == [
        f"[{merged.reference}] Połączone z {survivor.reference}",
        f"[{merged.reference}] Zrobione",
    ]
    assert f"/track/{merged.reference}/" in to_ola[1].body
    assert "Załatane." in to_ola[1].body


def test_a_message_to_the_survivors_residents_stays_with_them():
    survivor, merged = (
        make_routed_case(),
        make_routed_case(reporter=Reporter(name="Ola", email="ola@example.org")),
    )
    merge_cases(case_id=merged.pk, into_id=survivor.pk, by=desk(), at=LATER)
    send_message(case_id=survivor.pk, body="Proszę o kontakt.", by=handler(), at=LATER)

    plan_all(MUCH_LATER)

    told = Notice.objects.filter(kind="MESSAGE").values_list("participant__case_id", flat=True)
    assert list(told) == [survivor.pk]


def test_merged_twice_still_follows_and_taken_out_no_longer():
    first, second, third = make_routed_case(), make_routed_case(), make_routed_case()
    merge_cases(case_id=third.pk, into_id=second.pk, by=desk(), at=LATER)
    merge_cases(case_id=second.pk, into_id=first.pk, by=desk(), at=LATER)
    reassign(first, "pwik")
    plan_all(MUCH_LATER)
    told = Notice.objects.filter(event__kind="REASSIGNED")
    assert {notice.participant.case_id for notice in told} == {first.pk, second.pk, third.pk}

    unmerge_case(case_id=second.pk, by=desk(), at=LATER)
    reassign(first, "zdm")
    plan_all(MUCH_LATER + timedelta(minutes=1))

    told = Notice.objects.filter(event__kind="REASSIGNED", event__payload__department="zdm")
    assert {notice.participant.case_id for notice in told} == {first.pk}


def reassign(case, code):
    department = Department.objects.get(code=code)
    reassign_case(case_id=case.pk, department=department, reason="Nie nasze.", by=desk(), at=LATER)


def test_leaving_a_hazard_is_confirmed_without_a_link_and_ends_the_notices(mailoutbox):
    case = make_case()
    classify_case(
        case_id=case.pk,
        category=Category.objects.get(code="road.pothole"),
        kind=Kind.REPORT,
        urgency=Urgency.DANGER,
        by=desk(),
        at=NOW,
    )
    plan_all()
    participant = reporter_of(case)
    withdraw_case(case_id=case.pk, reason="", by=resident(participant.pk), at=NOW)

    plan_all()
    deliver_all()

    assert states(case) == [("RECEIVED", "SKIPPED"), ("LEFT", "SENT")]
    [mail] = mailoutbox
    assert "/track/" not in mail.body


def test_who_has_no_mail_gets_a_call_and_a_person_says_that_it_is_done():
    case = make_case(reporter=PHONE_ONLY)
    plan_all()
    deliver_all()
    [notice] = notices_of(case)
    assert notice.state == NoticeState.CALL_BACK_DUE
    assert case.reference in notice.body

    done = mark_called_back(notice_id=notice.pk, by=desk(), at=MUCH_LATER)

    assert (done.state, done.done_by, done.ended_at) == (
        NoticeState.DONE_BY_PERSON,
        staff_member(Role.DISPATCHER),
        MUCH_LATER,
    )
    with pytest.raises(CannotSettle):
        mark_called_back(notice_id=notice.pk, by=desk(), at=MUCH_LATER)


def test_who_wants_letters_gets_a_letter_to_print():
    case = make_case(reporter=POST_ONLY)
    plan_all()
    deliver_all()
    [notice] = notices_of(case)
    assert notice.state == NoticeState.LETTER_DUE
    assert "ul. Długa 1, 62-500 Konin" in notice.body
    with pytest.raises(CannotSettle):
        mark_called_back(notice_id=notice.pk, by=desk(), at=MUCH_LATER)

    assert (
        mark_letter_printed(notice_id=notice.pk, by=desk(), at=MUCH_LATER).state == NoticeState.DONE_BY_PERSON
    )


def test_only_our_people_settle_notices():
    case = make_case(reporter=PHONE_ONLY)
    plan_all()
    deliver_all()
    [notice] = notices_of(case)

    for stranger in (SYSTEM_ACTOR, resident(reporter_of(case).pk)):
        with pytest.raises(CannotSettle):
            mark_called_back(notice_id=notice.pk, by=stranger, at=MUCH_LATER)


def test_a_failed_notice_is_sent_again_under_the_same_id(mailoutbox):
    case = make_case()
    plan_all()
    Notice.objects.update(state=NoticeState.FAILED, attempts=15, ended_at=NOW)
    [notice] = notices_of(case)

    resend(notice_id=notice.pk, by=desk(), at=MUCH_LATER)
    deliver_all()

    [notice] = notices_of(case)
    assert notice.state == NoticeState.SENT
    assert mailoutbox[0].extra_headers["Message-ID"] == notice.message_id
    with pytest.raises(CannotSettle):
        resend(notice_id=notice.pk, by=desk(), at=MUCH_LATER)


def test_a_failed_mail_may_be_told_by_phone():
    case = make_case()
    plan_all()
    Notice.objects.update(state=NoticeState.FAILED)

    [notice] = notices_of(case)
    assert mark_called_back(notice_id=notice.pk, by=desk(), at=NOW).state == NoticeState.DONE_BY_PERSON


def test_one_row_per_event_person_and_channel_is_the_databases_rule():
    names = connection.introspection.get_constraints(connection.cursor(), Notice._meta.db_table)

    assert names["notice_once"]["unique"]
    assert names["notice_once"]["columns"] == ["event_id", "participant_id", "channel"]


def test_a_caller_is_not_called_back_to_hear_that_we_have_her_report():
    case = make_case(
        channel=Channel.PHONE, reporter=Reporter(phone="600100200"), by=staff(staff_member(Role.AGENT))
    )
    plan_all()

    (told,) = notices_of(case)

    assert (told.kind, told.channel, told.state) == ("RECEIVED", "PHONE", NoticeState.SKIPPED)
    assert (told.skip_reason, told.ended_at) == ("TOLD", LATER)


def test_a_caller_is_called_when_her_report_is_passed_on():
    case = make_routed_case(
        channel=Channel.PHONE, reporter=Reporter(phone="600100200"), by=staff(staff_member(Role.AGENT))
    )
    plan_all()
    deliver_all()
    assert [(notice.kind, notice.state) for notice in notices_of(case)] == [
        ("RECEIVED", NoticeState.SKIPPED),
        ("PASSED_ON", NoticeState.CALL_BACK_DUE),
    ]
