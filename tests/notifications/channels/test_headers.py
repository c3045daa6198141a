"""The headers of our own mail (EMAIL 4 end, 5 end): whose it is, its thread, and whether a machine wrote it."""

from datetime import timedelta
from email import message_from_bytes, policy

import pytest

from cases.actors import staff
from cases.models import CaseParticipant, ContactChannel, ParticipantRole
from cases.services.conversation import send_message
from cases.services.endings import resolve_case
from cases.services.merging import merge_cases
from cases.services.workflow import ask_resident
from cases.states import Outcome
from contact_centre.intake.process import receive
from notifications.channels import relays
from notifications.links import is_own_loop_id, loop_id, read_bounce_address, read_message_id
from notifications.models import Notice
from notifications.threads import MAX_BYTES, _capped
from routing.models import Role
from tests.cast import staff_member
from tests.factories import NOW, make_case, make_routed_case, reporter_of
from tests.notifications.outbox import LATER, MUCH_LATER, deliver_all, plan_all

pytestmark = pytest.mark.django_db
AUTOMATIC = ("Auto-Submitted", "X-Auto-Response-Suppress", "Precedence")


def handler():
    return staff(staff_member(Role.HANDLER))


def parsed(mail):
    return message_from_bytes(mail.message().as_bytes(), policy=policy.default)


def mail_of(kind: str, mailoutbox):
    """The mail of the only notice of the kind, as it went over the wire."""
    message_id = Notice.objects.get(kind=kind).message_id
    [mail] = [one for one in mailoutbox if one.extra_headers["Message-ID"] == message_id]
    return parsed(mail)


def send_all(at=LATER):
    plan_all(at)
    deliver_all(MUCH_LATER + (at - LATER))


def test_what_one_of_us_wrote_is_no_automatic_mail(mailoutbox):
    case = make_routed_case()
    send_message(case_id=case.pk, body="Jedziemy.", by=handler(), at=LATER)
    ask_resident(
        case_id=case.pk, question="Gdzie?", answer_by=LATER.date() + timedelta(days=7), by=handler(), at=LATER
    )
    resolve_case(case_id=case.pk, outcome=Outcome.DONE, answer="Załatane.", by=handler(), at=LATER)
    send_all()

    for kind in ("MESSAGE", "QUESTION", "RESOLVED"):
        mail = mail_of(kind, mailoutbox)
        assert [mail[name] for name in AUTOMATIC] == [None, None, None], kind
        assert mail["X-Loop-Id"] == loop_id()


def test_what_the_machine_tells_is_marked_as_automatic(mailoutbox):
    case = make_routed_case()
    plan_all()
    deliver_all()
    mail = mail_of("RECEIVED", mailoutbox)
    assert [mail[name] for name in AUTOMATIC] == ["auto-replied", "All", "bulk"]

    other = make_routed_case()
    plan_all()
    deliver_all()
    merge_cases(case_id=other.pk, into_id=case.pk, by=staff(staff_member(Role.DISPATCHER)), at=LATER)
    send_all()
    mail = mail_of("MERGED", mailoutbox)
    assert [mail[name] for name in AUTOMATIC] == ["auto-generated", "All", "bulk"]


def test_the_copy_of_an_answer_for_a_merged_report_is_automatic(mailoutbox):
    case, other = make_routed_case(), make_routed_case()
    merge_cases(case_id=other.pk, into_id=case.pk, by=staff(staff_member(Role.DISPATCHER)), at=LATER)
    resolve_case(case_id=case.pk, outcome=Outcome.DONE, answer="Załatane.", by=handler(), at=LATER)
    send_all()

    by_case = {
        row.participant.case_id: row.message_id
        for row in Notice.objects.filter(kind="RESOLVED").select_related("participant")
    }
    mails = {mail.extra_headers["Message-ID"]: parsed(mail) for mail in mailoutbox}
    assert mails[by_case[case.pk]]["Auto-Submitted"] is None
    assert mails[by_case[other.pk]]["Auto-Submitted"] == "auto-generated"


def test_a_mail_answers_the_persons_last_mail_and_names_the_whole_thread(mailoutbox):
    receive(_raw("<first.of.hers@example.org>", "Dziura w jezdni na ul. Dworcowej"), at=NOW)
    plan_all()
    deliver_all()
    confirmation = parsed(mailoutbox[0])
    assert confirmation["In-Reply-To"] == confirmation["References"] == "<first.of.hers@example.org>"

    participant = CaseParticipant.objects.get(email="ana@example.org")
    reply = _raw("<second.of.hers@example.org>", "Re: Dziura", to=confirmation["Reply-To"])
    receive(reply, at=MUCH_LATER + timedelta(minutes=1))
    by = staff(staff_member(Role.DISPATCHER))
    at = LATER + timedelta(hours=1)
    send_message(case_id=participant.case_id, body="Jedziemy.", by=by, at=at)
    send_all(at)

    answer = parsed(mailoutbox[-1])
    assert answer["In-Reply-To"] == "<second.of.hers@example.org>"
    assert answer["References"].split() == [
        "<first.of.hers@example.org>",
        confirmation["Message-ID"],
        "<second.of.hers@example.org>",
    ]


def _raw(message_id: str, subject: str, to: str = "kontakt@kontakt.example") -> bytes:
    lines = [
        "From: Ana <ana@example.org>",
        f"To: {to}",
        f"Subject: {subject}",
        f"Message-ID: {message_id}",
        "Content-Type: text/plain; charset=utf-8",
        "",
        f"Duża dziura w jezdni przy przejściu. {subject}",
    ]
    return "\r\n".join(lines).encode()


def test_the_chain_keeps_its_first_mail_and_stays_below_what_mail_systems_take():
    ids = [f"<{number:03}{'x' * 880}@example.org>" for number in range(60)]

    chain = _capped(ids)

    assert chain[0] == ids[0]
    assert chain[-1] == ids[-1]
    assert len(" ".join(chain)) <= MAX_BYTES
    huge = _capped([f"<{number:03}{'y' * 8000}@example.org>" for number in range(10)])
    assert len(huge) == 3
    assert len(" ".join(huge)) <= MAX_BYTES


def test_no_line_of_the_headers_is_longer_than_mail_systems_take(mailoutbox):
    case = make_case()
    by = staff(staff_member(Role.DISPATCHER))
    for hours in range(12):
        send_message(case_id=case.pk, body="Ż" * 300, by=by, at=LATER + timedelta(hours=hours))
        send_all(LATER + timedelta(hours=hours))

    for mail in mailoutbox:
        head = mail.message().as_bytes().split(b"\n\n", 1)[0]
        assert max(len(line) for line in head.split(b"\n")) <= 998


def test_returned_mail_comes_to_an_address_that_names_the_notice(mailoutbox):
    make_case()
    plan_all()
    deliver_all()

    [mail], notice = mailoutbox, Notice.objects.get()
    assert read_bounce_address(mail.from_email) == notice.pk
    assert parsed(mail)["From"].addresses[0].username.startswith("reply+")


def test_a_relay_that_writes_its_own_envelope_sender_is_left_to_it(mailoutbox, settings):
    settings.EMAIL_VERP = False
    make_case()
    plan_all()
    deliver_all()

    assert read_bounce_address(mailoutbox[0].from_email) is None
    assert "reply+" in mailoutbox[0].from_email


def test_a_provider_keeps_its_own_envelope_sender(settings):
    settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"

    assert not relays.relays()[0].keeps_envelope


def test_a_subscription_ends_by_one_click_and_nothing_else_is_one(mailoutbox):
    case = make_routed_case()
    plan_all()
    deliver_all()
    CaseParticipant.objects.create(
        case=case,
        name="Ola",
        email="ola@example.org",
        channel=ContactChannel.EMAIL,
        role=ParticipantRole.FOLLOWER,
        created_at=NOW,
    )
    resolve_case(case_id=case.pk, outcome=Outcome.DONE, answer="Załatane.", by=handler(), at=LATER)
    send_all()

    mails = {mail.to[0]: parsed(mail) for mail in mailoutbox if "Zrobione" in mail.subject}
    assert mails["ana@example.org"]["List-Unsubscribe"] is None
    follower = mails["ola@example.org"]
    assert follower["List-Unsubscribe"].startswith("<http://127.0.0.1:8000/track/stop/")
    assert follower["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert follower["Auto-Submitted"] == "auto-generated"


def test_a_mail_goes_to_one_person_and_to_nobody_beside_her(mailoutbox):
    receive(
        _raw("<a@example.org>", "Dziura", to="kontakt@kontakt.example\r\nCc: radny@example.org"),
        at=NOW,
    )
    plan_all()
    deliver_all()

    assert [mail.recipients() for mail in mailoutbox] == [["ana@example.org"]]


def test_nothing_is_sent_to_an_address_of_our_own(mailoutbox, settings):
    case = make_case()
    plan_all()
    CaseParticipant.objects.filter(case=case).update(email=f"Kontakt@{settings.MAIL_DOMAIN.upper()}")
    deliver_all()

    notice = Notice.objects.get()
    assert (notice.state, notice.failure) == ("FAILED", "REFUSED")
    assert mailoutbox == []


def test_a_repeat_has_the_same_headers(mailoutbox):
    case = make_case()
    plan_all()
    deliver_all()
    Notice.objects.update(state="PLANNED")
    deliver_all()

    first, second = (mail.extra_headers for mail in mailoutbox)
    assert first == second
    assert read_message_id(first["Message-ID"]) == Notice.objects.get(event__case=case).pk
    assert reporter_of(case).email == "ana@example.org"


@pytest.mark.parametrize("text", ["", "aaaaaaaaaaaaaaaa@kontakt.example", "żółw"])
def test_only_our_own_loop_mark_is_ours(settings, text):
    settings.MAIL_DOMAIN = "kontakt.example"

    assert is_own_loop_id(f" {loop_id().upper()} ")
    assert not is_own_loop_id(text)
