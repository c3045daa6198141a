"""What becomes of a mail: new requests, threads, strangers and machines."""

from datetime import timedelta

import pytest

from cases.actors import staff
from cases.files import open_original
from cases.models import Case, CaseEvent, CaseParticipant, Channel, ContactChannel, EventKind
from cases.services.intake import Reporter
from cases.services.merging import merge_cases
from cases.services.privacy import revoke_link
from cases.services.workflow import ask_resident
from cases.states import Status
from contact_centre.intake import store
from contact_centre.intake.models import Evidence, RawMessage, RawState, Reason
from contact_centre.intake.process import receive
from notifications.models import Notice
from routing.models import Role
from tests.cast import staff_member
from tests.contact_centre.intake.fates import STRANGER, fate, settled, token_address
from tests.contact_centre.intake.mails import (
    BOUNCE,
    COMPLAINT,
    NEWSLETTER,
    READ_RECEIPT,
    US,
    VACATION,
    file_part,
    mail,
    multipart,
    photo,
    text_part,
)
from tests.factories import NOW, make_case, make_routed_case, make_settled_case, reporter_of
from tests.notifications.outbox import plan_all

pytestmark = pytest.mark.django_db


# -- new requests ---------------------------------------------------------------------------------------------


def test_a_mail_opens_a_case_with_its_words_sender_and_files():
    row = settled(
        multipart(
            text_part("Nie świeci lampa."),
            file_part(photo(), "lampa.jpg", "image/jpeg"),
            subject="Odp: Lampa",
        )
    )

    assert fate(row) == (RawState.CASE_CREATED, Reason.REQUEST, "")
    case = Case.objects.get()
    assert (case.channel, case.subject, case.description) == (Channel.EMAIL, "Lampa", "Nie świeci lampa.")
    assert (case.received_at, case.language, case.source_key) == (NOW, "", f"mail:{row.sha256}")
    person = reporter_of(case)
    assert (person.name, person.email, person.channel) == (
        "Ana Nowak",
        "ana@example.org",
        ContactChannel.EMAIL,
    )
    assert case.attachments.get().original_name == "lampa.jpg"
    assert (row.case, row.case_message) == (case, case.messages.get())
    assert (row.sender, row.subject, row.file_count, row.defects) == ("ana@example.org", "Odp: Lampa", 1, [])


def test_the_date_in_the_mail_does_not_count():
    settled(mail(Date="Mon, 01 Jan 1990 00:00:00 +0000"))
    assert Case.objects.get().received_at == NOW


@pytest.mark.parametrize(
    ("raw", "description", "subject"),
    [
        (
            mail("", subject="Proszę o kosz na Starówce"),
            "Proszę o kosz na Starówce",
            "Proszę o kosz na Starówce",
        ),
        (mail("Brak kosza", subject=""), "Brak kosza", "Brak kosza"),
        (mail("", subject="Fwd:"), "Fwd:", "Fwd:"),
        (multipart(file_part(b"PK\3\4", "wniosek.docx"), subject=""), "wniosek.docx", "wniosek.docx"),
        (mail("x" * 25_000, subject="długo"), "x" * 25_000, "długo"),
        (mail("<b>a</b> 🚧 \u202eb", subject="🚧"), "<b>a</b> 🚧 \u202eb", "🚧"),
    ],
)
def test_whatever_words_there_are_make_the_request(raw, description, subject):
    settled(raw)
    case = Case.objects.get()
    assert (case.description, case.subject) == (description, subject)


def test_section_10_a_file_that_a_case_cannot_show_is_kept_to_be_saved():
    raw = multipart(text_part("Wniosek w załączniku"), file_part(b"PK\3\4", "wniosek.docx"))
    row = settled(raw)
    assert row.defects == []
    assert store.read(row) == raw
    file = Case.objects.get().attachments.get()
    assert (file.original_name, file.size, file.display_path) == ("wniosek.docx", 4, "")
    with open_original(file.original_path) as kept:
        assert kept.read() == b"PK\3\4"


def test_section_10_an_empty_file_is_noted_and_stays_in_the_raw_mail():
    row = settled(multipart(text_part("Wniosek w załączniku"), file_part(b"", "wniosek.docx")))
    assert row.defects == ["attachment_not_kept:EMPTY:wniosek.docx"]
    assert not Case.objects.get().attachments.exists()


def test_a_photo_alone_is_a_request():
    row = settled(multipart(file_part(photo(), "a.jpg"), subject=""))
    assert row.state == RawState.CASE_CREATED
    assert Case.objects.get().attachments.count() == 1


def test_a_mail_without_a_sender_is_a_case_for_a_person_and_nobody_is_written_to():
    row = settled(mail(sender=""))
    assert fate(row) == (RawState.QUARANTINED, Reason.NO_SENDER, "")
    assert reporter_of(Case.objects.get()).channel == ContactChannel.NONE
    plan_all()
    assert not Notice.objects.exists()


def test_an_empty_mail_waits_with_its_reason():
    row = settled(mail("", subject=""))
    assert fate(row) == (RawState.QUARANTINED, Reason.EMPTY, "")
    assert not Case.objects.exists()


# -- threads --------------------------------------------------------------------------------------------------


def test_a_reply_with_the_token_of_the_sender_joins_the_case_without_the_quotation():
    case = make_case()
    row = settled(
        mail("Tak, nadal.\n\nW dniu 17.11.2026 o 09:00, Miasto pisze:\n> Czy nadal?", to=token_address(case))
    )

    assert fate(row) == (RawState.CASE_UPDATED, Reason.REPLY, Evidence.REPLY_TOKEN)
    message = case.messages.get(purpose="REPLY")
    assert (message.body, message.channel) == ("Tak, nadal.", Channel.EMAIL)
    assert message.author_participant == reporter_of(case)
    assert (row.case, row.case_message) == (case, message)
    assert Case.objects.count() == 1


@pytest.mark.parametrize("field", ["Delivered_To", "X_Original_To", "Envelope_To", "Cc"])
def test_the_token_is_found_wherever_the_mail_was_delivered(field):
    case = make_case()
    row = settled(mail(**{field: token_address(case).upper()}))
    assert fate(row)[2] == Evidence.REPLY_TOKEN


def test_a_case_that_waited_for_the_resident_goes_on():
    case = make_routed_case()
    ask_resident(
        case_id=case.pk,
        question="Gdzie?",
        answer_by=(NOW + timedelta(days=7)).date(),
        by=staff(staff_member(Role.DISPATCHER)),
        at=NOW,
    )
    settled(mail("Przy szkole.", to=token_address(case)))
    case.refresh_from_db()
    assert case.status == Status.ASSIGNED


def test_another_participant_may_use_the_address_that_was_sent_to_the_first():
    case = make_case()
    ben = CaseParticipant.objects.create(
        case=case, role="FOLLOWER", email="Ben@Example.org", channel="EMAIL", created_at=NOW
    )
    row = settled(mail(sender="ben@example.org", to=token_address(case)))
    assert fate(row) == (RawState.CASE_UPDATED, Reason.REPLY, Evidence.REPLY_TOKEN_OTHER_SENDER)
    assert case.messages.get(purpose="REPLY").author_participant == ben


def test_a_stranger_with_a_token_waits_beside_the_case_until_a_person_says_yes():
    """EMAIL §4.1, §0.4."""
    case = make_case()
    row = settled(mail("Ja też mam uwagę.", sender=STRANGER, to=token_address(case)))

    assert fate(row) == (RawState.QUARANTINED, Reason.WAITS, Evidence.REPLY_TOKEN)
    assert (row.suggested_case, row.case) == (case, None)
    assert not CaseParticipant.objects.filter(email="obcy@example.net").exists()
    assert [message.purpose for message in case.messages.order_by("id")] == ["REPORT", "NOTE"]
    assert case.messages.get(purpose="NOTE").audience == "INTERNAL"
    case.refresh_from_db()
    assert case.needs_person
    assert Case.objects.count() == 1


def test_who_left_the_case_is_a_stranger():
    case = make_case()
    CaseParticipant.objects.filter(case=case).update(detached_at=NOW)
    assert fate(settled(mail(to=token_address(case))))[1] == Reason.WAITS


def test_a_forged_or_revoked_token_is_no_evidence():
    case = make_case()
    address = token_address(case)
    token, at, domain = address.partition("@")
    forged = token[:-1] + ("b" if token.endswith("a") else "a") + at + domain
    assert forged != address
    assert fate(settled(mail(to=forged)))[2] == ""
    revoke_link(participant_id=reporter_of(case).pk, by=staff(staff_member(Role.DPO)), at=NOW)
    assert fate(settled(mail(to=address)))[2] == ""
    assert case.messages.count() == 1


@pytest.mark.parametrize(
    "number", ["1.99999999999.aaaa", "99999999999.1.aaaa", "0.0.0", "1.1", "a.b.c", "..."]
)
def test_nonsense_in_the_place_of_a_token_is_no_evidence(number):
    make_case()
    assert fate(settled(mail(to=f"reply+{number}@kontakt.example")))[0] == RawState.CASE_CREATED


@pytest.mark.parametrize(
    ("field", "evidence"), [("In_Reply_To", "IN_REPLY_TO"), ("References", "REFERENCES")]
)
def test_an_answer_to_a_mail_of_ours_joins_when_a_participant_wrote_it(field, evidence):
    case = make_case()
    plan_all()
    notice = Notice.objects.get()
    header = {field: f"<other@example.org> {notice.message_id} <third@example.org>"}

    joined = settled(mail("moja odpowiedź", **header))
    stranger = settled(mail("cudza odpowiedź", sender=STRANGER, **header))

    assert fate(joined) == (RawState.CASE_UPDATED, Reason.REPLY, evidence)
    assert fate(stranger) == (RawState.CASE_CREATED, Reason.STRANGER, evidence)
    assert stranger.suggested_case == case
    shown = case.messages.filter(audience="RESIDENT").order_by("id")
    assert [message.body for message in shown][1:] == ["moja odpowiedź"]


def test_an_id_that_only_looks_like_ours_is_no_evidence():
    case = make_case()
    plan_all()
    number = Notice.objects.get().pk
    row = settled(mail(In_Reply_To=f"<n{number}.aaaaaaaaaaaaaaaa@kontakt.example>"))
    assert fate(row) == (RawState.CASE_CREATED, Reason.REQUEST, "")
    assert case.messages.count() == 1


def test_a_second_mail_that_refers_to_the_first_joins_its_case():
    first = settled(mail(message_id="<first@example.org>"))
    second = settled(mail("I jeszcze zdjęcie", References="<first@example.org>"))
    stranger = settled(mail("A ja?", sender=STRANGER, References="<first@example.org>"))
    assert fate(second) == (RawState.CASE_UPDATED, Reason.REPLY, Evidence.REFERENCES)
    assert second.case == first.case
    assert fate(stranger)[1] == Reason.STRANGER


def test_the_surest_evidence_wins():
    one, other = make_case(), make_case()
    plan_all()
    notice = Notice.objects.get(participant__case=other)
    row = settled(mail(to=token_address(one), In_Reply_To=notice.message_id))
    assert (row.case, row.evidence) == (one, Evidence.REPLY_TOKEN)


def test_a_photo_alone_is_a_reply():
    case = make_case()
    row = settled(multipart(file_part(photo("blue"), "b.jpg"), subject="", to=token_address(case)))
    assert row.state == RawState.CASE_UPDATED
    assert case.attachments.count() == 1


def test_a_reply_to_a_merged_case_stays_readable_for_its_writer():
    case, survivor = make_settled_case(), make_settled_case()
    merge_cases(case_id=case.pk, into_id=survivor.pk, by=staff(staff_member(Role.DISPATCHER)), at=NOW)
    row = settled(mail("Dziękuję", to=token_address(case)))
    assert row.state == RawState.CASE_UPDATED
    assert row.case_message is not None
    assert row.case_message.author_participant == reporter_of(case)


def test_the_reporter_is_found_again_whatever_the_case_of_the_letters():
    case = make_case(reporter=Reporter(email="Ana@EXAMPLE.org"))
    assert fate(settled(mail(to=token_address(case))))[0] == RawState.CASE_UPDATED


# -- machines -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "state", "reason"),
    [
        (BOUNCE, RawState.BOUNCE_RECORDED, Reason.BOUNCE),
        (READ_RECEIPT, RawState.REPORT_RECORDED, Reason.READ_RECEIPT),
        (COMPLAINT, RawState.REPORT_RECORDED, Reason.FEEDBACK_REPORT),
        (VACATION, RawState.AUTO_REPLY_RECORDED, Reason.AUTO_REPLY),
    ],
)
def test_reports_of_machines_are_recorded_and_open_nothing(raw, state, reason):
    assert fate(settled(raw)) == (state, reason, "")
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    "raw", [BOUNCE, READ_RECEIPT, COMPLAINT, VACATION, NEWSLETTER, mail(sender="noreply@a.example")]
)
def test_no_machine_is_answered(raw):
    settled(raw)
    plan_all()
    assert not Notice.objects.exists()


def test_a_list_may_ask_for_something_but_gets_no_confirmation():
    assert fate(settled(NEWSLETTER))[:2] == (RawState.CASE_CREATED, Reason.MACHINE_MAIL)
    assert reporter_of(Case.objects.get()).channel == ContactChannel.NONE


def test_an_automatic_reply_on_a_case_is_recorded_and_moves_nothing():
    case = make_routed_case()
    ask_resident(
        case_id=case.pk,
        question="Gdzie?",
        answer_by=(NOW + timedelta(days=7)).date(),
        by=staff(staff_member(Role.DISPATCHER)),
        at=NOW,
    )
    version = Case.objects.get(pk=case.pk).version
    row = settled(mail(to=token_address(case), Auto_Submitted="auto-replied"))
    assert fate(row) == (RawState.AUTO_REPLY_RECORDED, Reason.AUTO_REPLY, Evidence.REPLY_TOKEN)
    assert row.case == case
    case.refresh_from_db()
    assert case.status == Status.WAITING_RESIDENT
    assert (case.version, case.needs_person) == (version, False)
    last = CaseEvent.objects.filter(case=case).order_by("id").last()
    assert last is not None
    assert last.kind == EventKind.AUTO_REPLIED
    assert case.messages.get(purpose="AUTO_REPLY").audience == "INTERNAL"
    plan_all()
    assert not Notice.objects.filter(event=last).exists()


def test_our_own_mail_that_comes_back_is_ignored():
    case = make_case()
    plan_all()
    by_id = mail(sender="list@example.org", message_id=Notice.objects.get().message_id)
    for raw in (
        mail(sender=US, Auto_Submitted="auto-replied"),
        mail(sender=f"Miasto <{token_address(case)}>"),
        by_id,
    ):
        assert fate(settled(raw))[:2] == (RawState.IGNORED, Reason.OWN_MAIL)
    assert Case.objects.count() == 1


def test_a_mail_that_ran_in_a_circle_is_ignored():
    assert fate(settled(b"Received: by x\r\n" * 51 + mail()))[:2] == (RawState.IGNORED, Reason.LOOP)


def test_a_loop_without_any_mark_of_a_machine_ends():
    for number in range(12):
        settled(mail(f"Potwierdzamy nr {number}"))
    reasons = list(RawMessage.objects.order_by("id").values_list("reason", flat=True))
    assert reasons == [Reason.REQUEST] * 10 + [Reason.TOO_MANY] * 2
    plan_all()
    assert Notice.objects.count() == 10
    assert receive(mail("Następnego dnia"), at=NOW + timedelta(days=2)).reason == Reason.REQUEST
