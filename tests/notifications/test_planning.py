"""The table: which event tells whom, by which channel, and when."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from cases.models import EventKind
from contact_centre.management.commands import generate_notices
from notifications.models import NoticeChannel, NoticeKind, Priority, SkipReason
from notifications.planning import SILENT, TABLE, Person, notices_for, plan_for
from tests.factories import NOW

HOLD = timedelta(seconds=30)
OWN = Person(1, "EMAIL", "pl")
CO_REPORTER = Person(2, "PHONE", "uk")
MERGED_IN = Person(3, "LETTER", "en", is_merged=True)
GONE = Person(4, "EMAIL", "pl", has_left=True)
UNREACHABLE = Person(5, "NONE", "pl")
EVERYBODY = (OWN, CO_REPORTER, MERGED_IN, GONE, UNREACHABLE)

HOUSEHOLD = {1, 2}
WITH_MERGED = {1, 2, 3}
TOLD = {
    "RECEIVED": ("RECEIVED", HOUSEHOLD),
    "ROUTED": ("PASSED_ON", WITH_MERGED),
    "REASSIGNED": ("PASSED_ON", WITH_MERGED),
    "QUESTION_ASKED": ("QUESTION", HOUSEHOLD),
    "PLANNED": ("PLANNED", WITH_MERGED),
    "WAITING_OTHER": ("WAITING_OTHER", WITH_MERGED),
    "MESSAGE_SENT": ("MESSAGE", HOUSEHOLD),
    "RESOLVED": ("RESOLVED", WITH_MERGED),
    "REOPENED": ("REOPENED", WITH_MERGED),
    "MERGED": ("MERGED", HOUSEHOLD),
    "UNMERGED": ("UNMERGED", HOUSEHOLD),
    "WITHDRAWN": ("WITHDRAWN", HOUSEHOLD),
    "DETACHED": ("LEFT", {4}),
    "LINK_REQUESTED": ("LINK", {4}),
}


def told(kind: str, **payload):
    payload = {"outcome": "DONE", "participant": 4} | payload
    plan = plan_for(kind, payload)
    return plan and notices_for(plan, payload, EVERYBODY, at=NOW, hold=HOLD)


@pytest.mark.parametrize("kind", EventKind.values)
def test_each_event_tells_exactly_whom_the_table_of_the_house_names(kind):
    notices = told(kind)

    if kind not in TOLD:
        assert notices is None
        return
    expected_kind, people = TOLD[kind]
    assert {notice.kind for notice in notices} == {expected_kind}
    assert {notice.participant_id for notice in notices} == people


@pytest.mark.parametrize("kind", ["NOTE_ADDED", "RESIDENT_REPLIED", "TRIAGED", "RETURNED", "CONFIRMED"])
def test_internal_work_and_own_words_are_told_to_nobody(kind):
    assert kind not in TABLE


def test_every_event_is_told_or_it_is_said_why_not():
    assert set(SILENT) | set(TABLE) == set(EventKind)
    assert not set(SILENT) & set(TABLE)
    assert all(SILENT.values())


def test_spam_gets_no_answer():
    assert told("RESOLVED", outcome="SPAM") is None


def test_everybody_is_told_by_the_own_channel_in_the_own_language():
    channels = {notice.participant_id: (notice.channel, notice.language) for notice in told("RESOLVED")}

    assert channels == {
        1: (NoticeChannel.EMAIL, "pl"),
        2: (NoticeChannel.PHONE, "uk"),
        3: (NoticeChannel.LETTER, "en"),
    }


def test_a_link_asked_for_by_mail_is_sent_by_mail():
    payload = {"participant": 2}
    plan = TABLE[EventKind.LINK_REQUESTED]

    [notice] = notices_for(plan, payload, EVERYBODY, at=NOW, hold=HOLD)

    assert (notice.participant_id, notice.channel) == (2, NoticeChannel.EMAIL)


def test_only_the_confirmation_is_held_back():
    held = {kind for kind in TOLD for notice in told(kind) if notice.due_at == NOW + HOLD}
    at_once = {kind for kind in TOLD for notice in told(kind) if notice.due_at == NOW}

    assert held == {"RECEIVED"}
    assert at_once == set(TOLD) - held


def test_every_kind_of_notice_has_an_event_that_leads_to_it():
    assert {plan.kind for plan in TABLE.values()} == set(NoticeKind)


@pytest.mark.parametrize("channel", ["PHONE", "COUNTER"])
def test_who_reported_in_a_conversation_is_not_called_back_to_hear_it_again(channel):
    reasons = {notice.participant_id: notice.skip_reason for notice in told("RECEIVED", channel=channel)}
    assert reasons == {OWN.participant_id: None, CO_REPORTER.participant_id: "TOLD"}


@pytest.mark.parametrize(
    ("kind", "channel"), [("RECEIVED", "WEB"), ("RECEIVED", "LETTER"), ("ROUTED", "PHONE")]
)
def test_everything_else_is_told_by_phone(kind, channel):
    assert {notice.skip_reason for notice in told(kind, channel=channel)} == {None}


def test_a_question_goes_before_progress_and_a_copy_goes_last():
    [own, other] = [notice.priority for notice in told("QUESTION_ASKED")]
    assert own == other == Priority.FIRST
    by_person = {notice.participant_id: notice.priority for notice in told("RESOLVED")}
    assert by_person == {1: Priority.NORMAL, 2: Priority.NORMAL, 3: Priority.LAST}
    [copy] = notices_for(
        TABLE["QUESTION_ASKED"], {}, [Person(6, "EMAIL", "pl", is_follower=True)], at=NOW, hold=HOLD
    )
    assert copy.priority == Priority.LAST


def test_what_a_person_may_turn_off_is_progress():
    optional = {plan.kind for plan in TABLE.values() if not plan.is_compulsory}
    assert optional == {NoticeKind.PASSED_ON, NoticeKind.PLANNED, NoticeKind.WAITING_OTHER}


def test_who_stops_following_is_not_written_to_about_it():
    follower = Person(4, "EMAIL", "pl", has_left=True, is_follower=True)
    [notice] = notices_for(TABLE["DETACHED"], {"participant": 4}, [follower], at=NOW, hold=HOLD)
    assert notice.skip_reason == SkipReason.UNSUBSCRIBED


def test_the_page_of_notices_is_fresh():
    call_command("generate_notices", "--check")


def test_a_stale_page_is_noticed_and_written_anew(tmp_path, monkeypatch):
    path = tmp_path / "notices.md"
    monkeypatch.setattr(generate_notices.Command, "path", path)
    with pytest.raises(CommandError, match="stale"):
        call_command("generate_notices", "--check")
    call_command("generate_notices", stdout=StringIO())
    call_command("generate_notices", "--check")
    path.write_text(path.read_text() + "x")
    with pytest.raises(CommandError, match="stale"):
        call_command("generate_notices", "--check")


@pytest.mark.parametrize("kind", sorted(TABLE))
def test_who_wants_only_what_must_be_told_is_spared_progress_alone(kind):
    terse = Person(4, "EMAIL", "pl", has_left=kind == "DETACHED", only_compulsory=True)
    payload = {"outcome": "DONE", "participant": 4}

    (notice,) = notices_for(TABLE[kind], payload, [terse], at=NOW, hold=HOLD)

    progress = ("ROUTED", "REASSIGNED", "PLANNED", "WAITING_OTHER")
    assert notice.skip_reason == (SkipReason.UNSUBSCRIBED if kind in progress else None)
