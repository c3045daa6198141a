"""Words that come and go: who reads them, what they do to the case, and replies that come twice."""

from datetime import timedelta
from typing import Any

import pytest

from cases.actors import SYSTEM_ACTOR
from cases.models import Case, Channel, Message, StaleCase
from cases.services.conversation import CannotWrite, add_note, record_reply, send_message
from cases.services.endings import resolve_case, withdraw_case
from cases.services.intake import Reporter
from cases.services.merging import merge_cases
from cases.services.workflow import ask_resident, start_work
from cases.states import Outcome
from routing.models import Role
from tests.factories import NOW, make_case, make_routed_case, make_settled_case, reporter_of
from tests.record import actor, ana, assert_recorded, dee, kinds, last_message, state_of

pytestmark = pytest.mark.django_db
THEN = NOW + timedelta(hours=1)


def reply(case: Case, **changes: Any) -> Message:
    values: dict[str, Any] = {
        "participant_id": reporter_of(case).pk,
        "body": "By the bus stop.",
        "channel": Channel.EMAIL,
        "source_key": f"mail:{case.pk}",
        "at": THEN,
    }
    return record_reply(**(values | changes))


def ask(case: Case) -> None:
    day = THEN.date() + timedelta(days=7)
    ask_resident(case_id=case.pk, question="Where?", answer_by=day, by=actor(Role.HANDLER), at=THEN)


def resolve(case: Case, outcome: Outcome = Outcome.DONE) -> None:
    resolve_case(case_id=case.pk, outcome=outcome, answer="Done.", by=actor(Role.DISPATCHER), at=THEN)


def test_a_reply_to_a_question_takes_the_case_up_where_it_was():
    case = make_routed_case()
    start_work(case_id=case.pk, by=actor(Role.HANDLER), at=NOW)
    ask(case)
    message = reply(case)
    case.refresh_from_db()
    assert (case.status, case.resume_status, case.needs_person) == ("IN_PROGRESS", "", False)
    assert (message.audience, message.purpose, message.channel) == ("RESIDENT", "REPLY", "EMAIL")
    assert message.author_participant == reporter_of(case)
    assert message.is_from_resident
    assert_recorded(case, "RESIDENT_REPLIED", ana(case), {"message": message.pk, "channel": "EMAIL"})


def test_a_reply_that_comes_twice_is_kept_once():
    case = make_routed_case()
    ask(case)
    first = reply(case)
    before = state_of(case)
    assert reply(case, body="other") == first
    assert state_of(case) == before


def test_a_reply_that_nobody_waited_for_asks_for_a_person_and_changes_no_state():
    case = make_routed_case()
    reply(case)
    case.refresh_from_db()
    assert (case.status, case.needs_person) == ("ASSIGNED", True)


def test_a_reply_on_a_new_case_finds_it_at_the_desk_anyway():
    case = make_case()
    reply(case)
    case.refresh_from_db()
    assert (case.status, case.needs_person) == ("NEW", False)


def test_an_answered_case_that_no_department_has_asks_for_a_person_again():
    case = make_settled_case()
    day = THEN.date() + timedelta(days=7)
    ask_resident(case_id=case.pk, question="Where?", answer_by=day, by=actor(Role.AGENT), at=THEN)
    reply(case)
    case.refresh_from_db()
    assert (case.status, case.needs_person) == ("NEW", True)


def test_who_writes_to_the_resident_has_looked():
    case = make_routed_case()
    reply(case)
    send_message(case_id=case.pk, body="We are on it.", by=actor(Role.HANDLER), at=THEN)
    case.refresh_from_db()
    assert not case.needs_person


def test_words_to_the_resident_do_not_pass_a_new_case_on():
    case = make_settled_case()
    Case.objects.filter(pk=case.pk).update(needs_person=True)
    send_message(case_id=case.pk, body="We look into it.", by=actor(Role.AGENT), at=THEN)
    case.refresh_from_db()
    assert case.needs_person


@pytest.mark.parametrize("ending", ["RESOLVED", "CLOSED", "WITHDRAWN"])
def test_words_after_the_end_ask_for_a_person_and_reopen_nothing(ending):
    case = make_routed_case()
    if ending == "WITHDRAWN":
        withdraw_case(case_id=case.pk, reason="", by=ana(case), at=THEN)
    else:
        resolve(case)
    if ending == "CLOSED":
        Case.objects.filter(pk=case.pk).update(status="CLOSED")
    reply(case, body="Thank you!")
    case.refresh_from_db()
    assert (case.status, case.needs_person) == (ending, True)


def test_words_on_a_merged_case_are_kept():
    case, survivor = make_routed_case(), make_routed_case()
    merge_cases(case_id=case.pk, into_id=survivor.pk, by=actor(Role.DISPATCHER), at=THEN)
    assert reply(case).case == case
    case.refresh_from_db()
    assert case.status == "MERGED"


@pytest.mark.parametrize("body", ["", "  \n", "\x00\x01"])
def test_an_empty_reply_is_refused(body):
    case = make_routed_case()
    before = state_of(case)
    with pytest.raises(CannotWrite):
        reply(case, body=body)
    assert state_of(case) == before


def test_the_language_of_a_reply_is_its_own_or_the_cases():
    case = make_routed_case()
    assert reply(case, source_key="a").language == "pl"
    assert reply(case, source_key="b", language="uk").language == "uk"


def test_a_message_goes_to_the_resident():
    case, by = make_routed_case(), actor(Role.HANDLER)
    message = send_message(case_id=case.pk, body=" We are on it. ", by=by, at=THEN, version=case.version)
    assert (message.audience, message.purpose, message.body) == ("RESIDENT", "ANSWER", "We are on it.")
    assert (message.author_user_id, message.is_from_resident) == (by.user_id, False)
    assert_recorded(case, "MESSAGE_SENT", by, {"message": message.pk})


def test_a_message_on_an_old_version_is_refused():
    case = make_routed_case()
    start_work(case_id=case.pk, by=actor(Role.HANDLER), at=THEN)
    with pytest.raises(StaleCase):
        send_message(case_id=case.pk, body="x", by=actor(Role.HANDLER), at=THEN, version=case.version)


def assert_no_message(case: Case, by: Any, body: str = "x") -> None:
    before = state_of(case)
    with pytest.raises(CannotWrite):
        send_message(case_id=case.pk, body=body, by=by, at=THEN)
    assert state_of(case) == before


def test_messages_need_words_a_reader_and_somebody_whose_case_it_is():
    case = make_routed_case()
    assert_no_message(case, actor(Role.HANDLER), " ")
    assert_no_message(case, dee())
    assert_no_message(case, actor(Role.ANALYST))
    assert_no_message(case, ana(case))
    assert_no_message(make_routed_case(reporter=Reporter()), actor(Role.HANDLER))


def test_spam_gets_no_answer():
    case = make_case()
    resolve(case, Outcome.SPAM)
    assert_no_message(case, actor(Role.DISPATCHER))


def test_a_note_stays_inside():
    case, by = make_routed_case(), actor(Role.CREW)
    note = add_note(case_id=case.pk, body="The dog bites.", by=by, at=THEN)
    assert (note.audience, note.purpose) == ("INTERNAL", "NOTE")
    assert_recorded(case, "NOTE_ADDED", by, {"message": note.pk})


def test_a_note_makes_no_form_old():
    case = make_routed_case()
    add_note(case_id=case.pk, body="The dog bites.", by=actor(Role.CREW), at=THEN)
    started = start_work(case_id=case.pk, by=actor(Role.HANDLER), at=THEN, version=case.version)
    assert (started.version, started.updated_at) == (case.version + 1, THEN)


@pytest.mark.parametrize("role", [Role.ANALYST, Role.ADMIN])
def test_who_has_no_desk_writes_no_notes(role):
    with pytest.raises(CannotWrite):
        add_note(case_id=make_routed_case().pk, body="x", by=actor(role), at=THEN)


def test_an_empty_note_is_refused():
    case = make_routed_case()
    with pytest.raises(CannotWrite):
        add_note(case_id=case.pk, body=" ", by=actor(Role.CREW), at=THEN)
    assert kinds(case)[-1] == "ROUTED"


def test_every_word_keeps_one_author():
    case = make_routed_case()
    send_message(case_id=case.pk, body="x", by=actor(Role.HANDLER), at=THEN)
    reply(case)
    for message in case.messages.all():
        assert (message.author_user_id is None) != (message.author_participant_id is None)
    assert last_message(case).author_participant == reporter_of(case)


def test_a_reply_on_a_merged_case_stays_there_and_tells_who_works_the_survivor():
    survivor, merged = make_routed_case(), make_routed_case()
    merge_cases(case_id=merged.pk, into_id=survivor.pk, by=actor(Role.DISPATCHER), at=THEN)
    message = reply(merged)

    survivor.refresh_from_db()
    assert message.case_id == merged.pk
    assert survivor.needs_person
    assert survivor.messages.count() == 1
    last = survivor.events.order_by("-id")[0]
    assert (last.kind, last.payload) == ("MERGED_REPLY", {"merged": merged.pk, "message": message.pk})


def test_the_system_leaves_a_note_once():
    case = make_case()
    first = add_note(case_id=case.pk, body="Seen", by=SYSTEM_ACTOR, at=THEN, source_key="mail-note:1")
    assert add_note(case_id=case.pk, body="Seen", by=SYSTEM_ACTOR, at=THEN, source_key="mail-note:1") == first
    assert case.messages.filter(purpose="NOTE").count() == 1
