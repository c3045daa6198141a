"""Text messages of residents: stored first, then on the right case or a new one, and never two of them."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from cases.actors import resident
from cases.models import Case, CaseParticipant, Channel, ContactChannel, Message, MessagePurpose
from cases.services.endings import withdraw_case
from cases.services.intake import Reporter
from cases.services.merging import merge_cases
from cases.services.workflow import ask_resident
from contact_centre.intake import store
from contact_centre.intake.models import RawChannel, RawMessage
from contact_centre.intake.process import process
from contact_centre.intake.sms import texts
from contact_centre.intake.sms.stops import stop
from contact_centre.settings import services
from contact_centre.web.system_notes import in_words
from routing.models import Role
from tests.contact_centre.intake.sms.test_views import SECRET, signature
from tests.factories import NOW, make_case, make_routed_case, reporter_of
from tests.record import actor

pytestmark = pytest.mark.django_db
ZOFIA = Reporter(name="Zofia", phone="600 100-200", wishes=ContactChannel.PHONE)
BY_TEXT = Reporter(name="Zofia", phone="600 100-200", wishes=ContactChannel.SMS)


def text_from(
    phone: str = "48600100200", words: str = "Nadal nie świeci", number: str = "1", at=NOW
) -> RawMessage:
    """A text message as SMSAPI brings it, stored and settled."""
    fields = {"sms_from": phone, "sms_to": "48732000000", "sms_text": words, "MsgId": number}
    row = store.keep(texts.pack("smsapi", fields), channel=RawChannel.SMS, at=at)
    return process(row.pk, at=at)


def writer_of(row: RawMessage) -> CaseParticipant:
    """The reporter of the case that the text opened."""
    assert row.case is not None
    return reporter_of(row.case)


def fate(row: RawMessage) -> tuple[str, str, str]:
    return row.state, row.reason, row.evidence


def test_words_from_the_only_open_case_of_a_number_are_its_reply():
    case = make_routed_case(reporter=ZOFIA)
    make_case(reporter=Reporter(phone="600 100 201"))
    gone = make_case(reporter=ZOFIA)
    withdraw_case(case_id=gone.pk, reason="", by=resident(reporter_of(gone).pk), at=NOW)
    row = text_from()
    assert fate(row) == ("CASE_UPDATED", "REPLY", "PHONE_NUMBER")
    message = Message.objects.get(case=case, purpose=MessagePurpose.REPLY)
    assert (message.body, message.channel) == ("Nadal nie świeci", Channel.SMS)
    assert message.author_participant == reporter_of(case)
    assert (row.case, row.case_message) == (case, message)
    assert (row.sender, row.message_id) == ("+48600100200", "1")


@pytest.mark.parametrize("others", [0, 2])
def test_words_from_a_number_on_no_open_case_or_on_several_open_one(others):
    for _ in range(others):
        make_case(reporter=ZOFIA)
    before = set(Case.objects.values_list("pk", flat=True))
    row = text_from(words="Dziura w jezdni na Dworcowej 5")
    assert fate(row) == ("CASE_CREATED", "REQUEST", "")
    case = Case.objects.exclude(pk__in=before).get()
    assert (case.channel, case.description) == (Channel.SMS, "Dziura w jezdni na Dworcowej 5")
    person = reporter_of(case)
    assert (person.phone, person.channel) == ("+48600100200", ContactChannel.SMS)
    assert (row.case, row.case_message) == (case, Message.objects.get(case=case))


def test_who_left_the_case_does_not_write_to_it():
    case = make_case(reporter=ZOFIA)
    CaseParticipant.objects.filter(case=case).update(detached_at=NOW)
    assert text_from().state == "CASE_CREATED"


def test_a_case_that_was_merged_into_an_open_one_counts_as_that_one():
    case, survivor = make_routed_case(reporter=ZOFIA), make_routed_case(reporter=ZOFIA)
    by = actor(Role.DISPATCHER)
    merge_cases(case_id=case.pk, into_id=survivor.pk, by=by, at=NOW)
    row = text_from()
    assert row.state == "CASE_UPDATED"
    assert row.case in (case, survivor)


def test_a_text_is_compared_with_the_people_of_open_cases_alone():
    """The pattern has no index, and nobody deletes the cases of years."""
    make_case(reporter=ZOFIA)
    with CaptureQueriesContext(connection) as queries:
        text_from()
    patterns = ("REGEXP", "::text ~")
    [asked] = [one["sql"] for one in queries if any(pattern in one["sql"] for pattern in patterns)]
    assert '"status" IN' in asked


def test_the_same_call_again_changes_nothing():
    first, again = text_from(), text_from(at=NOW + timedelta(hours=1))
    assert first.pk == again.pk
    assert Message.objects.count() == 1
    assert text_from(number="2").case_message != first.case_message
    assert Message.objects.count() == 2


def test_a_worker_that_dies_after_its_step_leaves_one_case():
    row = store.keep(
        texts.pack("twilio", {"From": "+48600100200", "Body": "Halo", "MessageSid": "SM1"}),
        channel=RawChannel.SMS,
        at=NOW,
    )
    text = texts.read(store.read(row))
    texts.settle(row, text, at=NOW)
    settled = process(row.pk, at=NOW)
    assert fate(settled) == ("CASE_CREATED", "REQUEST", "")
    assert Case.objects.count() == 1

    answer = store.keep(
        texts.pack("twilio", {"From": "+48600100200", "Body": "I jeszcze", "MessageSid": "SM2"}),
        channel=RawChannel.SMS,
        at=NOW,
    )
    texts.settle(answer, texts.read(store.read(answer)), at=NOW)
    assert fate(process(answer.pk, at=NOW)) == ("CASE_UPDATED", "REPLY", "PHONE_NUMBER")
    assert Message.objects.count() == 2


def test_two_machines_do_not_talk_for_long():
    for _ in range(2):
        make_case(reporter=ZOFIA)
    rows = [text_from(number=str(number)) for number in range(texts.MAX_CASES + 1)]
    assert [row.reason for row in rows] == ["REQUEST"] * texts.MAX_CASES + ["TOO_MANY"]
    assert writer_of(rows[-1]).channel == ContactChannel.NONE
    assert writer_of(rows[-1]).phone == "+48600100200"
    assert text_from(number="x", at=NOW + timedelta(days=2)).reason == "REQUEST"


def test_a_name_instead_of_a_number_opens_a_case_without_a_way_back():
    row = text_from(phone="Bank")
    assert fate(row) == ("CASE_CREATED", "NO_SENDER", "")
    assert writer_of(row).channel == ContactChannel.NONE


def test_a_landline_is_called_back():
    assert writer_of(text_from(phone="48632401111")).channel == ContactChannel.PHONE


def test_nothing_is_no_case():
    assert fate(text_from(words=" \n")) == ("IGNORED", "EMPTY", "")
    assert not Case.objects.exists()


def test_what_cannot_be_read_fails_and_is_kept():
    row = store.keep(b"{}", channel=RawChannel.SMS, at=NOW)
    assert process(row.pk, at=NOW).state == "FAILED"
    assert store.read(row) == b"{}"


def test_smsapi_brings_a_text(client, settings):
    settings.SMS = services.sms("smsapi://token@")
    settings.SMS_HOOK_SECRET = SECRET
    fields = {"sms_from": "48600100200", "sms_text": "Ciemno", "sms_date": "1763366400", "username": "konin"}
    address = reverse("hooks:sms_text", args=["smsapi", SECRET])
    for ask in (client.get, client.get):
        answer = ask(address, fields)
        assert (answer.status_code, answer.content) == (200, b"OK")
    [row] = RawMessage.objects.all()
    assert (row.channel, row.state) == (RawChannel.SMS, "RECEIVED")
    assert json.loads(store.read(row)) == {"provider": "smsapi", "fields": fields}
    assert process(row.pk, at=NOW).state == "CASE_CREATED"


def test_twilio_brings_a_text_and_hears_no_words(client, settings):
    settings.SMS = services.sms("twilio://AC123:token@?from=1")
    settings.SMS_HOOK_SECRET = SECRET
    form = {"From": "+48600100200", "To": "+48732000000", "Body": "Ciemno 🙂", "MessageSid": "SM1"}
    path = reverse("hooks:sms_text", args=["twilio", SECRET])
    assert client.post(path, form).status_code == 404
    assert not RawMessage.objects.exists()
    signed = signature(f"{settings.PUBLIC_URL}{path}", form, "token")
    answer = client.post(path, form, headers={"X-Twilio-Signature": signed})
    assert (answer.status_code, answer.content) == (200, b"<Response/>")
    assert process(RawMessage.objects.get().pk, at=NOW).state == "CASE_CREATED"
    assert Case.objects.get().description == "Ciemno 🙂"


def test_what_could_not_be_stored_is_not_acknowledged(client, settings, monkeypatch):
    settings.SMS = services.sms("smsapi://token@")
    settings.SMS_HOOK_SECRET = SECRET
    monkeypatch.setattr(store, "_write", _no_room)
    client.raise_request_exception = False
    answer = client.get(
        reverse("hooks:sms_text", args=["smsapi", SECRET]), {"sms_from": "1", "sms_text": "a"}
    )
    assert answer.status_code == 500


def _no_room(*_args):
    raise OSError("no space left on device")


def text_by_twilio(**fields: str) -> RawMessage:
    """A text message as Twilio brings it, stored and settled."""
    form = {"From": "+48600100200", "Body": "", "MessageSid": "SM1", "NumMedia": "0"} | fields
    return process(store.keep(texts.pack("twilio", form), channel=RawChannel.SMS, at=NOW).pk, at=NOW)


@pytest.mark.parametrize(
    "words", ["STOP", "stop.", " Koniec! ", "СТОП", "стоп", "„Stop”", "Unsubscribe", "stop\nall"]
)
def test_who_writes_stop_gets_only_what_must_be_told(words):
    cases = [make_routed_case(reporter=BY_TEXT), make_case(reporter=BY_TEXT)]
    withdraw_case(case_id=cases[1].pk, reason="", by=resident(reporter_of(cases[1]).pk), at=NOW)
    other = make_case(reporter=Reporter(phone="600 100 201", wishes=ContactChannel.SMS))
    by_phone = make_case(reporter=ZOFIA)
    before = Message.objects.count()

    assert fate(text_from(words=words)) == ("IGNORED", "STOPPED", "")

    assert [reporter_of(case).only_compulsory for case in cases] == [True, True]
    assert {reporter_of(case).channel for case in cases} == {ContactChannel.SMS}
    assert not reporter_of(other).only_compulsory
    assert not reporter_of(by_phone).only_compulsory
    assert (Case.objects.count(), Message.objects.count()) == (4, before)


def test_stop_twice_leaves_one_trace():
    case = make_case(reporter=BY_TEXT)
    text_from(words="STOP")
    text_from(words="stop", number="2")
    assert case.events.filter(kind="WISHES_CHANGED").count() == 1


def asked_by_text() -> Case:
    case = make_routed_case(reporter=BY_TEXT)
    return ask_resident(
        case_id=case.pk, question="Dalej czy koniec?", answer_by=NOW.date(), by=actor(Role.DISPATCHER), at=NOW
    )


@pytest.mark.parametrize("words", ["Koniec.", "cancel", "END", "quit"])
def test_a_word_of_stopping_that_may_answer_our_question_is_her_answer(words):
    case = asked_by_text()
    row = text_from(words=words)
    assert fate(row) == ("CASE_UPDATED", "REPLY", "PHONE_NUMBER")
    assert (row.case, row.case_message) == (case, Message.objects.get(purpose=MessagePurpose.REPLY))
    assert not reporter_of(case).only_compulsory
    # Nothing waits for her any more.
    assert fate(text_from(words=words, number="2")) == ("IGNORED", "STOPPED", "")
    assert reporter_of(case).only_compulsory


def test_where_the_case_of_the_question_is_not_the_only_one_a_person_reads_the_word():
    asked_by_text()
    make_case(reporter=BY_TEXT)
    assert text_from(words="koniec").state == "CASE_CREATED"


def test_stop_is_no_answer_whatever_we_asked():
    case = asked_by_text()
    assert fate(text_from(words="Stop")) == ("IGNORED", "STOPPED", "")
    assert reporter_of(case).only_compulsory


def test_an_answer_whose_worker_died_stays_one():
    case = asked_by_text()
    fields = {"sms_from": "48600100200", "sms_text": "koniec", "MsgId": "1"}
    row = store.keep(texts.pack("smsapi", fields), channel=RawChannel.SMS, at=NOW)
    texts.settle(row, texts.read(store.read(row)), at=NOW)
    assert fate(process(row.pk, at=NOW)) == ("CASE_UPDATED", "REPLY", "PHONE_NUMBER")
    assert not reporter_of(case).only_compulsory


def test_stop_from_somebody_whose_language_nobody_knows_counts_like_any_other():
    unknown, known = make_case(reporter=BY_TEXT, language=""), make_case(reporter=BY_TEXT)
    assert fate(text_from(words="STOP")) == ("IGNORED", "STOPPED", "")
    assert [reporter_of(case).only_compulsory for case in (unknown, known)] == [True, True]


def test_who_left_a_case_meanwhile_keeps_no_other_case_from_stopping():
    left, kept = make_case(reporter=BY_TEXT), make_case(reporter=BY_TEXT)
    people = [reporter_of(left), reporter_of(kept)]
    CaseParticipant.objects.filter(pk=people[0].pk).update(detached_at=NOW)
    stop(people, at=NOW)
    assert [reporter_of(case).only_compulsory for case in (left, kept)] == [False, True]


def test_who_only_follows_and_writes_stop_leaves():
    case = make_case(reporter=ZOFIA)
    follower = CaseParticipant.objects.create(
        case=case, phone="600100300", channel="SMS", role="FOLLOWER", created_at=NOW
    )
    text_from(phone="48600100300", words="STOP")
    follower.refresh_from_db()
    assert follower.detached_at == NOW


def test_stop_from_a_stranger_opens_no_case():
    assert fate(text_from(words="STOP")) == ("IGNORED", "STOPPED", "")
    assert not Case.objects.exists()


@pytest.mark.parametrize("words", ["Stop, nie świeci latarnia", "Przystanek STOP", "Koniec ulicy ciemny"])
def test_stop_among_other_words_is_a_text_like_any_other(words):
    make_case(reporter=BY_TEXT)
    row = text_from(words=words)
    assert row.state == "CASE_UPDATED"
    assert row.case_message is not None
    assert row.case_message.body == words


def test_pictures_are_named_on_the_case_and_open_one_also_without_words():
    row = text_by_twilio(NumMedia="2")
    assert fate(row) == ("CASE_CREATED", "REQUEST", "")
    assert row.case is not None
    assert row.case.description
    note = Message.objects.get(case=row.case, purpose=MessagePurpose.NOTE)
    with translation.override("en"):
        assert "text message: 2." in in_words(note.body)

    again = text_by_twilio(NumMedia="1", Body="Jeszcze jedno", MessageSid="SM2")
    assert fate(again) == ("CASE_UPDATED", "REPLY", "PHONE_NUMBER")
    assert Message.objects.filter(case=row.case, purpose=MessagePurpose.NOTE).count() == 2


def test_a_worker_that_died_before_the_note_leaves_one_note():
    raw = texts.pack(
        "twilio", {"From": "+48600100200", "Body": "Zdjęcie", "MessageSid": "SM1", "NumMedia": "1"}
    )
    row = store.keep(raw, channel=RawChannel.SMS, at=NOW)
    texts.settle(row, replace(texts.read(raw), pictures=0), at=NOW)
    process(row.pk, at=NOW)
    assert Case.objects.count() == 1
    assert Message.objects.filter(purpose=MessagePurpose.NOTE).count() == 1


def test_neither_words_nor_pictures_is_no_case():
    assert fate(text_by_twilio()) == ("IGNORED", "EMPTY", "")
